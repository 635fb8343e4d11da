"""From a trained network to what a server or a phone runs: folded, converted, verified.

May import `evaluation`, `runs` and what lies below them.
"""
