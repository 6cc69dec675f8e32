"""A function on a vector space with its gradient and Hessian, and the laws that these obey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import measured, size
from psitheory.conformance.manifolds.subjects.forms import Form, flat, real_number
from psitheory.conformance.slopes import slope

EPS = float(np.finfo(float).eps)
STEPS = 2.0 ** -np.arange(2.0, 27.0)
Point = np.ndarray
Map = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class OnSpace:
    """A function on a vector space with its derivatives, on flat arrays."""

    f: Map | None
    gradient: Map
    hessian_vector: Map | None
    form: Form

    def value(self, w: Point) -> float:
        """Return f(w)."""
        assert self.f is not None
        return real_number(self.f(self._built(w)))

    def slope(self, w: Point) -> Point:
        """Return the gradient."""
        return flat(self.gradient(self._built(w)), self.form)

    def curvature(self, w: Point, x: Point) -> Point:
        """Return the Hessian times x."""
        assert self.hessian_vector is not None
        return flat(self.hessian_vector(self._built(w), self._built(x)), self.form)

    def _built(self, w: Point) -> Any:
        return self.form.build(w, np.float64)


def gradient_is_the_derivative(function: OnSpace, w: Point, x: Point) -> Bounded | Observation:
    """Compare the gradient with the derivative along a direction."""
    claimed, start = float(function.slope(w) @ x), function.value(w)
    found = jet(lambda t: np.array([function.value(w + t * x)]))
    errors = np.array([abs(function.value(w + h * x) - start - h * claimed) for h in STEPS])
    note = str(slope(STEPS, errors, 4 * float(found.noise[0]) + 4 * EPS * abs(start)))
    lengths = size(function.slope(w), 2) * size(x, 2)
    noise = found.first_noise + ULPS * EPS * lengths
    return measured([claimed], found, noise, max(abs(claimed), float(abs(found.first[0])), lengths / 100), note)


def hessian_is_the_derivative_of_the_gradient(function: OnSpace, w: Point, x: Point) -> Bounded | Observation:
    """Compare the product with the derivative of the gradient along the vector."""
    claimed, start = function.curvature(w, x), function.slope(w)
    found = jet(lambda t: function.slope(w + t * x))
    errors = np.array([size(function.slope(w + h * x) - start - h * claimed, 2) for h in STEPS])
    note = str(slope(STEPS, errors, 4 * size(found.noise, 2) + 4 * EPS * size(start, 2)))
    noise = found.first_noise + ULPS * EPS * size(claimed)
    return measured(claimed, found, noise, max(size(claimed), size(found.first)), note)


def hessian_is_linear(function: OnSpace, w: Point, x: Point, y: Point) -> Observation:
    """Compare the product of a combination with the combination of products."""
    along = function.curvature(w, 2 * x - 3 * y)
    return equal(along, 2 * function.curvature(w, x) - 3 * function.curvature(w, y))


def hessian_is_symmetric(function: OnSpace, w: Point, x: Point, y: Point) -> Bounded:
    """Compare the bilinear form with its transpose."""
    right, left = function.curvature(w, x), function.curvature(w, y)
    noise = ULPS * EPS * (size(right, 2) * size(y, 2) + size(left, 2) * size(x, 2))
    return Bounded(right @ y, x @ left, noise, controlled=True)


RULES: Mapping[str, tuple[Callable[..., Any], str, str]] = {
    "gradient_is_the_derivative": (
        gradient_is_the_derivative,
        "⟨∇f(w), x⟩ = d/dt f(w + tx) at t = 0",
        "the gradient is not that of f: methods that use it minimise something else, or stall",
    ),
    "hessian_is_the_derivative_of_the_gradient": (
        hessian_is_the_derivative_of_the_gradient,
        "∇²f(w)x = d/dt ∇f(w + tx) at t = 0",
        "the Hessian is not that of the gradient: Newton and trust-region steps are off",
    ),
    "hessian_is_linear": (hessian_is_linear, "H(2x - 3y) = 2Hx - 3Hy", "the product is not linear in the vector"),
    "hessian_is_symmetric": (hessian_is_symmetric, "⟨Hx, y⟩ = ⟨x, Hy⟩", "the product is that of no Hessian"),
}
"""The laws, each with its formula and what its failure means."""
