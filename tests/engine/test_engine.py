"""Tasks within bounds: a process that breaks one, or is lost, is replaced."""

import psutil
import pytest
from engine_tasks import VALUES, Work

from goldnas_tf.engine.engine import Bounds, Engine, visible_gpus
from goldnas_tf.runs.interrupt import Interrupted, Interrupts

BOUNDS = Bounds(minutes=5, gigabytes=8)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engine")
    with Engine(Work, {"values": VALUES}, folder, count=1) as engine:
        yield engine
    assert [file.name for file in folder.iterdir()] == ["workers"]


def do(engine, *call, bounds=BOUNDS):
    ((name, outcome),) = engine.run([("n001", call)], bounds, Interrupts())
    assert name == "n001"
    return outcome


def test_arrays_are_read_and_not_written(engine):
    assert do(engine, "total", 10).result == 45
    assert do(engine, "is_writable").result is False


def test_nobody_can_reach_it_from_another_machine(engine):
    here = psutil.Process()
    hosts = {
        connection.laddr.ip
        for process in (here, *here.children(recursive=True))
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert hosts == {"127.0.0.1"}


def test_random_numbers_are_those_of_the_tasks_alone(engine):
    assert do(engine, "is_undisturbed").result is True


@pytest.mark.parametrize(
    ("call", "bounds", "failure"),
    [
        ("sleep", Bounds(minutes=0.01), "it took more than 0.01 minutes"),
        ("eat", Bounds(gigabytes=0.5), "its process took more than 0.5 GB of memory"),
        ("die", BOUNDS, "its process ended; worker_0.log says why"),
    ],
)
def test_a_process_that_breaks_a_bound_or_dies_is_replaced(engine, call, bounds, failure):
    before = do(engine, "process").result
    assert do(engine, call, bounds=bounds).failure == failure
    assert do(engine, "process").result != before


def test_a_process_that_is_lost_between_two_tasks_is_replaced(engine):
    process = psutil.Process(do(engine, "process").result)
    process.kill()
    process.wait()
    assert do(engine, "total", 10).result == 45


def test_a_task_that_fails_leaves_its_process(engine):
    before = do(engine, "process").result
    assert do(engine, "fail").failure == "the loss is not finite"
    assert do(engine, "nonsense").failure.startswith("AttributeError: ")
    # a disk that cannot be written is no fault of a task
    with pytest.raises(OSError, match=r"No space left on device: 'weights/n001.npz'"):
        do(engine, "fill")
    assert do(engine, "process").result == before


def test_a_process_is_recycled_after_many_tasks(engine):
    tasks = [(str(number), ("process",)) for number in range(60)]
    processes = {outcome.result for _, outcome in engine.run(tasks, BOUNDS, Interrupts())}
    assert 2 <= len(processes) <= 4


def test_a_signal_ends_what_waits(engine):
    signals = Interrupts()
    signals._signum = 15
    with pytest.raises(Interrupted):
        list(engine.run([("n001", ("sleep",))], BOUNDS, signals))


@pytest.mark.parametrize(
    ("listed", "count", "names"),
    [(None, 2, ["0", "1"]), ("2,3", 2, ["2", "3"]), ("GPU-ab, GPU-cd", 1, ["GPU-ab"]), ("", 0, [])],
)
def test_gpus_are_those_that_the_user_left_visible(monkeypatch, listed, count, names):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if listed is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert visible_gpus(count) == names
