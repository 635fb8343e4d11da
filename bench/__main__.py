"""Measures what a search costs on this machine: tables on the terminal, JSON in a file.

    python -m bench                                        # everything
    python -m bench --parts steps --rivals "torch eager" "torch compile"
    python -m bench --parts steps --variants xla bfloat16 "xla bfloat16"          # on a GPU

Nothing else should run meanwhile. PyTorch is needed for its rivals alone: pip install torch.
"""

import argparse
import importlib.util
import json
import pathlib
from collections.abc import Callable, Iterable
from typing import Any

from bench import growth, machine, phases, pipeline, rebuilds, steps
from bench.shapes import SHAPES
from goldnas_tf.display import columns
from goldnas_tf.files import atomic
from goldnas_tf.runtime.quiet import quiet

# columns of text
_TEXT = ("shape", "contender", "changed", "augmentation", "phase")


def main() -> None:
    """Measures the parts that are asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    torch = ["torch eager"] if importlib.util.find_spec("torch") else []
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--turns", type=int, default=9, help="of each contender (default: 9)")
    parser.add_argument("--rivals", nargs="*", default=torch, help="torch eager, torch compile")
    parser.add_argument("--variants", nargs="*", default=[], help="xla, bfloat16, or both in one")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("runs/bench.json"))
    options = parser.parse_args()
    described = machine.describe()
    print(json.dumps(described))
    result: dict[str, Any] = {"machine": described}
    for part in options.parts:
        result[part] = []
        for rows in PARTS[part](options):
            result[part] += rows
            cells = [list(rows[0]), *([_written(value) for value in row.values()] for row in rows)]
            print(f"\n{part}", *columns.lines(cells, left=_TEXT), sep="\n", flush=True)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_json(options.output, result)
    print(f"\n{options.output}")


def _steps(options: argparse.Namespace) -> Iterable[list[dict]]:
    for shape in SHAPES:
        yield steps.measure(shape, options.turns, options.rivals, options.variants)


def _rebuilds(options: argparse.Namespace) -> Iterable[list[dict]]:
    del options
    _prepare()
    for shape in SHAPES:
        yield rebuilds.measure(shape)
        yield rebuilds.measure(shape.with_widths)


def _pipeline(options: argparse.Namespace) -> Iterable[list[dict]]:
    _prepare()
    yield pipeline.measure(min(options.turns, 5))


def _search(options: argparse.Namespace) -> Iterable[list[dict]]:
    del options
    yield phases.measure()


def _growth(options: argparse.Namespace) -> Iterable[list[dict]]:
    yield growth.measure(options.turns)


def _prepare() -> None:
    with quiet():
        from goldnas_tf.runtime import devices

        devices.prepare()


# the parts that load TensorFlow into this process come last: the others need the memory
PARTS: dict[str, Callable[[argparse.Namespace], Iterable[list[dict]]]] = {
    "steps": _steps,
    "growth": _growth,
    "search": _search,
    "rebuilds": _rebuilds,
    "pipeline": _pipeline,
}


def _written(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
