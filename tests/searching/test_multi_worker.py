"""One search in two processes: the same as in one, and nothing lost with either of them."""

import contextlib
import json
import signal
import socket
import time

import pytest
from processes import TINY_SEARCH, Program, metrics

EPOCHS = "--max_epochs=5"
TWO = ("--strategy=multi_worker", EPOCHS, "--finish_points=1", "--epochs=1", "--teacher_weight=0")


def start(workdir, *flags):
    """Two workers, the chief first."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(2)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        workers = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    temporary(workdir).mkdir(exist_ok=True)
    told = {"cluster": {"worker": workers}}
    return [
        TINY_SEARCH.start(
            f"--workdir={workdir}",
            *flags,
            TF_CONFIG=json.dumps({**told, "task": {"type": "worker", "index": index}}),
            TMPDIR=str(temporary(workdir)),
        )
        for index in range(2)
    ]


def temporary(workdir):
    """Where workers make their folders."""
    return workdir.with_name(f"{workdir.name}_temporary")


def wait(running):
    return [one.wait() for one in running]


def after_lines(workdir, running, lines):
    """Waits until so many epochs are over."""
    file = workdir / "metrics.jsonl"
    while all(one.poll() is None for one in running):
        if file.exists() and file.read_text().count("\n") >= lines:
            return
        time.sleep(0.005)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("finished")
    ended = wait(start(workdir, *TWO))
    assert [one.returncode for one in ended] == [0, 0], ended
    return workdir, ended


def test_losses_are_those_of_one_process(finished, tmp_path):
    workdir, _ = finished
    result = TINY_SEARCH.run(tmp_path, EPOCHS)
    assert result.returncode == 0, result.stderr
    one, two = ([line["loss"] for line in metrics(folder)] for folder in (tmp_path, workdir))
    assert two == pytest.approx(one, abs=1e-4)


def test_the_chief_alone_tells_and_leaves_something(finished):
    workdir, (chief, other) = finished
    assert "on 2 CPUs of 2 workers" in chief.stderr
    assert chief.stderr.startswith("worker 0 of 2, at 127.0.0.1:")
    (line,) = other.stderr.splitlines()
    assert line.startswith("worker 1 of 2, at 127.0.0.1:")
    points = json.loads((workdir / "pareto.json").read_text())["points"]
    assert [one["finished"] for one in points].count(True) == 1
    assert not list(temporary(workdir).glob("goldnas_*"))


def test_a_signal_to_one_stops_both_and_one_that_dies_ends_both(finished, tmp_path):
    running = start(tmp_path, *TWO)
    after_lines(tmp_path, running, 1)
    running[1].send_signal(signal.SIGTERM)
    chief, other = wait(running)
    assert (chief.returncode, other.returncode) == (143, 143), (chief, other)
    assert "the same command goes on" in chief.stderr.splitlines()[-1]
    running = start(tmp_path, *TWO)
    after_lines(tmp_path, running, 3)
    running[1].send_signal(signal.SIGKILL)
    chief, _ = wait(running)
    assert chief.returncode == 1, chief
    assert "another of the 2 workers is gone" in chief.stderr.splitlines()[-1]
    assert "Traceback" not in chief.stderr
    ended = wait(start(tmp_path, *TWO))
    assert [one.returncode for one in ended] == [0, 0], ended
    assert metrics(tmp_path) == metrics(finished[0])
    assert (tmp_path / "pareto.json").read_text() == (finished[0] / "pareto.json").read_text()


@pytest.mark.parametrize(
    ("flags", "config", "said"),
    [
        ((), "", "strategy: expected the workers in TF_CONFIG"),
        ((), "{}", "received {}"),
        ((), '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 3}}', "index"),
        ((), '{"cluster": {"worker": ["a"]}, "task": {"type": "worker", "index": 0}}', '["a"]'),
        ((), '{"cluster": {"ps": ["a:1"]}, "task": {"type": "ps", "index": 0}}', "received"),
        (("--minutes=1", "--schedule=planned"), "", "than multi_worker with minutes or hours"),
        (("--image_sizes=8,16",), "", "than multi_worker with image_sizes"),
        (("--workers=2",), "", "than multi_worker with workers or a cluster"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(tmp_path, flags, config, said):
    workdir = tmp_path / "run"
    process = TINY_SEARCH.start(
        f"--workdir={workdir}", "--strategy=multi_worker", *flags, TF_CONFIG=config
    )
    ended = process.wait()
    assert ended.returncode == 2, ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert said in ended.stderr
    assert not workdir.exists()


@pytest.mark.parametrize("program", ["compare", "evolve"])
def test_many_small_trainings_are_for_a_cluster(program):
    ended = Program(program, "--strategy=multi_worker").start().wait()
    assert ended.returncode == 2, ended.stderr
    assert "see workers and cluster" in ended.stderr
