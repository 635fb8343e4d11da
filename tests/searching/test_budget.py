import dataclasses

import pytest

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources
from goldnas_tf.searching.budget import Budgets, resolve_amount
from goldnas_tf.searching.config import PointSettings, SearchConfig
from goldnas_tf.settings.limits import LimitSettings
from goldnas_tf.settings.sections import ObjectiveSettings

SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
START = costs.total(Genotype.full(SPACE)).macs


def config(**points):
    return SearchConfig(points=PointSettings(**points))


@pytest.mark.parametrize(
    ("amount", "count"),
    [
        ("25%", 250_000),
        (" 25% ", 250_000),
        ("12.5%", 125_000),
        ("0.1M", 100_000),
        ("300K", 300_000),
        ("999,999", 999_999),
        ("0", 0),
        ("0%", 0),
    ],
)
def test_amounts(amount, count):
    assert resolve_amount("macs_floor", amount, 1_000_000) == count


@pytest.mark.parametrize(
    "amount",
    ["", "%", "a lot", "lots%", "-1", "-5%", "100%", "1M", "2G", "nan%", "nan", "inf%", "1e999%"],
)
def test_other_amounts_are_told_in_one_line(amount):
    with pytest.raises(InputError, match=r"^macs_floor: expected ") as caught:
        resolve_amount("macs_floor", amount, 1_000_000)
    assert amount in str(caught.value)
    assert "\n" not in str(caught.value)


def test_budgets_fall_and_are_each_there_once():
    found = Budgets.resolve(
        config(macs_targets=("25%", "50%", "25%", "40%"), macs_floor="20%"), SPACE
    )
    shares = [round(START * share) for share in (0.5, 0.4, 0.25)]
    assert found == Budgets(START, tuple(shares), round(START * 0.2))


def test_a_budget_may_be_the_floor_and_not_lie_below():
    same = config(macs_targets=("20%",), macs_floor="20%")
    assert Budgets.resolve(same, SPACE).targets == (round(START * 0.2),)
    below = config(macs_targets=("50%", "19%"), macs_floor="20%")
    with pytest.raises(InputError, match="macs_targets: expected at least macs_floor"):
        Budgets.resolve(below, SPACE)


def test_amounts_of_any_resource():
    used = resources.known(Genotype.full(SPACE))
    found = Budgets.resolve(config(targets=("80% ram", "70%ram"), floor="60% ram"), SPACE)
    assert found.yardstick.resource == found.axis.resource == "ram_bytes"
    assert found.start == used["ram_bytes"]
    shares = [round(used["ram_bytes"] * share) for share in (0.8, 0.7, 0.6)]
    assert [*found.targets, found.floor] == shares
    # points by multiply-adds on the way to a size
    found = Budgets.resolve(config(macs_targets=("50%",), floor="70% flash"), SPACE)
    assert (found.yardstick.resource, found.axis.resource) == ("flash_bytes", "macs")
    with pytest.raises(InputError, match=r"^targets: expected amounts of one resource"):
        Budgets.resolve(config(targets=("50% ram", "1K flash")), SPACE)
    with pytest.raises(InputError, match=r"^floor: expected less than the [\d,]+ bytes of RAM"):
        Budgets.resolve(config(floor="1M ram"), SPACE)


def test_shares_alone_are_of_what_is_penalised():
    by_params = SearchConfig(
        points=PointSettings(floor="30%"), objective=ObjectiveSettings(resource="params")
    )
    found = Budgets.resolve(by_params, SPACE)
    assert found.yardstick.resource == found.axis.resource == "params"
    assert found.floor == round(0.3 * costs.total(Genotype.full(SPACE)).params)
    # as they always were
    by_params = dataclasses.replace(by_params, points=PointSettings(macs_floor="30%"))
    assert Budgets.resolve(by_params, SPACE).floor == round(0.3 * START)


def test_limits_take_the_place_of_the_floor():
    limits = LimitSettings(max_macs=f"{START // 2}", max_params="1M")
    found = Budgets.resolve(SearchConfig(limits=limits), SPACE)
    assert found.start == pytest.approx(START / (START // 2))
    assert (found.floor, found.yardstick.resource) == (1.0, None)
    assert found.targets == tuple(sorted(found.targets, reverse=True))
    assert 1 < found.targets[-1] < found.targets[0] < found.start
    # what is within them from the start stays so
    wide = SearchConfig(limits=LimitSettings(max_params="1M"))
    assert Budgets.resolve(wide, SPACE).floor == Budgets.resolve(wide, SPACE).start < 1
    none = SearchConfig(limits=LimitSettings(max_flash="1K", max_params="1M"))
    with pytest.raises(InputError, match=r"^max_flash: expected at least the [\d,]+ bytes"):
        Budgets.resolve(none, SPACE)


def test_the_setting_at_fault_is_named():
    with pytest.raises(InputError, match=r"^macs_targets: expected less than"):
        Budgets.resolve(config(macs_targets=("100%",)), SPACE)
    with pytest.raises(InputError, match=r"^macs_floor: expected multiply-adds like"):
        config(macs_floor="little")


def test_amounts_are_passed_where_the_search_is_down_to_them():
    budgets, full = Budgets(START, (), 0), Genotype.full(SPACE)
    half = round(0.5 * START)
    given = ("50%", f"{half}", f"{half - 1}", "10%")
    assert budgets.passed("macs_targets", given, full, half) == ["50%", f"{half}"]
    assert budgets.passed("macs_targets", (), full, half) == []


@pytest.mark.parametrize(
    ("before", "after", "crossed"),
    [
        (900, 801, False),
        (900, 800, True),
        (900, 700, True),
        (800, 700, False),
        (900, 300, True),
        (500, 500, False),
        (400, 399, False),
    ],
)
def test_a_budget_is_crossed_once(before, after, crossed):
    assert Budgets(1000, (800, 500), 100).crossed(before, after) is crossed
