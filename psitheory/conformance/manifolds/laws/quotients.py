"""Laws of manifolds whose points are classes: no method may depend on the representative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import rounding, size
from psitheory.conformance.manifolds.laws.probes import Probe
from psitheory.conformance.manifolds.subjects.nature import Known
from psitheory.geometry import PSIQuotient
from psitheory.laws import manifold, representatives

Point = np.ndarray
OURS, LARGEST, SINGLE = 900, 400, 60
"""Blocks are rescaled by 2 to plus and minus this: of our manifolds in float64, of others, of all in float32."""


@dataclass(frozen=True)
class OfClasses:
    """A law of classes; ``scales`` if it needs a group of scales, not one of rotations."""

    law: Callable[..., Any]
    needs: str
    claimed: str
    means: str
    scales: bool = False


def horizontal_is_orthogonal_to_vertical(subject: Known, w: Point, v: Point, u: Point) -> Bounded:
    """Horizontal and vertical parts of any vectors are orthogonal."""
    left = subject.inner(w, subject.horizontal(w, v), subject.vertical(w, u))
    scale = np.sqrt(subject.inner(w, v, v) * subject.inner(w, u, u))
    return Bounded(left, 0.0, ULPS * subject.eps * scale, controlled=True)


def vectors_split_into_vertical_and_horizontal(subject: Known, w: Point, v: Point) -> Observation:
    """Each vector is the sum of its vertical and its horizontal part."""
    return manifold.vectors_split_into_vertical_and_horizontal(subject, w, v)  # type: ignore[arg-type]


def retraction_does_not_depend_on_the_representative(subject: Known, w: Point, x: Point, a: Any) -> Observation:
    r"""Retracting from another representative along the lifted vector ends in the same class."""
    x, to = subject.project(w, x), subject.act(a, w)
    there = subject.retract(to, subject.lift(w, x, to))
    return equal(subject.canonical(there), subject.canonical(subject.retract(w, x)))


def gradient_does_not_depend_on_the_representative(subject: Known, f: Probe, w: Point, a: Any) -> Observation:
    r"""The gradient at another representative is the lift of the same tangent vector."""
    to = subject.act(a, w)
    there = subject.gradient(to, f.gradient(to))
    return equal(there, subject.lift(w, subject.gradient(w, f.gradient(w)), to))


def hessian_does_not_depend_on_the_representative(subject: Known, f: Probe, w: Point, x: Point, a: Any) -> Observation:
    r"""The Hessian at another representative maps lifts of a vector to lifts of its image."""
    to, x = subject.act(a, w), subject.project(w, x)
    there = _hessian(subject, f, to, subject.lift(w, x, to))
    return equal(there, subject.lift(w, _hessian(subject, f, w, x), to))


def classes_of_extreme_norms_are_handled(subject: Known, w: Point, x: Point, z: Point) -> Bounded:
    r"""Nothing changes for representatives of large and small norm: nothing may over- or underflow."""
    largest = OURS if isinstance(subject.manifold, PSIQuotient) else LARGEST
    power = largest if subject.dtype == np.float64 else SINGLE
    x, sides = subject.project(w, x), []
    for sign in (1, -1):
        to = subject.act(np.ldexp(1.0, sign * power * (-1) ** np.arange(subject.scales)), w)
        lifted = subject.lift(w, x, to)
        sides.append((_what_is_seen(subject, to, lifted, z), _what_is_seen(subject, w, x, z)))
    left, right = (np.concatenate([pair[i] for pair in sides]) for i in (0, 1))
    return Bounded(left, right, 4 * rounding(subject, right) * (1 + size(right)))


def _what_is_seen(subject: Known, w: Point, x: Point, z: Point) -> Point:
    """Return numbers that may not depend on the representative ``w``."""
    seen = [subject.canonical(w)]
    seen += [subject.canonical(subject.retract(w, x))] if "retract" in subject.offers else []
    seen += [subject.canonical(subject.exp(w, x))] if "exp" in subject.offers else []
    seen += [np.atleast_1d(subject.dist(w, z))] if "dist" in subject.offers else []
    seen += [np.atleast_1d(subject.inner(w, x, x))] if "inner" in subject.offers else []
    return np.concatenate(seen)


def _hessian(subject: Known, f: Probe, w: Point, x: Point) -> Point:
    return subject.hessian(w, f.gradient(w), f.hessian_vector(w, x), x)


LAWS: tuple[OfClasses, ...] = (
    OfClasses(
        manifold.metric_is_constant_on_orbits,
        "inner project",
        "⟨a·x, a·y⟩ at a·w = ⟨x, y⟩ at w",
        "the metric does not descend to the quotient",
    ),
    OfClasses(
        representatives.projection_does_not_depend_on_the_representative,
        "project",
        "P_{a·w}(a·x) = a·(P_w x)",
        "horizontal vectors are not lifted to horizontal ones",
    ),
    OfClasses(
        manifold.orbit_directions_are_vertical,
        "vertical",
        "ver(a·w - w) = a·w - w",
        "vertical does not hold the directions of the orbit",
        scales=True,
    ),
    OfClasses(
        horizontal_is_orthogonal_to_vertical,
        "vertical project inner",
        "⟨hor x, ver y⟩ = 0",
        "horizontal vectors are not orthogonal to the orbit",
    ),
    OfClasses(
        vectors_split_into_vertical_and_horizontal,
        "vertical project",
        "ver x + hor x = x",
        "vertical and horizontal parts do not add up",
    ),
    OfClasses(
        representatives.canonical_representative_is_the_same_along_the_orbit,
        "canonical",
        "canonical(a·w) = canonical(w)",
        "canonical depends on the representative",
    ),
    OfClasses(
        retraction_does_not_depend_on_the_representative,
        "retract project",
        "[R_{a·w}(a·x)] = [R_w(x)]",
        "one tangent vector leads to two classes, by the representative: the retraction does not descend",
    ),
    OfClasses(
        manifold.exponential_does_not_depend_on_the_representative,
        "exp project",
        "[exp_{a·w}(a·x)] = [exp_w(x)]",
        "one tangent vector leads to two classes, by the representative: exp does not descend",
    ),
    OfClasses(
        manifold.distance_does_not_depend_on_the_representatives,
        "dist",
        "d(a·w, a⁻¹·z) = d(w, z)",
        "the distance of two classes depends on their representatives",
    ),
    OfClasses(
        representatives.logarithm_does_not_depend_on_the_representative,
        "log",
        "log_{a·w}z = a·(log_w z)",
        "log does not descend to the quotient",
    ),
    OfClasses(
        representatives.logarithm_does_not_depend_on_the_representative_of_the_end,
        "log",
        "log_w(a·z) = log_w z",
        "log does not descend to the quotient",
    ),
    OfClasses(
        representatives.transport_does_not_depend_on_the_representatives,
        "transport project",
        "T_{a·w→z}(a·x) = T_{w→z}x",
        "transport does not descend to the quotient: at best it is right between aligned representatives",
    ),
    OfClasses(
        gradient_does_not_depend_on_the_representative,
        "gradient",
        "grad f(a·w) = a·grad f(w)",
        "gradients do not descend to the quotient: descent depends on the representative",
    ),
    OfClasses(
        hessian_does_not_depend_on_the_representative,
        "hessian project",
        "Hess f(a·w)[a·x] = a·(Hess f(w)[x])",
        "Hessians do not descend to the quotient",
    ),
    OfClasses(
        classes_of_extreme_norms_are_handled,
        "project",
        "nothing changes for blocks of very large and very small norm",
        "numbers over- or underflow where weights are large or small",
        scales=True,
    ),
)
"""The laws of classes, in order."""
