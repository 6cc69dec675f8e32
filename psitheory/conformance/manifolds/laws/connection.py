"""Laws that tell the geodesics and the transport of a metric from those of other metrics and connections.

Off spheres no formula is known to compare with; but the lemma of Gauss is true of the exponential alone, and the
parallel transport of the metric is the one that is isometric, has no torsion and composes along geodesics.
"""

from __future__ import annotations

import numpy as np

from psitheory.checking import Observation
from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.floats.jets import Jet, jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import (
    ACCELERATION,
    NEARER,
    VELOCITY,
    bounded,
    length,
    moved_along,
    rounding,
    size,
    spread,
)
from psitheory.conformance.manifolds.laws.orders import curve_of
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray


def exponential_is_radially_isometric(subject: Known, w: Point, x: Point, y: Point) -> Bounded:
    r"""The lemma of Gauss: :math:`\langle D\exp_w(x)[x], D\exp_w(x)[y]\rangle = \langle x, y\rangle` at the end.

    Curves that are geodesics of another metric may have constant speed in this one and go on as they began.
    """

    def moved(v: Point) -> Jet:
        return jet(lambda t: subject.exp(w, x + t * v), eps=subject.eps)

    along, across = moved(x), moved(y)
    found = subject.inner(subject.exp(w, x), along.first, across.first)
    scale = length(subject, w, x) * length(subject, w, y)
    shares = [size(found.first_noise, 2) / size(found.first, 2) for found in (along, across)]
    noise = (VELOCITY * sum(shares) + ULPS * subject.eps) * scale
    return Bounded(found, subject.inner(w, x, y), noise, controlled=True, slack=VELOCITY * subject.slack * scale)


def short_geodesics_are_radially_isometric(subject: Known, w: Point, x: Point, y: Point, e: float) -> Bounded:
    """The lemma of Gauss, and tangent velocities, at lengths from 1e-1 to 1e-6, where code has branches."""
    x, y = (e / length(subject, w, v) * v for v in (x, y))
    seen = exponential_is_radially_isometric(subject, w, x, y)
    left, right, noise = (np.atleast_1d(side) / e**2 for side in (seen.left, seen.right, seen.noise))
    if "project" in subject.offers and subject.projectable:
        found = jet(lambda t: subject.exp(w, (1 + t) * x), eps=subject.eps)
        left = np.append(left, subject.project(subject.exp(w, x), found.first) / e)
        right = np.append(right, found.first / e)
        noise = np.append(noise, spread(VELOCITY * found.first_noise + ULPS * subject.eps * size(found.first)) / e)
    slack = VELOCITY * subject.slack / e if e > NEARER else 0.0  # what is lost is a share of w, not of x
    return Bounded(left, right, noise, controlled=True, slack=slack)


def transport_is_parallel(subject: Known, w: Point, z: Point, x: Point) -> Bounded | Observation:
    r"""Transport is the parallel one along the shortest great circles."""
    return _along_great_circles(subject, w, z, x)


def transport_between_near_points_is_parallel(subject: Known, w: Point, x: Point, y: Point) -> Bounded:
    """Transport is the parallel one between points that are 1e-1 to 1e-12 apart."""
    unit = x / length(subject, w, x)
    near = [moved_along(subject, w, 10.0**-k * unit) for k in range(1, 13)]
    seen = [_along_great_circles(subject, w, z, x + y) for z in near]
    return Bounded(
        np.concatenate([s.left for s in seen]), np.concatenate([s.right for s in seen]), max(s.noise for s in seen)
    )


def _along_great_circles(subject: Known, w: Point, z: Point, x: Point) -> Bounded:
    u, v, spheres = subject.canonical(w), subject.canonical(z), subject.nature.spheres
    right = references.transport(u, v, subject.velocity(w, x), spheres, lines=subject.nature.lines)
    return Bounded(
        subject.velocity(z, subject.transport(w, z, x)), right, 4 * rounding(subject, right) + rounding(subject, u)
    )


def transport_has_no_torsion(subject: Known, w: Point, x: Point, y: Point) -> Bounded | Observation:
    r"""To first order transport turns vectors as geodesics do.

    With :math:`Q(v) = \tfrac{d^2}{dt^2}\exp_w(tv)|_0` this is
    :math:`\tfrac{d}{dt}T_{w\to\exp_w(tx)}y|_0 = \tfrac14(Q(x + y) - Q(x - y))`.
    """
    carried = jet(lambda t: subject.transport(w, subject.exp(w, t * x), y), eps=subject.eps)
    more, less = (jet(curve_of(subject, subject.exp, w, v), order=2, eps=subject.eps) for v in (x + y, x - y))
    noise = spread(carried.first_noise + (more.second_noise + less.second_noise) / 4)
    scale = max(size(more.first), size(less.first)) * max(1.0, size(more.first))
    slack = ACCELERATION * subject.slack * scale
    return bounded(carried.first, (more.second - less.second) / 4, noise, scale, slack=slack)


def transport_composes_along_geodesics(subject: Known, w: Point, x: Point, y: Point) -> Bounded:
    r"""Transport along a geodesic is transport along its first half, and then along the second."""
    half, end = subject.exp(w, x / 4), subject.exp(w, x / 2)
    found = subject.transport(half, end, subject.transport(w, half, y))
    right = subject.transport(w, end, y)
    noise = ULPS * subject.eps * np.sqrt(np.size(right)) * size(right)
    return Bounded(found, right, noise, controlled=True, slack=VELOCITY * subject.slack * size(right))
