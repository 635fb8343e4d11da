"""What a search minimises: cross-entropy plus λ · R(α), the differentiable resource term.

R is the penalty that is optimised; the cost that is reported is counted in `architecture/costs.py`.
Both rest on one table of operators, so that another resource is one more column there.
"""

from collections.abc import Mapping

import tensorflow as tf

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Node, Place


class Penalty:
    """R(α) = Σ over live operators log(1 + n·ĝ) · (1 + μ·cost).

    ĝ = σ(α) / Σ σ(α) over the live operators of the same node, n = how many of them live.

    Args:
        genotype: the network that is built; its operators, ordered, are those of the vectors.
        relative_costs: cost of each operator over the mean of the full space (`costs.relative`).
        mu: μ, how much harder costly operators are pushed, at least 0; 0 pushes all alike.

    Reference: GOLD-NAS (arXiv 2007.03331), section 3.2.
    """

    def __init__(self, genotype: Genotype, relative_costs: Mapping[Place, float], mu: float):
        nodes: dict[Node, int] = {}
        self._node = [nodes.setdefault(place.feeds, len(nodes)) for place in genotype.ordered]
        self._nodes = len(nodes)
        self._weight = [1.0 + mu * relative_costs[place] for place in genotype.ordered]

    def shares(self, strengths: tf.Tensor) -> tf.Tensor:
        """ĝ of every operator, in [0, 1]; those of a node sum to 1.

        Args:
            strengths: σ(α) of every operator, 0 for those that are gone; (operators,).
        """
        totals = tf.math.unsorted_segment_sum(strengths, self._node, self._nodes)
        return tf.math.divide_no_nan(strengths, tf.gather(totals, self._node))

    def __call__(self, strengths: tf.Tensor, live: tf.Tensor) -> tf.Tensor:
        """R(α), a scalar.

        Args:
            strengths: as in `shares`.
            live: 1 for an operator that lives, 0 for one that is gone; (operators,).
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
