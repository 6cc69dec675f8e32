"""Laws of logarithms and distances."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import blame, conditions, differentiation, edges, far, geodesics
from psitheory.conformance.manifolds.rules.rule import Rule
from psitheory.laws import curves

RULES: tuple[Rule, ...] = (
    Rule(
        geodesics.exponential_inverts_logarithm,
        "exp log",
        "exp_w(log_w z) = z",
        "exp and log do not belong together",
        lambda s, c: conditions.off_spheres(s, c) or conditions.points_compare(s, c),
        along=blame.to_the_other,
    ),
    Rule(
        geodesics.logarithm_inverts_exponential,
        "log",
        "log_w(exp_w x) = x",
        "log is no inverse of exp within the injectivity radius",
        conditions.measurable,
        along=blame.as_long,
        blames="log",
    ),
    Rule(
        geodesics.logarithm_of_near_points_is_accurate,
        "log",
        "log_w(exp_w x) = x to rounding, ‖x‖ from 1e-1 to 1e-11 and 0",
        "logarithms of near points are noise: averages and momentum that use them stall early",
        conditions.measurable,
        along=blame.short,
        blames="log",
    ),
    Rule(
        geodesics.distance_is_the_length_of_the_geodesic,
        "dist",
        "d(w, exp_w x) = ‖x‖",
        "dist is not the geodesic distance",
        conditions.measurable,
        along=blame.as_long,
        blames="dist",
    ),
    Rule(
        geodesics.distance_begins_as_the_metric_says,
        "dist",
        "½ d²/dt² d(w, c(t))² = ‖x‖² at t = 0, c'(0) = x",
        "dist and the metric do not belong together",
        conditions.begins_without_exp,
    ),
    Rule(
        geodesics.logarithm_begins_as_points_move,
        "log",
        "d/dt log_w(c(t)) = x at t = 0, c'(0) = x",
        "log points elsewhere than points move, or its vectors are too long or too short",
        conditions.curves_without_exp,
    ),
    Rule(
        geodesics.distance_is_the_length_of_the_logarithm,
        "dist log",
        "d(w, z) = ‖log_w z‖",
        "dist and log do not belong together: one of them takes a longer way round",
        conditions.has_length_of_log,
        along=blame.to_the_other,
    ),
    Rule(
        far.far_points_are_reached_by_their_logarithms,
        "exp log",
        "exp_w(log_w z) = z to a hundredth of a unit, z up to 16 along a geodesic",
        "logarithms of far points are off: log bounds or clips what it computes",
        conditions.lengths_in_one_chart,
        along=blame.to_the_far_end,
        blames="log",
    ),
    Rule(
        far.distance_of_far_points_is_the_length_of_the_logarithm,
        "exp log dist",
        "d(w, z) = ‖log_w z‖ to a hundredth, z up to 16 along a geodesic",
        "distances of far points are off: dist bounds or clips what it computes",
        conditions.lengths_in_one_chart,
        along=blame.to_the_far_end,
        blames="dist",
    ),
    Rule(curves.distance_is_symmetric, "dist", "d(w, z) = d(z, w)", "dist is no distance"),
    Rule(curves.distance_obeys_the_triangle_inequality, "dist", "d(w, q) ≤ d(w, z) + d(z, q)", "dist is no distance"),
    Rule(
        geodesics.distance_of_near_points_is_accurate,
        "dist",
        "d(w, exp_w x) = ‖x‖ to rounding, ‖x‖ from 1e-1 to 1e-11 and 0",
        "distances of near points are noise, as by arccos: stopping rules and fitted rates that use them are wrong",
        conditions.measurable,
        along=blame.short,
        blames="dist",
    ),
    Rule(
        geodesics.distance_of_near_antipodal_points_is_accurate,
        "dist",
        "d(w, exp_w x) = ‖x‖ to rounding, π - ‖x‖ from 1e-1 to 1e-11",
        "distances of nearly opposite points are noise, as by arccos",
        conditions.antipodes,
    ),
    Rule(
        edges.logarithm_of_near_antipodal_points_is_accurate,
        "log",
        "log_w(exp_w x) = x, π - ‖x‖ from 1e-1 to 2e-5",
        "logarithms of nearly opposite points are off",
        conditions.antipodes,
    ),
    Rule(
        differentiation.squared_distances_have_derivatives,
        "dist",
        "∇d(·, z)² is finite, also at z",
        "a loss of distances ends in NaN as soon as two points meet",
        differentiation.of_arrays,
    ),
    Rule(
        differentiation.derivatives_of_squared_distances_are_those_of_their_values,
        "dist",
        "∇d(·, z)²[x] = d/dt d(c(t), z)², c'(0) = x, and the same of the other point",
        "gradients of losses made of distances are wrong, or leave one of the points out",
        differentiation.of_real_arrays,
    ),
)
