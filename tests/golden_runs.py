"""The runs in golden/, one folder for each of `RUNS`, and how they are made.

    python tests/golden_runs.py 0.2

writes those that golden/0.2 has not, with the programs of this checkout. Do so, under a new name,
where a schema has changed; what is there stays as earlier revisions wrote it. In 0.1 the folder
`run` is older than the others.
"""

import pathlib
import shutil
import signal
import sys

import numpy as np
from processes import BY_THE_PAPER, TINY_SEARCH, Program

GOLDEN = pathlib.Path(__file__).parent / "golden"
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype(np.float32)

_TINY = ("--dataset=digits", "--train_images=120", "--batch_size=24", "--learning_rate=0.05")
_SEARCHED = (
    *_TINY,
    *BY_THE_PAPER,
    "--channels=2",
    "--steps_per_epoch=5",
    "--macs_floor=0%",
    "--settle_epochs=1",
)

# paths are relative: a run tells them to nobody
SEARCH = Program(
    "search",
    *_SEARCHED,
    "--cells=2",
    "--nodes=2",
    "--gate_learning_rate=20",
    "--lambda_step=0.05",
    "--macs_targets=85%",
    # so long that the checkpoint has masked operators
    "--rebuild_steps=30",
)
BLOCKS = Program(
    "search",
    *_SEARCHED,
    "--space=block",
    "--gate_gradient=enhanced",
    "--resource=params",
    "--cells=3",
    "--nodes=2",
    "--gate_learning_rate=2",
    "--lambda_step=0.02",
    "--macs_targets=85%,60%",
    "--rebuild_steps=3",
)
TRAIN = Program(
    "train",
    *_TINY,
    "--network=run/pareto/e002",
    "--epochs=6",
    "--drop_path=0.3",
    "--ema_decay=0.9",
)
COMPARE = Program(
    "compare", "search", *_TINY, "--points=e001", "--families=found,random", "--epochs=5"
)
# what it tries depends on numpy's generators alone, not on the version of pymoo
EVOLVE = Program(
    "evolve",
    *_TINY,
    "--blocks=blocks",
    "--algorithm=random",
    "--population=4",
    "--widths=2,4",
    "--most_stages=2",
    "--most_blocks=1",
    "--max_params=3K",
    "--candidate_epochs=5",
    "--final_points=1",
    "--epochs=9",
    "--workers=1",
)
EVALUATE = Program(
    "evaluate", "--network=run/pareto/e002/model.keras", "--split=test", "--batches=1"
)
EXPORT = Program("export", "--network=run/pareto/e002", "--formats=litert")

# what a run leaves for people and servers alone, or writes anew
_LEFT_OUT = (
    *("tensorboard", "saved_model", "*.png", ".lock", "workers", "training", "confusion"),
    *("mistakes", "report.html"),
)


def run(folder):
    """A finished search."""
    _finish(TINY_SEARCH, folder, "run", "--max_epochs=2")


def search(folder):
    """A search that was asked to stop within its fifth epoch, and what it would have become."""
    _finish(SEARCH, folder, "whole", "--max_epochs=7")
    _keep_metrics(folder / "whole", folder / "expected" / "search")
    SEARCH.stop_when("search", signal.SIGTERM, 4, "--max_epochs=7", folder=folder)


def blocks(folder):
    """A finished search of blocks with their library."""
    _finish(BLOCKS, folder, "blocks", "--max_epochs=7")


def train(folder):
    """A training that was killed after two of its epochs, and what it would have become."""
    _finish(TRAIN, folder, "whole")
    _keep_metrics(folder / "whole", folder / "expected" / "train")
    TRAIN.stop_when("train", signal.SIGKILL, 2, folder=folder)


def compare(folder):
    """A comparison of one seed."""
    _finish(COMPARE, folder, "compare", "--seeds=1")


def evolve(folder):
    """An evolution of two generations."""
    _finish(EVOLVE, folder, "evolve", "--generations=2")


def evaluate(folder):
    """What an evaluation says; nothing reads it but people and programs of others."""
    _check(EVALUATE.run_in(folder, "--output=evaluate"))


def export(folder):
    """What an export says, likewise."""
    _check(EXPORT.run_in(folder, "--output=made"))
    (report,) = (folder / "made").rglob("export.json")
    (folder / "export").mkdir()
    shutil.move(report, folder / "export")
    shutil.rmtree(folder / "made")


def resolution(folder):
    """What a search found of two sizes of images."""
    sizes = ("--image_sizes=6,8", "--size_minutes=0.01", "--max_epochs=1")
    _finish(TINY_SEARCH, folder, "sized", *sizes)
    (folder / "resolution").mkdir()
    shutil.move(folder / "sized" / "resolution.json", folder / "resolution")
    shutil.rmtree(folder / "sized")


def latency(folder):
    """How long what a search of `SEARCH` finds takes on this machine."""
    program = Program("latency", "--dataset=digits", "--cells=2", "--channels=2", "--nodes=2")
    _check(program.start("--output=latency/latency.json", folder=folder).wait())


def gates(folder):
    """The gates of a point with widths, and its genotype."""
    widths = ("--channels=4", "--search_widths", "--width_groups=2")
    _finish(TINY_SEARCH, folder, "wide", *widths, "--max_epochs=1")
    (point, *_) = sorted((folder / "wide" / "pareto").iterdir())
    (folder / "gates").mkdir()
    for name in ("gates.json", "genotype.json"):
        shutil.move(point / name, folder / "gates")
    shutil.rmtree(folder / "wide")


# in this order: some read what others left
RUNS = (run, search, blocks, train, compare, evolve, evaluate, export, resolution, latency, gates)


def networks(folder):
    """Paths of all networks in a golden folder, relative to it."""
    return sorted(str(file.parent.relative_to(folder)) for file in folder.rglob("model.keras"))


def form(values):
    """The names of all values in JSON, at any depth; settings without the section they are in."""
    return {("settings", path[-1]) if path[0] == "settings" else path for path in _paths(values)}


def _paths(values):
    if isinstance(values, dict):
        return {(name, *rest) for name, value in values.items() for rest in _paths(value)}
    if isinstance(values, list):
        # a list has the form of its values, where it has any
        return {path for value in values for path in _paths(value)} or {()}
    return {()}


def make(folder):
    """Writes what is missing."""
    import goldnas_tf

    folder.mkdir(parents=True, exist_ok=True)
    for write in RUNS:
        if not (folder / write.__name__).exists():
            write(folder)
    for name in _LEFT_OUT:
        for path in folder.rglob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    logits = {
        path: goldnas_tf.load(folder / path)(IMAGES, training=False).numpy()
        for path in networks(folder)
    }
    np.savez(folder / "expected" / "logits.npz", **logits)


def _finish(program, folder, name, *flags):
    _check(program.run_in(folder, f"--workdir={name}", *flags))


def _check(result):
    if result.returncode:
        raise SystemExit(result.stderr)


def _keep_metrics(workdir, folder):
    folder.mkdir(parents=True)
    shutil.move(workdir / "metrics.jsonl", folder)
    shutil.rmtree(workdir)


if __name__ == "__main__":
    make(GOLDEN / sys.argv[1])
