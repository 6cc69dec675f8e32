"""Laws at the edges of a manifold's domains: zero vectors, short ones, points that are nearly opposite.

Code branches there (a series for small angles, a formula for antipodes), and inputs drawn at random never go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal, vacuous
from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import COARSE, length, nearly_opposite, rounding, size
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray


def zero_vectors_are_harmless(subject: Known, w: Point, z: Point) -> Bounded:
    """The zero vector has length 0, and is what it is projected and transported to: nothing divides by its length."""
    zero = np.zeros(subject.n)
    found: list[Any] = []
    if not subject.embedded:
        zero = 0 * subject.random_tangent(np.random.default_rng(0), w)
    if "norm" in subject.offers:
        found.append([subject.norm(w, zero)])
    if "inner" in subject.offers:
        found.append([subject.inner(w, zero, zero)])
    if "project" in subject.offers and subject.projectable:
        found.append(subject.project(w, zero))
    if "transport" in subject.offers:
        found.append(subject.transport(w, z, zero))
    left = np.concatenate([np.ravel(x) for x in found]) if found else np.zeros(0)
    return Bounded(left, 0 * np.nan_to_num(left), ULPS * subject.eps * size(w))


def short_steps_stay_on_the_manifold(subject: Known, w: Point, x: Point) -> Observation:
    """Retractions and geodesics along vectors of lengths from 1e-1 to 1e-12 end on the manifold."""
    moves = [move for name, move in (("retract", subject.retract), ("exp", subject.exp)) if name in subject.offers]
    missed = subject.constraint if subject.constrained else subject.defect
    return equal(1 + np.concatenate([missed(move(w, y)) for y in _shortened(subject, w, x) for move in moves]), 1)


def short_geodesics_are_accurate(subject: Known, w: Point, x: Point) -> Bounded:
    """The geodesic along vectors of lengths from 1e-1 to 1e-12 is right to rounding."""
    u, spheres, short = subject.canonical(w), subject.nature.spheres, list(_shortened(subject, w, x))
    found = [subject.canonical(subject.exp(w, y)) for y in short]
    right = [references.exp(u, subject.velocity(w, y), spheres) for y in short]
    return Bounded(np.concatenate(found), np.concatenate(right), rounding(subject, u))


def _shortened(subject: Known, w: Point, x: Point) -> Iterator[Point]:
    """Yield x at the lengths 1e-1, 1e-2, …, 1e-12."""
    unit = x / length(subject, w, x)
    yield from (10.0**-k * unit for k in range(1, 13))


def logarithm_of_near_antipodal_points_is_accurate(
    subject: Known, w: Point, x: Point, g: float
) -> Bounded | Observation:
    """The logarithm of points that are nearly opposite is right, to what the usual formula loses there."""
    ends = nearly_opposite(subject, w, x, g)
    right = [references.log(subject.canonical(w), subject.canonical(z), subject.nature.spheres) for z in ends]

    def found() -> list[Point]:
        return [subject.velocity(w, subject.log(w, z)) for z in ends]

    return _to_what_is_lost(subject, w, found, right, min(_gap(subject, w, z) for z in ends))


def transport_between_near_antipodal_points_is_accurate(
    subject: Known, w: Point, x: Point, y: Point, g: float
) -> Bounded | Observation:
    """Transport between points that are nearly opposite is right, to what the usual formula loses there."""
    ends = nearly_opposite(subject, w, x, g)
    u, velocity = subject.canonical(w), subject.velocity(w, y)
    right = [references.transport(u, subject.canonical(z), velocity, subject.nature.spheres) for z in ends]

    def found() -> list[Point]:
        return [subject.velocity(z, subject.transport(w, z, y)) for z in ends]

    return _to_what_is_lost(subject, w, found, right, min(_gap(subject, w, z) for z in ends))


def _gap(subject: Known, w: Point, z: Point) -> float:
    """Return how far the block that is nearest to antipodal is from it, after rounding."""
    u, v = subject.canonical(w), subject.canonical(z)
    angles = [references.distance(u[block], v[block], [np.arange(len(block))]) for block in subject.nature.spheres]
    return float(np.pi - max(angles))


def _to_what_is_lost(
    subject: Known, w: Point, found: Callable[[], list[Point]], right: list[Point], gap: float
) -> Bounded | Observation:
    """Return the comparison to rounding divided by the square of the gap, unless that leaves nothing.

    One ulp in the points leaves rounding divided by the gap; the formulas with 1 + ⟨w, z⟩ or sin θ lose as much again.
    """
    here = rounding(subject, subject.canonical(w))
    noises = [4 * (here + rounding(subject, one)) / gap**2 if gap > 0 else np.inf for one in right]
    if not all(noise <= COARSE * size(one, 2) for noise, one in zip(noises, right, strict=True)):
        return vacuous("the usual formulas are noise so near to antipodal points")  # or there is no right answer
    return Bounded(np.concatenate(found()), np.concatenate(right), np.repeat(noises, [len(one) for one in right]))


def nearest_point_of_a_point_is_itself(subject: Known, w: Point) -> Bounded:
    """What brings arrays back to the manifold leaves its points where they are."""
    return Bounded(subject.canonical(subject.nearest(w)), subject.canonical(w), 4 * rounding(subject, w))


def nearest_points_are_on_the_manifold(subject: Known, w: Point, v: Point, d: float) -> Observation:
    """What brings arrays back to the manifold ends on it, also from arrays 1e-1 to 1e-12 off."""
    z = subject.nearest(w + d * v)
    return equal(1 + (subject.constraint(z) if subject.constrained else subject.defect(z)), 1)
