"""Keras layers of the networks: batch norms, operator stages, the gated cell."""
