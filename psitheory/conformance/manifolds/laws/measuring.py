"""What the laws that measure share: bounds that are stated, and lengths that do not trust the subject."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.checking import Observation, vacuous
from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.floats.jets import Jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.subjects.nature import Known

MARGIN = 4
"""A derivative is off if it misses by this many times its noise floor."""
VELOCITY, ACCELERATION = 2.0**4, 2.0**10
"""What functions of matrices lose is so many times as much in derivatives of curves."""
NEARER = 2e-3
"""Functions of matrices are accurate at matrices as small as this."""
COARSE = 1e-2
"""A floor above this share of what is measured decides nothing."""


def bounded(
    left: Any, right: Any, noise: np.ndarray, scale: float, note: str = "", slack: float = 0.0
) -> Bounded | Observation:
    """Return the comparison, unless the noise floor is too high to tell anything."""
    allowed = MARGIN * np.asarray(noise) + 1e-300
    if not np.all(np.isfinite(noise)) or float(np.max(allowed, initial=0.0)) > COARSE * scale:
        floor = float(np.max(allowed, initial=0.0))
        return vacuous(f"the noise floor of the derivative, {floor:.1e}, is too high against {scale:.1e}")
    share = float(np.max(allowed, initial=0.0)) / scale
    return Bounded(left, right, allowed, f"{note}; noise floor {share:.0e}" if note else "", slack=slack)


def measured(
    claimed: Any, found: Jet, noise: np.ndarray, scale: float, note: str = "", *, order: int = 1
) -> Bounded | Observation:
    """Return the comparison of what is claimed with the derivative of that order of a curve.

    Of a constant curve it is 0 exactly, and a claim of 0 is right however small the scale.
    """
    derivative = found.first if order == 1 else found.second
    if not found.constant:
        return bounded(claimed, derivative, noise, scale, note)
    floor, largest, told = float(np.max(noise)), size(claimed), "the values are equal to the last bit"
    if 0 < largest <= floor:
        return vacuous(f"{told}, where rounding hides a derivative of up to {floor:.1e}, and {largest:.1e} is claimed")
    return Bounded(claimed, derivative, noise, f"exact, {told}")


def size(x: Any, order: float = np.inf) -> float:
    """Return the largest entry, or the norm of that order."""
    return float(np.linalg.norm(np.ravel(x), order)) if np.size(x) else 0.0


def spread(noise: np.ndarray) -> np.ndarray:
    """Return noise that a linear map of norm 1 may move from any entry to any other."""
    return np.full_like(noise, float(np.linalg.norm(noise)))


def moved_along(subject: Known, w: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the point to which great circles lead from ``w`` along x, in the precision of the subject."""
    return _moved_with(subject, w, subject.velocity(w, x))


def _moved_with(subject: Known, w: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    z = references.exp(subject.canonical(w), velocity, subject.nature.spheres)
    return np.asarray(z.astype(subject.dtype).astype(float))


def nearly_opposite(subject: Known, w: np.ndarray, x: np.ndarray, gap: float) -> list[np.ndarray]:
    """Return points along x whose longest block is ``gap`` short of the antipode, in the precision of the subject.

    At the first the other blocks stay where they are; at the second, where there are others, they go along: of blocks
    of one length all are then opposite, and no point is farther away.
    """
    velocity, blocks = subject.velocity(w, x), subject.nature.spheres
    longest = max(blocks, key=lambda block: float(np.linalg.norm(velocity[block])))
    ends = []
    for moving in ([longest], blocks)[: min(len(blocks), 2)]:
        way = np.zeros_like(velocity)
        for block in moving:
            way[block] = velocity[block] / np.linalg.norm(velocity[longest]) * (np.pi - gap)
        ends.append(_moved_with(subject, w, way))
    return ends


def length(subject: Known, w: np.ndarray, x: np.ndarray) -> float:
    """Return the length of a tangent vector: by the invariants on spheres, else as the subject says."""
    if subject.nature.spheres:
        return float(np.linalg.norm(subject.velocity(w, x)))
    if "norm" in subject.offers:
        return float(subject.norm(w, x))
    return float(np.sqrt(subject.inner(w, x, x)))


def as_written(subject: Known, z: np.ndarray, like: np.ndarray, within: float = 0.0) -> np.ndarray:
    """Return z in the numbers of ``like`` if that is the same point, as an angle is with a turn more.

    Numbers that differ grossly, at distance 0 by the subject's own account, or ``within`` another, are those of one
    point.
    """
    own = "dist" in subject.offers and "canonical" not in subject.offers
    if not own or not size(z - like) > COARSE * size(z):
        return z
    return like if subject.dist(z, like) <= ULPS * subject.eps * size(z) + within else z


def rounding(subject: Known, u: np.ndarray) -> float:
    """Return what rounding of the entries of u, and of sums over them, may amount to."""
    return float(ULPS * subject.eps * np.sqrt(1 + len(u) / 16) * size(u, 2))


def stretch(subject: Known, w: np.ndarray, z: np.ndarray) -> float:
    """Return how far, in the metric, points move when their entries are rounded, per share lost."""
    lengths = []
    for point in (w, z):
        for k in range(3):
            signs = np.random.default_rng(k).choice([-1.0, 1.0], size=len(point))
            step = signs * np.max(np.abs(point))
            if "project" in subject.offers:
                step = subject.project(point, step)
            lengths.append(length(subject, point, step))
    return float(1 + max(lengths))
