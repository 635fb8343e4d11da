"""The page of a run: one HTML file that shows all of it, without a network or a server.

What is on it is plain data (`content.py`), which each kind of run gives of its own folder.
May import `runs` and what lies below it.
"""
