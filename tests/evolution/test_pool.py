"""A process that was lost between two trials is replaced, and so is one that was lost in one."""

import shutil

import pytest

import goldnas_tf
from goldnas_tf.evolution.pool import Bounds, Pool, visible_gpus
from goldnas_tf.evolution.setup import Setup
from goldnas_tf.runs.interrupt import Interrupted, Interrupts

GENES = (0, 0, 0, 0, 0, *(0,) * 8)
BOUNDS = Bounds(minutes=5, gigabytes=8)


@pytest.fixture
def pool(tmp_path):
    config = goldnas_tf.EvolveConfig(
        data=goldnas_tf.DataSettings(train_images=120),
        optimizer=goldnas_tf.OptimizerSettings(batch_size=24),
        evolution=goldnas_tf.EvolutionSettings(candidate_epochs=1),
    )
    data = goldnas_tf.load_data(config.data)
    with Pool(Setup(config, data, data.describe(), tmp_path), [], 1, tmp_path / "logs") as pool:
        yield pool


def test_a_process_that_is_lost_or_breaks_a_bound_is_replaced(pool, assembly):
    def judge(name, bounds=BOUNDS):
        tasks = [(name, ("judge", name, assembly.genotype(GENES), {}))]
        ((done, outcome),) = pool.run(tasks, bounds, Interrupts())
        assert done == name
        return outcome

    assert judge("n001", Bounds(minutes=0.001)).failure == "it took more than 0.001 minutes"
    hungry = judge("n001", Bounds(gigabytes=0.1)).failure
    assert hungry == "its process took more than 0.1 GB of memory"
    first = judge("n001")
    assert first.failure is None
    (process,) = pool._processes.values()
    process._process.kill()
    process._process.join()
    # the same training in another process gives the same
    assert judge("n002").result == first.result
    # no such method: the trial fails, the process goes on
    ((_, outcome),) = pool.run([("n003", ("nonsense",))], BOUNDS, Interrupts())
    assert "AttributeError" in outcome.failure
    assert judge("n004").result == first.result
    # a disk that cannot be written is no fault of a network
    weights = pool._setup.workdir / "weights"
    shutil.rmtree(weights)
    weights.touch()
    with pytest.raises(OSError, match="weights"):
        judge("n005")


def test_a_signal_ends_what_waits(pool, assembly):
    signals = Interrupts()
    signals.signum = 15
    with pytest.raises(Interrupted):
        list(pool.run([("n001", ("judge", "n001", None, {}))], BOUNDS, signals))


@pytest.mark.parametrize(
    ("listed", "count", "names"),
    [(None, 2, ["0", "1"]), ("2,3", 2, ["2", "3"]), ("GPU-ab, GPU-cd", 1, ["GPU-ab"]), ("", 0, [])],
)
def test_gpus_are_those_that_the_user_left_visible(monkeypatch, listed, count, names):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if listed is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert visible_gpus(count) == names
