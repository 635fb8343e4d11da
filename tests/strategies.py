"""What properties are tested on: random spaces, and random networks of them, by Hypothesis."""

from hypothesis import strategies as st

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, STEM, Group, Place
from goldnas_tf.architecture.space import Space

OPS = (
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "avg_pool_3x3",
    "max_pool_3x3",
    "conv_1x1",
    "conv_3x3",
    "mbconv_3x3",
)


@st.composite
def spaces(draw, shared=None):
    """Small spaces of every kind, on images of odd sizes that are large enough.

    Args:
        draw: of Hypothesis.
        shared: whether cells share gates; None is either.
    """
    groups, shared = draw(st.sampled_from([1, 1, 2, 3])), draw(_given_or(shared, st.booleans()))
    group_width = 0 if shared or groups == 1 else draw(st.sampled_from([0, 2]))
    channels = st.integers(2, 6) if groups == 1 else st.integers(1, 2).map(lambda n: 2 * groups * n)
    if group_width:
        # halves of the narrowest map are groups, too
        channels = channels.map(lambda n: 2 * n)
    stages = draw(st.lists(st.tuples(st.integers(1, 2), channels), max_size=3))
    cells = draw(st.integers(1, 6))
    halvings = len(stages) - 1 if stages else len({cells // 3, 2 * cells // 3})
    stem = draw(st.sampled_from(["cifar", "imagenet"]))
    smallest = 2 ** (halvings + (3 if stem == "imagenet" else 0))
    side = st.integers(smallest, smallest + 9)
    return Space(
        image_shape=(draw(side), draw(side), draw(st.integers(1, 3))),
        classes=draw(st.integers(2, 12)),
        cells=cells,
        channels=draw(channels),
        nodes=draw(st.integers(1, 3)),
        ops=tuple(draw(st.lists(st.sampled_from(OPS), min_size=1, max_size=3, unique=True))),
        stem=stem,
        shared=shared,
        stages=tuple(stages),
        width_groups=groups,
        group_width=group_width,
        least_width=draw(st.integers(1, 2)) if groups > 1 else 1,
    )


def _given_or(value, drawn):
    return drawn if value is None else st.just(value)


@st.composite
def genotypes(draw, of=None):
    """Networks: each node has some of its operators, and each width some of its groups.

    They are alike in cells that share their gates.

    Args:
        draw: of Hypothesis.
        of: strategy of their spaces; default `spaces()`.
    """
    space = draw(spaces() if of is None else of)
    places = set()
    for kind in space.kinds:
        for node in range(space.nodes):
            edges = [(source, op) for source in range(CELL_INPUTS + node) for op in space.ops]
            chosen = draw(st.integers(1, 2 ** len(edges) - 1))
            kept = [edge for bit, edge in enumerate(edges) if chosen >> bit & 1]
            places |= {Place(cell, node, *edge) for cell in kind for edge in kept}
    groups = set()
    for kind in ((STEM,), *space.kinds) if space.groups else ():
        least = space.least_groups(kind[0])
        kept = draw(st.sets(st.integers(0, space.groups_in(kind[0]) - 1), min_size=least))
        groups |= {Group(owner, number) for owner in kind for number in kept}
    return Genotype(space, frozenset(places), frozenset(groups))


@st.composite
def some_of(draw, things):
    """Any part of some things, in their order."""
    things = list(things)
    chosen = draw(st.integers(0, 2 ** len(things) - 1))
    return [thing for bit, thing in enumerate(things) if chosen >> bit & 1]
