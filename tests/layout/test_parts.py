"""What a layout is, and views of its parts."""

from __future__ import annotations

import math
from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given

from psitheory.arithmetic import to_balls, to_rationals
from psitheory.layout import Layout, blocks, free
from tests.layout.cases import cases, layouts, pieces

# -- what a layout is ----------------------------------------------------------------------------------


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


# -- views ---------------------------------------------------------------------------------------------


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
