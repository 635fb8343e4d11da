"""How long steps take, and trainings that take a given time."""

import dataclasses
import io
import json

import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf import data
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.display.terminal import Progress
from goldnas_tf.files import json_lines
from goldnas_tf.networks.network import Form
from goldnas_tf.page.live import LivePage
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.timetable import Timetable
from goldnas_tf.settings.images import AugmentationSettings, DataSettings
from goldnas_tf.settings.sections import OptimizerSettings
from goldnas_tf.training import pace, train_loop
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import Learner, Recipe
from goldnas_tf.training.pace import Pace, probe
from goldnas_tf.training.train_config import TrainConfig, TrainingSettings
from goldnas_tf.training.train_loop import Training

IMAGES = DataSettings(train_images=240)


def test_the_pace_is_the_line_through_what_was_measured():
    line = Pace.fit([(1e6, 0.3), (2e6, 0.5), (3e6, 0.7)])
    assert (line.fixed, line.slope) == pytest.approx((0.1, 2e-7))
    assert line.step(2e6) == pytest.approx(0.5)
    # the forward pass of a teacher takes a third
    assert line.step(2e6, teacher=3e6) == pytest.approx(0.7)


@pytest.mark.parametrize(
    "samples", [[(1e6, 0.4)], [(1e6, 0.4), (1.1e6, 0.2)], [(1e6, 0.6), (3e6, 0.2)]]
)
def test_a_pace_that_tells_no_line_still_rises_with_the_cost(samples):
    line = Pace.fit(samples)
    assert line.fixed > 0
    assert line.slope > 0
    mean = sum(macs for macs, _ in samples) / len(samples)
    assert line.step(mean) == pytest.approx(sum(s for _, s in samples) / len(samples))


@pytest.fixture(scope="module")
def digits():
    return data.load(IMAGES)


@pytest.fixture(scope="module")
def genotype(digits):
    space = NETWORKS["plain"].genotype.space
    whole = dataclasses.replace(space, image_shape=digits.image_shape, classes=10)
    return Genotype.full(whole)


def test_measuring_the_pace_changes_nothing(digits, genotype):
    recipe = Recipe(OptimizerSettings(batch_size=24), ema_decay=0.9, form=Form(gated=False))
    learner = Learner(GenotypeBlueprint(genotype), recipe)
    feed = Feed(digits, 24, AugmentationSettings(), 0, recipe.strategy)
    before = learner.state()
    step, answer = probe(learner, feed, Clock(), 0.2)
    assert step > answer > 0
    for name, array in learner.state().items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)


def test_what_disturbs_for_a_moment_is_not_the_pace(digits, genotype, monkeypatch):
    recipe = Recipe(OptimizerSettings(batch_size=24), form=Form(gated=False))
    learner = Learner(GenotypeBlueprint(genotype), recipe)
    feed = Feed(digits, 24, AugmentationSettings(), 0, recipe.strategy)
    now, taken = [0.0], [*[5.0] * 7, *[0.25] * 1000]
    step, accuracy = learner.step, learner.accuracy

    def takes(doing, seconds):
        def slowly(*arguments):
            now[0] += seconds()
            return doing(*arguments)

        return slowly

    monkeypatch.setattr(learner, "step", takes(step, lambda: taken.pop(0)))
    monkeypatch.setattr(learner, "accuracy", takes(accuracy, lambda: 0.125))
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    assert probe(learner, feed, Clock(), 2.0) == (0.25, 0.125)


def timed(workdir, digits, genotype, seconds):
    config = TrainConfig(
        data=IMAGES,
        optimizer=OptimizerSettings(batch_size=24),
        training=TrainingSettings(epochs=1, ema_decay=0.9),
    )
    blueprint = GenotypeBlueprint(genotype)
    progress = Progress(io.StringIO())
    return Training(blueprint, config, digits, workdir, None, progress, None, seconds=seconds)


def test_a_training_is_planned_for_the_time_that_it_is_given(
    tmp_path, digits, genotype, monkeypatch
):
    # a pace at which nothing else takes any time to speak of
    monkeypatch.setattr(train_loop, "probe", lambda *_: (60.0, 0.1))
    metrics = timed(tmp_path, digits, genotype, 3600.0).go()
    plan = json.loads((tmp_path / "plan.json").read_text())
    # a reserve is kept, and what was used up to then
    assert 0.8 * 60 < plan["epochs"] * plan["steps"] < 60
    # a pass has 10 steps
    assert metrics["epochs"] == plan["epochs"] == 6
    lines = json_lines.read(tmp_path / "metrics.jsonl")
    assert [line["step"] for line in lines] == [plan["steps"] * epoch for epoch in range(1, 7)]


def test_a_plan_is_followed_whatever_time_is_left(tmp_path, digits, genotype):
    table = Timetable(tmp_path, 5.0, Clock())
    table.plan(3, 2)
    training, file, pages = timed(tmp_path, digits, genotype, 1e-3), tmp_path / "metrics.jsonl", []
    # its page is renewed after each epoch, where that is not too often
    training.page = LivePage(
        lambda going_on: pages.append((len(json_lines.read(file)), going_on)),
        lambda: 3600.0 * (file.exists() and len(json_lines.read(file))),
    )
    training.go()
    assert [line["step"] for line in json_lines.read(file)] == [2, 4, 6]
    assert pages == [(1, True), (2, True), (3, True), (3, False)]
