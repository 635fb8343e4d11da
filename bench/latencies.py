"""What a table of latencies says of networks, beside what their files take in LiteRT.

    python -m bench.latencies TABLE RUN... [--random=30] [--picture=FILE] [--json=FILE]

TABLE is a file of bin/latency, RUN the folder of a search in its space: its points are measured,
and random networks of the space, all with random weights. All files in turns, on as many threads
as the table is for.
"""

import argparse
import json
import pathlib
from collections.abc import Sequence

import numpy as np
from scipy.stats import spearmanr

from bench import machine
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.deployment import timing
from goldnas_tf.display import figures
from goldnas_tf.inference.lowering import of_genotype
from goldnas_tf.resources.latency import LatencyTable
from goldnas_tf.resources.sampling import some_networks

ROUNDS = 60
SEED = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what the command line names.

    Args:
        arguments: in its place.
    """
    parser = argparse.ArgumentParser(
        prog="python -m bench.latencies",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=30)
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args(arguments)
    table = LatencyTable.load(options.table)
    files = [file for run in options.runs for file in sorted(run.glob("pareto/*/genotype.json"))]
    found = [Genotype.load(file) for file in files]
    # not those that the table was made with, which are of another seed
    drawn = some_networks(found[0].space, options.random, SEED)
    networks = {"found": found, "random": [*drawn][1:]}
    rows = measure(table, networks)
    said = summary(rows)
    print("\n".join(f"{name}: {value:.4g}" for name, value in said.items()))
    if options.picture:
        draw(rows, table, options.picture)
    if options.json:
        values = {"machine": machine.describe(), "precision": table.precision, **said}
        options.json.write_text(json.dumps({**values, "networks": rows}, indent=1) + "\n")


def measure(table: LatencyTable, networks: dict[str, list[Genotype]]) -> list[dict]:
    """A row for each network: what the table says, and what its file took, in milliseconds."""
    graphs = [(kind, of_genotype(one)) for kind, some in networks.items() for one in some]
    opened = [
        timing.opened(timing.file(graph, table.precision, SEED), table.threads)
        for _, graph in graphs
    ]
    times = timing.timed([one.invoke for one in opened], ROUNDS)
    return [
        {
            "kind": kind,
            "operations": len(graph.values),
            "predicted": table.milliseconds(graph),
            "measured": measured,
        }
        for (kind, graph), measured in zip(graphs, times, strict=True)
    ]


def summary(rows: Sequence[dict]) -> dict[str, float]:
    """How well what was predicted and what was measured agree."""
    predicted, measured = (np.array([row[n] for row in rows]) for n in ("predicted", "measured"))
    errors = np.abs(predicted / measured - 1)
    return {
        "count": len(rows),
        "rank_correlation": float(spearmanr(predicted, measured).statistic),
        "median_error": float(np.median(errors)),
        "largest_error": float(errors.max()),
        "median_ratio": float(np.median(predicted / measured)),
    }


def draw(rows: Sequence[dict], table: LatencyTable, file: pathlib.Path) -> None:
    """A picture of both."""
    figure, axes = figures.plot(f"Milliseconds for one image, {table.precision}, {table.device}")
    for kind in ("found", "random"):
        some = [row for row in rows if row["kind"] == kind]
        points = [[row[name] for row in some] for name in ("predicted", "measured")]
        axes.plot(*points, "o", label=f"{kind} ({len(some)})", alpha=0.8)
    most = max(max(row["predicted"], row["measured"]) for row in rows)
    axes.plot([0, most], [0, most], "--", color="0.6", linewidth=1, label="as predicted")
    axes.set_xlabel("sum over the operations, from the table")
    threads = "one thread" if table.threads == 1 else f"{table.threads} threads"
    axes.set_ylabel(f"its file in LiteRT, {threads}")
    axes.legend()
    figures.save_png(figure, file)


if __name__ == "__main__":
    main()
