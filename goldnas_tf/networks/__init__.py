"""Genotype → Keras model: the layers, the network, and weights carried from one to another.

May import `runtime`, `settings`, `inference`, `architecture` and what lies below them.
"""

# before any module here: once Keras is there, it is given all their layers (`registration.py`)
import keras  # noqa: F401
