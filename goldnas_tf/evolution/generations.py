"""One generation: what is new in it is tried, side by side, and what came of it written down."""

import pathlib
import statistics
from collections.abc import Sequence

from goldnas_tf.engine.engine import Bounds, Engine
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.evolution import candidate, warm_start
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.front import front, reference, volumes
from goldnas_tf.evolution.picture import draw_evolution
from goldnas_tf.evolution.records import Generation, Records
from goldnas_tf.evolution.settings import EvolutionSettings
from goldnas_tf.evolution.setup import Setup
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal

PICTURE = "evolution.png"


def try_new(
    plan: Generation,
    records: Records,
    setup: Setup,
    team: Engine,
    journal: Journal,
    signals: Interrupts,
) -> None:
    """Trains what is new in a generation, for a short time.

    Args:
        plan: of the generation.
        records: what was tried before; what is tried now is added.
        setup: of the processes.
        team: trains.
        journal: shows a bar, and what failed.
        signals: end the run; what was tried by then is recorded.
    """
    settings, untried = setup.config.evolution, records.untried(plan)
    if not untried:
        # a resumed run is on its way to where it stopped
        return
    donors = warm_start.best_donors(records.tried)
    setup.forget_weights({name for name, _ in donors.values()} | set(plan.new))
    tasks = [
        (name, ("judge", name, genotype, warm_start.sources(genotype, donors)))
        for name, genotype in untried.items()
    ]
    bounds = Bounds(settings.candidate_minutes, settings.candidate_gigabytes)
    with journal.bar(plan.number, len(plan.new), len(untried)) as bar:
        for name, outcome in team.run(tasks, bounds, signals):
            values = outcome.result or {"failure": outcome.failure}
            known = plan.known[untried[name]]
            records.add(known.tried(values, round(outcome.seconds, 3)))
            if outcome.failure:
                journal.say(f"{name} is out: {outcome.failure}")
            bar.step()


def record(
    number: int,
    records: Records,
    settings: EvolutionSettings,
    folder: pathlib.Path,
    journal: Journal,
) -> None:
    """Writes down the generation that ended, and draws the picture anew.

    Args:
        number: of the generation, from 1.
        records: of the run.
        settings: of the evolution.
        folder: of the run.
        journal: where it is recorded.

    Raises:
        TrainingError, InputError: no network could be trained so far.
    """
    history, trials = records.history, records.trials
    now = [one for one in trials if one.generation == number]
    found = front(trials, settings)
    if not found:
        _check_any(trials, settings, folder)
    least = {
        f"least_{cost}": min((one.costs[cost] for one in found), default=None)
        for cost in settings.objectives
    }
    values = {
        "generation": number,
        "trained": len(trials),
        "failed": sum(one.failure is not None for one in now),
        "front": len(found),
        "val_accuracy": max((one.accuracy for one in found), default=None),
        **least,
        "hypervolume": volumes(trials, settings, reference(history, settings))[-1],
        "seconds": {"trials": round(sum(one.seconds for one in now), 3)},
    }
    shown = ("val_accuracy", "trained", "failed", "front", "hypervolume")
    draw_evolution(history, settings, folder / PICTURE)
    journal.epoch(values, {name: values[name] for name in shown})
    journal.picture(number, "evolution", folder / PICTURE)


def _check_any(
    trials: Sequence[Candidate], settings: EvolutionSettings, folder: pathlib.Path
) -> None:
    """Ends the run where no network could be trained: something is wrong with all of them."""
    if any(one.val_accuracy is not None for one in trials):
        return
    reasons = [one.failure for one in trials if one.failure]
    if reasons:
        raise TrainingError(
            f"none of {len(trials)} networks could be trained: {statistics.mode(reasons)}; see "
            f"{folder / candidate.FILE}"
        )
    quickest = min(one.costs["latency_ms"] for one in trials)
    raise InputError(
        f"max_latency_ms of {settings.max_latency_ms:g} was met by none of {len(trials)} "
        f"networks, the quickest takes {quickest:.3g} ms; allow more, or smaller widths"
    )
