"""The drawing kit: figures, tables, the picture of a front, drawings of networks, TensorBoard.

A picture of one thing lives with that thing. Nothing here decides anything. May import `networks`
and what lies below it.
"""
