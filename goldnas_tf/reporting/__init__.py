"""What a run is worth, for a person: its page, and the model card of a network.

May import whatever leaves runs, and what lies below that.
"""
