"""What any run leaves on disk: its folder, journal, checkpoints, points and exported networks.

May import `report`, `data`, `networks` and what lies below them.
"""
