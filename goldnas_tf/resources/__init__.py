"""What networks use of what there is little of, and networks that use as much as is wanted.

Plain data, no TensorFlow. May import `inference`, `architecture` and what lies below them.
"""
