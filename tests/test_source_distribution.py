"""The source distribution has all that git has: what is built from it passes the same tests."""

import shutil
import subprocess
import sys
import tarfile

import pytest
from processes import ROOT


@pytest.fixture
def checkout(tmp_path):
    """A copy of the files that git knows."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no checkout of git, which alone knows what there should be")
    known = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    folder = tmp_path / "checkout"
    for name in filter(None, known.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_has_every_file(checkout, tmp_path):
    expected = files(checkout)
    command = [sys.executable, "setup.py", "--quiet", "sdist", "--dist-dir", str(tmp_path)]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    (archive,) = tmp_path.glob("goldnas_tf-*.tar.gz")
    with tarfile.open(archive) as opened:
        found = {file.name.partition("/")[2] for file in opened.getmembers() if file.isfile()}
    assert expected <= found, expected - found
    # that tells pip what it is
    added = {name for name in found - expected if not name.startswith("goldnas_tf.egg-info/")}
    assert added == {"PKG-INFO", "setup.cfg"}
