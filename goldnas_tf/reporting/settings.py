"""What `bin/report` can be told. Plain data that imports no TensorFlow."""

import dataclasses

from goldnas_tf.settings.setting import check, setting

EVALUATIONS = "runs/evaluation"


@dataclasses.dataclass(frozen=True)
class ReportConfig:
    """What is written, and where.

    Raises:
        InputError: a value is out of its range.
    """

    output: str = setting(
        "",
        "the page; default report.html in RUN, of several runs in the folder that holds them all",
        is_path=True,
    )
    evaluations: tuple[str, ...] = setting(
        (EVALUATIONS,),
        "folders that bin/evaluate has filled, with commas: what networks of the runs confuse; "
        "those that are not there are passed over",
        is_path=True,
    )
    card: str = setting(
        "",
        "name of a point of RUN; its model card, card.md, goes into its folder",
    )

    def __post_init__(self) -> None:
        check(self)
