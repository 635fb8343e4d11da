import dataclasses

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.evolution import candidate
from goldnas_tf.evolution.records import Records
from goldnas_tf.evolution.settings import EvolutionSettings
from goldnas_tf.resources import resources

SETTINGS = EvolutionSettings(population=4, generations=1, max_params="2000")
# a network, the same again (a kernel that nothing has), and others
SMALL, SAME = (0, 0, 0, 0, 0, 0, 0, *(0,) * 6), (0, 0, 0, 0, 0, 0, 1, *(0,) * 6)
OTHER, THIRD = (0, 0, 0, 1, 0, 0, 0, *(0,) * 6), (0, 1, 0, 0, 0, *(0,) * 8)
# two wide stages of two large blocks
LARGE = (1, 1, 1, 1, 1, *(1,) * 8)


@pytest.fixture
def records(assembly, tmp_path):
    return Records(tmp_path, assembly, SETTINGS)


def finish(records, plan, accuracy=0.5):
    for name, genotype in records.untried(plan).items():
        known = plan.known[genotype]
        assert known.name == name
        records.add(dataclasses.replace(known, val_accuracy=accuracy))
    return records.close(plan)


def test_a_network_is_new_once(records):
    plan = records.plan([SMALL, SAME, OTHER])
    assert list(plan.new) == ["n001", "n002"]
    assert plan.members[0] == plan.members[1]
    first = finish(records, plan)
    assert [one.name for one in first] == ["n001", "n001", "n002"]
    plan = records.plan([SAME, THIRD])
    assert list(plan.new) == ["n003"]
    second = finish(records, plan)
    assert [(one.name, one.generation) for one in second] == [("n001", 1), ("n003", 2)]
    assert [one.name for one in records.trials] == ["n001", "n002", "n003"]


def test_what_breaks_a_limit_is_a_member_but_not_trained(records):
    plan = records.plan([LARGE, SMALL])
    assert list(plan.new) == ["n001"]
    large, small = finish(records, plan)
    assert (large.name, large.val_accuracy) == ("", None)
    assert large.excess(SETTINGS.most)[0] > 0
    assert small.is_feasible(SETTINGS.most)
    assert records.trials == [small]


@pytest.mark.parametrize("name", ["flash", "ram"])
def test_flash_and_ram_are_limits_that_are_known_before_anything_is_trained(
    assembly, tmp_path, name
):
    costs = [
        resources.known(assembly.genotype(genes), gated=False)[f"{name}_bytes"]
        for genes in (SMALL, LARGE)
    ]
    assert costs[0] < costs[1]
    settings = dataclasses.replace(SETTINGS, max_params="0", **{f"max_{name}": str(costs[0])})
    records = Records(tmp_path, assembly, settings)
    plan = records.plan([LARGE, SMALL])
    assert [*plan.new.values()] == [assembly.genotype(SMALL)]
    large, small = finish(records, plan)
    assert large.excess(settings.most)[0] == pytest.approx(costs[1] / costs[0] - 1)
    assert small.is_feasible(settings.most)


def test_a_generation_ends_with_the_budget(assembly, tmp_path):
    settings = dataclasses.replace(SETTINGS, max_params="0")
    records = Records(tmp_path, assembly, settings)
    finish(records, records.plan([SMALL, OTHER, THIRD]))
    assert not records.is_over
    plan = records.plan([SAME, LARGE, (1, *OTHER[1:]), SMALL])
    assert list(plan.new) == ["n004"]
    assert len(plan.members) == 2
    finish(records, plan)
    assert records.is_over


def test_nothing_new_for_long_ends_the_run(records):
    finish(records, records.plan([SMALL]))
    for _ in range(20):
        assert not records.is_over
        finish(records, records.plan([SAME]))
    assert records.is_over


def test_a_resumed_run_finds_what_it_has_tried(records, assembly, tmp_path):
    plan = records.plan([SMALL, OTHER])
    records.add(dataclasses.replace(plan.known[plan.new["n002"]], val_accuracy=0.25))
    again = Records(tmp_path, assembly, SETTINGS)
    assert len(again) == 1
    plan = again.plan([SMALL, OTHER])
    assert list(plan.new) == ["n001", "n002"]
    assert list(again.untried(plan)) == ["n001"]
    assert [one.val_accuracy for one in finish(again, plan, 0.75)] == [0.75, 0.25]
    assert len(candidate.read(tmp_path)) == 2


def test_only_the_feasible_give_weights(records):
    plan = records.plan([SMALL, OTHER])
    names = iter(plan.new)
    records.add(dataclasses.replace(plan.known[plan.new[next(names)]], failure="diverged"))
    records.add(dataclasses.replace(plan.known[plan.new[next(names)]], val_accuracy=0.5))
    records.close(plan)
    assert [name for name, *_ in records.tried] == ["n002"]


def test_trials_of_other_networks_are_not_taken_for_these(records, assembly, tmp_path):
    plan = records.plan([SMALL, OTHER])
    records.add(dataclasses.replace(plan.known[plan.new["n002"]], val_accuracy=0.25))
    again = Records(tmp_path, assembly, SETTINGS)
    with pytest.raises(InputError, match="does not fit the networks that are proposed now"):
        again.untried(again.plan([OTHER, SMALL]))
