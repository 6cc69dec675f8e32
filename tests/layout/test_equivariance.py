"""Powers of two, precisions, batches and kinds of arrays change no number."""

from __future__ import annotations

from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.layout import Layout, blocks, free
from tests.layout.cases import EPS, cases


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
