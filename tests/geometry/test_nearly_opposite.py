"""Points that are nearly equal or nearly opposite, against 200-bit balls on the same floats."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import example, given
from hypothesis import strategies as st

from psitheory.arithmetic import precision
from psitheory.errors import ArgumentError
from psitheory.geometry import PSIQuotient, Sphere, sphere
from psitheory.layout import Layout

GAPS = [1e-1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15]
EPS = 2.0**-52


def pair(seed: int, gap: float, opposite: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return unit vectors an angle ``gap`` apart, or from opposite, and a vector tangent at the first."""
    rng = np.random.default_rng(seed)
    manifold = Sphere(4)
    u = manifold.random_point(rng)
    x = manifold.random_tangent(rng, u)
    e = x / np.linalg.norm(x)
    v = (np.sin(gap) * e - np.cos(gap) * u) if opposite else (np.cos(gap) * u + np.sin(gap) * e)
    return u, v, manifold.random_tangent(rng, u)


def exact(u: np.ndarray, v: np.ndarray, x: np.ndarray) -> tuple[list[arb], list[arb], arb, arb]:
    """Return log and transport of the floats given, unit to rounding as they are, in balls; sine and cosine."""
    a, b, y = ([arb(float(t)) for t in z] for z in (u, v, x))

    def dot(p: list[arb], q: list[arb]) -> arb:
        return sum((s * t for s, t in zip(p, q, strict=True)), arb(0))

    a, b = ([t / dot(p, p).sqrt() for t in p] for p in (a, b))
    c = dot(a, b)
    along = [t - c * s for s, t in zip(a, b, strict=True)]
    sine = dot(along, along).sqrt()
    e = [t / sine for t in along]
    theta = arb.atan2(sine, c)
    turned = [t + dot(e, y) * ((c - 1) * f - sine * s) for t, f, s in zip(y, e, a, strict=True)]
    return [theta * t for t in e], turned, sine, c


@given(st.integers(0, 2**16), st.sampled_from(GAPS), st.booleans())
@example(seed=0, gap=1e-15, opposite=True)
def test_logarithm_and_transport_are_right_to_what_the_inputs_determine(seed: int, gap: float, opposite: bool) -> None:
    u, v, x = pair(seed, gap, opposite)
    with precision(200):
        log, moved, sine, _ = exact(u, v, x)
        if float(sine.mid()) < 8 * EPS:
            return  # u and v, unit to rounding, do not determine a direction
        direction = 16 * EPS / float(sine.mid())  # by which one ulp in an entry of u or v turns the direction
        length = float(arb.atan2(sine, arb(1)).mid()) if not opposite else np.pi
        found = sphere.log(u, v)
        worst = max(abs(float(s) - float(t.mid())) for s, t in zip(found, log, strict=True))
        assert worst <= length * max(direction, 16 * EPS)
        found = sphere.transport(u, v, x)
        worst = max(abs(float(s) - float(t.mid())) for s, t in zip(found, moved, strict=True))
        turned = direction if opposite else 16 * EPS
        assert worst <= 4 * np.linalg.norm(x) * turned


@pytest.mark.parametrize("gap", GAPS)
def test_the_logarithm_in_a_plane_has_its_length_and_direction(gap: float) -> None:
    u, v = np.array([1.0, 0, 0]), np.array([-np.cos(gap), np.sin(gap), 0])
    np.testing.assert_allclose(sphere.log(u, v), [0, np.pi - gap, 0], rtol=4 * EPS, atol=0)
    moved = sphere.transport(u, v, np.array([0, 1.0, 2.0]))
    np.testing.assert_allclose(moved, [-np.sin(gap), -np.cos(gap), 2], rtol=8 * EPS, atol=EPS * EPS)


def quotients_and_spheres() -> list[tuple[object, np.ndarray]]:
    w = np.array([1.0, 2, 2, 5])
    return [(Sphere(3), w[:3] / 3), (PSIQuotient(Layout.of([3], 1)), w)]


@pytest.mark.parametrize(("manifold", "w"), quotients_and_spheres())
def test_opposite_points_are_refused_by_logarithm_and_transport(manifold: object, w: np.ndarray) -> None:
    z = w.copy()
    z[:3] = -w[:3]
    with pytest.raises(ArgumentError, match="antipodal"):
        manifold.log(w, z)
    with pytest.raises(ArgumentError, match="antipodal"):
        manifold.transport(w, z, 0 * w)


@pytest.mark.parametrize("bad", [[2.0, 0, 0], [0.0, 0, 0], [np.nan, 0, 1], [1.0, 0, 0.1]])
def test_what_is_not_on_the_sphere_is_refused(bad: list[float]) -> None:
    with pytest.raises(ArgumentError, match="w is not on the sphere: it has the norm"):
        Sphere(3).dist(np.array(bad), np.array([1.0, 0, 0]))
    with pytest.raises(ArgumentError, match="z is not on the sphere"):
        Sphere(3).log(np.array([[1.0, 0, 0]]), np.array([[0, 1.0, 0], bad]))
    with pytest.raises(ArgumentError, match="x is not finite"):
        Sphere(3).exp(np.array([1.0, 0, 0]), np.array([np.inf, 0, 0]))


def test_half_precision_neither_overflows_nor_underflows() -> None:
    quotient = PSIQuotient(Layout.of([3]))
    for scale in (1.0, 2.0**7, 2.0**-12):
        w = (np.array([3, -2, 1]) * scale).astype(np.float16)
        u = quotient.canonical(w)
        assert u.dtype == np.float16
        np.testing.assert_allclose(u.astype(float), np.array([3, -2, 1]) / np.sqrt(14), atol=2 * 2.0**-11)


@pytest.mark.parametrize("e", [2.0**-12, 2.0**-30, 2.0**-40])
def test_what_is_tangent_to_a_nearly_opposite_point_keeps_its_digits(e: float) -> None:
    u, x = np.array([0.6, 0.8]), np.array([-0.8, 0.6])
    v = e * x - u
    moved = [Fraction(a) + Fraction(b) for a, b in zip(u, v, strict=True)]  # exactly v + u
    along = sum(Fraction(a) * b for a, b in zip(u, moved, strict=True))
    exact = np.array([float(b - along * Fraction(a)) for a, b in zip(u, moved, strict=True)])
    assert np.linalg.norm(sphere.towards(u, v) - exact) <= 4 * np.finfo(float).eps * e
