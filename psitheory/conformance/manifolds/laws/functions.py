"""A function on a manifold with its Riemannian gradient and Hessian, and the laws that these obey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal
from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.constraints import tangent
from psitheory.conformance.manifolds.laws.measuring import length, measured, size
from psitheory.conformance.manifolds.subjects.forms import real_number
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray
Map = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class OnManifold:
    """A function of the manifold's own points, its gradient and its Hessian, in the manifold's own representation.

    Attributes
    ----------
    euclidean : bool
        Whether the derivatives are Euclidean, and the manifold converts them.
    """

    subject: Known
    f: Map | None
    gradient: Map
    hessian_vector: Map | None = None
    euclidean: bool = False

    def value(self, w: Point) -> float:
        """Return f(w)."""
        assert self.f is not None
        return real_number(self.f(self.subject.as_point(w)))

    def slope(self, w: Point) -> Point:
        """Return the Riemannian gradient."""
        found = self.gradient(self.subject.as_point(w))
        if self.euclidean:
            convert = self.subject.gradient if "gradient" in self.subject.offers else self.subject.project
            return convert(w, self.subject.from_ambient(found))
        return self.subject.from_tangent(w, found)

    def curvature(self, w: Point, x: Point) -> Point:
        """Return the Riemannian Hessian along x."""
        assert self.hessian_vector is not None
        subject, point = self.subject, self.subject.as_point(w)
        if not self.euclidean:
            return subject.from_tangent(w, self.hessian_vector(point, subject.as_tangent(w, x)))
        gradient = subject.from_ambient(self.gradient(point))
        return subject.hessian(w, gradient, subject.from_ambient(self.hessian_vector(point, subject.as_ambient(x))), x)

    def along(self, w: Point, x: Point, *, geodesic: bool) -> Callable[[float], np.ndarray]:
        """Return f along a curve that leaves w with velocity x: a great circle, a geodesic, or else a retraction."""
        subject = self.subject
        if subject.nature.spheres and subject.nature.map is not None:
            u, velocity, spheres = subject.canonical(w), subject.velocity(w, x), subject.nature.spheres
            return lambda t: np.array([self.value(references.exp(u, t * velocity, spheres))])
        move = subject.exp if geodesic or "exp" in subject.offers else subject.retract
        return lambda t: np.array([self.value(move(w, t * x))])


def gradient_is_tangent(f: OnManifold, w: Point) -> Observation | Bounded:
    """The gradient is a tangent vector."""
    found = f.slope(w)
    return tangent(f.subject, w, found, size(found, 2))


def gradient_is_the_derivative(f: OnManifold, w: Point, x: Point) -> Bounded | Observation:
    r"""The gradient gives the derivative by the metric: :math:`g_w(\mathrm{grad} f, x) = (f \circ \exp_w)'(0)[x]`."""
    gradient, found = f.slope(w), jet(f.along(w, x, geodesic=False))
    claimed = f.subject.inner(w, gradient, x)
    lengths = length(f.subject, w, gradient) * length(f.subject, w, x)
    noise = found.first_noise + ULPS * f.subject.eps * lengths
    scale = max(abs(claimed), float(abs(found.first[0])), lengths / 100)
    return measured([claimed], found, noise, scale)


def hessian_is_tangent(f: OnManifold, w: Point, x: Point) -> Observation | Bounded:
    """The Hessian maps to tangent vectors."""
    found = f.curvature(w, x)
    return tangent(f.subject, w, found, size(found, 2) + size(f.slope(w), 2))


def hessian_is_the_second_derivative_along_geodesics(f: OnManifold, w: Point, x: Point) -> Bounded | Observation:
    r"""The Hessian is f’s acceleration along geodesics: :math:`g_w(Hx, x) = \tfrac{d^2}{dt^2}f(\exp_w tx)|_0`."""
    along, found = f.curvature(w, x), jet(f.along(w, x, geodesic=True), order=2)
    claimed = f.subject.inner(w, along, x)
    lengths = length(f.subject, w, along) * length(f.subject, w, x)
    noise = found.second_noise + ULPS * f.subject.eps * lengths
    scale = max(abs(claimed), float(abs(found.second[0])), lengths / 100)
    return measured([claimed], found, noise, scale, order=2)


def hessian_is_linear(f: OnManifold, w: Point, x: Point, y: Point) -> Observation:
    """The Hessian along a combination is the combination of Hessians."""
    return equal(f.curvature(w, 2 * x - 3 * y), 2 * f.curvature(w, x) - 3 * f.curvature(w, y))


def hessian_is_symmetric(f: OnManifold, w: Point, x: Point, y: Point) -> Bounded:
    r"""The Hessian is symmetric in the metric: :math:`g_w(Hx, y) = g_w(x, Hy)`."""
    subject, right, left = f.subject, f.curvature(w, x), f.curvature(w, y)
    lengths = length(subject, w, right) * length(subject, w, y) + length(subject, w, left) * length(subject, w, x)
    noise = ULPS * subject.eps * lengths
    return Bounded(subject.inner(w, right, y), subject.inner(w, x, left), noise, controlled=True)


def function_does_not_depend_on_the_representative(f: OnManifold, w: Point, a: Any) -> Observation:
    """The function is one of classes."""
    return equal(f.value(f.subject.act(a, w)), f.value(w))


RULES: Mapping[str, tuple[Callable[..., Any], str, str]] = {
    "function_does_not_depend_on_the_representative": (
        function_does_not_depend_on_the_representative,
        "f(a·w) = f(w)",
        "f is no function on the quotient: what is found there depends on the representative",
    ),
    "gradient_is_tangent": (
        gradient_is_tangent,
        "P grad f(w) = grad f(w)",
        "the gradient is not tangent: a Euclidean one must be converted first",
    ),
    "gradient_is_the_derivative": (
        gradient_is_the_derivative,
        "⟨grad f(w), x⟩ = d/dt f(exp_w(tx)) at t = 0",
        "the gradient is not that of f in this metric: descent is along another direction",
    ),
    "hessian_is_tangent": (hessian_is_tangent, "P Hess f(w)[x] = Hess f(w)[x]", "the Hessian leaves the tangent space"),
    "hessian_is_the_second_derivative_along_geodesics": (
        hessian_is_the_second_derivative_along_geodesics,
        "⟨Hess f(w)[x], x⟩ = d²/dt² f(exp_w(tx)) at t = 0",
        "the Hessian is not that of f in this metric: Newton and trust-region steps are off",
    ),
    "hessian_is_linear": (hessian_is_linear, "H[2x - 3y] = 2H[x] - 3H[y]", "the product is not linear in the vector"),
    "hessian_is_symmetric": (hessian_is_symmetric, "⟨H[x], y⟩ = ⟨x, H[y]⟩", "the product is that of no Hessian"),
}
"""The laws, each with its formula and what its failure means."""
