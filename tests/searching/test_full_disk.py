"""A disk that takes no more: one line, nothing half written, and the run goes on when it does."""

import resource
import subprocess

import pytest
from processes import environment, metrics
from test_search_runs import SEARCH


@pytest.mark.parametrize(("largest", "resumed"), [(2_000, False), (60_000, True)])
def test_a_search_ends_in_a_line_and_goes_on(tmp_path, largest, resumed):
    def limit():
        # what a file system without room says of every file, the kernel says of long ones
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    workdir = tmp_path / "run"
    found = subprocess.run(
        SEARCH.command(f"--workdir={workdir}", "--max_epochs=4"),
        preexec_fn=limit,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert found.returncode == 1, found.stderr
    assert "Traceback" not in found.stderr
    last = found.stderr.splitlines()[-1]
    assert "File too large" in last
    assert last.endswith("what was finished is kept, the same command goes on")
    assert not list(workdir.glob("*/.*"))
    if resumed:
        before = metrics(workdir)
        result = SEARCH.run(workdir, "--max_epochs=4")
        assert result.returncode == 0, result.stderr
        assert metrics(workdir)[: len(before)] == before
