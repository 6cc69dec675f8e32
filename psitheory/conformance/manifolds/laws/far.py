"""Laws of long geodesics and of points far apart, off spheres: what is clipped or bounded is wrong only there.

No radius of injectivity is asked for, so that geodesics may be as long as one likes.  They are looked at to a
hundredth alone, since those that are integrated, and coordinates near an ideal boundary, lose digits on the way, while
a curve that is clipped stops.
"""

from __future__ import annotations

import numpy as np

from psitheory.checking import Observation, vacuous
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import Bounded
from psitheory.conformance.manifolds.laws.measuring import COARSE, as_written, length, size
from psitheory.conformance.manifolds.subjects.nature import Known
from psitheory.conformance.manifolds.subjects.represented import Missing

Point = np.ndarray
NO_END = "no geodesic is so long, or no numbers reach its end"


def long_geodesics_keep_their_speed(subject: Known, w: Point, x: Point, r: float) -> Bounded | Observation:
    r"""The geodesic has at the distance r of its start the speed that it had there: :math:`\|\dot\gamma(r)\| = 1`."""
    unit = _unit(subject, w, x)
    end = _end(subject, w, r * unit)
    if end is None:
        return vacuous(NO_END)
    found = jet(lambda t: subject.exp(w, (r + t) * unit), eps=subject.eps)
    with np.errstate(invalid="ignore"):
        speed, pace = length(subject, end, found.first), max(size(found.first, 2), _pace(subject, end, unit))
    if not float(np.linalg.norm(found.first_noise)) <= COARSE * pace or np.isnan(speed):
        return vacuous("so far out rounding hides how fast the geodesic is")
    return Bounded(speed, 1.0, COARSE, controlled=True)


def far_points_are_reached_by_their_logarithms(subject: Known, w: Point, x: Point, r: float) -> Bounded | Observation:
    r"""The geodesic along log_w z ends at z, to a hundredth of a unit of length, for z at the end of a long one."""
    unit = _unit(subject, w, x)
    z, before = _end(subject, w, r * unit), _end(subject, w, (r - COARSE) * unit)
    if z is None or before is None:
        return vacuous(NO_END)
    step = size(z - before)
    if not step > subject.eps / COARSE * size(z):
        return vacuous("so far out rounding hides a hundredth of a unit of length")
    again = subject.exp(w, subject.log(w, z))
    return Bounded(again, as_written(subject, z, again), step, controlled=True)


def distance_of_far_points_is_the_length_of_the_logarithm(
    subject: Known, w: Point, x: Point, r: float
) -> Bounded | Observation:
    r"""The distance of the end of a long geodesic is :math:`d(w, z) = \|\log_w z\|_w`, to a hundredth."""
    z = _end(subject, w, r * _unit(subject, w, x))
    if z is None:
        return vacuous(NO_END)
    right = length(subject, w, subject.log(w, z))
    return Bounded(subject.dist(w, z), right, COARSE * max(right, 1.0), controlled=True)


def transport_to_far_points_is_isometric(
    subject: Known, w: Point, x: Point, y: Point, r: float
) -> Bounded | Observation:
    """A vector is as long, to a hundredth, where it is transported to the end of a long geodesic."""
    end = _end(subject, w, r * _unit(subject, w, x))
    if end is None:
        return vacuous(NO_END)
    with np.errstate(invalid="ignore"):
        share = length(subject, end, subject.transport(w, end, y)) / length(subject, w, y)
    if np.isnan(share):
        return vacuous("so far out rounding hides how long vectors are")
    return Bounded(share, 1.0, COARSE, controlled=True)


def _unit(subject: Known, w: Point, x: Point) -> Point:
    """Return x at length 1; numbers that are not finite where the metric gives it none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(x / np.float64(length(subject, w, x)))


def _end(subject: Known, w: Point, x: Point) -> Point | None:
    """Return the end of the geodesic along x; None where it has none, since it or numbers end before."""
    try:
        with np.errstate(all="ignore"):
            z = subject.exp(w, x)
    except Missing:
        raise
    except Exception:  # exp says that it takes no vectors so long
        return None
    return z if np.all(np.isfinite(z)) else None


def _pace(subject: Known, w: Point, x: Point) -> float:
    """Return how far the entries of a point move in a unit of length, along the tangential part of some vector."""
    step = subject.project(w, x) if "project" in subject.offers else x
    least = length(subject, w, step)
    return size(step, 2) / least if least > 0 else 0.0
