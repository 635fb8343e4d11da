import json

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin
from goldnas_tf.settings.images import DataSettings


@pytest.fixture
def make_run(tmp_path):
    """Makes a run with a point and gives the point: (name, settings of its data)."""

    def make(name, **settings):
        point = tmp_path / name / "pareto" / "e001"
        (point / "saved_model" / "1").mkdir(parents=True)
        (point / "classes.json").write_text('["a", "b"]')
        (point / "metrics.json").write_text('{"macs": 5, "reason": "final"}')
        config = {"schema": 1, "settings": {"data": vars(DataSettings(**settings))}}
        (tmp_path / name / "config.json").write_text(json.dumps(config))
        return point

    return make


@pytest.mark.parametrize("part", ["", "model.keras", "saved_model", "saved_model/1"])
def test_what_lies_in_a_point_is_known(make_run, part):
    point = make_run("run")
    path = point / part
    assert origin.point_folder(path) == point
    assert origin.class_names(path) == ("a", "b")
    assert origin.recorded_cost(path, "macs") == 5
    assert origin.recorded_cost(path, "params") is None
    assert origin.recorded_cost(path, "reason") is None


def test_of_another_network_nothing_is_known(tmp_path):
    assert origin.point_folder(tmp_path / "a" / "b") is None
    assert origin.class_names(tmp_path / "a.keras") is None
    assert origin.recorded_cost(tmp_path / "a.keras", "macs") is None


def test_the_images_are_those_of_the_run(make_run, monkeypatch):
    point = make_run("run", split_seed=3, image_size=12)
    expected = DataSettings(split_seed=3, image_size=12)
    assert origin.data_settings([str(point), str(point / "model.keras")], {}) == expected
    monkeypatch.chdir(point.parent)
    assert origin.data_settings(["e001"], {}) == expected
    monkeypatch.chdir(point)
    assert origin.data_settings(["model.keras"], {}) == expected


def test_what_is_given_overrides_the_run(make_run):
    point = make_run("run", dataset="cifar10", data_dir="there", split_seed=3)
    assert origin.data_settings([point], {"data_dir": "here"}) == DataSettings(
        dataset="cifar10", data_dir="here", split_seed=3
    )
    same = {"dataset": "cifar10", "split_seed": 4}
    assert origin.data_settings([point], same) == DataSettings(
        dataset="cifar10", data_dir="there", split_seed=4
    )
    assert origin.data_of_run(point.parents[1], same) == origin.data_settings([point], same)


def test_another_data_set_takes_the_place_of_all_settings(make_run):
    point = make_run("run", dataset="folder", data_dir="my_images", image_size=64)
    given = {"dataset": "cifar10"}
    assert origin.data_settings([point], given) == DataSettings(dataset="cifar10")
    assert origin.data_of_run(point.parents[1], given) == DataSettings(dataset="cifar10")


def test_without_a_run_what_is_given_holds(make_run, tmp_path):
    assert origin.data_settings(["a.keras"], {"split_seed": 2}) == DataSettings(split_seed=2)
    assert origin.data_of_run(tmp_path, {"split_seed": 2}) == DataSettings(split_seed=2)
    # a point that was copied out of its run
    point = make_run("run", split_seed=3)
    (tmp_path / "run" / "config.json").unlink()
    assert origin.data_settings([point], {}) == DataSettings()
    # beside a network of a run, another one is measured on the same images
    other = make_run("other", split_seed=5)
    assert origin.data_settings(["a.keras", other], {}) == DataSettings(split_seed=5)


def test_runs_on_different_images_are_not_compared(make_run):
    points = [make_run("one", split_seed=1), make_run("two", split_seed=2)]
    with pytest.raises(InputError, match="received runs on different ones; give --dataset"):
        origin.data_settings(points, {})
    assert origin.data_settings(points, {"split_seed": 2}) == DataSettings(split_seed=2)


def test_of_several_runs_only_those_on_the_given_data_set_count(make_run):
    points = [make_run("one", dataset="cifar10", split_seed=3), make_run("two", split_seed=2)]
    expected = DataSettings(dataset="cifar10", split_seed=3)
    assert origin.data_settings(points, {"dataset": "cifar10"}) == expected


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("classes.json", "[1, 2]", "expected a list of names"),
        ("classes.json", "[", "received a damaged file"),
        ("metrics.json", "{", "received a damaged file"),
        ("../../config.json", '{"schema": 1, "settings": {}}', "of a run; .*KeyError"),
        (
            "../../config.json",
            '{"schema": 1, "settings": {"data": {"a": 1}}}',
            "of a run; .*TypeError",
        ),
        (
            "../../config.json",
            '{"schema": 1, "settings": {"data": {"split_seed": -1}}}',
            "split_seed.* at least 0",
        ),
    ],
)
def test_files_of_another_kind_are_told(make_run, name, content, said):
    point = make_run("run")
    (point / name).write_text(content)
    with pytest.raises(InputError, match=said):
        origin.class_names(point)
        origin.recorded_cost(point, "macs")
        origin.data_settings([point], {})
