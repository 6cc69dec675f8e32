"""Which laws a manifold must obey: each with what it needs, when it applies, and what its failure means."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psitheory.conformance.manifolds import (
    batches,
    conditions,
    constraints,
    conversions,
    edges,
    geodesics,
    orders,
    quotients,
)
from psitheory.conformance.manifolds.conditions import Claims
from psitheory.conformance.manifolds.nature import Known
from psitheory.laws import curves, tangent, transport

Condition = Callable[[Known, Claims], str]
"""Returns why a law does not apply, or an empty string."""


@dataclass(frozen=True)
class Rule:
    """A law with what a report says of it.

    Attributes
    ----------
    law : callable
        Of the subject and inputs, whose names say what is drawn.
    needs : str
        The methods without which it is skipped.
    claimed : str
        The law as a formula.
    means : str
        What follows if it fails.
    when : callable
        Why it does not apply, if it does not.
    single : bool
        Whether it is one comparison and not one for each of many inputs.
    """

    law: Callable[..., Any]
    needs: str
    claimed: str
    means: str
    when: Condition = conditions.always
    single: bool = False

    @property
    def name(self) -> str:
        """Return the name of the law."""
        return str(self.law.__name__)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of what is drawn, the point first."""
        return tuple(inspect.signature(self.law).parameters)[1:]

    def skipped(self, subject: Known, claims: Claims) -> str:
        """Return why the law is not tried on this subject, or an empty string."""
        missing = [name for name in self.needs.split() if name not in subject.offers]
        if missing:
            return f"there is no {' and no '.join(missing)}"
        if "f" in self.inputs and subject.nature.map is None:
            return "no test function that is constant on the classes of points is known"
        return self.when(subject, claims)


RULES: tuple[Rule, ...] = (
    # tangent spaces
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
    # moving
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
        constraints.tiny_steps_stay_at_the_point,
        "",
        "R_w(x) = w = exp_w(x) to rounding for ‖x‖ down to 1e-296",
        "steps near a minimum end in NaN or elsewhere",
        conditions.moves,
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
    # logarithm and distance
    Rule(
        curves.exponential_inverts_logarithm,
        "exp log",
        "exp_w(log_w z) = z",
        "exp and log do not belong together",
        lambda s, c: conditions.off_spheres(s, c) or conditions.points_compare(s, c),
    ),
    Rule(
        geodesics.logarithm_inverts_exponential,
        "log",
        "log_w(exp_w x) = x",
        "log is no inverse of exp within the injectivity radius",
        conditions.measurable,
    ),
    Rule(
        geodesics.logarithm_of_near_points_is_accurate,
        "log",
        "log_w(exp_w x) = x to rounding, ‖x‖ from 1e-1 to 1e-11 and 0",
        "logarithms of near points are noise: averages and momentum that use them stall early",
        conditions.measurable,
    ),
    Rule(
        geodesics.distance_is_the_length_of_the_geodesic,
        "dist",
        "d(w, exp_w x) = ‖x‖",
        "dist is not the geodesic distance",
        conditions.measurable,
    ),
    Rule(
        curves.distance_is_the_length_of_the_logarithm,
        "dist log norm",
        "d(w, z) = ‖log_w z‖",
        "dist and log do not belong together",
        lambda s, c: conditions.off_spheres(s, c) or ("exp is there to compare with" if "exp" in s.offers else ""),
    ),
    Rule(curves.distance_is_symmetric, "dist", "d(w, z) = d(z, w)", "dist is no distance"),
    Rule(curves.distance_obeys_the_triangle_inequality, "dist", "d(w, q) ≤ d(w, z) + d(z, q)", "dist is no distance"),
    Rule(
        geodesics.distance_of_near_points_is_accurate,
        "dist",
        "d(w, exp_w x) = ‖x‖ to rounding, ‖x‖ from 1e-1 to 1e-11 and 0",
        "distances of near points are noise, as by arccos: stopping rules and fitted rates that use them are wrong",
        conditions.measurable,
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
    # transport
    Rule(transport.transport_is_linear, "transport", "T(2x - 3y) = 2Tx - 3Ty", "transport is not linear"),
    Rule(
        transport.transported_vectors_are_tangent,
        "transport project",
        "P_z(Tx) = Tx",
        "transported vectors are not tangent where they arrive: momentum leaves the manifold",
        conditions.vectors_are_ambient,
    ),
    Rule(
        transport.transport_to_the_point_itself_changes_nothing,
        "transport",
        "T_{w→w}x = x",
        "transport changes vectors that go nowhere",
    ),
    Rule(
        transport.transport_is_isometric,
        "transport inner",
        "⟨Tx, Ty⟩ = ⟨x, y⟩",
        "transport changes lengths or angles: it is not the parallel one",
        conditions.parallel,
    ),
    Rule(
        transport.transport_there_and_back_changes_nothing,
        "transport",
        "T_{z→w}T_{w→z}x = x",
        "transport back is not the inverse: it is not the parallel one",
        conditions.parallel,
    ),
    Rule(
        transport.transport_carries_the_velocity_along,
        "transport log",
        "T log_w z = -log_z w",
        "a geodesic does not carry its velocity along: transport is not the parallel one",
        conditions.parallel_off_spheres,
    ),
    Rule(
        geodesics.transport_is_parallel,
        "transport",
        "T is parallel transport along great circles",
        "transport is not the parallel one",
        conditions.parallel_on_spheres,
    ),
    Rule(
        edges.transport_between_near_antipodal_points_is_accurate,
        "transport",
        "T is parallel transport, π - d(w, z) from 1e-1 to 2e-5",
        "transport between nearly opposite points is off",
        lambda s, c: conditions.parallel(s, c) or conditions.antipodes(s, c),
    ),
    # conversions
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
    # classes
    *(
        Rule(q.law, q.needs, q.claimed, q.means, conditions.scales if q.scales else conditions.classes)
        for q in quotients.LAWS
    ),
    # manners
    Rule(
        batches.inputs_are_left_alone,
        "",
        "no method changes its arguments",
        "a method overwrites what it is given: the caller's points change behind its back",
    ),
    Rule(
        batches.a_batch_equals_the_loop,
        "",
        "methods of stacked points = stacked results",
        "a batch of points gives other results than the points one by one",
        conditions.stacks,
    ),
)
"""The laws in the order in which they are tried."""
