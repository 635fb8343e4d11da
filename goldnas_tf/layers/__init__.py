"""Keras layers of the networks: batch norms, operator stages, the gated cell."""

# before any module here: once Keras is there, it is given all their layers (`registration.py`)
import keras  # noqa: F401
