"""Networks put together from blocks by evolution: for error and cost, under hard limits.

May import `training`, `evaluation` and what lies below them.
"""
