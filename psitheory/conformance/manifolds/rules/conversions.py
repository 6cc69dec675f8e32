"""Laws of converted gradients and Hessians."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import conditions, conversions
from psitheory.conformance.manifolds.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        conversions.gradient_is_tangent,
        "gradient project",
        "P grad f = grad f",
        "converted gradients are not tangent",
        conditions.vectors_are_ambient,
    ),
    Rule(
        conversions.gradient_represents_the_derivative,
        "gradient inner",
        "⟨grad f, x⟩ = Df[x]",
        "converted gradients are not those of the metric: descent is along another direction",
    ),
    Rule(
        conversions.hessian_is_tangent,
        "hessian project",
        "P Hess f[x] = Hess f[x]",
        "converted Hessians are not tangent",
        conditions.vectors_are_ambient,
    ),
    Rule(
        conversions.hessian_is_symmetric,
        "hessian inner",
        "⟨Hess f[x], y⟩ = ⟨x, Hess f[y]⟩",
        "converted Hessians are not symmetric: trust regions and Newton steps are off",
    ),
    Rule(
        conversions.hessian_is_the_second_derivative_along_geodesics,
        "hessian inner",
        "⟨Hess f[x], x⟩ = d²/dt² f(exp_w(tx)) at t = 0",
        "converted Hessians are not those of the metric: second-order methods converge slowly or not at all",
        conditions.has_geodesics,
    ),
)
