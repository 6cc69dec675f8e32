r"""How tight a bound is: a search for the instance on which what is observed comes closest to it.

Without noise the instances are Rayleigh quotients of diagonal matrices with eigenvalues from 0 to 1; with noise, means
of two quotients of the plane that differ by a symmetric matrix one way and the other, one of them drawn at each step.
What a search finds is a lower bound of the true ratio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

import numpy as np

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.experiments.descend import descend
from psitheory.experiments.trajectory import riemannian_square
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.rates import bounds

_RUNS = 512
"""So many equally likely courses are followed: all there are for T ≤ 10; beyond, each goes on in one way only."""
_EXACT_STEPS = 10


@dataclass(frozen=True)
class Tightness:
    """The best that a search found.

    Attributes
    ----------
    bound : str
        Its name in :data:`psitheory.rates.BOUNDS`.
    steps : int
        T.
    ratio : float
        Observed over bound.
    instance : mapping of str to list of float
        Plain data from which :func:`replayed` computes the ratio again.
    known : float or None
        Beside PSI-GD's bound: the ratio of the exact worst case over all smooth functions of a flat space.
    estimated : bool
        Whether the expectation was estimated from 512 runs, the same for all instances, as it is for T > 10.
    """

    bound: str
    steps: int
    ratio: float
    instance: Mapping[str, Any]
    known: float | None
    estimated: bool


def search_tightness(
    bound: str, steps: int, *, rng: np.random.Generator, generations: int = 100, population: int = 12
) -> Tightness:
    """Search instances for the largest observed/bound at the horizon ``steps``.

    Parameters
    ----------
    bound : str
        One of :data:`SEARCHABLE`.
    steps : int
        T, at least 1 (for the second half of a run, even).
    rng : numpy.random.Generator
    generations, population : int
        Of SciPy's differential evolution, whose best find is polished by Nelder and Mead's method; the population is
        for each parameter.

    Raises
    ------
    UnknownName
        If there is no search for ``bound``; the message lists those there are.
    ArgumentError
        If ``steps`` is no horizon.
    """
    from scipy.optimize import differential_evolution, minimize

    trial = _trial(bound, steps)
    limits = trial.limits

    def badness(x: np.ndarray) -> Any:
        ratio = trial.ratio(trial.instances(np.atleast_2d(x.T)), steps)
        ratio = np.where(np.isfinite(ratio), ratio, 0)
        return -ratio if x.ndim == 2 else -float(ratio[0])

    found = differential_evolution(
        badness, limits, maxiter=generations, popsize=population, vectorized=True, updating="deferred", polish=False,
        seed=rng, tol=1e-10,
    )  # fmt: skip
    better = minimize(badness, found.x, method="Nelder-Mead", bounds=limits, options={"maxiter": 400, "xatol": 1e-9})
    best = better.x if better.fun < found.fun else found.x
    instance = {name: np.asarray(value[0]).tolist() for name, value in trial.instances(best[None]).items()}
    return _told(bound, steps, instance)


def _told(bound: str, steps: int, instance: Mapping[str, Any]) -> Tightness:
    estimated = _OBSERVED[bound][1] and steps > _EXACT_STEPS
    return Tightness(bound, steps, replayed(bound, steps, instance), instance, known_ratio(bound, steps), estimated)


def stored_tightness() -> tuple[Tightness, ...]:
    """Return what earlier searches found for T = 1, 2, 10 and 100, each ratio computed anew from its instance."""
    text = resources.files(__package__).joinpath("tight_instances.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    return tuple(_told(bound, int(steps), instance) for bound, row in stored.items() for steps, instance in row.items())


def replayed(bound: str, steps: int, instance: Mapping[str, Any]) -> float:
    """Return observed/bound on a stored instance."""
    arrays = {name: np.asarray(value, dtype=float)[None] for name, value in instance.items()}
    return float(_trial(bound, steps).ratio(arrays, steps)[0])


def known_ratio(bound: str, steps: int) -> float | None:
    r"""Return the exact worst case of smooth functions over the bound of PSI-GD: :math:`2T/(3T-1)`; else None."""
    if bound != bounds.PSI_GD.name:
        return None
    constants = {"smoothness": 1.0, "gap": 1.0, "steps": steps}
    return float(bounds.SMOOTH(**constants) / bounds.PSI_GD(**constants))


@dataclass(frozen=True)
class _Trial:
    """Parameters within limits, the instances they mean, and the ratios there; all over a population."""

    limits: list[tuple[float, float]]
    instances: Callable[[np.ndarray], dict[str, np.ndarray]]
    ratio: Callable[[Mapping[str, np.ndarray], int], np.ndarray]


@dataclass(frozen=True, eq=False)
class _Quotients:
    """Rayleigh quotients of the matrices (S, d, d), one for each column of weights (..., S, d)."""

    matrices: np.ndarray

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d."""
        return Layout.of([self.matrices.shape[-1]])

    def evaluate(self, w: np.ndarray, batch: Any = None) -> Evaluation:
        """Return each column's own quotient and its gradient."""
        square = np.vecdot(w, w)[..., None]
        product = (self.matrices @ w[..., None])[..., 0]
        loss = np.vecdot(w, product)[..., None] / square
        return Evaluation(loss[..., 0], 2 * (product - loss * w) / square)

    def hessian_vector(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return each column's own product."""
        here = self.evaluate(w)
        product = (self.matrices @ x[..., None])[..., 0] - here.loss[..., None] * x
        radial = np.vecdot(here.gradient, x)[..., None] * w + np.vecdot(w, x)[..., None] * here.gradient
        return np.asarray(2 * (product - radial) / np.vecdot(w, w)[..., None])


# -- without noise: L = 2, minimum 0 ----------------------------------------------------------------

_INNER = 2
_WITHOUT_NOISE = [(-5.0, 0.0)] * _INNER + [(-4.0, 4.0)] * (_INNER + 1) + [(0.02, 0.98)]


def _diagonals(x: np.ndarray) -> dict[str, np.ndarray]:
    """Return eigenvalues 0, 10^x…, 1 and a unit start, and the share of the largest rate."""
    edge = np.zeros((len(x), 1))
    eigenvalues = np.concatenate([edge, 10.0 ** x[:, :_INNER], edge + 1], axis=1)
    w = np.concatenate([edge + 1, 10.0 ** x[:, _INNER:-1]], axis=1)
    return {"eigenvalues": eigenvalues, "w": w / np.linalg.norm(w, axis=1, keepdims=True), "share": x[:, -1]}


def _run(instance: Mapping[str, np.ndarray], method: Any, steps: int) -> Any:
    eigenvalues = instance["eigenvalues"]
    model = _Quotients(eigenvalues[..., None] * np.eye(eigenvalues.shape[-1]))
    return descend(model, method, instance["w"], steps, record=[0, steps])


def _psi_gd(instance: Mapping[str, np.ndarray], steps: int) -> np.ndarray:
    seen = _run(instance, PSIGradientDescent(0.5), steps)
    return np.asarray(seen.min_squared_gradient[-1] / bounds.PSI_GD(smoothness=2.0, gap=seen.loss[0], steps=steps))


def _psi_gd_sum(instance: Mapping[str, np.ndarray], steps: int) -> np.ndarray:
    rate = instance["share"]  # of 2/L = 1
    seen = _run(instance, PSIGradientDescent(rate), steps)
    drop = seen.loss[0] - seen.loss[-1]
    return np.asarray(seen.sum_squared_gradient[-1] / bounds.PSI_GD_SUM(drop=drop, rate=rate, smoothness=2.0))


def _gd(instance: Mapping[str, np.ndarray], steps: int) -> np.ndarray:
    rate = instance["share"] / 2  # of r²/L
    seen = _run(instance, GradientDescent(rate), steps)
    bound = bounds.GD(gap=seen.loss[0], rate=rate, largest_square=1.0, free=0, steps=steps)
    return np.asarray(seen.min_squared_gradient[-1] / bound)


def _dominated(instance: Mapping[str, np.ndarray], steps: int) -> np.ndarray:
    seen = _run(instance, PSIGradientDescent(0.5), steps)
    second = np.sort(instance["eigenvalues"], axis=1)[:, 1]
    start = seen.loss[0]
    bound = bounds.DOMINATED(gap=start, dominance=2 * (second - start), smoothness=2.0, steps=steps)
    return np.where(start < second, seen.loss[-1] / bound, 0)


# -- with noise: means of two quotients of the plane ------------------------------------------------

_WITH_NOISE = [(-3.0, 1.0), (0.0, float(np.pi)), (-4.0, 4.0), (0.02, 1.0)]


def _pairs(x: np.ndarray) -> dict[str, np.ndarray]:
    """Return the symmetric matrix by which two quotients differ from diag(0, 1), a start and the share of 1/L."""
    size, angle = 10.0 ** x[:, 0], x[:, 1]
    w = np.stack([np.ones(len(x)), 10.0 ** x[:, 2]], axis=1)
    noise = size[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return {"noise": noise, "w": w / np.linalg.norm(w, axis=1, keepdims=True), "share": x[:, 3]}


def _mean_squares(instance: Mapping[str, np.ndarray], rate: Callable[[int], Any], steps: int) -> np.ndarray:
    """Return the expectation of G at each t < T, (T, S)."""
    diagonal, swap = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    part = instance["noise"][..., None, None]
    around = part[:, 0] * diagonal + part[:, 1] * swap
    middle = _Quotients(np.broadcast_to(np.diag([0.0, 1.0]), around.shape))
    sides = [_Quotients(middle.matrices + sign * around) for sign in (-1, 1)]
    rng, points, out = np.random.default_rng(0), instance["w"][None], []
    for t in range(steps):
        out.append(riemannian_square(middle.layout, points, middle.evaluate(points).gradient).mean(axis=0))
        method = PSIGradientDescent(np.broadcast_to(rate(t), points.shape[:-1]))
        one, other = (method.step(middle.layout, points, side.evaluate(points), ())[0] for side in sides)
        if 2 * len(points) <= _RUNS:
            points = np.concatenate([one, other])
        else:
            points = np.where(rng.integers(0, 2, points.shape[:-1])[..., None] > 0, one, other)
    return np.stack(out)


def _noisy(
    instance: Mapping[str, np.ndarray],
    steps: int,
    bound: bounds.Bound,
    rate: Callable[[np.ndarray, np.ndarray, np.ndarray], Callable[[int], Any]],
    **options: Any,
) -> np.ndarray:
    """Return the ratio to ``bound`` for the rates that gap, variance and the share of 1/L mean."""
    gap = instance["w"][:, 1] ** 2
    variance = 4 * np.sum(instance["noise"] ** 2, axis=1)  # four times the largest eigenvalue of the squared difference
    rates = rate(gap, variance, instance["share"])
    squares = _mean_squares(instance, rates, steps)[steps // 2 if "width" in bound.constants else 0 :]
    given = {"gap": gap, "width": 1.0, "variance": variance, "smoothness": 2.0, "steps": steps}
    given |= dict.fromkeys(("rate", "scale"), instance["share"] / 2)
    return np.asarray(squares.min(axis=0) / bound(**{name: given[name] for name in bound.constants}))


def _fixed(gap: np.ndarray, variance: np.ndarray, share: np.ndarray) -> Callable[[int], Any]:
    return lambda t: share / 2


def _decreasing(gap: np.ndarray, variance: np.ndarray, share: np.ndarray) -> Callable[[int], Any]:
    return lambda t: share / 2 / np.sqrt(t + 1)


def _trial(name: str, steps: int) -> _Trial:
    if name not in _OBSERVED:
        raise UnknownName(f"bound is {shown(name)}; one of {', '.join(SEARCHABLE)} is needed")
    even = name == bounds.PSI_SGD_WINDOW.name
    if not isinstance(steps, (int, np.integer)) or steps < 1 or (even and steps % 2):
        raise ArgumentError(f"steps is {shown(steps)}; a{'n even' if even else ''} number of at least 1 is needed")
    ratio, noisy = _OBSERVED[name]
    return _Trial(_WITH_NOISE, _pairs, ratio) if noisy else _Trial(_WITHOUT_NOISE, _diagonals, ratio)


def _tuned_ratio(instance: Mapping[str, np.ndarray], steps: int) -> np.ndarray:
    def rate(gap: np.ndarray, variance: np.ndarray, share: np.ndarray) -> Callable[[int], Any]:
        return lambda t: np.minimum(0.5, np.sqrt(gap / (steps * variance)))

    return _noisy(instance, steps, bounds.PSI_SGD_TUNED, rate)


_OBSERVED: dict[str, tuple[Callable[[Mapping[str, np.ndarray], int], np.ndarray], bool]] = {
    bounds.PSI_GD.name: (_psi_gd, False),
    bounds.PSI_GD_SUM.name: (_psi_gd_sum, False),
    bounds.GD.name: (_gd, False),
    bounds.DOMINATED.name: (_dominated, False),
    bounds.PSI_SGD.name: (lambda i, T: _noisy(i, T, bounds.PSI_SGD, _fixed), True),
    bounds.PSI_SGD_TUNED.name: (_tuned_ratio, True),
    bounds.PSI_SGD_DECREASING.name: (lambda i, T: _noisy(i, T, bounds.PSI_SGD_DECREASING, _decreasing), True),
    bounds.PSI_SGD_WINDOW.name: (lambda i, T: _noisy(i, T, bounds.PSI_SGD_WINDOW, _decreasing), True),
}

SEARCHABLE = tuple(_OBSERVED)
"""The bounds that :func:`search_tightness` knows instances for."""
