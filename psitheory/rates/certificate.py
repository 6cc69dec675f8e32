r"""The smoothness constant L as data: by a formula where there is one, else certified by branch and bound in balls.

The largest eigenvalue of a batch-norm neuron's Hessian is sought over the sphere of :mod:`psitheory.rates.whitened`.
The sphere is covered by boxes on the faces of a cube; a box is settled at the level t when :math:`tI - M` is positive
definite on all of it, by the signs of leading minors in balls, and split otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from psitheory.arithmetic import BALLS, Array, precision, to_balls
from psitheory.errors import ArgumentError, shown
from psitheory.models import Model, Neuron, Smoothness
from psitheory.rates.whitened import WhitenedNeuron, symmetric

_BITS = 64
_CHUNK = 256
_LARGEST = {"dimension": 3, "samples": 20}


@dataclass(frozen=True)
class Certificate:
    """What is known of L, from below and from above.

    Attributes
    ----------
    lower, upper : float
        L lies between them; ``upper`` is infinite where the search ran out of boxes.
    kind : {"closed form", "upper bound", "certified", "not reached"}
        By a formula, by an inequality that may be slack, by branch and bound, or not found within the effort.
    boxes : int
        How many boxes were looked at in balls.
    """

    lower: float
    upper: float
    kind: str
    boxes: int = 0

    @property
    def gap(self) -> float:
        """Return (upper - lower)/upper."""
        return 1.0 if np.isinf(self.upper) else (self.upper - self.lower) / self.upper if self.upper else 0.0

    def __str__(self) -> str:
        """Return what is known, and how."""
        if self.kind == "closed form":
            return f"closed form: L = {self.upper:.6g}"
        if self.kind == "certified":
            return f"certified: {self.lower:.6g} ≤ L ≤ {self.upper:.6g}, gap {self.gap:.1%}, after {self.boxes:,} boxes"
        if self.kind == "not reached":
            return f"not reached: L ≥ {self.lower:.6g}, and after {self.boxes:,} boxes no upper bound"
        return f"{self.kind}: L ≤ {self.upper:.6g}"

    @property
    def smoothness(self) -> Smoothness:
        """Return L as rate bounds take it: the upper end, or, where that was not reached, a local value."""
        if self.kind == "not reached":
            return Smoothness(self.lower, "local", "where it was looked at; no certificate was reached")
        return Smoothness(self.upper, self.kind, "everywhere")  # type: ignore[arg-type]


def certified_smoothness(model: Model, *, gap: float = 0.1, most_boxes: int = 50_000) -> Certificate:
    r"""Return what is known of L for ``model``: its own formula, or bounds by branch and bound in balls.

    Parameters
    ----------
    model : Model
        One with ``smoothness``, or a batch-norm neuron with a smooth activation, eps = 0, d ≤ 3 and N ≤ 20.
    gap : float
        What share of the upper bound may be left between it and the lower one.
    most_boxes : int
        The effort after which the certificate is reported as not reached.

    Raises
    ------
    ArgumentError
        If the model has neither a formula nor a certificate, the neuron is too large, its activation has a kink or its
        inputs are degenerate, so that L does not exist; or if ``gap`` lies outside (0, 1).

    Examples
    --------
    >>> from psitheory.models import Rayleigh
    >>> certified_smoothness(Rayleigh(np.diag([1.0, 2.0, 5.0])))
    Certificate(lower=8.0, upper=8.0, kind='closed form', boxes=0)
    """
    if not 0 < gap < 1:
        raise ArgumentError(f"gap is {shown(gap)}; a number between 0 and 1 is needed")
    known = getattr(model, "smoothness", None)
    if isinstance(known, Smoothness):
        value = float(known.value)
        return Certificate(value if known.kind == "closed form" else 0.0, value, known.kind)
    if not isinstance(model, Neuron):
        raise ArgumentError(f"model is {shown(model)}; one with a formula for L, or a batch-norm neuron, is needed")
    _check(model)
    with precision(_BITS):
        return _branch_and_bound(to_balls(model), model, gap, most_boxes)


def _check(model: Neuron) -> None:
    count, dimension = model.inputs.shape
    if model.eps != 0:
        raise ArgumentError(f"model has eps = {shown(model.eps)}; a scale-invariant neuron, with eps = 0, is needed")
    if model.activation == "relu":
        raise ArgumentError("model has the activation relu, whose kink leaves L infinite; a smooth one is needed")
    if dimension > _LARGEST["dimension"] or count > _LARGEST["samples"]:
        raise ArgumentError(
            f"model has d = {dimension} and {count} samples; at most {_LARGEST['dimension']} and "
            f"{_LARGEST['samples']} are within reach of branch and bound"
        )


def _branch_and_bound(balls: Neuron, floats: Neuron, gap: float, most_boxes: int) -> Certificate:
    exact, near = WhitenedNeuron.of(balls), WhitenedNeuron.of(floats)
    lower = _certified_below(exact, _best_direction(near))
    level = lower / (1 - gap)
    if level <= 0:  # a constant, or a line: nothing to divide a gap by
        return Certificate(0.0, 0.0, "certified") if exact.dimension == 1 else Certificate(lower, np.inf, "not reached")
    seen = 0
    waiting = _faces(exact.dimension)
    while len(waiting):
        hopeless = _is_hopeless(near, level, waiting)
        boxes, rest = waiting[~hopeless][:_CHUNK], waiting[~hopeless][_CHUNK:]
        seen += len(boxes)
        if seen > most_boxes:
            return Certificate(lower, np.inf, "not reached", seen)
        unsettled = boxes[~_is_below(exact, level, boxes)] if len(boxes) else boxes
        waiting = np.concatenate([rest, *_halves(waiting[hopeless]), *_halves(unsettled)])
    return Certificate(lower, float(level), "certified", seen)


def _is_below(exact: WhitenedNeuron, level: float, boxes: np.ndarray) -> np.ndarray:
    r"""Tell for each box (midpoints and radii, (B, 2, d)) whether all eigenvalues of M are certainly below.

    By the mean value theorem :math:`M = M(c) + \sum_k\delta_kD_k` with derivatives :math:`D_k` from the box.  The
    largest eigenvalue is convex in :math:`\delta`, so with the middles of the enclosures of :math:`D_k` it is
    largest at a corner; their radii move it by no more than a row sum.
    """
    slopes = exact.slopes(_balls(boxes), boxes)
    spread = sum(np.sum(_lifted(lambda ball: ball.rad(), slope), axis=-1) for slope in slopes)
    shift = level - BALLS.max(spread, axis=-1)
    room = shift[..., None, None] * BALLS.eye(exact.dimension)
    middle = symmetric(exact.hessian(BALLS.asarray(boxes[:, 0])))
    corners = _corners(middle, [_lifted(lambda ball: ball.mid(), slope) for slope in slopes])
    return np.asarray(np.all([_positive_definite(room - corner) for corner in corners], axis=0))


def _is_hopeless(near: WhitenedNeuron, level: float, boxes: np.ndarray) -> np.ndarray:
    """Tell for each box, in floats, whether :func:`_is_below` would hardly succeed, which spares asking it."""
    corners = _corners(symmetric(near.hessian(boxes[:, 0])), near.slopes(boxes[:, 0], boxes))
    return np.asarray(np.max([np.linalg.eigvalsh(corner)[:, -1] for corner in corners], axis=0) > level)


def _corners(middle: Array, slopes: list[Array]) -> list[Array]:
    """Return the matrices at the corners of a box on which they are linear."""
    out = [middle]
    for slope in slopes:
        out = [sign * slope + matrix for matrix in out for sign in (-1, 1)]
    return out


def _lifted(function: Any, array: Array) -> Array:
    return np.frompyfunc(function, 1, 1)(array)


def _positive_definite(matrices: Array) -> np.ndarray:
    """Tell for each matrix (B, d, d) of balls, d ≤ 3, whether its leading minors are certainly positive."""
    a = matrices
    minors = [a[:, 0, 0]]
    if a.shape[-1] > 1:
        minors.append(a[:, 0, 0] * a[:, 1, 1] - a[:, 0, 1] * a[:, 1, 0])
    if a.shape[-1] > 2:
        minors.append(
            a[:, 2, 2] * minors[1]
            - a[:, 2, 1] * (a[:, 0, 0] * a[:, 1, 2] - a[:, 0, 2] * a[:, 1, 0])
            + a[:, 2, 0] * (a[:, 0, 1] * a[:, 1, 2] - a[:, 0, 2] * a[:, 1, 1])
        )
    signs = np.stack([BALLS.greater(minor, 0 * minor) for minor in minors])
    certain = np.frompyfunc(lambda sign: sign is True, 1, 1)(signs)
    return np.asarray(np.all(certain, axis=0), dtype=bool)


# -- boxes --------------------------------------------------------------------------------------


def _faces(dimension: int) -> np.ndarray:
    """Return the faces of the cube as boxes: midpoints and radii, (2d, 2, d)."""
    faces = []
    for axis, sign in product(range(dimension), (-1.0, 1.0)):
        middle, radius = np.zeros(dimension), np.ones(dimension)
        middle[axis], radius[axis] = sign, 0.0
        faces.append(np.stack([middle, radius]))
    return np.stack(faces)


def _halves(boxes: np.ndarray) -> list[np.ndarray]:
    """Return the boxes (B, 2, d) cut in two across their longest side; midpoints stay dyadic."""
    cut = np.argmax(boxes[:, 1], axis=-1)
    rows, out = np.arange(len(boxes)), []
    for sign in (-1, 1):
        half = boxes.copy()
        half[rows, 1, cut] /= 2
        half[rows, 0, cut] += sign * half[rows, 1, cut]
        out.append(half)
    return out


def _balls(boxes: np.ndarray) -> Array:
    """Return boxes as rows of balls."""
    low, high = (np.frompyfunc(BALLS.element, 1, 1)(boxes[:, 0] + sign * boxes[:, 1]) for sign in (-1, 1))
    return np.frompyfunc(BALLS.either, 2, 1)(low, high)


# -- from below ---------------------------------------------------------------------------------


def _best_direction(near: WhitenedNeuron) -> tuple[np.ndarray, np.ndarray]:
    """Return a point about where the largest eigenvalue of M is largest, and its eigenvector, in floats."""
    from scipy.optimize import minimize

    def top(p: np.ndarray) -> float:
        return -float(np.linalg.eigvalsh(near.hessian(p[None])[0])[-1])

    steps = np.linspace(-1, 1, 41)
    grid = []
    for box in _faces(near.dimension):
        free = np.argwhere(box[1] > 0).ravel()
        points = np.repeat(box[:1], len(steps) ** len(free), axis=0)
        points[:, free] = np.array(list(product(steps, repeat=len(free))))
        grid.append(points)
    starts = np.concatenate(grid)
    values = np.linalg.eigvalsh(near.hessian(starts))[:, -1]
    best = starts[np.argmax(values)]
    polished = minimize(top, best, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 200}).x
    best = polished if top(polished) < top(best) else best
    return best, np.linalg.eigh(near.hessian(best[None])[0])[1][:, -1]


def _certified_below(exact: WhitenedNeuron, at: tuple[np.ndarray, np.ndarray]) -> float:
    """Return a float certainly no more than L: a Rayleigh quotient of M at one point."""
    point, x = (BALLS.asarray(values) for values in at)
    matrix = exact.hessian(point[None])[0]
    quotient = np.sum(x * np.matmul(matrix, x)) / np.sum(x * x)
    return float(np.nextafter(float(quotient.lower()), -np.inf))
