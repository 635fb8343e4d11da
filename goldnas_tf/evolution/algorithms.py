"""Which networks are tried next: NSGA-II, and random search as its control.

Both propose genes and are told what came of them. They are functions of their seed and of what they
were told: told the same again, they propose the same, which is how a run resumes.
"""

import abc
import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.duplicate import ElementwiseDuplicateElimination
from pymoo.core.evaluator import Evaluator
from pymoo.core.individual import Individual
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.core.termination import NoTermination
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.problems.static import StaticProblem

from goldnas_tf.errors import InputError
from goldnas_tf.evolution.assembly import Assembly, Genes
from goldnas_tf.evolution.records import fits
from goldnas_tf.evolution.settings import EvolutionSettings

_TRIES = 2000


class Algorithm(abc.ABC):
    """Proposes generations.

    Args:
        assembly: what genes mean.
        settings: of the evolution.
        seed: decides everything that is drawn.

    Attributes:
        first: the first generation, drawn at random.

    Raises:
        InputError: no network is within all limits that are known without building it.
    """

    def __init__(self, assembly: Assembly, settings: EvolutionSettings, seed: int):
        self._assembly = assembly
        self._settings = settings
        self._drawn = self._draw(np.random.default_rng(seed))
        self.first = self._next_drawn()
        if not self.first:
            raise InputError(
                f"found no network within the limits in {_TRIES} draws: "
                + ", ".join(f"max_{name} {limit:,}" for name, limit in settings.most.items())
                + "; allow more, or smaller widths"
            )

    @abc.abstractmethod
    def propose(self) -> list[Genes]:
        """The next generation; empty where nothing new is to be found."""

    @abc.abstractmethod
    def learn(self, aims: Sequence[Sequence[float]], excess: Sequence[Sequence[float]]) -> None:
        """Takes in what came of the networks that were proposed last.

        Args:
            aims: of each network, what is minimised.
            excess: of each network, by how much it breaks each constraint; at most 0 is none.
        """

    def _draw(self, rng: np.random.Generator) -> Iterator[Genes]:
        """Genes of networks within the limits, uniform over the genes, no network twice."""
        seen = set()
        missed = 0
        while missed < _TRIES:
            genes = _genes(rng.integers(self._assembly.sizes))
            genotype = self._assembly.genotype(genes)
            if genotype in seen or not fits(genotype, self._settings):
                missed += 1
                continue
            seen.add(genotype)
            missed = 0
            yield genes

    def _next_drawn(self) -> list[Genes]:
        return list(itertools.islice(self._drawn, self._settings.population))


class RandomSearch(Algorithm):
    """Networks drawn at random."""

    def propose(self) -> list[Genes]:
        """The next networks, none twice."""
        proposed, self.first = self.first or self._next_drawn(), []
        return proposed

    def learn(self, aims: Sequence[Sequence[float]], excess: Sequence[Sequence[float]]) -> None:
        """Learns nothing."""


class Nsga2(Algorithm):
    """Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II" (2002), by pymoo.

    Constraints are dominance rules, no penalties: what breaks none comes first, then what breaks
    them by less.
    """

    def __init__(self, assembly: Assembly, settings: EvolutionSettings, seed: int):
        super().__init__(assembly, settings, seed)
        self._problem = Problem(
            n_var=len(assembly.sizes),
            n_obj=1 + len(settings.objectives),
            n_ieq_constr=len(settings.most) + 1,
            xl=np.zeros(len(assembly.sizes)),
            xu=np.array(assembly.sizes) - 1.0,
            vtype=int,
        )
        self._algorithm = NSGA2(
            pop_size=settings.population,
            sampling=np.array(self.first, float),
            crossover=SBX(prob=0.9, eta=3, vtype=float, repair=RoundingRepair()),
            mutation=PM(prob=1.0, eta=3, vtype=float, repair=RoundingRepair()),
            eliminate_duplicates=_SameNetwork(assembly),
        )
        self._algorithm.setup(self._problem, termination=NoTermination(), seed=seed)
        self._proposed: Population | None = None

    def propose(self) -> list[Genes]:
        """The first generation is drawn at random; the next ones descend from it."""
        self._proposed = self._algorithm.ask()
        if self._proposed is None:
            return []
        return [_genes(row) for row in self._proposed.get("X")]

    def learn(self, aims: Sequence[Sequence[float]], excess: Sequence[Sequence[float]]) -> None:
        """Takes in what came of them, and selects who survives."""
        results = {"F": np.array(aims, float), "G": np.array(excess, float)}
        assert self._proposed is not None, "learn comes after propose"
        told = self._proposed[: len(aims)]
        Evaluator().eval(StaticProblem(self._problem, **results), told)
        with warnings.catch_warnings():
            # crowding distances of fronts of one are not numbers, which pymoo allows for
            warnings.simplefilter("ignore", RuntimeWarning)
            self._algorithm.tell(infills=told)


class _SameNetwork(ElementwiseDuplicateElimination):
    """Genes of the same network are the same."""

    def __init__(self, assembly: Assembly):
        super().__init__()
        self._assembly = assembly

    def is_equal(self, a: Individual, b: Individual) -> bool:
        one, other = (self._assembly.genotype(_genes(individual.X)) for individual in (a, b))
        return one == other


def _genes(row: np.ndarray) -> Genes:
    return tuple(int(gene) for gene in row)


MAKERS: dict[str, Callable[[Assembly, EvolutionSettings, int], Algorithm]] = {
    "nsga2": Nsga2,
    "random": RandomSearch,
}
"""The algorithms by their names in `settings.ALGORITHMS`."""
