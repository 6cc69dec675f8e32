"""Arithmetic of blocks against plain loops over their parts, in floats of extreme size, balls and rationals."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls, to_floats, to_rationals
from psitheory.layout import Layout
from tests.layout.cases import EPS, block_slices, cases, layouts, owners, pieces


@given(cases(), st.integers(0, 2**16))
def test_scaling_multiplies_blocks_and_leaves_the_rest(case: tuple[Layout, Any], seed: int) -> None:
    layout, w = case
    a = np.random.default_rng(seed).uniform(0.5, 2, size=(*w.shape[:-1], layout.m))
    expected = w.copy()
    for start, stop, i in pieces(layout):
        if i is not None:
            expected[..., start:stop] *= a[..., i : i + 1]
    np.testing.assert_array_equal(layout.scale(a, w), expected)


@given(cases())
def test_one_scale_serves_an_ensemble_and_one_point_many_scales(case: tuple[Layout, Any]) -> None:
    layout, w = case
    a = np.linspace(1, 2, 4 * layout.m).reshape(4, layout.m)
    repeated = np.broadcast_to(a[0], (*w.shape[:-1], layout.m))
    np.testing.assert_array_equal(layout.scale(a[0], w), layout.scale(repeated, w))
    point = w.reshape(-1, layout.n)[0]
    np.testing.assert_array_equal(layout.scale(a, point), [layout.scale(row, point) for row in a])


@given(cases(arrays=2))
def test_dots_are_those_of_each_block(case: tuple[Layout, Any, Any]) -> None:
    layout, x, y = case
    found = layout.dots(x, y)
    assert found.shape == (*x.shape[:-1], layout.m)
    for i, where in enumerate(block_slices(layout)):
        for index in np.ndindex(x.shape[:-1]):
            a, b = x[(*index, where)], y[(*index, where)]
            exact = math.fsum(float(Fraction(s) * Fraction(t)) for s, t in zip(a, b, strict=True))
            assert abs(found[(*index, i)] - exact) <= (len(a) + 1) * EPS * np.abs(a * b).sum()


def exact_norm(x: Any) -> float:
    with precision(200):
        return float(sum((arb(float(a)) ** 2 for a in x), arb(0)).sqrt())


@given(cases(spread=990))
def test_norms_from_1e_minus_298_to_1e298_are_right_to_rounding(case: tuple[Layout, Any]) -> None:
    layout, w = case
    found = layout.norms(w)
    for i, where in enumerate(block_slices(layout)):
        for index in np.ndindex(w.shape[:-1]):
            exact = exact_norm(w[(*index, where)])
            d = where.stop - where.start
            assert abs(found[(*index, i)] - exact) <= (d / 2 + 2) * EPS * exact + sys.float_info.min * EPS


@given(cases(spread=990))
def test_units_are_right_to_rounding_at_every_size(case: tuple[Layout, Any]) -> None:
    layout, w = case
    u = layout.units(w)
    for start, stop, i in pieces(layout):
        for index in np.ndindex(w.shape[:-1]):
            row, unit = w[(*index, slice(start, stop))], u[(*index, slice(start, stop))]
            if i is None:
                np.testing.assert_array_equal(unit, row)
                continue
            with precision(200):
                length = sum((arb(float(a)) ** 2 for a in row), arb(0)).sqrt()
                exact = np.array([float(arb(float(a)) / length) for a in row])
            np.testing.assert_allclose(unit, exact, rtol=(stop - start) / 2 * EPS + 3 * EPS, atol=1e-300)


@given(cases(spread=300, arrays=2))
def test_multiplying_by_squared_norms_is_right_to_rounding(case: tuple[Layout, Any, Any]) -> None:
    layout, w, z = case
    z = layout.units(z)
    found = layout.times_squared_norms(w, z)
    for start, stop, i in pieces(layout):
        for index in np.ndindex(w.shape[:-1]):
            where = (*index, slice(start, stop))
            square = sum((Fraction(float(a)) ** 2 for a in w[where]), Fraction(0)) if i is not None else Fraction(1)
            exact = np.array([float(square * Fraction(float(b))) for b in z[where]])
            np.testing.assert_allclose(found[where], exact, rtol=(stop - start + 4) * EPS, atol=1e-290)


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1.0, 1e150, 1e300])
def test_squared_norms_times_gradients_neither_over_nor_underflow(size: float) -> None:
    layout = Layout.of([2, 3], 1)
    w = np.array([3.0, 4.0, 2.0, 3.0, 6.0, 0.5]) * np.array([size] * 2 + [1 / size] * 3 + [1])
    z = np.array([1.0, -2.0, 1.0, 2.0, -3.0, 5.0]) / np.array([size] * 2 + [1 / size] * 3 + [1])
    expected = np.array([25.0, -50.0, 49.0, 98.0, -147.0, 5.0]) * np.array([size] * 2 + [1 / size] * 3 + [1])
    np.testing.assert_allclose(layout.times_squared_norms(w, z), expected, rtol=8 * EPS)


@given(cases(arrays=2), st.sampled_from([1, 2, 1.0, 0.75]))
def test_a_factor_multiplies_what_is_multiplied_by_squared_norms(case: tuple[Layout, Any, Any], factor: Any) -> None:
    layout, w, z = case
    z = layout.units(z)
    expected = factor * layout.times_squared_norms(w, z)
    close = {"rtol": 1e-14, "atol": 1e-290}  # some roundings
    np.testing.assert_allclose(layout.times_squared_norms(w, z, factor), expected, **close)
    squares = layout.dots(w, w)
    if np.all((squares > 1e-200) & (squares < 1e200)):
        np.testing.assert_allclose(layout.times_squared_norms(w, z, factor, squares=squares), expected, **close)


@given(cases(arrays=2))
def test_exact_arithmetics_agree_with_the_exact_sums(case: tuple[Layout, Any, Any]) -> None:
    layout, x, y = case
    exact_x, exact_y = to_rationals(x), to_rationals(y)
    found = layout.dots(exact_x, exact_y)
    products = layout.times_squared_norms(exact_x, exact_y)
    for index in np.ndindex(x.shape[:-1]):
        for start, stop, i in pieces(layout):
            where = (*index, slice(start, stop))
            if i is None:
                assert list(products[where]) == list(exact_y[where])
                continue
            assert found[(*index, i)] == sum(a * b for a, b in zip(exact_x[where], exact_y[where], strict=True))
            square = sum(a * a for a in exact_x[where])
            assert list(products[where]) == [square * b for b in exact_y[where]]


@given(cases(arrays=2))
def test_balls_enclose_what_floats_find(case: tuple[Layout, Any, Any]) -> None:
    layout, x, y = case
    with precision(200):
        for of in (layout.norms, layout.units, lambda w: layout.dots(w, to_balls(y) if w is not x else y)):
            enclosed, found = of(to_balls(x)), of(x)
            assert enclosed.shape == found.shape
            np.testing.assert_allclose(to_floats(enclosed), found, rtol=1e-12, atol=1e-12)
            assert all(ball.rad() < 1e-50 for ball in enclosed.flat)


@given(cases(arrays=2))
def test_map_and_reduce_see_blocks_and_free_parts(case: tuple[Layout, Any, Any]) -> None:
    layout, x, y = case
    mapped = layout.map(lambda a, b: a - b[..., ::-1], lambda a, b: a * b, x, y)
    reduced = layout.reduce(lambda a, b: (a + b).max(axis=-1), x, y)
    for start, stop, i in pieces(layout):
        where = (..., slice(start, stop))
        if i is None:
            np.testing.assert_array_equal(mapped[where], x[where] * y[where])
        else:
            np.testing.assert_array_equal(mapped[where], x[where] - y[where][..., ::-1])
            np.testing.assert_array_equal(reduced[..., i], (x[where] + y[where]).max(axis=-1))


@given(cases())
def test_map_and_reduce_broadcast_a_point_against_an_ensemble(case: tuple[Layout, Any]) -> None:
    layout, w = case
    point = w.reshape(-1, layout.n)[0]
    np.testing.assert_array_equal(layout.map(np.add, np.add, w, point), w + point)
    np.testing.assert_array_equal(layout.dots(w, point), layout.dots(w, np.broadcast_to(point, w.shape)))
    np.testing.assert_array_equal(
        layout.times_squared_norms(point, w), layout.times_squared_norms(np.broadcast_to(point, w.shape), w)
    )
    np.testing.assert_array_equal(
        layout.times_squared_norms(w, point), layout.times_squared_norms(w, np.broadcast_to(point, w.shape))
    )


@given(cases())
def test_rows_and_the_free_part_hold_every_entry_once(case: tuple[Layout, Any]) -> None:
    layout, w = case
    in_blocks = [x for rows in layout.rows(w) for x in rows.reshape(*w.shape[:-1], -1)[..., :].reshape(-1)]
    assert sorted([*in_blocks, *layout.free_part(w).reshape(-1)]) == sorted(w.reshape(-1))
    assert layout.free_part(w).shape == (*w.shape[:-1], layout.p)


@given(layouts())
def test_expanding_gives_each_entry_the_factor_of_its_block(layout: Layout) -> None:
    a = np.arange(2.0, layout.m + 2)
    expected = [1.0 if i is None else a[i] for i in owners(layout)]
    np.testing.assert_array_equal(layout.expand(a), expected)
    np.testing.assert_array_equal(layout.expand(np.stack([a, a])), [expected, expected])


@given(st.lists(st.integers(1, 4), min_size=9, max_size=40), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_many_unequal_blocks_give_what_single_blocks_give(sizes, free_size, seed):
    layout, rng = Layout.of(sizes, free_size), np.random.default_rng(seed)
    w, z, a = rng.normal(size=(2, layout.n)), rng.normal(size=(1, layout.n)), np.exp(rng.normal(size=(2, layout.m)))
    ends = np.cumsum([0, *sizes])
    cuts = [slice(start, start + size) for start, size in zip(ends, sizes, strict=False)]
    dots = np.stack([np.vecdot(w[..., cut], z[..., cut]) for cut in cuts], axis=-1)
    norms = np.stack([np.sqrt(np.vecdot(w[..., cut], w[..., cut])) for cut in cuts], axis=-1)
    scaled = [a[..., k, None] * w[..., cut] for k, cut in enumerate(cuts)]
    # two orders of d terms differ by at most d roundings of the sum of their sizes, either way; a root halves that
    rounding = 2 * np.array(sizes) * np.finfo(float).eps
    assert np.all(np.abs(layout.dots(w, z) - dots) <= rounding * layout.dots(np.abs(w), np.abs(z)))
    assert np.all(np.abs(layout.norms(w) - norms) <= rounding * norms)
    assert np.array_equal(layout.dots(w, z)[1], layout.dots(w[1], z[0]))
    assert np.array_equal(layout.dots(np.ldexp(w, 99), z), np.ldexp(layout.dots(w, z), 99))
    assert np.array_equal(layout.scale(a, w), np.concatenate([*scaled, w[..., ends[-1] :]], axis=-1))
    mixed = layout.map(lambda rows, other: rows - other, lambda v, x: 2 * v + 0 * x, w, z)
    assert np.array_equal(mixed, np.where(np.arange(layout.n) < ends[-1], w - z, 2 * w))
