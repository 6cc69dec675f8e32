"""Manifolds that are wrong only at a point that is never drawn: a pole, the identity, the origin."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import equal
from psitheory.conformance import check_manifold
from psitheory.conformance.manifolds.floats.judging import judge
from psitheory.geometry import Sphere
from tests.conformance.plain_frames import Frames
from tests.conformance.plain_spaces import PositiveDefinite


def at(w, place):
    return np.all(np.isclose(w, place), axis=-1, keepdims=True)


class FlatAtAPole(Sphere):
    def __init__(self, pole):
        super().__init__(3)
        self.pole = np.array(pole)

    def exp(self, w, x):
        return np.where(at(w, self.pole), w + x, super().exp(w, x))


class FreeAtTheIdentity(Frames):
    def project(self, w, z):
        return z if np.allclose(w, np.eye(*w.shape)) else super().project(w, z)


@pytest.mark.parametrize("pole", [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]])
def test_a_pole_is_tried(pole):
    report = check_manifold(FlatAtAPole(pole), only="exponential_stays_on_the_manifold")
    assert report.refuted() == ("exponential_stays_on_the_manifold",)


NORTH, SOUTH = np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, -1.0])
LENGTH, LOG = "distance_is_the_length_of_the_geodesic", "logarithm_inverts_exponential"


def wrong_at(law, method, place, factor, *, end=False):
    """Return a sphere one of whose methods errs where a point is a place, to the last bit, and nowhere else."""

    class WrongThere(Sphere):
        pass

    def wrong(self, w, *others):
        met = np.all((others[0] if end else w) == place, axis=-1)
        found = getattr(Sphere, method)(self, w, *others)
        return found * (
            np.where(met, factor, 1.0) if found.ndim == w.ndim - 1 else np.where(met, factor, 1.0)[..., None]
        )

    setattr(WrongThere, method, wrong)
    return law, WrongThere(3)


@pytest.mark.parametrize(
    ("law", "manifold"),
    [
        wrong_at("norm_is_the_root_of_the_metric", "norm", NORTH, 1.1),
        wrong_at("norm_is_the_root_of_the_metric", "inner", SOUTH, 1.1),
        wrong_at("distance_is_symmetric", "dist", NORTH, 1.0001),
        wrong_at("transport_is_isometric", "transport", NORTH, 1.01),
        wrong_at(LENGTH, "dist", NORTH, 1.01, end=True),
        wrong_at(LOG, "log", SOUTH, 1.01, end=True),
        wrong_at("transport_is_isometric", "transport", NORTH, 1.01, end=True),
    ],
)
def test_a_wrong_value_at_one_point_is_no_rounding(law, manifold):
    """Inputs one ulp away obey the law, and agree: what moves the sides is not that they are rounded."""
    assert check_manifold(manifold, only=law).refuted() == (law,)


@pytest.mark.parametrize("place", [[0.0, 1.0, 0.0], [0.0, -1.0, 0.0], np.ones(3) / np.sqrt(3)])
def test_inner_poles_and_equal_entries_are_tried_by_some_laws(place):
    _, manifold = wrong_at("", "dist", np.array(place), 1.01)
    laws = ["distance_is_symmetric", "distance_obeys_the_triangle_inequality", LENGTH]
    assert check_manifold(manifold, only=laws).refuted()


def test_control_runs_that_scatter_are_rounding():
    """A function whose values one ulp scatters says nothing, also where one input alone gives another."""

    def law(x):
        return equal(np.round(x * 2**52) % 3, 0.0)

    def moved(inputs, rng):
        return {"x": inputs["x"] + rng.integers(1, 9) * 2.0**-52}

    assert judge(law, {"x": 1.0 + 2.0**-52}, 2.0**-52, moved).status == "vacuous"


def test_the_identity_is_tried():
    report = check_manifold(FreeAtTheIdentity(), only="projected_vectors_are_tangent")
    assert report.refuted() == ("projected_vectors_are_tangent",)


class LongAtTheIdentity(PositiveDefinite):
    def log(self, w, z):
        return super().log(w, z) * (1.01 if np.array_equal(w, np.eye(len(w))) else 1)


def test_the_identity_among_positive_definite_matrices_is_tried():
    law = "exponential_inverts_logarithm"
    assert check_manifold(LongAtTheIdentity(), only=law).refuted() == (law,)
    assert check_manifold(PositiveDefinite(), only=law).exit_code == 0


def test_the_origin_is_tried():
    torch, geoopt = pytest.importorskip("torch"), pytest.importorskip("geoopt")

    class TwiceAtTheOrigin(geoopt.PoincareBall):
        def dist(self, x, y, **options):
            return super().dist(x, y, **options) * torch.where((x == 0).all(-1), 2, 1)

    assert check_manifold(TwiceAtTheOrigin(), only="distance_is_symmetric").refuted() == ("distance_is_symmetric",)


def test_points_that_are_given_are_the_only_ones():
    points, law = [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0]], "exponential_is_a_geodesic"
    report = check_manifold(FlatAtAPole([0.0, 0.0, 1.0]), points=points, only=law)
    assert report.exit_code == 0
