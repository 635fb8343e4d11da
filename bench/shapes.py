"""What is measured: the sizes of supernets, and how much of them is left. No TensorFlow."""

import random
import typing

from goldnas_tf import costs
from goldnas_tf.genotype import Genotype
from goldnas_tf.sampling import sample_at_macs
from goldnas_tf.space import Space

IMAGE = (32, 32, 3)
CLASSES = 10


class Shape(typing.NamedTuple):
    """A training step: cells, channels of the first cells, images in a batch."""

    channels: int
    cells: int
    batch: int

    def __str__(self):
        return f"C={self.channels}, {self.cells} cells, batch {self.batch}"

    @property
    def space(self) -> Space:
        """The space of that size on 32×32 images."""
        return Space(IMAGE, CLASSES, cells=self.cells, channels=self.channels)


SHAPES = (Shape(16, 8, 32), Shape(16, 8, 96), Shape(36, 14, 16))
SHARES = (1.0, 0.5, 0.25, 0.12)


def genotype(space: Space, share: float, seed: int = 0) -> Genotype:
    """A random genotype with this share of the multiply-adds of all the operators of the space.

    What lies outside the operators (stem, preprocessing, classifier) comes on top, as far as the
    genotype still needs it.
    """
    full = Genotype.full(space)
    if share == 1.0:
        return full
    goal = costs.in_gates(full).macs * share + costs.outside_gates(full).macs
    return sample_at_macs(space, round(goal), random.Random(seed))
