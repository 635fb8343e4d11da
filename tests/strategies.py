"""What properties are tested on: random spaces, and random networks of them, by Hypothesis."""

from hypothesis import strategies as st

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.space import Space

OPS = (
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "avg_pool_3x3",
    "max_pool_3x3",
)


@st.composite
def spaces(draw, shared=None):
    """Small spaces of every kind, on images of odd sizes that are large enough.

    Args:
        draw: of Hypothesis.
        shared: whether cells share gates; None is either.
    """
    stages = draw(st.lists(st.tuples(st.integers(1, 2), st.integers(2, 6)), max_size=3))
    cells = draw(st.integers(1, 6))
    halvings = len(stages) - 1 if stages else len({cells // 3, 2 * cells // 3})
    stem = draw(st.sampled_from(["cifar", "imagenet"]))
    smallest = 2 ** (halvings + (3 if stem == "imagenet" else 0))
    side = st.integers(smallest, smallest + 9)
    return Space(
        image_shape=(draw(side), draw(side), draw(st.integers(1, 3))),
        classes=draw(st.integers(2, 12)),
        cells=cells,
        channels=draw(st.integers(2, 6)),
        nodes=draw(st.integers(1, 3)),
        ops=tuple(draw(st.lists(st.sampled_from(OPS), min_size=1, max_size=3, unique=True))),
        stem=stem,
        shared=draw(st.booleans()) if shared is None else shared,
        stages=tuple(stages),
    )


@st.composite
def genotypes(draw, of=None):
    """Networks: each node has some of its operators, alike in cells that share their gates.

    Args:
        draw: of Hypothesis.
        of: strategy of their spaces; default `spaces()`.
    """
    space = draw(of or spaces())
    places = set()
    for kind in space.kinds:
        for node in range(space.nodes):
            edges = [(source, op) for source in range(CELL_INPUTS + node) for op in space.ops]
            chosen = draw(st.integers(1, 2 ** len(edges) - 1))
            kept = [edge for bit, edge in enumerate(edges) if chosen >> bit & 1]
            places |= {Place(cell, node, *edge) for cell in kind for edge in kept}
    return Genotype(space, frozenset(places))


@st.composite
def some_of(draw, things):
    """Any part of some things, in their order."""
    things = list(things)
    chosen = draw(st.integers(0, 2 ** len(things) - 1))
    return [thing for bit, thing in enumerate(things) if chosen >> bit & 1]
