"""Distances of tensors have derivatives where two points meet; those that end in NaN are refuted."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_manifold  # noqa: E402

LAW = "squared_distances_have_derivatives"


class Directions:
    def random_point(self, rng):
        z = torch.from_numpy(rng.normal(size=3))
        return z / z.norm()

    def project(self, w, z):
        return z - (w * z).sum(-1, keepdim=True) * w

    def inner(self, w, x, y):
        return (x * y).sum(-1)

    def dist(self, w, z):
        return 2 * torch.atan2((w - z).norm(dim=-1), (w + z).norm(dim=-1))


class ByRoots(Directions):
    def dist(self, w, z):
        return 2 * torch.atan2((w - z).square().sum(-1).sqrt(), (w + z).square().sum(-1).sqrt())


class ByCosines(Directions):
    def dist(self, w, z):
        return torch.acos((w * z).sum(-1).clamp(-1, 1))


class OfNumbers(Directions):
    def dist(self, w, z):
        return super().dist(w.detach(), z)


@pytest.mark.parametrize("wrong", [ByRoots, ByCosines])
def test_a_derivative_that_is_no_number_where_points_meet_is_refuted(wrong):
    assert check_manifold(wrong(), only=LAW, cases=4).refuted() == (LAW,)


def test_a_derivative_that_vanishes_there_holds_and_none_is_no_fault():
    assert check_manifold(Directions(), only=LAW, cases=4).exit_code == 0
    assert not check_manifold(OfNumbers(), only=LAW, cases=4).refuted()
