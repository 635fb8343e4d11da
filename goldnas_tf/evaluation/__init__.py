"""Judging networks: opening what is served, and measuring accuracy, size, costs and latency.

Nothing here trains, and nothing asks how a network was made: networks of a search, other Keras
models, SavedModels and LiteRT files are measured alike, from uint8 images to probabilities.

May import `runs` and what lies below it.
"""
