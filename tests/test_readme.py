"""Every Python example runs by itself as it is written, and commands name what exists."""

import re

import pytest
from processes import ROOT, run_python
from runs_on_disk import copied
from tiny_networks import beside

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.deployment import served
from goldnas_tf.deployment.folding import folded
from goldnas_tf.networks import network
from goldnas_tf.runs import export

README = (ROOT / "README.md").read_text()
EXAMPLES = {
    f"{file.name}, {number}": program
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for number, program in enumerate(
        re.findall(r"```python\n(.*?)```", file.read_text(), re.DOTALL), 1
    )
}
# what was seen, or that nothing was
_TIME = r"(\d+|ten) (seconds|minutes|hours)\b|\bTime: \w+|\bno time\b"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a search, a point and what an export of it left, as examples name them."""
    root = tmp_path_factory.mktemp("examples")
    copied("run", root / "runs").rename(root / "runs" / "digits")
    genotype = Genotype.full(Space((8, 8, 1), 10, cells=1, channels=2, nodes=1))
    model, names = network.build(genotype), [str(digit) for digit in range(10)]
    point, served_folder = root / "runs/digits/pareto/POINT", root / "exports/serving/digits/1"
    served_folder.mkdir(parents=True)
    export.export(point, model, names, {}, beside(genotype))
    served.save(served_folder, folded(model), names)
    return root


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_in_a_process_that_does_nothing_else(folder, name):
    result = run_python(EXAMPLES[name], folder)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout
    if "runs/from_python" in EXAMPLES[name]:
        assert (folder / "runs" / "from_python" / "pareto.json").exists()
        assert "val_accuracy" in result.stdout


def test_examples_are_found():
    assert len(EXAMPLES) >= 3


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
        assert re.search(_TIME, header), preset.name
