import dataclasses
import json

import pytest

from goldnas_tf import pareto
from goldnas_tf.pareto import Point, dominates, mark


def point(macs, accuracy, epoch=1, **values):
    name = f"e{epoch:03d}"
    costs = {"macs": macs, "params": 10 * macs}
    return Point(name, f"pareto/{name}", costs, accuracy, epoch, "stable", **values)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((100, 0.9), (200, 0.8), True),
        ((100, 0.9), (100, 0.8), True),
        ((100, 0.9), (200, 0.9), True),
        ((100, 0.9), (100, 0.9), False),
        ((100, 0.7), (200, 0.8), False),
        ((200, 0.9), (100, 0.8), False),
        ((200, 0.8), (100, 0.9), False),
        ((200, 0.9), (100, 0.9), False),
        ((100, 0.8), (100, 0.9), False),
    ],
)
def test_dominance(one, other, expected):
    assert dominates(point(*one), point(*other)) is expected


def test_mark_sorts_by_falling_macs_and_keeps_the_dominated():
    points = [point(100, 0.7, 3), point(300, 0.9, 1), point(200, 0.6, 2), point(50, 0.5, 4)]
    marked = mark(points)
    assert [(p.macs, p.non_dominated) for p in marked] == [
        (300, True),
        (200, False),
        (100, True),
        (50, True),
    ]


def test_equal_points_do_not_dominate_each_other():
    marked = mark([point(100, 0.9, 2), point(100, 0.9, 1)])
    assert [(p.epoch, p.non_dominated) for p in marked] == [(1, True), (2, True)]


def test_equal_points_that_are_dominated_both_are():
    marked = mark([point(100, 0.9, 1), point(100, 0.9, 2), point(90, 0.9, 3)])
    assert [p.non_dominated for p in marked] == [False, False, True]


def test_marks_are_made_anew():
    stale = [point(100, 0.9, 1, non_dominated=False), point(200, 0.8, 2, non_dominated=True)]
    assert [p.non_dominated for p in mark(stale)] == [False, True]
    assert mark([]) == []


def test_json_form():
    values = pareto.to_json([point(100, 0.9, 2), point(200, 0.8, 1)], start_macs=1000)
    assert json.loads(json.dumps(values)) == values
    assert values == {
        "schema": 1,
        "start_macs": 1000,
        "costs": ["macs"],
        "points": [
            {
                "name": "e001",
                "path": "pareto/e001",
                "macs": 200,
                "params": 2000,
                "val_accuracy": 0.8,
                "epoch": 1,
                "reason": "stable",
                "non_dominated": False,
                "test_accuracy": None,
                "finished": False,
            },
            {
                "name": "e002",
                "path": "pareto/e002",
                "macs": 100,
                "params": 1000,
                "val_accuracy": 0.9,
                "epoch": 2,
                "reason": "stable",
                "non_dominated": True,
                "test_accuracy": None,
                "finished": False,
            },
        ],
    }


def test_json_round_trip():
    points = mark([point(100, 0.9, 2), point(200, 0.8, 1), point(300, 0.95, 3)])
    values = json.loads(json.dumps(pareto.to_json(points, 1000)))
    assert pareto.from_json(values) == points


def test_another_schema_is_refused():
    for schema in (0, 2):
        with pytest.raises(ValueError, match=f"of schema 1; received schema {schema}"):
            pareto.from_json({"schema": schema, "points": []})


def test_points_are_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        point(1, 0.5).macs = 2


def test_finished_points_alone_are_judged_where_there_are_any():
    marked = mark([point(300, 0.9, 1), point(100, 0.8, 2, finished=True), point(50, 0.9, 3)])
    assert [p.non_dominated for p in marked] == [False, True, False]
