"""One run in several processes, perhaps on several machines: `--strategy=multi_worker`.

Every worker runs the same command with a `TF_CONFIG` of its own, and computes a part of every
step. What follows from a step is the same number on all of them, to the last bit, so that each goes
the same way by itself. What does not follow from it, as a signal, is agreed on. The chief, worker
0, has the run folder; the others have a copy of it that goes when they end.
"""

import contextlib
import functools
import pathlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.runtime import tf_config
from goldnas_tf.runtime.signals import STOPPING, handled

# what TensorFlow raises where another worker cannot be reached any more
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)
# written again by whoever has the copy, or of no use to a run that goes on
_NOT_COPIED = ("tensorboard", "saved_model", ".lock", "workers", "compare", "*.png", "report.html")

# of the times that they are asked for a signal, the share at which workers tell each other
_EVERY = 8

_strategy: tf.distribute.MultiWorkerMirroredStrategy | None = None


def join() -> None:
    """Waits until all workers are there; has to come before TensorFlow's first operation.

    Raises:
        InputError: `TF_CONFIG` does not say who they are.
    """
    global _strategy
    if _strategy is None:
        tf_config.read()
        # it waits in C++, where no handler of ours is run
        with handled(dict.fromkeys(STOPPING, signal.SIG_DFL)):
            _strategy = tf.distribute.MultiWorkerMirroredStrategy()


def joined() -> tf.distribute.Strategy:
    """The strategy of the workers.

    Raises:
        InputError: they have not been waited for.
    """
    if _strategy is None:
        raise InputError(
            "strategy: expected goldnas_tf.prepare before TensorFlow's first operation, for "
            "multi_worker; received a process without it"
        )
    return _strategy


def is_chief() -> bool:
    """Whether the run folder is this process's; it is where there is no other."""
    return _strategy is None or _strategy.cluster_resolver.task_id == 0


def count() -> int:
    """How many workers there are."""
    if _strategy is None:
        return 1
    return int(_strategy.cluster_resolver.cluster_spec().num_tasks("worker"))


class Parts:
    """Batches, of each of which this process takes its part.

    Args:
        batches: global ones, the same on all workers, so that images and their order are those of
            one process.
    """

    def __init__(self, batches: tf.data.Dataset):
        self._batches = batches

    def __iter__(self) -> Iterator[Any]:
        strategy = joined()
        for batch in self._batches:
            part = functools.partial(_part, batch)
            yield strategy.experimental_distribute_values_from_function(part)


def _part(
    batch: tuple[tf.Tensor, ...], context: tf.distribute.experimental.ValueContext
) -> tuple[tf.Tensor, ...]:
    size = batch[0].shape[0] // context.num_replicas_in_sync
    start = context.replica_id_in_sync_group * size
    return tuple(tensor[start : start + size] for tensor in batch)


class Agreement:
    """What signal the workers stop at: asked for by all of them after each step.

    They tell each other at every eighth time, as each takes as long as many an operator.
    """

    def __init__(self) -> None:
        self._asked = 0
        self._found: int | None = None

    def __call__(self, signum: int | None) -> int | None:
        """The signal of all, by that of this one."""
        if _strategy is None:
            return signum
        self._asked += 1
        if self._found is None and self._asked % _EVERY == 0:
            self._found = agreed(signum)
        return self._found


def agreed(value: int | None) -> int | None:
    """The largest of a number of all workers, which all have to ask for; None is the smallest."""
    if _strategy is None:
        return value
    # a float, as reductions of whole numbers are not for all machines
    largest = _reducer()(tf.constant(-1.0 if value is None else float(value)))
    return None if largest < 0 else int(largest)


@functools.cache
def _reducer() -> Any:
    @tf.function(autograph=False)
    def reduce(value: tf.Tensor) -> tf.Tensor:
        def largest(value: tf.Tensor) -> tf.Tensor:
            context = tf.distribute.get_replica_context()
            gathered = context.all_gather(tf.reshape(value, (1,)), axis=0)
            return tf.reduce_max(gathered)

        results = joined().run(largest, (value,))
        return joined().experimental_local_results(results)[0]

    return reduce


def own_folder(path: pathlib.Path) -> pathlib.Path:
    """The folder that a run has in this process, once all are there.

    Args:
        path: the run folder, which all workers can read.

    Returns:
        It, for the chief; for the others a copy in a folder that goes when they end.
    """
    if _strategy is None:
        return path
    own = path
    # nobody writes before all have read
    agreed(0)
    if not is_chief() and not path.is_relative_to(private := pathlib.Path(_private().name)):
        own = private / "run"
        if path.exists():
            leaving = shutil.ignore_patterns(*_NOT_COPIED)
            shutil.copytree(path, own, ignore=leaving, dirs_exist_ok=True)
    agreed(0)
    return own


@functools.cache
def _private() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="goldnas_worker_")


def forget_folder() -> None:
    """Deletes the copy of the run folder, where there is one."""
    if _private.cache_info().currsize:
        _private().cleanup()
        _private.cache_clear()


@contextlib.contextmanager
def losses_told() -> Iterator[None]:
    """Inside, another worker that is gone is one line.

    Raises:
        TrainingError: it is.
    """
    try:
        yield
    except _LOST as error:
        if _strategy is None:
            raise
        raise TrainingError(
            f"another of the {count()} workers is gone or cannot be reached; the same commands, "
            "one for each, go on where the last checkpoint was written"
        ) from error
