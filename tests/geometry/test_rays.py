"""The quotient's formulas on representatives: those of unit vectors to rounding, and blind to powers of two."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.geometry import PSIQuotient, oblique, ragged, rays, sphere
from psitheory.layout import Layout

EPS = np.finfo(float).eps
ANGLES = st.sampled_from([0.0, 1e-12, 1e-3, 0.4, 0.46, 1.0, 1.5, 2.0, 2.6, 2.7, 3.1, np.pi - 1e-6])


def rows_of(rng: np.random.Generator, angles: list[float], d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return unit rows u, v at these angles, and x tangent at u."""
    u, y, x = rng.normal(size=(3, len(angles), d))
    u /= np.linalg.norm(u, axis=-1, keepdims=True)
    y -= np.vecdot(y, u)[:, None] * u
    y /= np.linalg.norm(y, axis=-1, keepdims=True)
    theta = np.array(angles)[:, None]
    return u, np.cos(theta) * u + np.sin(theta) * y, x - np.vecdot(x, u)[:, None] * u


@given(st.lists(ANGLES, min_size=1, max_size=6), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_they_are_the_formulas_of_unit_vectors_to_rounding(angles: list[float], d: int, seed: int) -> None:
    u, v, x = rows_of(np.random.default_rng(seed), angles, d)
    few = 32 * (d + 4) * EPS  # each side to 8 (d + 4) roundings of unit vectors, magnified by 2 at most
    assert np.abs(rays.angle(3 * u, 5 * v) - sphere.angle_everywhere(u, v)).max() <= few
    steepness = 1 + 1 / np.sin(np.array(angles) + 1e-300)[:, None] * (np.array(angles) > 1)[:, None]
    assert np.all(np.abs(rays.log(3 * u, 5 * v) - 3 * sphere.log_everywhere(u, v)) <= 3 * few * steepness)
    size = 1 + np.linalg.norm(x, axis=-1, keepdims=True)
    moved = sphere.transport_everywhere(u, v, x)
    assert np.all(np.abs(rays.transport(3 * u, 5 * v, 3 * x) - 5 * moved) <= 5 * few * size * steepness)
    assert np.all(np.abs(rays.exp(3 * u, 3 * x) - 3 * sphere.exp(u, x)) <= 3 * few * size)


@given(
    st.lists(ANGLES, min_size=1, max_size=5),
    st.integers(2, 6),
    st.lists(st.integers(-300, 300), min_size=10, max_size=10),
    st.integers(0, 2**32 - 1),
)
def test_powers_of_two_pass_through_bit_for_bit(angles: list[float], d: int, exponents: list[int], seed: int) -> None:
    u, v, x = rows_of(np.random.default_rng(seed), angles, d)
    m, w, z, x = len(angles), (3 * u).ravel(), v.ravel(), x.ravel()
    psi = PSIQuotient(Layout.of([d] * m))
    a, b = (np.repeat(np.ldexp(1.0, exponents[k : k + m]), d) for k in (0, 5))
    assert np.array_equal(psi.angles(a * w, b * z), psi.angles(w, z))
    assert np.array_equal(psi.exp(a * w, a * x), a * psi.exp(w, x))
    assert np.array_equal(psi.log(a * w, b * z), a * psi.log(w, z))
    assert np.array_equal(psi.transport(a * w, b * z, a * x), b * psi.transport(w, z, x))
    assert np.array_equal(psi.project(a * w, a * x), a * psi.project(w, x))
    assert np.array_equal(psi.inner(a * w, a * x, a * x), psi.inner(w, x, x))


@given(st.lists(ANGLES, min_size=2, max_size=6), st.integers(0, 2**32 - 1))
def test_a_batch_is_its_rows(angles: list[float], seed: int) -> None:
    u, v, x = rows_of(np.random.default_rng(seed), angles, 5)
    for whole, single in (
        (rays.angle(u, v), [rays.angle(*rows) for rows in zip(u, v, strict=True)]),
        (rays.log(u, v), [rays.log(*rows) for rows in zip(u, v, strict=True)]),
        (rays.transport(u, v, x), [rays.transport(*rows) for rows in zip(u, v, x, strict=True)]),
    ):
        assert np.array_equal(whole, np.stack(single))


def test_the_textbook_formula_is_wrong_where_it_is_not_used() -> None:
    u, v = np.array([[1.0, 0.0]]), np.array([[np.cos(1e-9), np.sin(1e-9)]])
    assert np.arccos(np.vecdot(u, v))[0] == 0
    assert rays.angle(u, v)[0] == pytest.approx(1e-9, rel=4 * EPS)
    assert np.cos(0.4) > oblique.OBLIQUE


RAGGED = [2, 3, 2, 5, 3, 2, 4, 2, 3, 5, 2, 3]


@pytest.mark.parametrize("op", ["exp", "log", "transport", "angles", "project", "gradient", "inner"])
@pytest.mark.parametrize("free", [0, 2])
@given(
    near=st.sampled_from([None, 1e-9, 1e-3]),
    exponents=st.lists(st.integers(-200, 200), min_size=24, max_size=24),
    seed=st.integers(0, 2**32 - 1),
)
def test_many_unequal_blocks_are_as_each_by_itself(
    op: str, free: int, near: float | None, exponents: list[int], seed: int
) -> None:
    layout, rng = Layout.of(RAGGED, free), np.random.default_rng(seed)
    w, z, x = rng.normal(size=(3, layout.n))
    z = z if near is None else w + near * z
    a, b = np.ldexp(1.0, exponents[:12]), np.ldexp(1.0, exponents[12:])
    psi = PSIQuotient(layout)
    assert layout.is_ragged

    def run(psi: PSIQuotient, w: np.ndarray, z: np.ndarray, x: np.ndarray) -> np.ndarray:
        arguments = {"exp": (w, x), "transport": (w, z, x), "gradient": (w, x), "project": (w, x), "inner": (w, x, x)}
        return np.asarray(getattr(psi, op)(*arguments.get(op, (w, z))))

    found = run(psi, w, z, x)
    scale = {"transport": b, "exp": a, "log": a, "project": a, "gradient": a**3}.get(op)
    moved = run(psi, layout.scale(a, w), layout.scale(b, z), layout.scale(a, x))
    assert np.array_equal(moved, found if scale is None else layout.scale(scale, found))
    if op == "inner":
        return
    ends, expected = np.cumsum([0, *RAGGED]), []
    for start, stop in pairwise(ends):
        rows = (v[start:stop] for v in (w, z, x))
        expected.append(run(PSIQuotient(Layout.of([int(stop - start)])), *rows))
    few = 64 * 9 * EPS * (1 + np.abs(found).max())
    assert np.all(np.abs(found[: 12 if op == "angles" else ends[-1]] - np.concatenate(expected)) <= few)


@pytest.mark.parametrize("which", ["w", "z"])
@pytest.mark.parametrize("op", ["log", "transport", "angles"])
def test_blocks_of_extreme_size_are_as_ordinary_ones(op: str, which: str) -> None:
    layout, rng = Layout.of(RAGGED), np.random.default_rng(0)
    w, z, x = rng.normal(size=(3, layout.n))
    psi, a = PSIQuotient(layout), np.full(12, 2.0**900)

    def run(w: np.ndarray, z: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.asarray(getattr(psi, op)(*((w, z, x) if op == "transport" else (w, z))))

    ordinary = run(w, z, x)
    moved = run(layout.scale(a, w), z, layout.scale(a, x)) if which == "w" else run(w, layout.scale(a, z), x)
    grows = {("log", "w"), ("transport", "z")}
    expected = layout.scale(a, ordinary) if (op, which) in grows else ordinary
    np.testing.assert_allclose(moved, expected, rtol=1e-13)


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_weights_are_of_their_own_class_with_no_roundings_allowed(seed: int, p: int) -> None:
    layout = Layout.of([2, 3], p)
    w = np.random.default_rng(seed).normal(size=5 + p)
    w[5:] *= np.arange(p) > 0  # a free number of zero, too
    quotient = PSIQuotient(layout)
    assert quotient.same_class(w, w, ulps=0)
    assert quotient.same_class(w, layout.scale(np.array([2.0, 0.25]), w), ulps=0)


@given(st.integers(0, 2**32 - 1), st.sampled_from([-600, 0, 600]), st.sampled_from([-600, 0, 600]))
def test_blocks_of_several_sizes_are_as_far_apart_however_long(seed: int, a: int, b: int) -> None:
    layout = Layout.of([2, 3])
    quotient = PSIQuotient(layout)
    w, z = np.random.default_rng(seed).normal(size=(2, 5))
    long, other = np.ldexp(w, a), np.ldexp(z, b)
    far, together = quotient.angles(long, other), ragged.angles(layout, long, other)
    few = 32 * (3 + 4) * EPS  # as above, from each side
    assert np.abs(far - quotient.angles(w, z)).max() <= 2 * few
    assert together is None or np.abs(together - far).max() <= 2 * few
    if a or b:  # whose squares are no floats
        assert together is None
