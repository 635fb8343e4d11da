"""The search: a super-network is trained and pruned step by step, and leaves a Pareto set.

The loop is `search_loop.py`, its decisions are functions from state to state. Not called `search`:
that is a function of this package. May import `training`, `evaluation` and what lies below them.
"""
