"""Manifolds: ours obey every law, and each broken one is refuted where it is broken."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold
from psitheory.conformance.manifolds.check import LAWS
from psitheory.errors import UnknownName
from psitheory.geometry import Euclidean, PSIQuotient, Sphere
from psitheory.laws import broken, broken_manifolds
from psitheory.layout import Layout
from tests.conformance.laws_that_manifolds_break import REFUTED
from tests.conformance.smallest_inputs_of_manifolds import SMALLEST

DERIVATIVES = {
    "squared_distances_have_derivatives",
    "derivatives_of_squared_distances_are_those_of_their_values",
}
"""Laws of derivatives that arrays take by themselves; those of NumPy carry none."""


def made(name):
    kind = getattr(broken_manifolds, name, None) or getattr(broken, name)
    if issubclass(kind, Sphere):
        return kind(3)
    return kind(Layout.of([2, 3], 1)) if issubclass(kind, PSIQuotient) else kind(2)


# -- what is right ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "manifold",
    [
        PSIQuotient(Layout.of([2, 3], 1)),
        PSIQuotient(Layout.of([3, 1])),
        PSIQuotient(Layout.of([], 2)),
        Sphere(2),
        Sphere(3),
        Sphere(40),
        Euclidean(1),
        Euclidean(4),
    ],
    ids=repr,
)
def test_our_manifolds_obey_every_law(manifold):
    report = check_manifold(manifold, cases=3)
    assert report.verdict is Verdict.HOLDS, str(report)


def test_a_quotient_is_tried_on_all_that_it_offers():
    report = check_manifold(PSIQuotient(Layout.of([2, 3], 1)), cases=1)
    assert set(report.skipped) == {
        "projection_is_orthogonal",  # its metric is not that of the ambient space
        "exponential_inverts_logarithm",  # on spheres the parts are compared with great circles
        "distance_is_the_length_of_the_logarithm",
        "short_geodesics_are_radially_isometric",
        "long_geodesics_keep_their_speed",
        "transport_to_far_points_is_isometric",
        "far_points_are_reached_by_their_logarithms",
        "distance_of_far_points_is_the_length_of_the_logarithm",
        "transport_carries_the_velocity_along",
        "exponential_is_radially_isometric",
        "transport_has_no_torsion",
        "transport_composes_along_geodesics",
        "nearest_point_of_a_point_is_itself",  # every array without a zero block is a point
        "nearest_points_are_on_the_manifold",
        "distance_begins_as_the_metric_says",  # there is an exponential
        "logarithm_begins_as_points_move",
        "distance_of_near_points_is_no_noise",
        *DERIVATIVES,
    }


def test_a_law_without_its_methods_is_skipped_and_named_and_does_not_hold():
    class Nothing:
        def inner(self, w, x, y):
            return x @ y

    report = check_manifold(Nothing(), points=[np.array([1.0, 0.0])], cases=2)
    assert report.finding("metric_is_symmetric").verdict is Verdict.HOLDS
    assert report.skipped["projection_is_linear"] == "there is no project"
    assert "projection_is_linear" in str(report)
    with pytest.raises(UnknownName, match="it was skipped: there is no project"):
        report.finding("projection_is_linear")


def test_what_is_only_skipped_is_inconclusive():
    report = check_manifold(Sphere(3), only="orbit_directions_are_vertical")
    assert not report.findings
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.exit_code == 3


# -- what is broken -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUTED)
def test_a_broken_manifold_is_refuted_where_it_is_broken_and_nowhere_else(name):
    report = check_manifold(made(name), cases=2)
    assert set(report.refuted()) == REFUTED[name], str(report)


@pytest.mark.parametrize("law", SMALLEST)
def test_the_witness_of_each_law_is_small(law):
    name, smallest = SMALLEST[law]
    finding = check_manifold(made(name), only=law, cases=2).finding(law)
    assert finding.verdict is Verdict.REFUTED
    assert finding.smallest == smallest


def test_every_law_is_seen_to_fail():
    of_arrays = set(LAWS) - DERIVATIVES
    assert set(SMALLEST) == of_arrays
    assert set().union(*REFUTED.values()) == of_arrays


def test_a_finding_replays():
    report = check_manifold(broken_manifolds.ShortDistance(3), cases=3, seed=5)
    finding = report.finding("distance_is_the_length_of_the_geodesic")
    assert finding.replay == (
        "check_manifold(ShortDistance(d=3), only='distance_is_the_length_of_the_geodesic', seed=5)"
    )
    again = eval(finding.replay, {"check_manifold": check_manifold, "ShortDistance": broken_manifolds.ShortDistance})
    assert again.findings == (finding,)


def test_an_error_of_1e_8_in_a_distance_is_seen_and_its_size_is_told():
    finding = check_manifold(broken_manifolds.ShortDistance(3), only=LAWS).finding(
        "distance_is_the_length_of_the_geodesic"
    )
    left, right = (float(side.split()[0].rstrip(",")) for side in finding.observed.split(" against "))
    assert left / right - 1 == pytest.approx(-1e-8, rel=1e-3)


def test_a_witness_is_carried_to_the_last_bit():
    finding = check_manifold(broken_manifolds.ArccosDistance(3), only=LAWS).finding(
        "distance_of_near_points_is_accurate"
    )
    w, x = (np.array([float.fromhex(v) for v in finding.witness[name]]) for name in "wx")
    d = float.fromhex(finding.witness["d"])
    z = w + d * x
    assert broken_manifolds.ArccosDistance(3).dist(w, z) == 0.0
    assert Sphere(3).dist(w, z / np.linalg.norm(z)) == pytest.approx(d)


def test_a_first_order_retraction_is_enough_where_no_more_is_claimed():
    class Bent(Euclidean):
        def retract(self, w, x):
            return w + x + np.sum(x * x, axis=-1, keepdims=True) * np.ones(self.n)

    law = "retraction_is_of_second_order"
    assert law in check_manifold(Bent(2), cases=2).skipped
    assert check_manifold(Bent(2), cases=2, order=2).refuted() == (law,)
    assert law in check_manifold(broken_manifolds.SwervingRetraction(3), cases=2, order=1).skipped


def test_a_vector_transport_need_not_be_parallel():
    report = check_manifold(broken_manifolds.ProjectingTransport(3), cases=2, transport="vector")
    assert report.verdict is Verdict.HOLDS
    assert "transport_is_isometric" in report.skipped
