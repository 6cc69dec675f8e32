"""Laws of tangent spaces, metrics and projections."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import conditions, constraints
from psitheory.conformance.manifolds.rules.rule import Rule
from psitheory.laws import tangent

RULES: tuple[Rule, ...] = (
    Rule(tangent.metric_is_symmetric, "inner", "⟨x, y⟩ = ⟨y, x⟩", "inner is no metric"),
    Rule(tangent.metric_is_bilinear, "inner", "⟨2x - 3y, t⟩ = 2⟨x, t⟩ - 3⟨y, t⟩", "inner is no metric"),
    Rule(tangent.metric_is_positive, "inner", "⟨x, x⟩ > 0 for x ≠ 0", "inner is no metric"),
    Rule(
        tangent.norm_is_the_root_of_the_metric,
        "norm inner",
        "‖x‖² = ⟨x, x⟩",
        "lengths and the metric disagree, and with them step sizes and stopping rules",
    ),
    Rule(
        tangent.projection_fixes_what_it_returns,
        "project",
        "P(Pv) = Pv",
        "project does not project: what it returns is not tangent by its own standard",
        conditions.vectors_are_ambient,
    ),
    Rule(tangent.projection_is_linear, "project", "P(2v - 3u) = 2Pv - 3Pu", "project is not linear"),
    Rule(
        tangent.projection_is_orthogonal,
        "project inner",
        "⟨v - Pv, x⟩ = 0 for tangent x",
        "project is oblique: gradients made by it do not point along the steepest ascent",
        conditions.euclidean,
    ),
    Rule(
        constraints.projection_is_orthogonal_by_some_metric,
        "project inner",
        "⟨v - Pv, x⟩ = 0 for tangent x, in the ambient space or by the metric",
        "project is oblique: what it returns is not the nearest tangent vector, by the metric or otherwise",
        conditions.nearest,
    ),
    Rule(
        constraints.projected_vectors_are_tangent,
        "project",
        "the derivative of the constraint along Pv is 0",
        "project returns vectors that leave the manifold to first order",
        conditions.constraint_known,
    ),
    Rule(
        constraints.random_tangents_are_tangent,
        "random_tangent",
        "the derivative of the constraint along x is 0",
        "random tangent vectors are not tangent",
        conditions.constraint_known,
    ),
    Rule(
        tangent.tangent_vectors_stay_under_the_projection,
        "project",
        "Px = x for tangent x",
        "project changes tangent vectors",
        conditions.vectors_are_ambient,
    ),
    Rule(
        constraints.dimension_is_that_of_the_tangent_space,
        "",
        "dim M = rank of the tangent space",
        "the stated dimension, or the tangent space, is wrong",
        conditions.stated_dimension,
        single=True,
    ),
    Rule(constraints.points_have_no_defect, "defect", "defect(w) = 0", "random points, or defect, are wrong"),
)
