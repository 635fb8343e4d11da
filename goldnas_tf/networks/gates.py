"""Binary gates: sampled in the forward pass, with an estimate of their gradient for the backward.

A gate is drawn u ~ Bernoulli(p), p = σ(α). A node in which no gate was drawn opens its most
probable one, for there is no network without: the gates z that are used follow from the u that were
drawn. What is minimised is E f(z(u)), whose exact gradient needs f at both values of every gate:

    ∂/∂α E f = p(1 − p) · E [f(z(u=1)) − f(z(u=0))]

One pass gives the slope of f at the sampled values alone. The estimates differ in the weight that
they give it; f' is the slope in the direction in which z moves when u goes from 0 to 1:

    straight_through  p(1 − p) · f': takes the slope for the difference, which is exact where f is
                      linear in the gates
    enhanced          ½ · (1 − P(u)) · f', with P(u) the probability of the value that was drawn: in
                      the mean p(1 − p) · ½ [f'(at 0) + f'(at 1)], the trapezoidal rule, which is
                      exact where f is quadratic in the gates, second-order accurate elsewhere

The weight ½ (1 − P(u)) is never above ½: the factor 1 / P(u) that makes the mean of both slopes
unbiased cancels against p(1 − p).

The direction is that of the gate itself, except where the other gates of its node were all closed:
there another gate that opens closes the most probable one, and the most probable one is open
whatever was drawn for it.

Reference: for two classes the enhanced estimate is ReinMax (arXiv 2304.08612), as we derive it for
gates. "Enhanced Gradient for Differentiable Architecture Search" (arXiv 2103.12529) names such an
estimate, but its formula is not public to us: this is our reading of it, not theirs.
"""

import zlib
from collections.abc import Sequence

import keras
import tensorflow as tf

from goldnas_tf.architecture.places import CELL_INPUTS, CellPlace
from goldnas_tf.networks.norm import add_counter

ESTIMATES = ("straight_through", "enhanced")

# apart by more than rounding, and less than gates that differ
_TIE = 1e-6


def binary(
    logits: tf.Tensor, live: tf.Tensor, drawn: tf.Tensor, nodes: list[int], estimate: str
) -> tf.Tensor:
    """The gates that are used, with an estimated gradient with respect to α.

    Args:
        logits: α, (gates,).
        live: 1 for an operator that lives, 0 for one that is gone; (gates,).
        drawn: 1 for each gate that was drawn, else 0; 0 where nothing lives; (gates,).
        nodes: for each gate, the inner node that its operator feeds, from 0; a list.
        estimate: one of `ESTIMATES`.

    Returns:
        0 or 1 for each gate, float32; of each node at least one is 1.
    """
    p = tf.sigmoid(logits) * live
    best = strongest(p, nodes)
    others = _of_node(drawn, nodes) - drawn
    alone = tf.cast(others == 0, tf.float32)
    used = tf.where(best > 0, tf.maximum(drawn, alone), drawn)
    likelihood = tf.where(drawn > 0, p, 1 - p)
    weights = {"straight_through": p * (1 - p), "enhanced": 0.5 * (1 - likelihood)}[estimate]
    # zero in the forward pass; its gradient is the weights
    steps = tf.stop_gradient(weights) * (logits - tf.stop_gradient(logits))
    own = steps * (1 - best * alone)
    replaced = best * _of_node(steps * alone * (1 - best), nodes)
    return tf.stop_gradient(used) + own - replaced


def strongest(strengths: tf.Tensor, nodes: list[int]) -> tf.Tensor:
    """1 for the most probable gate of each node, the first of equal ones; 0 for all others.

    Args:
        strengths: (gates,), above 0 for at least one gate of each node.
        nodes: for each gate its node.
    """
    order = tf.range(len(nodes), dtype=tf.float32)
    scores = tf.where(strengths > 0, strengths - _TIE * order, -1.0)
    best = tf.math.unsorted_segment_max(scores, nodes, max(nodes) + 1)
    return tf.cast(scores >= tf.gather(best, nodes), tf.float32)


def _of_node(values: tf.Tensor, nodes: list[int]) -> tf.Tensor:
    """The sum over its node, for each gate."""
    return tf.gather(tf.math.unsorted_segment_sum(values, nodes, max(nodes) + 1), nodes)


class BinaryGates:
    """The gates of a cell, sampled anew in every step of a training.

    Args:
        layer: the cell, in its `build`.
        operators: of each gate its operator.
        estimate: one of `ESTIMATES`.
        stream: cells with the same number sample alike, as cells that share their gates have to.
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        operators: Sequence[CellPlace],
        estimate: str,
        stream: int,
    ):
        self._nodes = [place.node for place in operators]
        # every operator draws a table of its own, from its name, with a number for each edge: what
        # a gate gets does not change with the other operators that there are
        self._sources = CELL_INPUTS + max(self._nodes) + 1
        self._names = sorted({place.op for place in operators})
        tables = {op: index for index, op in enumerate(self._names)}
        self._places = [(tables[place.op], place.node, place.source) for place in operators]
        self._estimate = estimate
        self._stream = stream
        self._draws = add_counter(layer, "gate_draws")

    def begin(self, seed: int) -> None:
        """Decides all samples to come."""
        self._draws.assign(seed % 2**10 * 2**20)

    def sample(self, logits: tf.Tensor, live: tf.Tensor) -> tf.Tensor:
        """Gates for one step, the same on every replica.

        Args:
            logits: α, (gates,).
            live: 1 for an operator that lives, 0 for one that is gone; (gates,).

        Returns:
            0 or 1 for each gate, with the estimated gradient.
        """
        draws = tf.convert_to_tensor(self._draws)
        seed = tf.stack([draws, self._stream])
        tables = [
            tf.random.stateless_uniform(
                (self._sources, self._sources),
                tf.random.experimental.stateless_fold_in(seed, zlib.crc32(op.encode()) % 2**31),
            )
            for op in self._names
        ]
        self._draws.assign(draws + 1)
        p = tf.sigmoid(logits) * live
        drawn = tf.cast(tf.gather_nd(tf.stack(tables), self._places) < p, tf.float32)
        return binary(logits, live, drawn, self._nodes, self._estimate)

    def mode(self, strengths: tf.Tensor) -> tf.Tensor:
        """The most probable network: gates of at least ½, and the strongest one of each node."""
        opened = tf.cast(strengths >= 0.5, tf.float32)
        return tf.maximum(opened, strongest(strengths, self._nodes))
