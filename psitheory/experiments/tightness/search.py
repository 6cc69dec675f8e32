"""The search for tight instances, and the store of what it found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.experiments.tightness import cliffs, mini_batches, norms, quotients, staircase, turns
from psitheory.experiments.tightness.trial import Trial
from psitheory.rates import bounds

_TRIALS = (*quotients.TRIALS, *staircase.TRIALS, *cliffs.TRIALS, *norms.TRIALS, *turns.TRIALS, *mini_batches.TRIALS)

SEARCHABLE = tuple(dict.fromkeys(trial.bound.name for trial in _TRIALS))
"""The bounds that :func:`search_tightness` knows instances for."""

_FEW = 6
"""Up to so many parameters the published coefficients of Nelder and Mead do better than those that adapt to them."""

HORIZONS = (1, 2, 10, 100)
"""For which T the best that searches found is stored."""


@dataclass(frozen=True)
class Tightness:
    """The best that a search found.

    Attributes
    ----------
    bound : str
        Its name in :data:`psitheory.rates.BOUNDS`.
    family : str
        Among which instances.
    steps : int
        T.
    ratio : float
        Observed over bound.
    instance : mapping of str to number or list
        Plain data from which :meth:`replay` computes the ratio again.
    """

    bound: str
    family: str
    steps: int
    ratio: float
    instance: Mapping[str, Any]

    def replay(self) -> float:
        """Run the instance again and return observed/bound."""
        return _ratio(_trial(self.bound, self.family, self.steps), self.instance, self.steps)

    @property
    def known(self) -> float | None:
        r"""Return the exact worst case of smooth functions of a flat space over the same bound, or None.

        It is :math:`2T/(3T-1)`, beside the bounds of PSI-GD and RGD.
        """
        if self.bound not in (bounds.PSI_GD.name, bounds.RGD.name):
            return None
        return float(bounds.SMOOTH(smoothness=1.0, gap=1.0, steps=self.steps) / (2 / self.steps))

    @property
    def estimated(self) -> bool:
        """Tell whether the expectation was estimated from 512 runs, the same for all instances."""
        exact = _trial(self.bound, self.family, self.steps).exact_steps
        return exact is not None and self.steps > exact


def search_tightness(
    bound: str,
    steps: int,
    *,
    rng: np.random.Generator,
    family: str | None = None,
    generations: int = 100,
    population: int = 12,
    polishing: int = 3,
) -> Tightness:
    """Search instances for the largest observed/bound at the horizon ``steps``.

    Parameters
    ----------
    bound : str
        One of :data:`SEARCHABLE`.
    steps : int
        T, at least 1 (for the second half of a run, even).
    rng : numpy.random.Generator
    family : str, optional
        Among which instances to search: Rayleigh quotients, unless the bound has another family too.
    generations, population : int
        Of SciPy's differential evolution; the population is for each parameter.
    polishing : int
        How many of the last population are polished by Nelder and Mead's method, each so often at most: the largest
        ratio stands on an edge where two steps have one G, along which evolution creeps.

    Raises
    ------
    UnknownName
        If there is no search for ``bound``, or not in ``family``; the message lists those there are.
    ArgumentError
        If ``steps`` is no horizon.
    """
    from scipy.optimize import differential_evolution, minimize

    trial = _trial(bound, family, steps)
    limits = trial.limits(steps)

    def badness(x: np.ndarray) -> Any:
        ratio = trial.ratio(trial.instances(np.atleast_2d(x.T)), steps)
        ratio = np.where(np.isfinite(ratio), ratio, 0)
        return -ratio if x.ndim == 2 else -float(ratio[0])

    found = differential_evolution(
        badness, limits, maxiter=generations, popsize=population, vectorized=True, updating="deferred", polish=False,
        seed=rng, tol=1e-10,
    )  # fmt: skip

    def polished(x: np.ndarray) -> tuple[float, np.ndarray]:
        least = badness(x)
        for _ in range(polishing):
            better = minimize(
                badness, x, method="Nelder-Mead", bounds=limits,
                options={"maxiter": 400, "xatol": 1e-9, "adaptive": len(x) > _FEW},
            )  # fmt: skip
            if better.fun >= least:
                break
            least, x = float(better.fun), better.x
        return least, x

    starts = found.population[np.argsort(found.population_energies)[:polishing]]
    best = min(map(polished, starts), key=lambda pair: pair[0])[1]
    instance = {name: np.asarray(value[0]).tolist() for name, value in trial.instances(best[None]).items()}
    return Tightness(bound, trial.family, steps, _ratio(trial, instance, steps), instance)


def stored_tightness(bound: str | None = None) -> tuple[Tightness, ...]:
    """Return what earlier searches found for T = 1, 2, 10 and 100, for one bound or all."""
    text = resources.files(__package__).joinpath("instances.json").read_text(encoding="utf-8")
    return tuple(Tightness(**row) for row in json.loads(text) if bound in (None, row["bound"]))


def _ratio(trial: Trial, instance: Mapping[str, Any], steps: int) -> float:
    arrays = {name: np.asarray(value, dtype=float)[None] for name, value in instance.items()}
    return float(trial.ratio(arrays, steps)[0])


def _trial(bound: str, family: str | None, steps: int) -> Trial:
    known = [trial for trial in _TRIALS if trial.bound.name == bound]
    if not known:
        raise UnknownName(f"bound is {shown(bound)}; one of {', '.join(SEARCHABLE)} is needed")
    fitting = [trial for trial in known if family in (None, trial.family)]
    if not fitting:
        families = ", ".join(trial.family for trial in known)
        raise UnknownName(f"family is {shown(family)}; of the bound {bound} one of {families} is needed")
    if not isinstance(steps, (int, np.integer)) or not fitting[0].accepts(int(steps)):
        even = "n even" if fitting[0].even else ""
        raise ArgumentError(
            f"steps is {shown(steps)}; a{even} number of at least {fitting[0].bound.fewest or 1} is needed"
        )
    return fitting[0]
