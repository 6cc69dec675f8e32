"""Unit spheres and flat space against textbook formulas in balls, and second derivatives along geodesics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_balls, to_floats
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.geometry import Euclidean, Manifold, PSIQuotient, Sphere
from psitheory.layout import Layout

from . import reference
from .cases import EPS, GAPS, beside


@st.composite
def pairs(draw: Callable[..., Any], least: float = 0.0) -> tuple[Sphere, Any, Any, Any]:
    """Draw a sphere, two points that are generic, near or nearly antipodal, and a tangent vector at the first."""
    sphere = Sphere(draw(st.integers(2, 5)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    w = sphere.random_point(rng)
    gap = draw(st.sampled_from([g for g in GAPS if g >= least]))
    side = draw(st.sampled_from([1, -1]))
    z = beside(w, gap, side, rng)
    x = sphere.random_tangent(rng, w) * draw(st.sampled_from([1.0, 1e-12, 1e-6, 3.0]))
    return sphere, w, z / np.linalg.norm(z), x


def exactly(function: Any, *arrays: Any) -> Any:
    return reference.blockwise((len(arrays[0]),), function, None, *arrays)


@given(pairs())
def test_the_distance_is_the_angle(case: Any) -> None:
    sphere, w, z, _ = case
    assert abs(float(sphere.dist(w, z)) - reference.dist((sphere.d,), w, z)) <= 8 * (sphere.d + 2) * EPS


@given(pairs())
def test_the_exponential_is_right_to_rounding(case: Any) -> None:
    sphere, w, _, x = case
    rounding = 8 * (sphere.d + 2) * EPS * (1 + np.linalg.norm(x))
    np.testing.assert_allclose(sphere.exp(w, x), exactly(reference.exp, w, x), rtol=0, atol=rounding)
    assert abs(float(sphere.defect(sphere.exp(w, x)))) <= rounding


@given(pairs(least=1e-9))
def test_logarithm_and_transport_are_right_to_rounding(case: Any) -> None:
    sphere, w, z, x = case
    theta = reference.dist((sphere.d,), w, z)
    rounding = 16 * (sphere.d + 2) * EPS * (1 + theta / np.sin(theta))
    np.testing.assert_allclose(sphere.log(w, z), exactly(reference.log, w, z), rtol=0, atol=rounding)
    rounding = 16 * (sphere.d + 2) * EPS * np.linalg.norm(x) * (1 + 1 / np.cos(theta / 2))
    np.testing.assert_allclose(sphere.transport(w, z, x), exactly(reference.transport, w, z, x), rtol=0, atol=rounding)


@given(pairs())
def test_projection_metric_and_retraction(case: Any) -> None:
    sphere, w, z, x = case
    rounding = 8 * (sphere.d + 2) * EPS * (1 + np.linalg.norm(x) ** 2)
    np.testing.assert_allclose(sphere.project(w, z), exactly(reference.project, w, z), rtol=0, atol=rounding)
    assert float(sphere.inner(w, x, x)) == pytest.approx(float(sphere.norm(w, x)) ** 2, rel=8 * EPS)
    end = sphere.retract(w, x)
    assert abs(float(sphere.defect(end))) <= rounding
    assert float(sphere.dist(w, end)) == pytest.approx(np.arctan(np.linalg.norm(x)), abs=rounding)
    np.testing.assert_array_equal(sphere.gradient(w, z), sphere.project(w, z))


def test_a_logarithm_at_the_point_itself_is_zero_and_at_the_antipode_an_error() -> None:
    sphere, u = Sphere(3), np.array([0.0, 1.0, 0.0])
    np.testing.assert_array_equal(sphere.log(u, u), np.zeros(3))
    with pytest.raises(ArgumentError, match="z is antipodal to w in some block"):
        sphere.log(u, -u)


def test_single_points_run_in_balls_too() -> None:
    sphere = Sphere(2)
    w, z, x = (to_balls(np.array(v)) for v in ([1.0, 0.0], [0.6, 0.8], [0.0, 0.5]))
    for found, expected in (
        (sphere.exp(w, x), [np.cos(0.5), np.sin(0.5)]),
        (sphere.retract(w, x), np.array([2, 1]) / np.sqrt(5)),
        (sphere.log(w, z), [0, np.arccos(0.6)]),
        (sphere.transport(w, z, x), [-0.4, 0.3]),
    ):
        np.testing.assert_allclose(to_floats(found), expected, atol=1e-15)
    assert float(sphere.dist(w, z).mid()) == pytest.approx(np.arccos(0.6))


# -- Hessians are second derivatives along geodesics ------------------------------------------------------


def second_derivative(f: Any, w: Any, x: Any) -> float:
    """Return the second derivative of f along the textbook geodesic, by a difference of 2^-60 in 300 bits."""
    before, ctx.prec = ctx.prec, reference.BITS
    try:
        t = arb(2) ** -60
        w, x = reference.vector(w), reference.vector(x)
        ahead, behind = (f(reference.exp(w, [s * a for a in x])) for s in (t, -t))
        return float((ahead - 2 * f(w) + behind) / (t * t))
    finally:
        ctx.prec = before


@given(st.integers(2, 4), st.integers(0, 2**16))
def test_the_hessian_is_the_second_derivative_along_geodesics(d: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sphere, psi = Sphere(d), PSIQuotient(Layout.of([d]))
    square, b = rng.normal(size=(d, d)), rng.normal(size=d)
    matrix = square + square.T

    def quadratic(z: Any) -> Any:
        """z'Az/2 + b'z: on the sphere no eigenvector is critical, so the Hessian's last term counts."""
        image = [reference.dot(reference.vector(row), z) for row in matrix]
        return reference.dot(z, image) / 2 + reference.dot(reference.vector(b), z)

    u = sphere.random_point(rng)
    x = sphere.random_tangent(rng, u)
    found = sphere.inner(u, sphere.hessian(u, matrix @ u + b, matrix @ x, x), x)
    assert float(found) == pytest.approx(second_derivative(quadratic, u, x), rel=1e-10, abs=1e-10)

    def cosine(z: Any) -> Any:
        return reference.dot(reference.vector(b), z) / reference.norm(z)

    w = u * np.exp(rng.normal())
    r, c = np.linalg.norm(w), float(b @ w) / np.linalg.norm(w)
    x = psi.random_tangent(rng, w)
    # the Euclidean derivatives of b'w/|w|, by hand
    gradient = b / r - c * w / r**2
    image = -(b @ x) * w / r**3 - (w @ x) * b / r**3 + 3 * c * (w @ x) * w / r**4 - c * x / r**2
    found = psi.inner(w, psi.hessian(w, gradient, image, x), x)
    assert float(found) == pytest.approx(second_derivative(cosine, w, x), rel=1e-10, abs=1e-10)


# -- flat space ----------------------------------------------------------------------------------------


@given(st.integers(1, 4), st.integers(0, 2**16))
def test_flat_space_is_flat(n: int, seed: int) -> None:
    flat, rng = Euclidean(n), np.random.default_rng(seed)
    w, z = flat.random_point(rng, (3,)), flat.random_point(rng, (3,))
    x = flat.random_tangent(rng, w)
    np.testing.assert_array_equal(flat.exp(w, flat.log(w, z)), w + (z - w))
    np.testing.assert_array_equal(flat.exp(w, x), flat.retract(w, x))
    np.testing.assert_array_equal(flat.transport(w, z, x), x)
    np.testing.assert_allclose(flat.dist(w, z), np.linalg.norm(w - z, axis=-1), rtol=8 * EPS)
    np.testing.assert_allclose(flat.norm(w, x) ** 2, flat.inner(w, x, x), rtol=8 * EPS)
    assert flat.project(w, x) is x
    assert flat.gradient(w, x) is x
    assert flat.hessian(w, z, x, z) is x
    assert np.all(flat.defect(w) == 0)
    assert flat.dimension == n


@pytest.mark.parametrize("manifold", [Euclidean(2), Sphere(2), PSIQuotient(Layout.of([2]))])
def test_every_geometry_is_a_manifold(manifold: Any) -> None:
    assert isinstance(manifold, Manifold)


def test_the_unit_sphere_of_the_line_is_two_points() -> None:
    sphere, zero = Sphere(1), np.zeros(1)
    assert sphere.dimension == 0
    for w in (np.ones(1), -np.ones(1)):
        np.testing.assert_array_equal(sphere.project(w, np.array([0.7])), zero)
        np.testing.assert_array_equal(sphere.exp(w, zero), w)
        np.testing.assert_array_equal(sphere.log(w, w), zero)
        assert sphere.dist(w, -w) == np.pi


# -- bad input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [0, -1, 2.0, "2", None])
def test_a_sphere_needs_a_dimension(d: Any) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError), match="d is .*; an integer of 1 or more is needed"):
        Sphere(d)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda s, bad, w: s.dist(bad, w), "w"),
        (lambda s, bad, w: s.dist(w, bad), "z"),
        (lambda s, bad, w: s.exp(w, bad), "x"),
        (lambda s, bad, w: s.log(bad, w), "w"),
        (lambda s, bad, w: s.transport(w, bad, w), "z"),
        (lambda s, bad, w: s.project(w, bad), "z"),
        (lambda s, bad, w: s.inner(w, w, bad), "y"),
        (lambda s, bad, w: s.hessian(w, w, bad, w), "hessian_vector"),
        (lambda s, bad, w: s.hessian(w, bad, w, w), "gradient"),
        (lambda s, bad, w: s.random_tangent(np.random.default_rng(0), bad), "w"),
    ],
)
def test_a_sphere_names_what_does_not_fit(call: Any, name: str) -> None:
    w = np.array([1.0, 0.0])
    with pytest.raises(ArgumentError, match=rf"{name} has the shape \(3,\); its last axis must be 2"):
        call(Sphere(2), np.ones(3), w)
    with pytest.raises(ArgumentTypeError, match=f"{name} has the dtype int64; a real floating-point dtype is needed"):
        call(Sphere(2), np.ones(2, int), w)


def test_short_random_tangents_are_tangent_to_rounding_too() -> None:
    rng, sphere = np.random.default_rng(0), Sphere(2)
    w = sphere.random_point(rng, (10_000,))  # one normal vector in about 500 is nearly parallel to its point
    x = sphere.random_tangent(rng, w)
    assert (abs(np.vecdot(w, x)) <= 4 * sphere.d * EPS * np.linalg.norm(x, axis=-1)).all()
