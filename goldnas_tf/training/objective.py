"""What a search minimises: cross-entropy plus λ · R(α), the differentiable resource term.

R is the penalty that is optimised; the cost that is reported is counted in `architecture/costs.py`.
Both rest on one table of operators, so that another resource is one more column there.
"""

from collections.abc import Mapping

import keras
import tensorflow as tf

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate, Node


class Penalty:
    """R(α) = Σ over live gates log(1 + n·ĝ) · (1 + μ·cost).

    ĝ = σ(α) / Σ σ(α) over the live gates of the same node, n = how many of them live. Groups of
    channels of one cell, or of the stem, are of one node.

    Args:
        genotype: what is built; the gates of its members, in their order, are the vectors.
        relative_costs: of each gate (`resources.relative`).
        mu: μ, how much harder costly operators are pushed, at least 0; 0 pushes all alike.

    Reference: GOLD-NAS (arXiv 2007.03331), section 3.2.
    """

    def __init__(self, genotype: Genotype, relative_costs: Mapping[Gate, float], mu: float):
        gates, nodes = genotype.members, dict[Node, int]()
        self._node = [nodes.setdefault(gate.feeds, len(nodes)) for gate in gates]
        self._nodes = len(nodes)
        self._mu, self._gates = mu, gates
        self._weight = keras.Variable(
            tf.zeros(len(gates)), dtype="float32", trainable=False, name="prices"
        )
        self.reprice(relative_costs)

    def reprice(self, relative_costs: Mapping[Gate, float]) -> None:
        """Sets the costs anew; those of gates that are gone do not matter, and may be missing."""
        costs = [relative_costs.get(gate, 0.0) for gate in self._gates]
        self._weight.assign([1.0 + self._mu * cost for cost in costs])

    def shares(self, strengths: tf.Tensor) -> tf.Tensor:
        """ĝ of every gate, in [0, 1]; those of a node sum to 1.

        Args:
            strengths: σ(α) of every gate, 0 for those that are gone; (gates,).
        """
        totals = tf.math.unsorted_segment_sum(strengths, self._node, self._nodes)
        return tf.math.divide_no_nan(strengths, tf.gather(totals, self._node))

    def __call__(self, strengths: tf.Tensor, live: tf.Tensor) -> tf.Tensor:
        """R(α), a scalar.

        Args:
            strengths: as in `shares`.
            live: 1 for a gate that lives, 0 for one that is gone; (gates,).
        """
        counts = tf.math.unsorted_segment_sum(live, self._node, self._nodes)
        shares = self.shares(strengths)
        terms = tf.math.log1p(tf.gather(counts, self._node) * shares) * self._weight
        return tf.reduce_sum(terms * live)


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor, smoothing: float = 0.0) -> tf.Tensor:
    """Cross-entropy of every example, (batch,), in nats.

    Args:
        labels: (batch,), integers.
        logits: (batch, classes).
        smoothing: share of each label that is spread evenly over all classes, in [0, 1).
    """
    if not smoothing:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    classes = logits.shape[-1]
    targets = tf.one_hot(labels, classes) * (1 - smoothing) + smoothing / classes
    return tf.nn.softmax_cross_entropy_with_logits(labels=targets, logits=logits)
