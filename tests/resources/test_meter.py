"""What is known of networks, and what a search brings down."""

import dataclasses

import pytest
from test_latency_table import table_of
from tiny_networks import NETWORKS

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources
from goldnas_tf.resources.meter import MACS, Meter, Yardstick

FULL = Genotype.full(NETWORKS["auxiliary_widths"].genotype.space)


def test_latency_is_known_with_a_table_alone():
    with_table = Meter(table_of(FULL))
    assert set(Meter().known(FULL)) == set(Meter().names) == set(resources.KNOWN)
    assert set(with_table.known(FULL)) == {*resources.KNOWN, "latency_ms"}
    with pytest.raises(InputError, match=r"^latency_table: expected a table"):
        Meter().use(FULL, "latency_ms")
    with pytest.raises(InputError, match=r"^resource: expected one of"):
        Meter().use(FULL, "watts")


@pytest.mark.parametrize("name", ["macs", "params", "flash_bytes", "ram_bytes", "latency_ms"])
def test_one_resource_is_what_all_of_them_say(name):
    meter = Meter(table_of(FULL))
    assert meter.use(FULL, name) == pytest.approx(meter.known(FULL)[name])
    assert Yardstick(meter, name).of(FULL) == meter.use(FULL, name)


def test_a_table_of_other_images_is_refused():
    other = NETWORKS["odd_images"].genotype
    assert other.space.image_shape != FULL.space.image_shape
    with pytest.raises(InputError, match=r"^latency_table: expected one for images of"):
        Meter(table_of(other)).check_space(FULL.space)


def test_a_table_that_lacks_what_the_space_has_is_refused():
    table = table_of(FULL)
    Meter(table).check_space(FULL.space)
    grids = {site: grid for site, grid in table.grids.items() if site.kind != "concatenation"}
    with pytest.raises(InputError, match=r"^latency_table: .* none of concatenation, on maps of"):
        Meter(dataclasses.replace(table, grids=grids)).check_space(FULL.space)
    Meter().check_space(FULL.space)


@pytest.mark.parametrize("name", ["flash_bytes", "latency_ms"])
def test_a_gate_costs_what_the_network_saves_without_it(name):
    meter = Meter(table_of(FULL))
    yardstick = Yardstick(meter, name)
    relative = yardstick.relative(FULL)
    one, other = [gate for gate in FULL.ordered if "conv" in gate.op][:2]
    saved = [meter.use(FULL, name) - meter.use(FULL.without([gate]), name) for gate in (one, other)]
    assert min(saved) > 0
    assert relative[one] / relative[other] == pytest.approx(saved[0] / saved[1])
    assert sum(relative.values()) / len(relative) == pytest.approx(1.0)


def test_what_has_to_stay_saves_nothing():
    narrow = FULL.without(gate for gate in FULL.groups if gate.number > 0)
    relative = Yardstick(resource="flash_bytes").relative(narrow)
    assert all(relative[group] == 0 for group in narrow.groups)


def test_limits_are_as_far_away_as_the_farthest():
    meter, macs = Meter(), costs.total(FULL).macs
    limits = {"macs": macs / 2, "params": 10 * costs.total(FULL).params}
    yardstick = Yardstick(meter, limits=limits)
    assert yardstick.of(FULL) == pytest.approx(2.0)
    assert yardstick.resource is None
    assert yardstick.told(2.0) == "2 times the limits"
    assert sum(yardstick.relative(FULL).values()) > 0


def test_amounts_are_told_with_their_unit():
    assert MACS.told(1234.0) == "1,234 multiply-adds"
    assert Yardstick(Meter(table_of(FULL)), "latency_ms").told(0.12345) == "0.123 milliseconds"
