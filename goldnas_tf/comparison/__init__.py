"""Is a search better than chance and than a hand-made network, at the same cost?

May import `training`, `evaluation` and what lies below them.
"""
