"""Laws of the set of points and of its tangent spaces: constraints, dimension, steps too small to be seen."""

from __future__ import annotations

import numpy as np

from psitheory.checking import Observation, equal, vacuous
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import as_written, bounded, rounding, size
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray


def projected_vectors_are_tangent(subject: Known, w: Point, v: Point) -> Observation | Bounded:
    """What the projection returns satisfies the derivative of the constraint."""
    return tangent_to_constraint(subject, w, subject.project(w, v), size(v, 2))


def projection_is_orthogonal_by_some_metric(subject: Known, w: Point, v: Point, x: Point) -> Observation:
    r"""What the projection removes is orthogonal to tangent vectors in the ambient space, or else by the metric.

    :math:`\langle v - P_wv, x\rangle = 0` or :math:`g_w(v - P_wv, x) = 0`: the nearest tangent vector may be meant
    by either.  The metric, which need not take ambient vectors, is asked of them where the ambient space denies it.
    """
    projected = subject.project(w, v)
    ambient = v @ x, projected @ x
    gap = abs(ambient[0] - ambient[1]) / (size(v) * size(x))
    if gap <= ULPS * subject.eps:
        return equal(*ambient)
    own = subject.inner(w, v, x), subject.inner(w, projected, x)
    lengths = np.sqrt(abs(subject.inner(w, v, v) * subject.inner(w, x, x)))
    return equal(*(own if abs(own[0] - own[1]) < gap * lengths else ambient))


def random_tangents_are_tangent(subject: Known, w: Point, drawn: Point) -> Observation | Bounded:
    """A random tangent vector satisfies the derivative of the constraint."""
    return tangent_to_constraint(subject, w, drawn, size(drawn, 2))


def tangent_to_constraint(subject: Known, w: Point, x: Point, scale: float) -> Observation | Bounded:
    """Observe whether x satisfies the derivative of the constraint, to the rounding of vectors of size ``scale``."""
    if subject.constrained:
        along = subject.constraint_along(w, x)
        noise = 4 * ULPS * subject.eps * np.sqrt(len(w)) * size(w) * scale
        return Bounded(along, 0 * along, noise, controlled=True)
    found = jet(lambda t: subject.defect(w + t * x) - subject.defect(w - t * x), eps=subject.eps)
    return bounded(found.first, 0 * found.first, found.first_noise, 2 * size(x))


def tangent(subject: Known, w: Point, x: Point, scale: float) -> Observation | Bounded:
    """Observe whether x is tangent: by the constraints, else by the projection."""
    if subject.constrained and not subject.nature.quotient:
        return tangent_to_constraint(subject, w, x, scale)
    return equal(subject.project(w, x), x)


def points_have_no_defect(subject: Known, w: Point) -> Observation:
    """A random point satisfies the constraint of the manifold."""
    return equal(1 + subject.defect(w), 1)


def retraction_stays_on_the_manifold(subject: Known, w: Point, x: Point, k: float) -> Observation:
    """The retraction ends at a point of the manifold."""
    return _on_manifold(subject, subject.retract(w, k * x))


def exponential_stays_on_the_manifold(subject: Known, w: Point, x: Point, k: float) -> Observation:
    """Geodesics end at points of the manifold."""
    return _on_manifold(subject, subject.exp(w, k * x))


def _on_manifold(subject: Known, z: Point) -> Observation:
    if subject.constrained:
        return equal(1 + subject.constraint(z), 1)
    return equal(1 + subject.defect(z), 1)


def dimension_is_that_of_the_tangent_space(subject: Known) -> Observation:
    """The dimension that the manifold states is the rank of its tangent vectors."""
    if subject.nature.dimension is None:
        return vacuous("the rank of the tangent space is not known")
    return equal(float(subject.dimension or 0), float(subject.nature.dimension))


def tiny_steps_stay_at_the_point(subject: Known, w: Point, x: Point, s: float) -> Bounded:
    """Along vectors as short as 1e-296 neither retraction nor geodesic moves; nothing divides by zero."""
    moves = [move for name, move in (("retract", subject.retract), ("exp", subject.exp)) if name in subject.offers]
    here = subject.canonical(w)
    ends = [move(w, s * x) for move in moves]
    shift = 2 * s * size(subject.velocity(w, x))
    left = np.concatenate([subject.canonical(end) for end in ends])
    right = np.concatenate([subject.canonical(as_written(subject, w, end, shift)) for end in ends])
    return Bounded(left, right, rounding(subject, here) + shift)
