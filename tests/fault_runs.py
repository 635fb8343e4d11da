"""The runs that faults happen to, each with what comes of it when nothing happens."""

import json
import shutil
import time

import numpy as np
from processes import ROOT, TINY_SEARCH, Hurt, Program, metrics

from goldnas_tf import pareto
from goldnas_tf.architecture import blocks
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.files import json_lines
from goldnas_tf.resources.latency import LatencyTable
from goldnas_tf.runs import run_folder
from goldnas_tf.runtime.quiet import quiet
from goldnas_tf.settings.images import DataSettings

SEARCH = ("--max_epochs=6",)
GENOTYPE = ROOT / "tests" / "golden" / "0.1" / "run" / "pareto" / "e002"
TRAIN_FLAGS = (
    "--dataset=digits",
    "--train_images=120",
    "--batch_size=24",
    "--epochs=6",
    "--ema_decay=0.9",
)
# of a training that reads its images from files again and again
FILE_FLAGS = ("--image_size=8", "--batch_size=24", "--epochs=10")
# what says when it was made, or what others do
_NOT_COMPARED = ("tensorboard", ".lock", "workers", "report.html")
_FLAKY = ("images_per_second", "seconds", "used")


class Run:
    """A run that faults happen to, and what comes of it without them.

    Args:
        program: that is run.
        flags: of it.
        folder: for its work folders.
    """

    def __init__(self, program, flags, folder):
        self.program, self.flags, self._folder = program, flags, folder
        self.whole = folder / "whole"
        began = time.monotonic()
        self._check(program.run(self.whole, *flags))
        self.seconds = time.monotonic() - began

    def anew(self):
        """A work folder that is not there yet."""
        workdir = self._folder / "hit"
        shutil.rmtree(workdir, ignore_errors=True)
        return workdir

    def start(self, workdir, program=None):
        return (program or self.program).start(f"--workdir={workdir}", *self.flags)

    def finish(self, workdir):
        """The same command goes on, to the result of a run that nothing happened to."""
        ended = self.program.run(workdir, *self.flags)
        self._check(ended)
        self.assert_same(workdir)
        return ended

    def _check(self, ended):
        assert ended.returncode == 0, ended.stderr

    def assert_same(self, workdir):
        """To the last bit, and no file more or less."""
        there, wanted = _files(workdir), _files(self.whole)
        differing = sorted({*there} ^ {*wanted})
        assert there == wanted, differing
        for file in _files(self.whole):
            one, other = (_content(folder / file) for folder in (workdir, self.whole))
            assert one == other, f"{file} is another one"


def _files(workdir):
    # a run that was stopped within an epoch has one of there before the last
    folders = [sorted(folder.iterdir()) for folder in workdir.rglob("checkpoints")]
    older = {checkpoint for folder in folders for checkpoint in folder[:-1]}
    return sorted(
        str(path.relative_to(workdir))
        for path in workdir.rglob("*")
        if path.is_file()
        and not set(path.relative_to(workdir).parts) & set(_NOT_COMPARED)
        and path.parent not in older
    )


def _content(file):
    """What a file says, without what says when it was made."""
    if file.suffix == ".json":
        return _timeless(json.loads(file.read_text()))
    if file.name == "metrics.jsonl":
        return metrics(file.parent)
    if file.suffix == ".jsonl":
        return [_timeless(json.loads(line)) for line in file.read_text().splitlines()]
    if file.suffix == ".npz":
        with np.load(file) as stored:
            return {name: stored[name].tobytes() for name in stored.files}
    # of the others the names are compared: TensorFlow and Keras write times and numbers into them
    return None


def _timeless(values):
    if not isinstance(values, dict):
        return values
    return {k: v for k, v in values.items() if k not in (*_FLAKY, "digest")}


def search_run(folder):
    """A search of the smallest kind, with points and finished ones."""
    flags = (*SEARCH, "--finish_points=1", "--epochs=1", "--teacher_weight=0")
    return Run(TINY_SEARCH, flags, folder)


def train_run(folder):
    """A training of a network."""
    return Run(Program("train", *TRAIN_FLAGS, f"--network={GENOTYPE}"), (), folder)


def replicas_run(folder):
    """The same on two replicas."""
    flags = ("--strategy=cpu:2", "--epochs=2", f"--network={GENOTYPE}")
    return Run(Program("train", *TRAIN_FLAGS, *flags), (), folder)


def file_run(folder):
    """The same, of images that are read from files in every pass; and these files."""
    images = []
    with quiet():
        import tensorflow as tf

        from goldnas_tf import load_data

        digits = load_data(DataSettings(train_images=120)).train
        for number, (image, label) in enumerate(digits.examples().as_numpy_iterator()):
            file = folder / "images" / "train" / str(label) / f"{number:03d}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(tf.io.encode_png(image).numpy())
            images.append(file)
    Genotype.full(Space((8, 8, 3), 10, cells=1, channels=2, nodes=1)).save(folder / "genotype.json")
    flags = ("--dataset=folder", f"--data_dir={folder / 'images'}", f"--network={folder}")
    return Run(Hurt(Program("train", *flags, *FILE_FLAGS), "streamed"), (), folder), images


def readers(run, folder):
    """Copies of the files that runs leave, and what reads each."""
    golden = ROOT / "tests" / "golden" / "0.1"
    (point, *_) = sorted((run.whole / "pareto").iterdir())
    of = {
        run.whole / "config.json": run_folder.KIND.read,
        run.whole / "metrics.jsonl": json_lines.finished,
        run.whole / "pareto.json": pareto.KIND.read,
        point / "genotype.json": Genotype.load,
    }
    found = {}
    for file, read in of.items():
        found[folder / file.name] = read
        shutil.copy(file, folder)
    # as this revision writes them
    blocks.save(blocks.load(golden / "blocks"), folder)
    LatencyTable.load(golden / "latency" / "latency.json").save(folder / "latency.json")
    return found | {
        folder / "blocks.json": blocks.load,
        folder / "latency.json": lambda file: LatencyTable.load(file).to_json(),
    }
