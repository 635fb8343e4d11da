"""The page of one run, or of several beside each other, whatever kinds they are."""

import dataclasses
import html
import os
import pathlib
from collections.abc import Mapping, Sequence

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin
from goldnas_tf.evaluation import shown as of_evaluation
from goldnas_tf.evaluation.output import RESULT
from goldnas_tf.files.paths import local_path
from goldnas_tf.page import configured, document
from goldnas_tf.page.content import Content, Judged
from goldnas_tf.reporting import kinds
from goldnas_tf.reporting.settings import EVALUATIONS
from goldnas_tf.runs.run_folder import check_writable

_NOTEBOOK_HEIGHT = 900  # of the page in a notebook, in pixels


class Page(pathlib.PosixPath):
    """The path of a page, which shows itself in a notebook."""

    def _repr_html_(self) -> str:
        if not self.is_file():
            # a folder of it is of this class, too
            return html.escape(str(self))
        source = html.escape(self.read_text(encoding="utf-8"))
        look = f"width: 100%; height: {_NOTEBOOK_HEIGHT}px; border: 0"
        return f'<iframe srcdoc="{source}" style="{look}"></iframe>'


def report(
    run: str | os.PathLike | Sequence[str | os.PathLike],
    output: str | os.PathLike | None = None,
    evaluations: Sequence[str | os.PathLike] = (EVALUATIONS,),
) -> Page:
    """Writes the page of a run: its front, its networks, how it went, what they confuse.

    Args:
        run: the work folder of a search, an evolution, a training or a comparison, at work or
            ended; or several, whose fronts are drawn into one plot.
        output: the file to write; default `report.html` in the folder of the run, or in that which
            holds all of several.
        evaluations: folders that an evaluation has filled; those that are not there are passed
            over.

    Returns:
        Where the page is; in a notebook it shows itself.

    Raises:
        InputError: there is no such run, a file of it is damaged, or the page cannot be written.
    """
    runs = [run] if isinstance(run, str | os.PathLike) else run
    folders = [local_path(one, "RUN") for one in runs]
    if not folders:
        raise InputError(
            "RUN: expected the work folder of a run, such as runs/digits; received none"
        )
    judged = judgements([local_path(one, "evaluations") for one in evaluations])
    contents = [
        with_judgements(content, judged) for folder in folders for content in kinds.contents(folder)
    ]
    path = local_path(output, "output") if output else _default(folders)
    if path.is_dir():
        raise InputError(f"output: expected a file; received a folder, {path}")
    check_writable(path.parent, "output")
    with configured.reading(folders[0]):
        return Page(document.write(contents, path))


def renew(
    networks: Sequence[str | os.PathLike], evaluations: Sequence[str | os.PathLike]
) -> list[Page]:
    """Writes the pages anew of the runs that networks come from and that have one.

    Args:
        networks: paths of networks that were evaluated.
        evaluations: folders with what came of it.
    """
    runs = dict.fromkeys(origin.run_folder(path) for path in networks)
    return [
        report(os.path.relpath(run), evaluations=evaluations)
        for run in runs
        if run and (run / document.NAME).is_file()
    ]


def judgements(folders: Sequence[pathlib.Path]) -> dict[pathlib.Path, Judged]:
    """What evaluations say, by the folders of the networks; that of a later one counts."""
    found: dict[pathlib.Path, Judged] = {}
    for folder in folders:
        if (folder / RESULT).is_file():
            for path, judged in of_evaluation.judged(folder).items():
                found[(origin.point_folder(path) or path).resolve()] = judged
    return found


def with_judgements(content: Content, judged: Mapping[pathlib.Path, Judged]) -> Content:
    """The same with what its networks confuse."""
    networks = [
        dataclasses.replace(one, judged=judged.get(one.folder.resolve()) if one.folder else None)
        for one in content.networks
    ]
    return dataclasses.replace(content, networks=networks)


def _default(folders: Sequence[pathlib.Path]) -> pathlib.Path:
    if len(folders) == 1:
        return folders[0] / document.NAME
    return (
        pathlib.Path(os.path.commonpath([folder.absolute() for folder in folders])) / document.NAME
    )
