"""What an evolution has tried: the whole state of a run, on disk and by generation. No TensorFlow.

A resumed run plans the same generations again, and finds in them what it has tried.
"""

import dataclasses
import pathlib
from collections.abc import Sequence

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.evolution import candidate
from goldnas_tf.evolution.assembly import Assembly, Genes
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.settings import EvolutionSettings
from goldnas_tf.evolution.warm_start import Tried
from goldnas_tf.resources import resources

_IDLE_GENERATIONS = 20


@dataclasses.dataclass(frozen=True)
class Generation:
    """A generation that is to be tried.

    Attributes:
        number: from 1.
        members: the networks that were proposed, as far as there may be more trials.
        known: of each, what is known of it before it is tried.
        new: those that may be trained and were in no earlier generation, by their names.
    """

    number: int
    members: list[Genotype]
    known: dict[Genotype, Candidate]
    new: dict[str, Genotype]


def fits(genotype: Genotype, settings: EvolutionSettings) -> bool:
    """Whether a network is within the limits that are known without building it."""
    cost = resources.known(genotype, gated=False)
    return all(cost.get(name, 0) <= limit for name, limit in settings.most.items())


class Records:
    """All trials of a run.

    Args:
        folder: the run folder.
        assembly: what genes mean.
        settings: of the evolution.

    Attributes:
        history: the members of each generation so far, with what came of them.
    """

    def __init__(self, folder: pathlib.Path, assembly: Assembly, settings: EvolutionSettings):
        self._folder = folder
        self._assembly = assembly
        self._settings = settings
        self._tried = {self._assembly.genotype(one.genes): one for one in candidate.read(folder)}
        self.history: list[list[Candidate]] = []

    def __len__(self) -> int:
        return len(self._tried)

    @property
    def trials(self) -> list[Candidate]:
        """All that was trained, each once, in the order in which it was proposed."""
        every = (one for generation in self.history for one in generation if one.name)
        return list({one.name: one for one in every}.values())

    @property
    def is_over(self) -> bool:
        """Whether there are no more trials, or nothing new came for many generations."""
        trials = self.trials
        newest = max((one.generation for one in trials), default=0)
        idle = len(self.history) - newest
        return len(trials) >= self._settings.most_trials or idle >= _IDLE_GENERATIONS

    def plan(self, proposed: Sequence[Genes]) -> Generation:
        """The next generation: names what is new in it and within the limits."""
        trials = self.trials
        left = self._settings.most_trials - len(trials)
        plan = Generation(len(self.history) + 1, [], {}, {})
        plan.known.update({self._assembly.genotype(one.genes): one for one in trials})
        for genes in proposed:
            genotype = self._assembly.genotype(genes)
            if genotype not in plan.known:
                name = ""
                if fits(genotype, self._settings):
                    if len(plan.new) == left:
                        break
                    name = f"n{len(trials) + len(plan.new) + 1:03d}"
                    plan.new[name] = genotype
                costs = resources.known(genotype, gated=False)
                plan.known[genotype] = Candidate(name, genes, plan.number, costs)
            plan.members.append(genotype)
        return plan

    def untried(self, plan: Generation) -> dict[str, Genotype]:
        """What is new in a generation and was not tried before the run was killed.

        Raises:
            InputError: what was tried has other names: it was proposed by other software.
        """
        for name, genotype in plan.new.items():
            found = self._tried.get(genotype)
            if found and found.name != name:
                raise InputError(
                    f"{self._folder / candidate.FILE} does not fit the networks that are proposed "
                    f"now ({found.name} there is {name} here); resume with the versions of pymoo "
                    "and numpy that config.json names, or use another workdir"
                )
        return {name: g for name, g in plan.new.items() if g not in self._tried}

    def add(self, one: Candidate) -> None:
        """Writes down a trial."""
        self._tried[self._assembly.genotype(one.genes)] = one
        candidate.append(one, self._folder)

    def close(self, plan: Generation) -> list[Candidate]:
        """What came of a generation, now part of the history."""
        self.history.append([self._tried.get(g, plan.known[g]) for g in plan.members])
        return self.history[-1]

    @property
    def tried(self) -> Tried:
        """The feasible networks of the generations so far, which others may start from."""
        feasible = [one for one in self.trials if one.is_feasible(self._settings.most)]
        return [(one.name, one.accuracy, self._assembly.genotype(one.genes)) for one in feasible]
