"""Binary gates: sampled in the forward pass, with an estimate of their gradient for the backward.

A gate is z ~ Bernoulli(p), p = σ(α). What is minimised is E f(z), whose exact gradient needs f at
both values of every gate:

    ∂/∂α E f = p(1 − p) · E [f(z=1) − f(z=0)]

One pass gives the slope f'(z) at the sampled value alone. The estimates differ in the weight that
they give it:

    straight_through  p(1 − p) · f'(z): takes the slope at z for the difference, which is exact
                      where f is linear in the gate
    enhanced          ½ · (1 − P(z)) · f'(z), where P(z) is the probability of the value that was
                      sampled: in the mean p(1 − p) · ½ [f'(0) + f'(1)], the trapezoidal rule, which
                      is exact where f is quadratic in the gate, second-order accurate elsewhere

The weight ½ (1 − P(z)) is never above ½: the factor 1 / P(z) that makes the mean of both slopes
unbiased cancels against p(1 − p).

Reference: for two classes the enhanced estimate is ReinMax (arXiv 2304.08612), as we derive it for
gates. "Enhanced Gradient for Differentiable Architecture Search" (arXiv 2103.12529) names such an
estimate, but its formula is not public to us: this is our reading of it, not theirs.
"""

import tensorflow as tf

from goldnas_tf import operators
from goldnas_tf.layers.norm import add_counter
from goldnas_tf.space import CELL_INPUTS

ESTIMATES = ("straight_through", "enhanced")


def binary(logits, bits, estimate: str):
    """The sampled gates, with an estimated gradient with respect to α.

    Args:
        logits: α, (gates,).
        bits: the sampled values, 0 or 1, (gates,).
        estimate: one of `ESTIMATES`.

    Returns:
        The bits, float32.
    """
    p = tf.sigmoid(logits)
    sampled = tf.where(bits > 0, p, 1 - p)
    weights = {"straight_through": p * (1 - p), "enhanced": 0.5 * (1 - sampled)}[estimate]
    # zero in the forward pass; its gradient is the weights
    slope = logits - tf.stop_gradient(logits)
    return tf.stop_gradient(bits) + tf.stop_gradient(weights) * slope


class BinaryGates:
    """The gates of a cell, sampled anew in every step of a training.

    Each node keeps at least one operator, as in every legal network: where no gate of a node is
    sampled, its most probable one is open. That is a small bias of the sample.

    Args:
        layer: the cell, in its `build`.
        edges: (inner node, source, operator name) of each gate.
        estimate: one of `ESTIMATES`.
        stream: cells with the same number sample alike, as cells that share their gates have to.
    """

    def __init__(self, layer, edges, estimate: str, stream: int):
        self._nodes = [node for node, *_ in edges]
        self._count = max(self._nodes) + 1
        self._places, self._drawn = _places(edges)
        self._estimate = estimate
        self._stream = stream
        self._draws = add_counter(layer, "gate_draws")

    def sample(self, logits, live):
        """Gates for one step, the same on every replica.

        Args:
            logits: α, (gates,).
            live: 1 for an operator that lives, 0 for one that is gone; (gates,).

        Returns:
            0 or 1 for each gate, with the estimated gradient.
        """
        draws = tf.convert_to_tensor(self._draws)
        uniform = tf.random.stateless_uniform((self._drawn,), tf.stack([draws, self._stream]))
        uniform = tf.gather(uniform, self._places)
        self._draws.assign(draws + 1)
        strengths = tf.sigmoid(logits) * live
        return binary(logits, self._legal(strengths, uniform < strengths), self._estimate) * live

    def mode(self, strengths):
        """The most probable network: gates of at least ½, and the strongest one of each node."""
        return self._legal(strengths, strengths >= 0.5)

    def _legal(self, strengths, is_open):
        """The open gates as 0 and 1; of a node without any, the strongest."""
        bits = tf.cast(is_open, tf.float32)
        opened = tf.math.unsorted_segment_max(bits, self._nodes, self._count)
        strongest = tf.math.unsorted_segment_max(strengths, self._nodes, self._count)
        best = tf.cast(strengths >= tf.gather(strongest, self._nodes), tf.float32)
        return tf.where(tf.gather(opened, self._nodes) > 0, bits, best)


def _places(edges) -> tuple[list[int], int]:
    """Which random number each gate takes, and how many there are.

    It follows from the operator and its edge alone, so that a pruned cell samples what is left of
    it as before.
    """
    names = operators.names()
    sources = CELL_INPUTS + max(node for node, *_ in edges)
    places = [
        (node * sources + source) * len(names) + names.index(op) for node, source, op in edges
    ]
    return places, sources * sources * len(names)
