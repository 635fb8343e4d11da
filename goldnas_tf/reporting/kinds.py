"""Which kind of run a folder holds, and what a page shows of it."""

import pathlib
from collections.abc import Callable

from goldnas_tf.comparison import shown as of_comparison
from goldnas_tf.comparison.result import NAMES
from goldnas_tf.errors import InputError
from goldnas_tf.evolution import shown as of_evolution
from goldnas_tf.page import configured
from goldnas_tf.page.content import Content
from goldnas_tf.runs.run_folder import CONFIG, is_at_work
from goldnas_tf.searching import shown as of_search
from goldnas_tf.training import shown as of_training

# by a section of settings that no other kind has; a search has those of trainings, too
_BY_SECTION: dict[str, Callable[[pathlib.Path, bool], Content]] = {
    "pruning": of_search.content,
    "evolution": of_evolution.content,
    "training": of_training.content,
}


def contents(folder: pathlib.Path) -> list[Content]:
    """What is known of the run in a folder; of comparisons there may be two.

    Args:
        folder: of a search, an evolution, a training or a comparison, at work or ended.

    Raises:
        InputError: there is no such run, or a file of it is damaged.
    """
    if any((folder / f"{name}.json").is_file() for name in NAMES):
        with configured.reading(folder):
            return of_comparison.contents(folder)
    if not (folder / CONFIG).is_file():
        raise InputError(
            "RUN: expected the work folder of a search, an evolution, a training or a comparison; "
            f"received {folder}, which has no {CONFIG}"
        )
    with configured.reading(folder):
        sections = configured.configuration(folder)["settings"]
        for section, content in _BY_SECTION.items():
            if section in sections:
                return [content(folder, is_at_work(folder))]
    raise InputError(f"RUN: expected a run of goldnas_tf; received {folder}, which is another")
