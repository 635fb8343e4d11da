"""What a page shows of a run: plain data, which every kind of run gives of its folder."""

import dataclasses
import enum
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate


class Standing(enum.Enum):
    """Where a network stands among those of its front."""

    FRONT = "not dominated"
    DOMINATED = "dominated"
    PALE = "not finished"


@dataclasses.dataclass(frozen=True)
class Mark:
    """A network in the plot of fronts.

    Attributes:
        name: of the network on its front.
        front: which front it is of.
        costs: by the names of the resources.
        accuracies: top-1 in [0, 1] by the split that they were measured on.
        spreads: standard deviations of those that are means of several trainings.
        standing: among the others of its front.
        network: the key of what else is known of it; "" where nothing is.
    """

    name: str
    front: str
    costs: Mapping[str, float]
    accuracies: Mapping[str, float]
    spreads: Mapping[str, float] = dataclasses.field(default_factory=dict)
    standing: Standing = Standing.FRONT
    network: str = ""


@dataclasses.dataclass(frozen=True)
class Mistake:
    """An image that a network took for another class.

    Attributes:
        label: the class that it is of.
        taken: what it was taken for.
        probability: of that class, as the network saw it, in [0, 1].
        png: a small picture of it.
    """

    label: str
    taken: str
    probability: float
    png: bytes


@dataclasses.dataclass(frozen=True, eq=False)
class Judged:
    """What a network confuses.

    Attributes:
        images: what it was measured on, in words.
        classes: their names.
        per_class: share of the images of each that were taken for it; None where there were none.
        confusion: (classes, classes); row t, column p counts the images of t taken for p.
        mistakes: some of them.
    """

    images: str
    classes: Sequence[str]
    per_class: Sequence[float | None]
    confusion: np.ndarray
    mistakes: Sequence[Mistake] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """What is known of a network besides where it stands.

    Attributes:
        key: unique on the page.
        name: in its run.
        title: what it is called, with how good it is.
        folder: where it lies; None where nowhere.
        figures: (what, how much) in words.
        genotype: None of a network that has none, as of a user's own.
        gates: their strengths in [0, 1] as the search left them, where it told.
        is_gated: whether it has gates still, which are parameters.
        commands: what can be done with it, by what that is.
        files: (what it is, where it lies, relative to the page or absolute).
        judged: None where it was not evaluated.
    """

    key: str
    name: str
    title: str
    folder: pathlib.Path | None = None
    figures: Sequence[tuple[str, str]] = ()
    genotype: Genotype | None = None
    gates: Mapping[Gate, float] | None = None
    is_gated: bool = False
    commands: Mapping[str, str] = dataclasses.field(default_factory=dict)
    files: Sequence[tuple[str, str]] = ()
    judged: Judged | None = None


@dataclasses.dataclass(frozen=True)
class Panel:
    """A plot of how a run went.

    Attributes:
        title: what is drawn, with its unit.
        lines: values by epoch or generation; those of None are left out.
        is_log: whether its axis is logarithmic.
    """

    title: str
    lines: Mapping[str, Sequence[float | None]]
    is_log: bool = False


@dataclasses.dataclass(frozen=True)
class History:
    """How a run went.

    Attributes:
        unit: what is counted: "epoch" or "generation".
        steps: numbers of those that were recorded.
        panels: what is drawn over them.
        moments: those at which networks were taken out, by name.
        seconds: where the time went, by what it went to.
    """

    unit: str
    steps: Sequence[int]
    panels: Sequence[Panel]
    moments: Mapping[str, int]
    seconds: Mapping[str, float]


@dataclasses.dataclass(frozen=True)
class Row:
    """A setting of a run.

    Attributes:
        section: what it belongs to.
        name: of the setting.
        value: of it, in words.
        meaning: in a sentence.
        flag: that sets it.
        is_default: whether it is what it is without being set.
    """

    section: str
    name: str
    value: str
    meaning: str
    flag: str
    is_default: bool


@dataclasses.dataclass(frozen=True, eq=False)
class Content:
    """All that a page shows of one run.

    Attributes:
        kind: "search", "evolution", "comparison" or "training".
        name: of the run.
        summary: what it was, in a few sentences.
        going_on: whether it is still at work.
        marks: networks of its fronts.
        costs: resources that fronts are drawn over, that which was searched by first.
        networks: those that can be looked at.
        history: None where there is none.
        settings: all of them.
        facts: (what, its value) of data and versions.
        command: that does it again.
        tables: (title, text in columns) of what else it says.
    """

    kind: str
    name: str
    summary: Sequence[str] = ()
    going_on: bool = False
    marks: Sequence[Mark] = ()
    costs: Sequence[str] = ("macs",)
    networks: Sequence[Network] = ()
    history: History | None = None
    settings: Sequence[Row] = ()
    facts: Sequence[tuple[str, str]] = ()
    command: str = ""
    tables: Sequence[tuple[str, str]] = ()
