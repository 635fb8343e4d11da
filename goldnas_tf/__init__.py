"""Differentiable architecture search for TensorFlow: images in, a Pareto set of networks out."""
