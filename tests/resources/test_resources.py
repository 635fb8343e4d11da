"""What is known of a network before it is built."""

import pytest
from tiny_networks import NETWORKS

from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.resources import resources
from goldnas_tf.resources.footprint import footprint


@pytest.mark.parametrize("gated", [True, False])
def test_all_that_is_known_by_name(gated):
    genotype = NETWORKS["default_operators"].genotype
    found = resources.known(genotype, gated)
    taken = footprint(lower(of_sizes(genotype)))
    expected = resources.total(genotype, gated)
    assert found == {**expected, "flash_bytes": taken.flash, "ram_bytes": taken.ram}
    assert tuple(found) == resources.KNOWN


def test_what_is_measured_alone_is_not_known():
    assert set(resources.RESOURCES) - set(resources.KNOWN) == {"latency_ms"}
    assert set(resources.COUNTED) == {"macs", "params"}
