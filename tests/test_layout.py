"""Layouts against plain loops over their parts, in floats of extreme size, balls, rationals and symbols."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import array_api_strict
import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls, to_floats, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, UnknownName
from psitheory.layout import Layout, Part, as_real, blocks, free

EPS = np.finfo(float).eps


# -- drawing ----------------------------------------------------------------------------------------


@st.composite
def parts(draw: Callable[..., Any], name: str) -> Part:
    """Draw one part of any kind."""
    kind = draw(st.sampled_from(["free", "row", "whole", "groups"]))
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    if kind == "free":
        return free(name, *shape)
    if kind == "groups":
        rows = shape[0] if len(shape) > 1 else 1
        return blocks(name, *shape, each=draw(st.sampled_from([k for k in range(1, rows + 1) if rows % k == 0])))
    return blocks(name, *shape, each=kind)


@st.composite
def layouts(draw: Callable[..., Any]) -> Layout:
    count = draw(st.integers(1, 4))
    return Layout(*(draw(parts(f"p{k}")) for k in range(count)))


@st.composite
def cases(draw: Callable[..., Any], spread: int = 0, arrays: int = 1) -> tuple[Any, ...]:
    """Draw a layout and arrays of an ensemble, each block times its own power of two within 2^±spread."""
    layout = draw(layouts())
    lead = tuple(draw(st.lists(st.integers(1, 3), max_size=2)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    out = []
    for _ in range(arrays):
        x = rng.normal(size=(*lead, layout.n)) + 0.0
        k = draw(st.lists(st.integers(-spread, spread), min_size=layout.m, max_size=layout.m))
        for start, stop, i in pieces(layout):
            if i is not None:
                x[..., start:stop] = np.ldexp(x[..., start:stop], k[i])
        out.append(x)
    return layout, *out


def pieces(layout: Layout) -> Iterator[tuple[int, int, int | None]]:
    """Yield (start, stop, number of the block or None) for every block and every free part, in order."""
    start = i = 0
    for part in layout.parts:
        size = math.prod(part.shape)
        for _ in range(part.blocks):
            yield start, start + size // part.blocks, i
            start, i = start + size // part.blocks, i + 1
        if not part.blocks:
            yield start, start + size, None
            start += size


def block_slices(layout: Layout) -> list[slice]:
    return [slice(start, stop) for start, stop, i in pieces(layout) if i is not None]


def owners(layout: Layout) -> list[int | None]:
    return [i for start, stop, i in pieces(layout) for _ in range(stop - start)]


# -- what a layout is -------------------------------------------------------------------------------


@given(layouts())
def test_the_counts_are_those_of_the_parts(layout: Layout) -> None:
    found = list(pieces(layout))
    assert layout.n == sum(stop - start for start, stop, _ in found)
    assert layout.m == sum(i is not None for *_, i in found)
    assert layout.p == sum(stop - start for start, stop, i in found if i is None)
    assert layout.sizes == tuple(stop - start for start, stop, i in found if i is not None)
    signed = [(stop - start) * (1 if i is not None else -1) for start, stop, i in found]
    assert list(layout.sizes_in_order) == signed


def test_each_says_what_a_block_is() -> None:
    assert Layout(blocks("W", 4, 3)).sizes == (3, 3, 3, 3)
    assert Layout(blocks("W", 4, 3, each="whole")).sizes == (12,)
    assert Layout(blocks("W", 4, 3, each=2)).sizes == (6, 6)
    assert Layout(blocks("w", 5)).sizes == (5,)
    assert Layout(blocks("K", 8, 3, 2, 2)).sizes == (12,) * 8
    assert Layout(free("W", 4, 3)).sizes == ()


def test_layouts_are_values() -> None:
    one, same = Layout(blocks("W", 2, 3), free("b", 2)), Layout(blocks("W", 2, 3), free("b", 2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != Layout(blocks("W", 2, 3), free("c", 2))
    assert one != Layout(blocks("W", 2, 3, each="whole"), free("b", 2))
    assert one != "layout"
    assert repr(one) == "Layout(W: 2×3 2 blocks, b: 2 free)"


def test_the_short_form_names_its_parts() -> None:
    assert Layout.of([2, 3], 1) == Layout(blocks("w1", 2), blocks("w2", 3), free("v", 1))
    assert Layout.of([2]) == Layout(blocks("w1", 2))


# -- views --------------------------------------------------------------------------------------------


@given(cases())
def test_a_view_has_the_entries_of_its_part_and_shares_their_memory(case: tuple[Layout, Any]) -> None:
    layout, w = case
    start = 0
    for part in layout.parts:
        stop = start + math.prod(part.shape)
        seen = layout.view(part.name, w)
        assert seen.shape == (*w.shape[:-1], *part.shape)
        np.testing.assert_array_equal(seen.reshape(*w.shape[:-1], -1), w[..., start:stop])
        assert np.shares_memory(seen, w)
        seen[...] = 7.0
        assert np.all(w[..., start:stop] == 7.0)
        start = stop


@given(cases())
def test_packing_inverts_viewing(case: tuple[Layout, Any]) -> None:
    layout, w = case
    views = {part.name: layout.view(part.name, w) for part in layout.parts}
    np.testing.assert_array_equal(layout.pack(**views), w)


@pytest.mark.parametrize("convert", [to_rationals, to_balls, array_api_strict.asarray])
def test_views_and_packing_in_other_arithmetics(convert: Any) -> None:
    layout = Layout(blocks("W", 2, 3), free("b", 2))
    w = convert(np.arange(16.0).reshape(2, 8))
    assert layout.view("W", w).shape == (2, 2, 3)
    again = layout.pack(b=layout.view("b", w), W=layout.view("W", w))
    assert bool(np.all(np.asarray(again == w)))


# -- blockwise arithmetic against plain loops -----------------------------------------------------------


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


# -- equivariance, bit for bit -------------------------------------------------------------------------


@given(cases(arrays=2), st.data())
def test_powers_of_two_commute_with_everything_bit_for_bit(case: tuple[Layout, Any, Any], data: st.DataObject) -> None:
    layout, w, z = case
    k = data.draw(st.lists(st.integers(-300, 300), min_size=layout.m, max_size=layout.m))
    a = np.ldexp(1.0, np.array(k, int))
    moved = layout.scale(a, w)
    np.testing.assert_array_equal(layout.norms(moved), a * layout.norms(w))
    np.testing.assert_array_equal(layout.units(moved), layout.units(w))
    np.testing.assert_array_equal(layout.dots(moved, layout.scale(1 / a, z)), layout.dots(w, z))
    np.testing.assert_array_equal(
        layout.times_squared_norms(moved, layout.scale(1 / a, z)), layout.scale(a, layout.times_squared_norms(w, z))
    )


@given(cases(arrays=2), st.data())
def test_powers_of_two_commute_in_float32(case: tuple[Layout, Any, Any], data: st.DataObject) -> None:
    layout, w, z = case
    w, z = w.astype(np.float32), z.astype(np.float32)
    k = data.draw(st.lists(st.integers(-30, 30), min_size=layout.m, max_size=layout.m))
    a = np.ldexp(np.float32(1), np.array(k, int)).astype(np.float32)
    moved = layout.scale(a, w)
    for found, expected in (
        (layout.norms(moved), a * layout.norms(w)),
        (layout.units(moved), layout.units(w)),
        (layout.times_squared_norms(moved, layout.scale(1 / a, z)), layout.scale(a, layout.times_squared_norms(w, z))),
    ):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


@given(cases(spread=60))
def test_float32_gives_what_float64_gives_to_rounding(case: tuple[Layout, Any]) -> None:
    layout, w = case
    single = w.astype(np.float32)
    double = single.astype(float)
    for of in (layout.norms, layout.units, layout.check, lambda x: layout.scale(layout.norms(x), layout.units(x))):
        found = of(single)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, of(double), rtol=max(layout.sizes, default=1) * 2.0**-22 + 2.0**-21)


@given(cases(spread=400, arrays=2))
def test_a_batch_equals_the_loop_bit_for_bit(case: tuple[Layout, Any, Any]) -> None:
    layout, x, y = case
    for of in (
        lambda a, b: layout.norms(a),
        lambda a, b: layout.units(a),
        lambda a, b: layout.times_squared_norms(a, layout.units(b)),
        lambda a, b: layout.scale(layout.norms(layout.units(a)), b),
    ):
        batch = of(x, y)
        for index in np.ndindex(x.shape[:-1]):
            np.testing.assert_array_equal(batch[index], of(x[index], y[index]))


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_an_empty_ensemble_stays_empty(shape: tuple[int, ...]) -> None:
    layout = Layout.of([2, 3], 1)
    w = np.ones((*shape, layout.n))
    assert layout.check(w).shape == w.shape
    assert layout.norms(w).shape == (*shape, 2)
    assert layout.units(w).shape == w.shape
    assert layout.times_squared_norms(w, w).shape == w.shape


@pytest.mark.parametrize("layout", [Layout(free("v", 3)), Layout.of([3])], ids=str)
def test_a_layout_of_one_kind_alone(layout: Layout) -> None:
    w = np.array([[2.0, 3.0, 6.0], [1.0, 2.0, 2.0]])
    norms = layout.norms(w)
    assert norms.shape == (2, layout.m)
    np.testing.assert_array_equal(layout.scale(norms, layout.units(w)), w)
    np.testing.assert_array_equal(layout.scale(np.ones((2, layout.m)), w), w)
    assert layout.free_part(w).shape == (2, layout.p)
    assert layout.check_scales(np.ones((2, layout.m))).shape == (2, layout.m)


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_array_api_arrays_give_the_same_numbers(size: float) -> None:
    layout = Layout(blocks("W", 2, 3), free("b", 2), blocks("u", 3))
    rng = np.random.default_rng(0)
    w, z = rng.normal(size=(4, layout.n)) * size, rng.normal(size=(4, layout.n)) / size
    a = np.array([0.5, 3.0, 7.0])
    there = array_api_strict.asarray
    for found, expected in (
        (layout.norms(there(w)), layout.norms(w)),
        (layout.units(there(w)), layout.units(w)),
        (layout.dots(there(w), there(z)), layout.dots(w, z)),
        (layout.scale(there(a), there(w)), layout.scale(a, w)),
        (layout.times_squared_norms(there(w), there(z)), layout.times_squared_norms(w, z)),
        (layout.check(there(w)), w),
        (layout.free_part(there(w)), layout.free_part(w)),
    ):
        assert type(found) is type(there(w))
        # The sides sum three products in either order; no entry is the difference of two larger ones but the dots'.
        np.testing.assert_allclose(np.asarray(found), expected, rtol=16 * EPS, atol=16 * EPS)


# -- bad input: one sentence that names the argument, what came and what is needed ------------------------

LAYOUT = Layout(blocks("W1", 2, 3), free("b", 2), blocks("w", 2))


def entry(column: int, value: float, shape: tuple[int, ...] = ()) -> Any:
    w = np.ones((*shape, LAYOUT.n))
    w[..., column] = value
    return w


def zeroed(*columns: int) -> Any:
    w = np.ones(LAYOUT.n)
    w[list(columns)] = 0
    return w


SIZE = "its last axis must be 10, the size of Layout(W1: 2×3 2 blocks, b: 2 free, w: 2 1 block)"
BAD_POINTS = {
    "w is zero in block 0 of W1; a scale-invariant block is a nonzero vector": zeroed(0, 1, 2),
    "w is zero in block 1 of W1; a scale-invariant block is a nonzero vector": zeroed(3, 4, 5),
    "w is zero in w; a scale-invariant block is a nonzero vector": np.stack([np.ones(10), zeroed(8, 9)]),
    "w is not finite in block 1 of W1; finite numbers are needed": entry(4, np.nan),
    "w is not finite in b; finite numbers are needed": entry(7, np.inf, (3,)),
    "w is not finite in w; finite numbers are needed": entry(9, -np.inf),
    f"w has the shape (9,); {SIZE}": np.ones(9),
    f"w has the shape (10, 1); {SIZE}": np.ones((10, 1)),
    f"w has the shape (); {SIZE}": 3.0,
}
BAD_KINDS = {
    "w has the dtype int64; a real floating-point dtype is needed": np.ones(10, np.int64),
    "w has the dtype bool; a real floating-point dtype is needed": np.ones(10, bool),
    "w has the dtype complex128; a real floating-point dtype is needed": np.ones(10, complex),
    "w is 'ten'; an array of real numbers is needed": "ten",
    "w is None; an array of real numbers is needed": None,
    "w is ['a', 'b']; an array of real numbers is needed": ["a", "b"],
    "w is [[1], [2, 3]]; an array of real numbers is needed": [[1], [2, 3]],
    "w is [1j]; an array of real numbers is needed": [1j],
}


@pytest.mark.parametrize("message", BAD_POINTS)
def test_a_bad_point_is_named(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        LAYOUT.check(BAD_POINTS[message])
    assert str(caught.value) == message


@pytest.mark.parametrize("message", BAD_KINDS)
def test_a_bad_kind_is_named(message: str) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        LAYOUT.check(BAD_KINDS[message])
    assert str(caught.value) == message


@pytest.mark.parametrize("convert", [np.asarray, to_rationals, to_balls, array_api_strict.asarray])
def test_a_zero_block_is_named_in_every_arithmetic(convert: Any) -> None:
    with pytest.raises(ArgumentError, match="x is zero in block 1 of W1"):
        LAYOUT.check(convert(zeroed(3, 4, 5)), "x")
    assert LAYOUT.check(convert(zeroed(3, 4, 5)), "x", nonzero=False) is not None


def test_lists_of_numbers_are_points() -> None:
    found = Layout.of([2]).check([3, 4])
    assert found.dtype == float
    assert list(found) == [3, 4]
    assert as_real(2, "x").shape == ()


BAD_SCALES = {
    "a has the shape (2,); its last axis must be 3, one scale for each block": np.ones(2),
    "a holds 0.0; every scale must be positive and finite": np.array([1.0, 0.0, 1.0]),
    "a holds -2.0; every scale must be positive and finite": np.array([[1.0, 1.0, -2.0]]),
    "a holds nan; every scale must be positive and finite": np.array([np.nan, 1.0, 1.0]),
    "a holds inf; every scale must be positive and finite": np.array([np.inf, 1.0, 1.0]),
    "a holds a scale that is not positive; every scale must be": to_rationals(np.array([1.0, 0.0, 1.0])),
}


@pytest.mark.parametrize("message", BAD_SCALES)
def test_a_bad_scale_is_named(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        LAYOUT.check_scales(BAD_SCALES[message])
    assert str(caught.value) == message


AXES = "at least one axis, each of size 1 or more, is needed"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: blocks("W"), f"shape of part 'W' is (); {AXES}"),
        (lambda: blocks("W", 2, 0), f"shape of part 'W' is (2, 0); {AXES}"),
        (lambda: blocks("W", 4, 3, each=3), "each of part 'W' is 3; a divisor of its 4 rows is needed"),
        (lambda: blocks("W", 4, 3, each=0), "each of part 'W' is 0; a divisor of its 4 rows is needed"),
        (
            lambda: blocks("W", 4, 3, each="column"),
            "each of part 'W' is 'column'; 'row', 'whole' or a number of groups is needed",
        ),
        (lambda: free("v", -1), "shape of part 'v' is (-1,); no axis may be negative"),
        (lambda: Layout(free("v", 1), blocks("v", 2)), "parts have the names ['v', 'v']; each name may stand once"),
        (lambda: LAYOUT.pack(b=np.ones(2)), "parts ['b'] came; ['W1', 'b', 'w'] are needed"),
        (lambda: LAYOUT.block_name(3), "block 3 does not exist; there are 3"),
    ],
)
def test_a_bad_part_is_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == message


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(UnknownName, match=r"part 'W2' is not in this layout; it has W1, b, w"):
        LAYOUT.view("W2", np.ones(10))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Layout.of("ab"), "sizes is 'ab'; a sequence of integers"),
        (lambda: Layout.of(3), "sizes is 3; a sequence of integers"),
        (lambda: Layout.of([2.5]), r"shape of part 'w1' is \(2.5,\); its axes must be integers"),
        (lambda: Layout.of([True]), r"shape of part 'w1' is \(True,\); its axes must be integers"),
        (lambda: Layout.of([2], "x"), r"shape of part 'v' is \('x',\); its axes must be integers"),
        (lambda: Layout("w"), r"a part is 'w'; what blocks\(\) or free\(\) returns is needed"),
        (lambda: blocks(3, 2), "name of a part is 3; a string is needed"),
    ],
)
def test_what_is_no_layout_is_named(make, sentence):
    with pytest.raises(ArgumentTypeError, match=sentence):
        make()


def test_arrays_of_another_width_are_refused_not_cut():
    layout = Layout.of([2])
    with pytest.raises(ArgumentError, match=r"an array has the shape \(5,\); its last axis must be 2"):
        layout.norms(np.ones(5))
    with pytest.raises(ArgumentError, match=r"an array has the shape \(3,\); its last axis must be 2"):
        layout.units(np.ones(3))


@pytest.mark.parametrize("a", [2.0, [1.0], np.ones(2), np.array(1.0)])
def test_scales_that_are_not_one_for_each_block_are_refused(a):
    with pytest.raises(ArgumentError, match=r"an array with one scale for each block, \(..., 1\), is needed"):
        Layout.of([2]).scale(a, np.ones(2))


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.full(5, 70000, np.int32), "an array has the dtype int32; a real floating-point dtype is needed"),
        (np.full(5, 200, np.uint8), "an array has the dtype uint8; a real floating-point dtype is needed"),
        (np.ma.array(np.ones(5), mask=[1, 0, 0, 0, 0]), "an array is a masked array"),
        ("five", "an array is 'five'; an array of real numbers is needed"),
    ],
)
def test_primitives_refuse_what_would_be_silently_wrong(array: object, said: str) -> None:
    layout = Layout.of([2, 3])
    for function in (layout.norms, layout.units):
        with pytest.raises(ArgumentTypeError, match=re.escape(said)):
            function(array)


def test_primitives_take_lists_and_matrices() -> None:
    layout = Layout.of([2, 3])
    np.testing.assert_array_equal(layout.norms([3, 4, 0, 0, 2]), [5, 2])
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([3.0, 4, 0, 0, 2])
    np.testing.assert_array_equal(layout.norms(matrix), [[5, 2]])


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


# -- what is no array of the layout ---------------------------------------------------------------------

SMALL = Layout.of([2], 1)
STRANGE = [None, "abc", [1.0, 2.0, 3.0], np.ones(2), np.float64(1.0)]


@pytest.mark.parametrize("x", STRANGE, ids=str)
@pytest.mark.parametrize("use", [SMALL.free_part, lambda x: list(SMALL.rows(x)), lambda x: SMALL.view("w1", x)])
def test_parts_of_what_is_no_array_of_the_layout_are_refused(use, x) -> None:
    with pytest.raises(
        PsitheoryError, match=r"^an array (is .*; an array \(\.\.\., 3\)|has the shape .*; its last axis)"
    ):
        use(x)


@pytest.mark.parametrize("x", [None, "abc", np.ones(2), np.ma.array(np.ones(3), mask=[1, 0, 0]), np.ones(3, int)])
def test_what_cannot_be_scaled_is_refused(x) -> None:
    with pytest.raises(PsitheoryError, match="^an array "):
        SMALL.scale(np.ones(1), x)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"w1": None, "v": np.ones(1)}, "w1 is None; an array is needed"),
        ({"w1": [1.0, 2.0], "v": np.ones(1)}, r"w1 is \[1.0, 2.0\]; an array is needed"),
        ({"w1": np.ones(3), "v": np.ones(1)}, r"w1 has the shape \(3,\); its last axes must be \(2,\)"),
        ({"w1": np.ones(2), "v": np.ones(())}, r"v has the shape \(\); its last axes must be \(1,\)"),
        ({"w1": np.ones(2)}, r"parts \['w1'\] came; \['v', 'w1'\] are needed"),
    ],
)
def test_parts_that_do_not_fit_are_not_packed(arrays, sentence) -> None:
    with pytest.raises(PsitheoryError, match=f"^{sentence}$"):
        SMALL.pack(**arrays)


@pytest.mark.parametrize("x", [np.array([None, 1, 2], object), np.array(["a", 1, 2], object)], ids=str)
def test_objects_that_are_no_numbers_are_refused(x) -> None:
    with pytest.raises(PsitheoryError, match="dtype object"):
        SMALL.norms(x)
    assert SMALL.dots(np.array([1, 2, 3], object), np.array([1, 2, 3], object)) == [5]
