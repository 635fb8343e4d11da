"""What any run leaves on disk: its folder, journal, checkpoints, points and exported networks.

May import `display`, `data`, `networks` and what lies below them.
"""
