r"""Which of exp, dist and log is off where a law that joins them fails, off spheres, where no geodesic is known.

Of a vector x that led to the failure three numbers are asked, which are the same on a manifold: its length, which is
the speed of :math:`t\mapsto\exp_w(tx)` at its end, too; the distance of its end; and the length of the logarithm there,
which is x.  The member that the two others contradict is off; where only two are there, or no two agree, both are told.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import CONTROLS, ULPS
from psitheory.conformance.manifolds.laws.geodesics import within_reach
from psitheory.conformance.manifolds.laws.measuring import COARSE, MARGIN, length, stretch
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray
Along = Callable[..., Point]
"""Returns the vector along which a law has looked, of the subject and of some of the inputs of the law."""
PART = 2.0**-6
"""So short a part of a geodesic that the law fails along is taken for the shortest way, as laws of short ones do."""
SHARE = 0.5
"""A member is off if it misses by this share of the gap of the one that misses most: others then miss by rounding."""


def as_long(subject: Known, w: Point, x: Point, k: float) -> Point:
    """Return the vector of laws of geodesics that are not far out."""
    found = "dist" if "dist" in subject.offers else "log"

    def measured(z: Point) -> float:
        return subject.dist(w, z) if found == "dist" else length(subject, w, subject.log(w, z))

    return within_reach(subject, w, k * x, measured)


def short(subject: Known, w: Point, x: Point, d: float) -> Point:
    """Return the vector of laws of near points."""
    return np.asarray(d * x / length(subject, w, x))


def to_the_far_end(subject: Known, w: Point, x: Point, r: float) -> Point:
    """Return the logarithm of the end of a long geodesic, which may be near where geodesics close."""
    return subject.log(w, subject.exp(w, r * x / length(subject, w, x)))


def to_the_other(subject: Known, w: Point, z: Point) -> Point:
    """Return the logarithm, along which laws of two points have looked."""
    return subject.log(w, z)


def blamed(subject: Known, along: Along, inputs: Mapping[str, Any]) -> tuple[str, str]:
    """Return which member is off, if one alone is, and a sentence; both are empty where nothing can be told."""
    if subject.nature.spheres or "exp" not in subject.offers:
        return "", ""
    names = list(inspect.signature(along).parameters)[1:]
    with np.errstate(all="ignore"):
        w, x = inputs["w"], along(subject, *(inputs[name] for name in names))
        gaps, noise = _gaps(subject, w, x)
        rounding = ULPS * subject.eps * stretch(subject, w, subject.exp(w, x))
        longer = _way_may_be_longer(subject, w, x)
    return _told(gaps, noise, longer) if max(gaps.values()) > rounding else ("", "")


def _way_may_be_longer(subject: Known, w: Point, x: Point) -> bool:
    """Tell whether the end is nearer than x is long, and that of a part of x is not: geodesics may close far out."""
    if "dist" not in subject.offers:
        return False
    whole, part = (1 - subject.dist(w, subject.exp(w, s * x)) / (s * length(subject, w, x)) for s in (1.0, PART))
    return bool(whole > 0 and abs(part) < SHARE * whole)


def _gaps(subject: Known, w: Point, x: Point) -> tuple[dict[str, float], float]:
    """Return by how much the speed of exp, dist and log miss, dist the length of log; and the noise of the speed."""
    size, z = length(subject, w, x), subject.exp(w, x)
    found = jet(lambda t: subject.exp(w, t * x), at=1.0, eps=subject.eps)
    speed = length(subject, z, found.first)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (CONTROLS, len(found.first)))
    near = [length(subject, z, found.first + MARGIN * found.first_noise * sign) for sign in signs]
    gaps = {"speed": abs(speed - size)}
    way = subject.dist(w, z) if "dist" in subject.offers else None
    back = subject.log(w, z) if "log" in subject.offers else None
    if way is not None:
        gaps["dist"] = abs(way - size)
    if back is not None:
        gaps["log"] = length(subject, w, back - x)
    if way is not None and back is not None:
        gaps["apart"] = abs(way - length(subject, w, back))
    return gaps, max(abs(other - speed) for other in near)


def _told(gaps: dict[str, float], noise: float, longer: bool) -> tuple[str, str]:
    speed = gaps.pop("speed")
    if speed > noise and speed >= COARSE * max(gaps.values(), default=0.0):
        return "exp", "exp is off, or the metric: along the geodesic the speed is not the length of the vector"
    least = SHARE * max(gaps.values(), default=0.0)
    if not 0 < least < np.inf:
        return "", ""
    off = {name for name, gap in gaps.items() if gap >= least}
    both = {"dist", "log"} & gaps.keys()
    wrong = both & off
    if longer and wrong == {"dist"}:
        return "", "dist is less than where exp and log go: it is off far out, or log takes a longer way round"
    if len(both) == 2 and len(wrong) == 1:
        (member,), (right,) = wrong, both - wrong
        return member, f"{member} is off: exp and {right} agree"
    if len(wrong) == 2 and "apart" not in off:
        return "", "dist and log agree, and exp disagrees with both: it is off, or they share what is"
    if len(wrong) == 2:
        return "", "exp, dist and log all disagree: two of them are off at least"
    return "", "".join(f"exp and {member} disagree: one of them is off" for member in wrong)
