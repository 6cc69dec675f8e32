"""Laws of retractions, exponentials and of what brings points back."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import (
    conditions,
    connection,
    constraints,
    edges,
    far,
    geodesics,
    lengths,
    orders,
)
from psitheory.conformance.manifolds.rules.rule import Rule
from psitheory.laws import curves

RULES: tuple[Rule, ...] = (
    Rule(
        curves.retraction_of_zero_stays_at_the_point,
        "retract",
        "R_w(0) = w",
        "retract is no retraction",
        conditions.points_compare,
    ),
    Rule(
        constraints.retraction_stays_on_the_manifold,
        "retract",
        "R_w(x) satisfies the constraint",
        "steps leave the manifold",
        conditions.constraint_known,
    ),
    Rule(
        orders.retraction_is_of_first_order,
        "retract",
        "d/dt R_w(tx) = x at t = 0",
        "steps do not go where they are told to; line searches and rates of methods that use it are off",
        conditions.compares_and_embeds,
    ),
    Rule(
        orders.retraction_is_of_second_order,
        "retract",
        "P d²/dt² R_w(tx) = 0 at t = 0",
        "the retraction is of first order only: Hessians of f∘R are not those of f away from critical points",
        conditions.second_order,
    ),
    Rule(
        curves.exponential_of_zero_stays_at_the_point,
        "exp",
        "exp_w(0) = w",
        "exp is no exponential",
        conditions.points_compare,
    ),
    Rule(
        constraints.exponential_stays_on_the_manifold,
        "exp",
        "exp_w(x) satisfies the constraint",
        "geodesics leave the manifold",
        conditions.constraint_known,
    ),
    Rule(
        orders.exponential_starts_with_the_given_velocity,
        "exp",
        "d/dt exp_w(tx) = x at t = 0",
        "exp is no exponential: geodesics leave with another velocity",
        conditions.compares_and_embeds,
    ),
    Rule(
        geodesics.exponential_is_a_geodesic,
        "exp",
        "exp_w(tx) is the geodesic",
        "exp follows another curve: distances, transport and rates that rest on it are off",
        conditions.geodesic_is_testable,
    ),
    Rule(
        connection.exponential_is_radially_isometric,
        "exp inner",
        "⟨Dexp_w(x)[x], Dexp_w(x)[y]⟩ = ⟨x, y⟩",
        "the lemma of Gauss fails: exp follows the geodesics of another metric",
        conditions.has_one_chart,
    ),
    Rule(
        connection.short_geodesics_are_radially_isometric,
        "exp inner",
        "⟨Dexp_w(x)[x], Dexp_w(x)[y]⟩ = ⟨x, y⟩, and Dexp_w(x)[x] is tangent, lengths from 1e-1 to 1e-6",
        "a branch for short vectors follows other curves",
        conditions.has_one_chart,
    ),
    Rule(
        far.long_geodesics_keep_their_speed,
        "exp",
        "‖d/dt exp_w(tx)‖ = ‖x‖ to a hundredth, at lengths up to 16",
        "long geodesics slow down or stop: exp clips what it is given or where it ends",
        conditions.lengths_in_one_chart,
    ),
    Rule(
        constraints.tiny_steps_stay_at_the_point,
        "",
        "R_w(x) = w = exp_w(x) to rounding for ‖x‖ down to 1e-296",
        "steps near a minimum end in NaN or elsewhere",
        conditions.moves,
    ),
    Rule(
        lengths.linear_methods_take_vectors_of_any_length,
        "",
        "P(av) = aPv, T(ax) = aTx, grad and Hess likewise, a = 2^20 and 2^-20",
        "long or short vectors are clipped, or something is added to them",
        conditions.maps_linearly,
    ),
    Rule(
        edges.zero_vectors_are_harmless,
        "",
        "‖0‖ = 0, P0 = 0, T0 = 0",
        "a zero vector, as at a minimum, ends in NaN",
        conditions.acts_on_vectors,
    ),
    Rule(
        edges.short_steps_stay_on_the_manifold,
        "",
        "R_w(x) and exp_w(x) satisfy the constraint, ‖x‖ from 1e-1 to 1e-12",
        "short steps leave the manifold: a branch for small angles is wrong",
        lambda s, c: conditions.constraint_known(s, c) or conditions.moves(s, c),
    ),
    Rule(
        edges.short_geodesics_are_accurate,
        "exp",
        "exp_w(x) is the geodesic to rounding, ‖x‖ from 1e-1 to 1e-12",
        "short geodesics are off: a branch for small angles is wrong",
        conditions.on_spheres,
    ),
    Rule(
        edges.nearest_point_of_a_point_is_itself,
        "nearest",
        "proj_M(w) = w",
        "bringing points back to the manifold moves those that are on it",
        conditions.points_compare,
    ),
    Rule(
        edges.nearest_points_are_on_the_manifold,
        "nearest",
        "proj_M(w + v) satisfies the constraint, ‖v‖ from 1e-12 to 1e-1",
        "bringing points back to the manifold does not",
        conditions.constraint_known,
    ),
)
