"""The model card of a network: what it is, how good, what it costs, where its limits are.

Reference: Mitchell et al., Model Cards for Model Reporting (arXiv 1810.03993).
"""

import functools
import html
import os
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import jinja2

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin
from goldnas_tf.files import atomic
from goldnas_tf.files.paths import local_path
from goldnas_tf.page import configured, document, found
from goldnas_tf.page.content import Content, Network
from goldnas_tf.reporting import kinds
from goldnas_tf.reporting.report import judgements, with_judgements
from goldnas_tf.reporting.settings import EVALUATIONS

NAME = "card.md"
"""Of the card in the folder of a network."""

_ACCURACIES = ("validation accuracy", "test accuracy")
_MARKS = re.compile(r"[\\`*_\[\]|#~$]")


def write_card(
    run: str | os.PathLike, point: str, evaluations: Sequence[str | os.PathLike] = (EVALUATIONS,)
) -> pathlib.Path:
    """Writes the model card of a network into its folder, as Markdown.

    Args:
        run: the work folder of a search, an evolution or a training.
        point: name of the network; of a training that of the run.
        evaluations: folders that an evaluation has filled.

    Returns:
        Where the card is.

    Raises:
        InputError: there is no such run or network, or a file of it is damaged.
    """
    run = local_path(run, "RUN")
    judged = judgements([local_path(one, "evaluations") for one in evaluations])
    content = with_judgements(kinds.contents(run)[0], judged)
    if content.kind == "comparison":
        raise InputError(f"card: expected a RUN with networks of its own; received {run}")
    networks = {one.name: one for one in content.networks if one.folder and one.genotype}
    if point not in networks:
        known = ", ".join(networks) or "which has none yet"
        raise InputError(f"card: expected a network of {run}, {known}; received {point!r}")
    network = networks[point]
    assert network.folder
    path = network.folder / NAME
    with configured.reading(run):
        atomic.write_text(path, card(content, network))
    return path


def card(content: Content, network: Network) -> str:
    """The card as text.

    Args:
        content: of the run that the network is of.
        network: one of the space.
    """
    assert network.genotype and network.folder
    facts = dict(content.facts)
    rows = list(document.classes(network.judged)) if network.judged else []
    measured = [row for row in rows if row["right"] != document.NO_IMAGES]
    return _template().render(
        name=network.name,
        kind=f"{'an' if content.kind[0] in 'aeiou' else 'a'} {content.kind}",
        has_picture=(network.folder / "cells.png").is_file(),
        has_served=(network.folder / "saved_model").is_dir(),
        cells=len(network.genotype.live_cells),
        classes=origin.class_names(network.folder) or (),
        images=facts.get("images", ""),
        train_images=facts.get("training images", ""),
        shape="×".join(map(str, network.genotype.space.image_shape)),
        summary=content.summary,
        facts=content.facts,
        command=_Verbatim(content.command),
        accuracies=[one for one in network.figures if one[0] in _ACCURACIES],
        costs=[one for one in network.figures if one[0] not in _ACCURACIES],
        judged={"images": network.judged.images, "rows": rows} if network.judged else None,
        worst=min(measured, key=lambda row: float(row["right"]), default=None),
        folder=_Verbatim(repr(str(network.folder))),
        measure=_Verbatim(network.commands.get(found.MEASURE, "")),
        export=_Verbatim(network.commands[found.EXPORT]),
    )


class _Verbatim(str):
    """Text that stands where Markdown marks nothing: in a block of code."""


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        finalize=_written,
        autoescape=False,  # not HTML: `_written` escapes what Markdown would take for marks
    )
    return environment.get_template(NAME)


def _written(value: Any) -> str:
    """A value as it stands in a line of Markdown: names come from users."""
    if isinstance(value, _Verbatim):
        return value.replace("\n", " ")
    text = " ".join(str(value).split())
    return _MARKS.sub(r"\\\g<0>", html.escape(text, quote=False))
