r"""Do runs from equivalent starts pass through the same classes?  Judged in floats, beside control runs.

At generic scales rounding differs between representatives, and a long run may amplify it; what one ulp in the start
makes of the class is the measure of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array
from psitheory.checking import Verdict
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.experiments.descend import descend
from psitheory.experiments.trajectory import Record
from psitheory.geometry import PSIQuotient
from psitheory.models.interface import Model
from psitheory.optimizers.interface import Optimizer

CONTROL_FACTOR = 10
"""Classes may be so many times as far apart as one ulp puts them."""
CHAOS = 1e-6
"""If one ulp puts the classes farther apart than this, the runs are chaotic and nothing is decided."""


@dataclass(frozen=True, eq=False)
class ClassComparison:
    r"""How far the classes of K runs from :math:`a_k\cdot w_0` are from those of the run from :math:`w_0`.

    Attributes
    ----------
    times : int array, (R,)
    distances : array, (K, R)
        :math:`\mathrm{dist}([w_t], [w'_t])` on the quotient; NaN from where a run broke.
    controls : array, (C, R)
        The same for starts that are one ulp away from :math:`w_0`.
    moved : float
        How far the class of the run from :math:`w_0` is from its start at the last time.
    """

    times: np.ndarray
    distances: np.ndarray
    controls: np.ndarray
    moved: float

    @property
    def largest(self) -> np.ndarray:
        """Return the largest distance of each run, (K,)."""
        return np.asarray(self.distances.max(axis=1))

    @property
    def allowed(self) -> float:
        """Return ten times the largest distance of a control run; never less than ten units of rounding."""
        return CONTROL_FACTOR * max(float(self.controls.max()), float(np.finfo(self.controls.dtype).eps))

    @property
    def verdict(self) -> Verdict:
        """Return HOLDS if no run is farther away than allowed, INCONCLUSIVE if one is chaotic, breaks or rests."""
        if not (self.controls.max() <= CHAOS and self.moved > 0) or np.isnan(self.distances).any():
            return Verdict.INCONCLUSIVE
        return Verdict.HOLDS if (self.distances <= self.allowed).all() else Verdict.REFUTED

    def __str__(self) -> str:
        """Return the verdict with its numbers."""
        apart = ", ".join(f"{distance:.2g}" for distance in self.largest)
        return (
            f"{self.verdict}: over {self.times[-1]} steps the classes of equivalent starts are at most {apart} apart; "
            f"{len(self.controls)} starts one ulp away come to {self.controls.max():.2g}, "
            f"{CONTROL_FACTOR} times as much is allowed"
        )


def compare_classes(
    model: Model,
    optimizer: Optimizer,
    start: Array,
    a: Array,
    steps: int,
    *,
    rng: np.random.Generator,
    controls: int = 8,
    record: Record = None,
) -> ClassComparison:
    r"""Run an optimiser from :math:`w_0`, from :math:`a_k\cdot w_0` and from starts one ulp away, and compare classes.

    Parameters
    ----------
    model : Model
    optimizer : Optimizer
        Its options must be the same for all runs.
    start : float array, (n,)
    a : positive array, (m,) or (K, m)
        The scales of each equivalent start, one for each block.
    steps : int
    rng : numpy.random.Generator
        Tells which entries of a control start go up and which go down.
    controls : int
        How many control runs.
    record : callable, sequence of int, or None
        The times to compare at, as in :func:`~psitheory.experiments.descend`.

    Raises
    ------
    ArgumentError
        If the start or the scales do not fit the model, or there is no control run.
    ArgumentTypeError
        If ``rng`` is no Generator.

    Examples
    --------
    >>> from psitheory.models import Rayleigh
    >>> from psitheory.optimizers import GradientDescent, PSIGradientDescent
    >>> model, w, rng = Rayleigh(np.diag([0.0, 1.0, 3.0])), np.ones(3), np.random.default_rng(0)
    >>> compare_classes(model, PSIGradientDescent(0.1), w, np.array([3.0]), 50, rng=rng).verdict.name
    'HOLDS'
    >>> compare_classes(model, GradientDescent(0.1), w, np.array([3.0]), 50, rng=rng).verdict.name
    'REFUTED'
    """
    if not isinstance(controls, (int, np.integer)) or controls < 1:
        raise ArgumentError(f"controls is {shown(controls)}; at least one control run is needed")
    if not isinstance(rng, np.random.Generator):
        raise ArgumentTypeError(f"rng is {shown(rng)}; a numpy.random.Generator is needed to draw the control starts")
    layout = model.layout
    w = layout.check(start, "start")
    if w.ndim != 1:
        raise ArgumentError(f"start has the shape {w.shape}; one vector ({layout.n},) is needed")
    a = np.atleast_2d(layout.check_scales(a))
    up = rng.integers(0, 2, (controls, layout.n)) > 0
    near = np.where(w == 0, w, np.nextafter(w, np.where(up, np.inf, -np.inf).astype(w.dtype)))
    run = descend(
        model, optimizer, np.concatenate([w[None], layout.scale(a, w), near]), steps, record=record, keep_points=True
    )
    points, psi = np.asarray(run.points), PSIQuotient(layout)
    distances = _distances(psi, points[:, :1], points[:, 1:]).T
    moved = float(_distances(psi, w[None], points[-1:, 0])[0])
    return ClassComparison(run.times, distances[: len(a)], distances[len(a) :], moved)


def _distances(psi: PSIQuotient, w: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return the distances of classes, NaN where one of the points is."""
    w, z = np.broadcast_arrays(w, z)
    sound = np.isfinite(w).all(axis=-1) & np.isfinite(z).all(axis=-1)
    out = np.full(sound.shape, np.nan, dtype=w.dtype)
    out[sound] = psi.dist(w[sound], z[sound])
    return out
