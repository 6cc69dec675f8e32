"""Laws of transports."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import conditions, connection, edges, far
from psitheory.conformance.manifolds.rules.rule import Rule
from psitheory.laws import transport

RULES: tuple[Rule, ...] = (
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
        connection.transport_is_parallel,
        "transport",
        "T is parallel transport along great circles",
        "transport is not the parallel one",
        conditions.parallel_on_spheres,
    ),
    Rule(
        connection.transport_between_near_points_is_parallel,
        "transport",
        "T is parallel transport, d(w, z) from 1e-1 to 1e-12",
        "transport between near points is off: a branch for small angles is wrong",
        conditions.parallel_on_spheres,
    ),
    Rule(
        connection.transport_has_no_torsion,
        "transport exp",
        "d/dt T y at t = 0 along exp_w(tx) is the mixed second derivative of exp_w at x, y",
        "transport turns vectors as geodesics do not: it belongs to another connection than that of the metric",
        conditions.parallel_in_one_chart,
    ),
    Rule(
        connection.transport_composes_along_geodesics,
        "transport exp",
        "T_{w→z} = T_{m→z}T_{w→m}, m half-way along the geodesic",
        "transport along a geodesic depends on where it is broken off: it is not the parallel one",
        conditions.parallel_in_one_chart,
    ),
    Rule(
        far.transport_to_far_points_is_isometric,
        "transport exp",
        "‖T_{w→z}y‖ = ‖y‖ to a hundredth, z up to 16 along a geodesic",
        "transport to far points changes lengths: it bounds or clips what it computes",
        conditions.parallel_with_lengths,
    ),
    Rule(
        edges.transport_between_near_antipodal_points_is_accurate,
        "transport",
        "T is parallel transport, π - d(w, z) from 1e-1 to 2e-5",
        "transport between nearly opposite points is off",
        lambda s, c: conditions.parallel(s, c) or conditions.antipodes(s, c),
    ),
)
