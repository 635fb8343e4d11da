"""The README's Python example runs as it is written, and its commands name what exists."""

import re

from programs import ROOT, run_python

README = (ROOT / "README.md").read_text()


def test_python_example_runs(tmp_path):
    section = README.split("## From Python")[1].split("\n## ")[0]
    (program,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    result = run_python(program, tmp_path)
    assert result.returncode == 0, result.stderr[-2000:]
    assert (tmp_path / "runs" / "from_python" / "pareto.json").exists()
    assert "val_accuracy" in result.stdout


def test_files_that_it_names_exist():
    named = set(re.findall(r"\]\(([\w./-]+)\)", README)) | set(
        re.findall(r"flags/\w+\.flags", README)
    )
    assert len(named) > 5
    for path in named:
        assert (ROOT / path).exists(), path


def test_presets_are_told_and_say_how_they_are_run():
    presets = sorted((ROOT / "flags").glob("*.flags"))
    assert len(presets) >= 7
    for preset in presets:
        assert f"`{preset.stem}`" in README, preset.stem
        header = preset.read_text().split("\n--")[0]
        first = preset.stem.split("_")[0]
        program = first if first in ("train", "evolve") else "search"
        assert f"bin/{program} --flagfile=flags/{preset.name}" in header, preset.name
        assert "ime" in header or "minutes" in header, preset.name
