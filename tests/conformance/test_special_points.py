"""Manifolds that are wrong only at a point that is never drawn: a pole, the identity, the origin."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance import check_manifold
from psitheory.geometry import Sphere
from tests.conformance.plain_frames import Frames


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


def test_the_identity_is_tried():
    report = check_manifold(FreeAtTheIdentity(), only="projected_vectors_are_tangent")
    assert report.refuted() == ("projected_vectors_are_tangent",)


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
