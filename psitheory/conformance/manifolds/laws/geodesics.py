"""Geodesics, distances, logarithms and transport, against great circles in balls where these are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal, vacuous
from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import (
    ACCELERATION,
    MARGIN,
    NEARER,
    VELOCITY,
    as_written,
    bounded,
    length,
    moved_along,
    nearly_opposite,
    rounding,
    size,
    spread,
    stretch,
)
from psitheory.conformance.manifolds.laws.orders import curve_of
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray
CURVED = 1e-6
"""Of curves of this length all are straight, for what is told by halves."""
NEAREST = 1e-4
"""No injectivity radius of a random point is expected below this."""


def exponential_is_a_geodesic(subject: Known, w: Point, x: Point, k: float) -> Bounded | Observation:
    r"""The exponential follows the geodesic: a great circle, or a curve of constant speed without acceleration."""
    x = k * x
    if subject.nature.spheres:
        end = references.exp(subject.canonical(w), subject.velocity(w, x), subject.nature.spheres)
        noise = rounding(subject, end) * (1 + size(subject.velocity(w, x), 2))
        if "canonical" in subject.offers and len(end) == subject.n:
            end = subject.canonical(end)  # which of two signs stands for both, if that is so
        return Bounded(subject.canonical(subject.exp(w, x)), end, noise)
    if subject.tangential(w, subject.velocity(w, x)) is not None:
        return _has_no_acceleration(subject, w, x)
    return _continues(subject, w, x)


def _has_no_acceleration(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    sides, noises = [], []
    start = size(subject.velocity(w, x), 2)
    for s in (0.0, 0.6):
        found = jet(curve_of(subject, subject.exp, w, x), at=s, order=2, eps=subject.eps)
        here = subject.exp(w, s * x)
        inside = subject.tangential(here, found.second)
        assert inside is not None
        speed = float(np.linalg.norm(found.first))
        sides.append(np.append(inside / start**2, speed / start - 1))
        first = float(np.linalg.norm(found.first_noise)) / start
        noises.append(np.append(spread(found.second_noise) / start**2, first))
    left = np.concatenate(sides)
    return bounded(left, 0 * left, np.concatenate(noises), 1.0, slack=ACCELERATION * subject.slack)


def _continues(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    """Start again half-way, with the velocity there: the end must be the same."""
    found = jet(lambda t: subject.exp(w, t * x), at=0.5, eps=subject.eps)
    here = subject.exp(w, x / 2)
    again, end = subject.exp(here, found.first / 2), subject.exp(w, x)
    moved = subject.exp(here, found.first / 2 + MARGIN * found.first_noise)
    noise = np.abs(moved - again) + spread(found.first_noise) + ULPS * subject.eps * size(end)
    return bounded(
        subject.canonical(again), subject.canonical(end), noise, size(end), slack=VELOCITY * subject.slack * size(end)
    )


def exponential_inverts_logarithm(subject: Known, w: Point, z: Point) -> Observation:
    """The geodesic along log_w z ends at z."""
    end = subject.exp(w, subject.log(w, z))
    return equal(subject.canonical(end), subject.canonical(as_written(subject, z, end)))


def distance_is_the_length_of_the_geodesic(
    subject: Known, w: Point, x: Point, k: float, z: Point
) -> Bounded | Observation:
    r"""The geodesic along x ends at the distance of its length: :math:`d(w, \exp_w x) = \|x\|_w`.

    Of spheres the great circle to z is known, too.
    """
    x = _short_of_the_antipode(subject, w, k * x)
    if not subject.nature.spheres:
        x = within_reach(subject, w, x, lambda z: subject.dist(w, z))
        z, right = subject.exp(w, x), length(subject, w, x)
        return _to_rounding(subject, subject.dist(w, z), right, subject.slack * stretch(subject, w, z))
    return _distance(subject, w, _either(subject, moved_along(subject, w, x), k), z)


def distance_begins_as_the_metric_says(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    r"""Near a point distances are lengths: :math:`\tfrac12\tfrac{d^2}{dt^2}d(w, c(t))^2 = \|x\|_w^2` at t = 0.

    The curve c leaves w with the velocity x: any retraction will do, or a straight line where nothing is constrained.
    """
    found = jet(lambda t: np.atleast_1d(subject.dist(w, _moved(subject, w, t * x)) ** 2), order=2, eps=subject.eps)
    square = length(subject, w, x) ** 2
    return bounded(found.second / 2, [square], found.second_noise / 2, square, slack=subject.slack * square)


def logarithm_begins_as_points_move(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    r"""Near a point the logarithm is the way there: :math:`\tfrac{d}{dt}\log_w c(t) = c'(0) = x` at t = 0."""
    found = jet(lambda t: subject.log(w, _moved(subject, w, t * x)), eps=subject.eps)
    return bounded(found.first, x, found.first_noise, size(x), slack=VELOCITY * subject.slack * size(x))


def _moved(subject: Known, w: Point, x: Point) -> Point:
    """Return a point of a curve that leaves w with the velocity x, where there is no exponential."""
    return subject.retract(w, x) if "retract" in subject.offers else w + x


def distance_is_the_length_of_the_logarithm(subject: Known, w: Point, z: Point) -> Bounded:
    r"""The distance is that of the shortest geodesic, however far: :math:`d(w, z) = \|\log_w z\|_w`."""
    found, right = subject.dist(w, z), length(subject, w, subject.log(w, z))
    return _to_rounding(subject, found, right, subject.slack * stretch(subject, w, z) if subject.slack else 0.0)


def distance_of_near_points_is_accurate(subject: Known, w: Point, x: Point, d: float) -> Bounded | Observation:
    r"""The distance of points as near as 1e-12 is right to rounding, and a point is at distance 0 of itself."""
    x = d * x / length(subject, w, x)
    if subject.nature.spheres:
        return _distance(subject, w, moved_along(subject, w, x))
    z = subject.exp(w, x) if d else w
    found = subject.dist(w, z)
    if d >= NEAREST and found < 0.999 * d:
        return vacuous("the point may be beyond the injectivity radius")
    share = stretch(subject, w, z)
    return Bounded(found, d, ULPS * subject.eps * share, slack=subject.slack * share if d > NEARER else 0)


def distance_of_near_points_is_no_noise(subject: Known, w: Point, x: Point, d: float) -> Bounded:
    r"""Where there is no exponential, other curves tell the distance of near points: :math:`d(w, c(t)) = t\|x\|_w`.

    A curve with the velocity x is longer or shorter by a share of the order of t times its curvature, which stays far
    below one half for lengths of at most 1e-6; noise that rounding leaves, as :math:`\arccos(1 - 10^{-18})`, does not.
    """
    d = min(d, CURVED)
    z = _moved(subject, w, d * x / length(subject, w, x)) if d else w
    return Bounded(subject.dist(w, z), d, d / 2 + ULPS * subject.eps * stretch(subject, w, z))


def distance_of_near_antipodal_points_is_accurate(
    subject: Known, w: Point, x: Point, d: float
) -> Bounded | Observation:
    r"""The distance of points that are nearly opposite is right to rounding."""
    return _distance(subject, w, *nearly_opposite(subject, w, x, max(d, 1e-12)))


def logarithm_inverts_exponential(subject: Known, w: Point, x: Point, k: float, z: Point) -> Bounded | Observation:
    r"""A tangent vector within the injectivity radius comes back: :math:`\log_w\exp_wx = x`.

    Of spheres the great circle to z is known, too.
    """
    x = _short_of_the_antipode(subject, w, k * x)
    if not subject.nature.spheres:
        x = within_reach(subject, w, x, lambda z: length(subject, w, subject.log(w, z)))
        z = subject.exp(w, x)
        return _to_rounding(subject, subject.log(w, z), x, subject.slack * stretch(subject, w, z))
    return _logarithm(subject, w, _either(subject, moved_along(subject, w, x), k), z)


def logarithm_of_near_points_is_accurate(subject: Known, w: Point, x: Point, d: float) -> Bounded | Observation:
    r"""The logarithm of points as near as 1e-12 is right to rounding, and that of the point itself is 0."""
    x = d * x / length(subject, w, x)
    if subject.nature.spheres:
        return _logarithm(subject, w, moved_along(subject, w, x))
    z = subject.exp(w, x) if d else w
    share = stretch(subject, w, z) * (1 + size(w))
    found = subject.log(w, z)
    if d >= NEAREST and length(subject, w, found) < 0.999 * d:
        return vacuous("the point may be beyond the injectivity radius")
    return Bounded(found, x, ULPS * subject.eps * share, slack=subject.slack * share if d > NEARER else 0)


def _either(subject: Known, z: Point, k: float) -> Point:
    """Return z, or, of lines, the opposite point on it for some k: the representative that is farther away."""
    if not subject.nature.lines or k == 1:
        return z
    z = z.copy()
    for block in subject.nature.spheres:
        z[block] = -z[block]
    return z


def _to_rounding(subject: Known, left: Any, right: Any, slack: float) -> Bounded:
    """Return the comparison to rounding, to what control runs tell, and to what functions of matrices lose."""
    noise = ULPS * subject.eps * np.sqrt(np.size(right)) * max(size(left), size(right))
    return Bounded(left, right, noise, controlled=True, slack=slack)


def _short_of_the_antipode(subject: Known, w: Point, x: Point) -> Point:
    """Return x, shortened if it leads beyond 0.9 of the way to an antipodal point, of lines to an orthogonal one."""
    if not subject.nature.spheres:
        return x
    velocity, reach = subject.velocity(w, x), 0.9 * (np.pi / 2 if subject.nature.lines else np.pi)
    return x * min(1.0, reach / max(size(velocity[block], 2) for block in subject.nature.spheres))


def within_reach(subject: Known, w: Point, x: Point, measured: Callable[[Point], float]) -> Point:
    """Return x, shortened as long as there is a shorter way to where it leads: the injectivity radius is not known."""
    for _ in range(3):
        if not measured(subject.exp(w, x)) < 0.999 * length(subject, w, x):
            break
        x = x / 8
    return x


def _distance(subject: Known, w: Point, *ends: Point) -> Bounded:
    u, found, right, noise = subject.canonical(w), [], [], []
    for z in ends:
        v = subject.canonical(z)
        found.append(subject.dist(w, z))
        right.append(references.distance(u, v, subject.nature.spheres, lines=subject.nature.lines))
        noise.append(rounding(subject, u) + rounding(subject, v) + ULPS * subject.eps * right[-1])
    return Bounded(found, right, noise)


def _logarithm(subject: Known, w: Point, *ends: Point) -> Bounded:
    u, found, right, noise = subject.canonical(w), [], [], []
    for z in ends:
        along = references.log(u, subject.canonical(z), subject.nature.spheres, lines=subject.nature.lines)
        found.append(subject.velocity(w, subject.log(w, z)))
        right.append(along)
        noise.append(np.full(along.shape, 4 * (rounding(subject, u) + rounding(subject, along))))
    return Bounded(np.concatenate(found), np.concatenate(right), np.concatenate(noise))
