"""What a user can choose: settings with their ranges and meanings, and the sections made of them.

Plain data, no TensorFlow. May import `resources` and what lies below it.
"""
