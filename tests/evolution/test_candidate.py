import dataclasses

from goldnas_tf.evolution import candidate
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.front import front, reference, volumes
from goldnas_tf.evolution.settings import EvolutionSettings

LIMITS = {"params": 100, "latency_ms": 2.0}
SETTINGS = EvolutionSettings(max_params="100")


def tried(name, params, accuracy, **values):
    measured = {"latency_ms": values.pop("latency_ms")} if "latency_ms" in values else {}
    costs = {"macs": 10 * params, "params": params, **measured}
    return Candidate(name, (0, 1), 1, costs, accuracy, **values)


def test_aims_are_minimised():
    one = tried("n001", 50, 0.75, latency_ms=1.5)
    assert one.aims(("params", "latency_ms")) == [0.25, 50, 1.5]
    assert one.aims(("macs",)) == [0.25, 500]


def test_excess_is_relative_to_the_limit():
    assert tried("n001", 50, 0.9, latency_ms=3.0).excess(LIMITS) == [-0.5, 0.5, 0.0]
    assert tried("n001", 100, 0.9, latency_ms=2.0).is_feasible(LIMITS)
    assert not tried("n001", 101, 0.9, latency_ms=2.0).is_feasible(LIMITS)


def test_what_failed_is_infeasible_and_the_worst():
    failed = tried("n001", 50, None, failure="out of memory")
    assert failed.excess({}) == [1.0]
    assert not failed.is_feasible({})
    assert failed.aims(("params",)) == [1.0, 50]


def test_candidates_are_read_back_but_for_an_unfinished_line(tmp_path):
    ones = [tried("n001", 50, 1 / 3), tried("n002", 60, None, failure="it took too long: λ")]
    for one in ones:
        candidate.append(one, tmp_path)
    file = tmp_path / candidate.FILE
    file.write_text(file.read_text() + '{"name": "n003", "gen')
    assert candidate.read(tmp_path) == ones
    # what is appended next begins a line of its own
    candidate.append(dataclasses.replace(ones[0], name="n003"), tmp_path)
    assert [one.name for one in candidate.read(tmp_path)] == ["n001", "n002", "n003"]


def test_nothing_was_tried_in_a_new_folder(tmp_path):
    assert candidate.read(tmp_path) == []


def test_the_front_is_feasible_and_not_dominated():
    ones = [
        tried("n001", 50, 0.9),
        tried("n002", 60, 0.8),
        tried("n003", 20, 0.7),
        tried("n004", 120, 0.99),
        tried("n005", 10, None, failure="diverged"),
    ]
    assert [one.name for one in front(ones, SETTINGS)] == ["n003", "n001"]
    assert front([], SETTINGS) == []


def test_hypervolume_grows_by_hand():
    ones = [tried("n001", 50, 0.8), tried("n002", 60, 0.5), tried("n003", 25, 0.6)]
    worst = reference([ones], SETTINGS)
    assert worst == (1.0, 100)
    # 0.8 x 0.5; dominated; and 0.6 x 0.25 more
    assert [round(value, 9) for value in volumes(ones, SETTINGS, worst)] == [0.4, 0.4, 0.55]


def test_without_a_limit_the_first_generation_says_what_is_worst():
    settings = EvolutionSettings(max_params="0", objectives=("params", "macs"))
    first = [tried("n001", 50, 0.8), tried("n002", 80, 0.5)]
    assert reference([first, [tried("n003", 900, 0.9)]], settings) == (1.0, 80, 800)
