"""What each part of a planned search is worth: the same search with and without it.

    python -m bench.ablation runs/ablation --preset=digits --seeds 0 1 2
    python -m bench.ablation runs/ablation --preset=cifar10_cpu --minutes=20 --flags --data_dir=DIR

Each line adds to the one before, those after "average" change one thing of it. All have the same
time, but for that of the paper, whose time nobody sets. What has run is not run again.
"""

import argparse
import json
import pathlib
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench import search
from goldnas_tf import pareto
from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.display import columns
from goldnas_tf.files import atomic

# whatever the preset does; later flags have the last word
_UNTAUGHT = "--teacher_weight=0"
_PLAIN = ("--ema_decay=0", "--renew_steps=0")

# flags besides those of the preset; and the line that a variant is held against
VARIANTS: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "paper": ((), None),
    "plan": (("--finish_points=0", "--search_share=1"), "paper"),
    "finish": (_PLAIN, "plan"),
    "average": ((), "finish"),
    "taught": (("--teacher_weight=0.5",), "average"),
    "goes by estimate": (("--importance=loss",), "average"),
    "goes by share": (("--importance=share",), "average"),
    "goes at random": (("--importance=random",), "average"),
    "missed now alone": (("--capacity=0",), "average"),
    "no warm-up": (("--warmup=0",), "average"),
    "large warm-up": (("--nosmall_warmup",), "average"),
    "widths stay": (("--nosearch_widths",), "average"),
    "operators stay": (("--keep_operators",), "average"),
    "full convolutions": (("--ops=skip_connect,conv_3x3",), "average"),
    "inverted residuals": (("--ops=skip_connect,mbconv_3x3",), "average"),
}


def main() -> None:
    """Runs what is missing, prints the table, and writes it to ablation.json."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ablation",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument(
        "--preset", default="digits", help="that of the paper's rule ends in _paper"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--minutes", type=float, help="of each search; default: the preset's")
    parser.add_argument("--flags", nargs=argparse.REMAINDER, default=[], help="more, for all")
    options = parser.parse_args()
    for seed in options.seeds:
        for variant in options.variants:
            preset, flags = options.preset, [_UNTAUGHT, *VARIANTS[variant][0], *options.flags]
            if variant == "paper":
                preset += "_paper"
            elif options.minutes:
                flags.append(f"--minutes={options.minutes}")
            _search(preset, [*flags, f"--seed={seed}"], run_folder(options.folder, variant, seed))
    rows = table(options.folder, options.variants, options.seeds)
    atomic.write_json(options.folder / "ablation.json", rows)
    print(*columns.lines([list(rows[0]), *map(_written, rows)], left=("variant",)), sep="\n")


def run_folder(folder: pathlib.Path, variant: str, seed: int) -> pathlib.Path:
    """Where the search of a variant lies."""
    return folder / f"{variant.replace(' ', '_')}_{seed}"


def _search(preset: str, flags: Sequence[str], workdir: pathlib.Path) -> None:
    print(workdir, *flags, flush=True)
    workdir.parent.mkdir(parents=True, exist_ok=True)
    with workdir.with_suffix(".log").open("a") as log:
        search.run(preset, workdir.resolve(), flags, log)


def table(folder: pathlib.Path, variants: Sequence[str], seeds: Sequence[int]) -> list[dict]:
    """A row for each variant: hypervolume over log(multiply-adds), by validation images.

    The range is from the smallest network of any variant to the super-network.

    Args:
        folder: of all searches.
        variants: by their names.
        seeds: of each.

    Returns:
        Means over the seeds, and the sample standard deviation of the hypervolume; "gain" is the
        mean difference to the line that the variant is held against, paired by seed.
    """
    trained, start = [], 0.0
    for variant in variants:
        for seed in seeds:
            values = json.loads((run_folder(folder, variant, seed) / "pareto.json").read_text())
            start = max(start, values["start_macs"])
            trained += _trained(variant, seed, pareto.from_json(values))
    # the range of all: a variant that leaves no small networks is the worse for it
    least = min(one.costs["macs"] for one in trained)
    areas = {name: verdict.hypervolumes(trained, name, "macs", start, least) for name in variants}
    rows = []
    for name in variants:
        mine, former = areas[name], areas.get(VARIANTS[name][1] or "")
        fronts = [[one for one in trained if (one.family, one.seed) == (name, s)] for s in seeds]
        rows.append(
            {
                "variant": name,
                "hypervolume": statistics.fmean(mine.values()),
                "deviation": verdict.spread(list(mine.values())),
                "gain": former and statistics.fmean(mine[one] - former[one] for one in mine),
                "points": statistics.fmean(map(len, fronts)),
                "best": statistics.fmean(max(one.accuracy for one in front) for front in fronts),
            }
        )
    return rows


def _trained(variant: str, seed: int, points: Iterable[pareto.Point]) -> list[Trained]:
    """The front of a search, as a comparison has it."""
    return [
        Trained("", point.name, variant, seed, point.costs, point.val_accuracy, point.val_accuracy)
        for point in points
        if point.non_dominated
    ]


def _written(row: Mapping[str, Any]) -> list[str]:
    name, volume, deviation, gain, points, best = row.values()
    told = "" if gain is None else f"{100 * gain:+.2f}"
    areas = f"{100 * volume:.2f}", f"{100 * deviation:.2f}"
    return [name, *areas, told, f"{points:.1f}", f"{best:.2%}"]


if __name__ == "__main__":
    main()
