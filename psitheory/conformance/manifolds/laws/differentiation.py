"""Derivatives that arrays take by themselves, as optimisers take those of losses made of distances."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from psitheory.checking import Observation, vacuous
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import Bounded
from psitheory.conformance.manifolds.laws.conditions import Claims
from psitheory.conformance.manifolds.laws.measuring import bounded, moved_along, size
from psitheory.conformance.manifolds.subjects.forms import flat
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray
NONE = "distances carry no derivatives"


def squared_distances_have_derivatives(subject: Known, w: Point, z: Point) -> Observation | Bounded:
    """The derivative of d(·, z)² is finite at points w, and at z itself, where d has none."""
    apart, together = _slopes(subject, w, z), _slopes(subject, w, w)
    if apart is None or together is None:
        return vacuous(NONE)
    both = np.concatenate([apart[0], together[0]])
    return Bounded(both, np.where(np.isfinite(both), both, 0.0), 0.0)


def derivatives_of_squared_distances_are_those_of_their_values(
    subject: Known, w: Point, z: Point, x: Point
) -> Observation | Bounded:
    """The derivatives of d(·, z)² and d(z, ·)² at w, along a curve that x begins, are those of their values."""
    curve = _curve(subject, w, x)
    one, other = _slopes(subject, w, z), _slopes(subject, z, w)
    if curve is None or one is None or other is None:
        return vacuous("no curve leads away" if curve is None else NONE)
    along = jet(curve, eps=subject.eps)

    def squares(t: float) -> Point:
        return np.array([subject.dist(curve(t), z), subject.dist(z, curve(t))]) ** 2

    values, gradients = jet(squares, eps=subject.eps), np.stack([one[0], other[1]])
    left, right = gradients @ along.first, values.first
    noise = values.first_noise + np.abs(gradients) @ along.first_noise
    return bounded(left, right, noise, size(right) or 1.0, slack=subject.slack * size(right))


def _curve(subject: Known, w: Point, x: Point) -> Any:
    """Return a curve on the manifold from w, or None where none is known."""
    for name in ("exp", "retract"):
        if name in subject.offers:
            return lambda t: getattr(subject, name)(w, t * x)
    return (lambda t: moved_along(subject, w, t * x)) if subject.nature.spheres else None


def _slopes(subject: Known, w: Point, z: Point) -> tuple[Point, Point] | None:
    """Return the derivatives of the squared distance with respect to both points; None where it has none."""
    here, there = subject.arguments("dist", w, 0 * w, z, 0 * w)
    return _by_torch(subject, here, there) if subject.point_form.kind == "tensor" else _by_jax(subject, here, there)


def _by_torch(subject: Known, w: Any, z: Any) -> tuple[Point, Point] | None:
    torch = sys.modules["torch"]
    leaves = [point.detach().clone().requires_grad_() for point in (w, z)]
    with torch.enable_grad():
        squared = (subject.raw("dist", *leaves) ** 2).sum()
    if not squared.requires_grad:
        return None
    found = torch.autograd.grad(squared, leaves, allow_unused=True)
    # of two points that learn, one that is left out learns nothing, and nobody is told
    one, other = (flat(torch.zeros_like(leaf) if g is None else g) for leaf, g in zip(leaves, found, strict=True))
    return one, other


def _by_jax(subject: Known, w: Any, z: Any) -> tuple[Point, Point] | None:
    jax = sys.modules["jax"]
    try:
        found = jax.grad(lambda *points: (subject.raw("dist", *points) ** 2).sum(), argnums=(0, 1))(w, z)
    except (TypeError, jax.errors.JAXTypeError):  # it computes with numbers of Python or NumPy, and says so
        return None
    return flat(found[0]), flat(found[1])


def of_arrays(subject: Known, claims: Claims) -> str:
    """Apply where points are tensors of PyTorch or arrays of JAX, which take derivatives of themselves."""
    known = subject.point_form.kind == "tensor" or subject.point_form.jax
    return "" if known else "only tensors and arrays of JAX take derivatives of themselves"


def of_real_arrays(subject: Known, claims: Claims) -> str:
    """Apply where they are real besides."""
    complex_ = "derivatives of complex numbers are not compared" if subject.point_form.complex else ""
    return of_arrays(subject, claims) or complex_
