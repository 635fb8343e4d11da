"""The wheel, installed into a folder of its own, searches from an empty directory."""

import json
import shutil
import subprocess
import sys

import pytest
from processes import ROOT, environment

TWO_EPOCHS = (
    "--preset=digits_paper",
    "--train_images=120",
    "--cells=1",
    "--channels=2",
    "--nodes=1",
    "--batch_size=24",
    "--max_epochs=2",
    "--settle_epochs=0",
    "--macs_targets=",
)


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    # of a copy, since setuptools leaves things beside what it builds
    source = folder / "source"
    for name in ("goldnas_tf", "flags"):
        shutil.copytree(ROOT / name, source / name)
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    # without the registry: what builds it is in the environment of the tests
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "dist", source)
    (wheel,) = (folder / "dist").glob("goldnas_tf-*.whl")
    pip("install", "--no-deps", "--no-index", "--target", folder / "site", wheel)
    return folder / "site"


def run(installed, folder, program, *flags):
    return subprocess.run(
        [sys.executable, str(installed / "bin" / program), *flags],
        cwd=folder,
        env={**environment(), "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_searches_from_an_empty_directory(installed, tmp_path):
    result = run(installed, tmp_path, "goldnas-search", *TWO_EPOCHS)
    assert result.returncode == 0, result.stderr[-2000:]
    front = json.loads((tmp_path / "runs" / "digits" / "pareto.json").read_text())
    assert front["points"]
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_presets_come_along(installed, tmp_path):
    result = run(installed, tmp_path, "goldnas-train", "--preset=list")
    listed = [line.split()[0] for line in result.stdout.splitlines()]
    assert listed == sorted(file.stem for file in (ROOT / "flags").glob("*.flags"))


@pytest.mark.parametrize("name", ["search", "train", "compare", "evolve", "evaluate", "export"])
def test_every_program_explains_itself(installed, tmp_path, name):
    result = run(installed, tmp_path, f"goldnas-{name}", "--help")
    assert result.returncode == 0, result.stderr
    assert f"  goldnas-{name} " in result.stdout
    assert "bin/" not in result.stdout.split("General:")[0]
