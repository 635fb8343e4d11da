"""What earlier revisions wrote is still read: a folder in golden/ for each family of revisions.

`golden_runs.py` says what is in it and makes it. What a run recorded stands in its own files;
`expected/` has what else the same revision said: the logits of every network for `IMAGES`, and the
metrics of the runs that were stopped, had they not been. Those are compared roughly, for other
processors round in other ways.
"""

import importlib
import json
import pathlib
import re
import shutil

import golden_runs
import numpy as np
import pytest
import tensorflow as tf
from golden_runs import BLOCKS, COMPARE, EVOLVE, IMAGES, SEARCH, TRAIN, form
from processes import ROOT, TINY_SEARCH, metrics

import goldnas_tf
from goldnas_tf import pareto
from goldnas_tf.evaluation.evaluate import evaluate
from goldnas_tf.evaluation.settings import EvaluationConfig
from goldnas_tf.evolution import candidate
from goldnas_tf.files.kinds import Kind
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.timetable import Timetable
from goldnas_tf.searching import resolution
from goldnas_tf.searching.config import ResolutionSettings, SearchConfig

GOLDEN = sorted(golden_runs.GOLDEN.iterdir())
NETWORKS = {
    f"{golden.name}/{path}": (golden, path)
    for golden in GOLDEN
    for path in golden_runs.networks(golden)
}
# every kind of file by its name, and where one is
FILES = {
    "a checkpoint": "search/checkpoints/*/state.json",
    "a comparison": "compare/comparison.json",
    "a genotype": "run/pareto/e002/genotype.json",
    "a library of blocks": "blocks/blocks.json",
    "a list of points": "run/pareto.json",
    "a table of latencies": "latency/latency.json",
    "an evaluation": "evaluate/evaluation.json",
    "an export": "export/export.json",
    "lines of JSON": "run/metrics.jsonl",
    "the configuration of a run": "run/config.json",
    "the gates of a network": "gates/gates.json",
    "the figures of a network": "run/pareto/e002/metrics.json",
    "the names of classes": "run/pareto/e002/classes.json",
    "the plan of a run": "plan/plan.json",
    "what was found of sizes of images": "resolution/resolution.json",
}
every_family = pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)


def read(file):
    return json.loads(file.read_text())


def points(workdir):
    """The points of a run by name, but for their rank among the others."""
    found = pareto.from_json(read(workdir / "pareto.json"))
    return {point.name: vars(point) | {"non_dominated": None} for point in found}


def losses(line):
    """What an epoch trained, of its line of metrics; accuracies change in steps of an image."""
    names = {"step", "loss", "cross_entropy", "penalty"} & line.keys()
    return {name: line[name] for name in names}


@pytest.fixture
def resume(golden, tmp_path):
    """Goes on with a run, in a copy: its folder, and what was said."""

    def resume(program, name, *flags):
        copy = tmp_path / golden.name
        shutil.copytree(golden, copy)
        result = program.run_in(copy, f"--workdir={name}", *flags)
        assert result.returncode == 0, result.stderr
        return copy / name, result.stderr

    return resume


def test_every_kind_of_file_is_here():
    """A new kind is entered above, and a new schema has a folder of its own in golden/."""
    declared = [kind for module in _modules() for kind in vars(module).values() if _is_kind(kind)]
    assert {kind.name for kind in declared} == set(FILES)
    for kind in declared:
        files = [file for golden in GOLDEN for file in golden.glob(FILES[kind.name])]
        assert files, kind.name
        if kind.schema is not None:
            assert kind.schema in {read(file)["schema"] for file in files}, kind.name


def _modules():
    for file in sorted((ROOT / "goldnas_tf").rglob("*.py")):
        if re.search(r"^\w+ = Kind\(", file.read_text(), re.M):
            parts = file.relative_to(ROOT).with_suffix("").parts
            yield importlib.import_module(".".join(parts))


def _is_kind(value):
    return isinstance(value, Kind)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_answers_as_it_did(name):
    golden, path = NETWORKS[name]
    expected = np.load(golden / "expected" / "logits.npz")[path]
    logits = goldnas_tf.load(golden / path)(IMAGES, training=False)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5)
    # through Keras's own load_model
    opened = goldnas_tf.open_network(golden / path / "model.keras")
    probabilities = opened.probabilities(IMAGES.astype(np.uint8))
    np.testing.assert_allclose(probabilities, tf.nn.softmax(expected), rtol=0, atol=1e-5)
    assert opened.class_names == tuple("0123456789")


@every_family
def test_a_plan_is_followed(golden):
    table = Timetable(golden / "plan", 240.0, Clock())
    planned = read(golden / "plan" / "plan.json")
    assert (table.epochs, table.used) == (planned["epochs"], pytest.approx(planned["used"]))
    assert table.steps == planned["steps"]


@every_family
def test_a_size_that_was_found_is_searched_at(golden):
    found = read(golden / "resolution" / "resolution.json")
    config = SearchConfig(resolution=ResolutionSettings(image_sizes=("6", "8"), size_minutes=1.0))
    settled = resolution.settle(config, pytest.fail, golden / "resolution")
    assert settled.data.image_size == found["image_size"]
    assert resolution.spent(golden / "resolution") > 0


@every_family
def test_a_finished_search_goes_on(golden, resume):
    before, taken = metrics(golden / "run"), points(golden / "run")
    workdir, _ = resume(TINY_SEARCH, "run", "--max_epochs=3")
    assert metrics(workdir)[:2] == before
    found = points(workdir)
    assert set(found) == {"e002", "e003"}
    assert found["e002"] == taken["e002"]


@every_family
def test_an_interrupted_search_goes_on(golden, resume):
    expected = metrics(golden / "expected" / "search")
    before, taken = metrics(golden / "search"), points(golden / "search")
    assert before == expected[:4]
    workdir, said = resume(SEARCH, "search", "--max_epochs=7")
    assert "resumed after epoch 4, step 2" in said
    after = metrics(workdir)
    assert after[:4] == before
    # with the sums of the steps before, the masks, the momenta and the order of images
    assert losses(after[4]) == pytest.approx(losses(expected[4]), rel=1e-3)
    assert [line["epoch"] for line in after] == list(range(1, 8))
    found = points(workdir)
    assert set(found) > set(taken)
    assert {name: found[name] for name in taken} == taken
    assert (workdir / "pareto.png").stat().st_size > 0


@every_family
def test_a_search_of_blocks_goes_on(golden, resume):
    found = {block.name: block for block in goldnas_tf.load_blocks(golden / "blocks")}
    assert [vars(block) for block in found.values()] == [
        {**block, **{form: tuple(map(tuple, block[form])) for form in ("normal", "reduction")}}
        for block in read(golden / "blocks" / "blocks.json")["blocks"]
    ]
    before, taken = metrics(golden / "blocks"), points(golden / "blocks")
    assert set(found) <= set(taken)
    workdir, _ = resume(BLOCKS, "blocks", "--max_epochs=8")
    assert metrics(workdir)[:7] == before
    assert len(metrics(workdir)) == 8
    after = points(workdir)
    assert {name: after[name] for name in taken} == taken
    # of all points, those from before among them
    marked = reversed(pareto.mark(pareto.from_json(read(workdir / "pareto.json")), ("params",)))
    library = [block.name for block in goldnas_tf.load_blocks(workdir)]
    assert library == [point.name for point in marked if point.non_dominated]
    assert (workdir / "blocks.png").stat().st_size > 0


@every_family
def test_a_killed_training_goes_on(golden, resume):
    expected = metrics(golden / "expected" / "train")
    assert metrics(golden / "train") == expected[:2]
    workdir, said = resume(TRAIN, "train")
    # killed before the checkpoint of the second epoch
    assert "resumed after epoch 1, step 5" in said
    after = metrics(workdir)
    assert after[0] == expected[0]
    assert losses(after[1]) == pytest.approx(losses(expected[1]), rel=1e-3)
    assert [line["epoch"] for line in after] == [line["epoch"] for line in expected]
    told = read(workdir / "network" / "metrics.json")
    assert (told["epochs"], told["test_images"]) == (6, 180)


@every_family
def test_a_comparison_trains_what_is_missing(golden, resume):
    before = read(golden / "compare" / "comparison.json")
    workdir, _ = resume(COMPARE, "compare", "--seeds=2")
    after = read(workdir / "comparison.json")
    first = [one for one in after["trained"] if one["seed"] == 0]
    assert [{name: one[name] for name in before["trained"][0]} for one in first] == before[
        "trained"
    ]
    assert len(after["trained"]) == 2 * len(before["trained"])
    assert after["start"] == before["start"]
    # the test images are not looked at again
    for family in ("found_0", "random_0"):
        measured = pathlib.Path("e001", family, "network", "metrics.json")
        was, now = golden / "compare" / measured, workdir / measured
        assert now.stat().st_mtime_ns == was.stat().st_mtime_ns


@every_family
def test_an_evolution_goes_on(golden, resume):
    before, taken = candidate.read(golden / "evolve"), points(golden / "evolve")
    workdir, said = resume(EVOLVE, "evolve", "--generations=3")
    assert "resumed: 8 networks were tried before" in said
    after = candidate.read(workdir)
    assert after[:8] == before
    assert [one.name for one in after[8:]] == ["n009", "n010", "n011", "n012"]
    assert all(one.val_accuracy is not None for one in after)
    assert metrics(workdir)[:2] == metrics(golden / "evolve")
    found = points(workdir)
    assert {name: found[name] for name in taken} == taken
    assert (workdir / "evolution.png").stat().st_size > 0


@every_family
def test_a_network_is_measured_as_it_was(golden, tmp_path):
    before = read(golden / "evaluate" / "evaluation.json")
    network = str(golden / "run" / "pareto" / "e002" / "model.keras")
    data = goldnas_tf.DataSettings(**before["settings"])
    config = EvaluationConfig(data, (network,), "test", str(tmp_path), ("1",))
    evaluate(config, say=lambda line: None)
    after = read(tmp_path / "evaluation.json")
    assert form(after) >= form(before)
    (was,), (now,) = before["networks"].values(), after["networks"].values()
    assert now["accuracy"]["top1"] == pytest.approx(was["accuracy"]["top1"], abs=0.01)
    assert (now["macs"], now["params"]) == (was["macs"], was["params"])
    assert now["size_bytes"] == was["size_bytes"]
