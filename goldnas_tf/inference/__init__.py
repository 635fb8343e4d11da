"""The graph of a network in inference, as data: what it computes when it is served.

No TensorFlow and no Keras. May import `architecture` and what lies below it.
"""
