"""One-level training: the step, and the loop that trains a network to its end.

May import `runs` and what lies below it.
"""
