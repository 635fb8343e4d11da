"""Tasks on a cluster: a machine that is lost is no fault of them."""

import concurrent.futures
import pathlib
import socket
import threading
import time

import pytest
from clusters import Cluster
from engine_tasks import VALUES, Argument, Work

from goldnas_tf.engine import engine as engines
from goldnas_tf.engine.engine import Bounds, Engine
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.runs.interrupt import Interrupts

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster"), [HERE]) as cluster:
        yield cluster


def outcome_of(engine, name, *call):
    """A future of what comes of a task, which has been asked for."""
    outcomes = engine.run([(name, call)], Bounds(), Interrupts())
    return concurrent.futures.ThreadPoolExecutor(1).submit(next, outcomes)


def begun(engine, folder):
    """The same of one that goes on until there is a file `go` in the folder."""
    outcome = outcome_of(engine, "n001", "wait", "n001")
    while not list(folder.glob("n001_in_*")):
        time.sleep(0.02)
    return outcome


def test_what_a_lost_machine_was_at_is_done_by_another(cluster, tmp_path):
    def lose_one():
        while len(list(tmp_path.glob("*_in_*"))) < 2:
            time.sleep(0.02)
        cluster.lose("first")
        (tmp_path / "go").touch()

    cluster.add("first")
    cluster.add("second")
    names = [f"n{number}" for number in range(4)]
    losing = threading.Thread(target=lose_one)
    losing.start()
    with Engine(Work, {"values": VALUES, "folder": tmp_path}, tmp_path, cluster.address) as engine:
        tasks = [(name, ("wait", name)) for name in names]
        outcomes = dict(engine.run(tasks, Bounds(), Interrupts()))
    losing.join()
    assert {name: outcome.result for name, outcome in outcomes.items()} == {n: n for n in names}
    begun = [file.name.partition("_")[0] for file in tmp_path.glob("*_in_*")]
    assert len(begun) == 5
    # those of others that use it go on
    assert cluster.names == ["scheduler", "second"]


def test_a_process_of_another_run_is_left_alone_until_that_is_over(cluster, tmp_path):
    cluster.add("third")
    cluster.lose("second")
    setup = {"values": VALUES, "folder": tmp_path}
    with Engine(Work, setup, tmp_path, cluster.address) as other:
        first = begun(other, tmp_path)
        with Engine(Work, setup, tmp_path, cluster.address) as engine:
            second = outcome_of(engine, "n002", "total", 10)
            with pytest.raises(concurrent.futures.TimeoutError):
                second.result(1)
            (tmp_path / "go").touch()
            assert first.result()[1].result == "n001"
            other.__exit__()
            assert second.result()[1].result == 45


@pytest.fixture
def manned(cluster):
    """The same one, with a machine."""
    if cluster.names == ["scheduler"]:
        cluster.add("last")
    return cluster


def test_a_process_of_a_run_that_was_killed_is_taken_over(manned, tmp_path):
    setup = {"values": VALUES, "folder": tmp_path}
    killed = Engine(Work, setup, tmp_path, manned.address)
    do = killed.run([("n001", ("process",))], Bounds(), Interrupts())
    (_, before), *_ = list(do)
    # as if it were gone: it gives nothing back
    killed._client.close()
    with Engine(Work, setup, tmp_path, manned.address) as engine:
        ((_, after),) = engine.run([("n001", ("process",))], Bounds(), Interrupts())
    assert after.result != before.result


def test_a_run_that_the_scheduler_says_nothing_of_is_left_alone(manned, tmp_path, monkeypatch):
    setup = {"values": VALUES, "folder": tmp_path}
    with (
        Engine(Work, setup, tmp_path, manned.address) as other,
        Engine(Work, setup, tmp_path, manned.address) as engine,
    ):
        # its process is idle, and its own
        assert outcome_of(other, "n001", "total", 10).result()[1].result == 45
        monkeypatch.setattr(engine._client, "run_on_scheduler", no_answer)
        second = outcome_of(engine, "n002", "total", 10)
        with pytest.raises(concurrent.futures.TimeoutError):
            second.result(1)
        other.__exit__()
        assert second.result()[1].result == 45


def no_answer(*_):
    raise OSError("no answer")


def test_a_scheduler_that_does_not_answer_has_lost_nothing(manned, tmp_path, monkeypatch):
    setup = {"values": VALUES, "folder": tmp_path}
    with Engine(Work, setup, tmp_path, manned.address) as engine:
        one = begun(engine, tmp_path)
        monkeypatch.setattr(type(engine._client.scheduler), "__getattr__", without_processes)
        # Dask's client asks for itself every two seconds, and remembers what it is told
        time.sleep(2.5)
        monkeypatch.undo()
        (tmp_path / "go").touch()
        assert one.result()[1].result == "n001"


def without_processes(*_):
    async def identity(n_workers):
        if n_workers:
            raise TimeoutError
        return {"workers": {}}

    return identity


def test_a_scheduler_loads_nothing_of_a_task(manned, tmp_path):
    with Engine(Work, {"values": VALUES}, tmp_path, manned.address) as engine:
        tasks = [("n001", ("name_of", Argument()))]
        ((_, outcome),) = engine.run(tasks, Bounds(), Interrupts())
        listed = engine._client.run_on_scheduler(lambda: sorted(__import__("sys").modules))
    assert outcome.result == "Argument"
    assert not {"engine_tasks", "tensorflow"} & set(listed)


def test_a_scheduler_that_goes_ends_a_run_with_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "CONNECT_SECONDS", 1)
    with Cluster(tmp_path, [HERE]) as cluster:
        cluster.add("first")
        setup = {"values": VALUES, "folder": tmp_path}
        with Engine(Work, setup, tmp_path, cluster.address) as engine:
            one = begun(engine, tmp_path)
            cluster.lose("scheduler")
            with pytest.raises(TrainingError, match=rf"{cluster.address} has gone"):
                one.result()


def test_no_cluster_at_an_address_is_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "CONNECT_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(InputError, match=f"cluster: expected the address.*received {address}"):
        Engine(Work, {}, tmp_path, address)
    assert not list(tmp_path.glob(".setup*"))
