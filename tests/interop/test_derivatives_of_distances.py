"""Distances of tensors have derivatives where two points meet; those that end in NaN are refuted."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_manifold  # noqa: E402

LAW = "squared_distances_have_derivatives"
VALUES = "derivatives_of_squared_distances_are_those_of_their_values"


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


class OfOne(Directions):
    """One of two points that learn is kept from it, and nobody is told."""

    def dist(self, w, z):
        return super().dist(w, z.detach())


class OfNeither(Directions):
    def dist(self, w, z):
        return super().dist(w.detach(), z.detach())


class Doubled(Directions):
    """As by a custom backward pass."""

    def dist(self, w, z):
        return 2 * super().dist(w, z) - super().dist(w, z).detach()


@pytest.mark.parametrize("wrong", [OfOne, Doubled])
def test_a_derivative_that_is_not_that_of_the_values_is_refuted(wrong):
    assert check_manifold(wrong(), only=VALUES, cases=4).refuted() == (VALUES,)


@pytest.mark.parametrize("manifold", [Directions, OfNeither])
def test_derivatives_that_are_right_hold_and_none_at_all_raises_where_it_is_asked_for(manifold):
    assert not check_manifold(manifold(), only=VALUES, cases=4).refuted()


def test_arrays_of_jax_take_derivatives_too():
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    class Unit:
        """Points of JAX, one entry of which is set as only JAX's arrays can."""

        def random_point(self, rng):
            z = jnp.asarray(rng.normal(size=3))
            return z / jnp.linalg.norm(z)

        def project(self, w, z):
            return (z - jnp.sum(w * z, -1, keepdims=True) * w).at[..., 0].add(0.0)

        def inner(self, w, x, y):
            return jnp.sum(x * y, -1)

        def dist(self, w, z):
            gaps = jnp.sum((w - z) ** 2, -1), jnp.sum((w + z) ** 2, -1)
            apart = gaps[0] > 0
            sides = jnp.sqrt(jnp.where(apart, gaps[0], 1.0)), jnp.sqrt(jnp.where(gaps[1] > 0, gaps[1], 1.0))
            return jnp.where(apart, 2 * jnp.arctan2(sides[0], sides[1]), 0 * gaps[0])

    class ByRootsOfJax(Unit):
        def dist(self, w, z):
            return 2 * jnp.arctan2(jnp.linalg.norm(w - z, axis=-1), jnp.linalg.norm(w + z, axis=-1))

    class Stopped(Unit):
        def dist(self, w, z):
            return super().dist(w, jax.lax.stop_gradient(z))

    laws = (LAW, VALUES, "projection_is_linear")
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        assert check_manifold(Unit(), only=laws, cases=3).exit_code == 0
        assert check_manifold(ByRootsOfJax(), only=laws, cases=3).refuted() == (LAW,)
        assert check_manifold(Stopped(), only=laws, cases=3).refuted() == (VALUES,)
