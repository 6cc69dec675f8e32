"""Domains of layouts, quotients, points, vectors and rescalings.

A domain that depends on an earlier input takes that input's name: ``points("model")`` draws a point of
whatever ``model`` was drawn.  A layout or a list of block sizes may stand in its place, and then a domain is
a Hypothesis strategy that may be drawn from alone::

    @given(st.data(), layouts())
    def test_my_loss_is_scale_invariant(data, layout):
        w, a = data.draw(points(layout)), data.draw(rescalings(layout, powers_of_two=True))
        assert my_loss(layout.scale(a, w)) == my_loss(w)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, SYMBOLS, SymbolTable
from psitheory.arithmetic.formal import Space
from psitheory.errors import ArgumentError, shown
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models.generic import complex_blocks, vector
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.runner.nudges import nudge
from psitheory.strategies import formal
from psitheory.strategies.later import later_points
from psitheory.strategies.related import related
from psitheory.strategies.values import (
    Draw,
    Made,
    binary_floats,
    float_arrays,
    positive_floats,
    positive_ratios,
    rational_arrays,
    unit_ratios,
)

Reference = str | Layout | Sequence[int]

GENERIC_LAYOUTS = (Layout.of([2]), Layout.of([3]), Layout.of([2, 2]))
"""The layouts in which statements are proved on symbols."""


def layout_of(reference: Reference, drawn: Drawn) -> Layout:
    """Return the layout that a reference means: of an earlier input, given, or made of block sizes."""
    if isinstance(reference, str):
        subject = drawn[reference]
        return subject if isinstance(subject, Layout) else subject.layout
    return reference if isinstance(reference, Layout) else Layout.of(list(reference))


def layouts(*, largest: int = 4, blocks: int = 3, free: int = 2) -> st.SearchStrategy[Layout]:
    """Draw layouts of up to ``blocks`` blocks of sizes 2 to ``largest``, with up to ``free`` free entries.

    They shrink to one block of two entries.

    Raises
    ------
    ArgumentError
        If there is no such layout: ``largest`` is below 2, ``blocks`` below 1 or ``free`` negative.
    """
    for name, value, least in (("largest", largest, 2), ("blocks", blocks, 1), ("free", free, 0)):
        if not isinstance(value, int) or value < least:
            raise ArgumentError(f"{name} is {shown(value)}; an integer of at least {least} is needed")
    sizes = st.lists(st.integers(2, largest), min_size=1, max_size=blocks).map(tuple)
    return st.builds(_layout, sizes, st.integers(0, free))


_layout = cache(Layout.of)


@by_size
def exact_layouts(drawn: Drawn) -> st.SearchStrategy[Layout]:
    """Draw small layouts, some with blocks of one entry, or one of 50 entries where a large instance is asked for."""
    large = st.sampled_from([Layout.of([50]), Layout.of([20, 25], 5), Layout.of([10] * 5)])
    small = low_layouts(drawn)
    return large if drawn.large else small if drawn.tiny else small | st.sampled_from(_OF_ONE_ENTRY)


@by_size
def low_layouts(drawn: Drawn) -> st.SearchStrategy[Layout]:
    """Draw small layouts or, where a tiny instance is asked for, one of the three simplest."""
    return st.sampled_from(_TINY) if drawn.tiny else layouts() | layouts() | st.sampled_from(_UNEQUAL_OR_MANY)


_TINY = (Layout.of([2]), Layout.of([2], 1), Layout.of([2, 2]))
_UNEQUAL_OR_MANY = (Layout.of([2, 3]), Layout.of([5]), Layout.of([2] * 4), Layout.of([2] * 8, 1))
_OF_ONE_ENTRY = (Layout.of([1]), Layout.of([1, 2], 1), Layout.of([3, 1, 1]))
"""What falsehoods hide from: sums that vanish for three blocks, formulas that divide by d - 1."""


def quotients() -> Domain:
    """Draw PSI quotients; generic cases have the blocks [2], [3] and [2, 2]."""
    return Domain(
        floats=by_size(lambda drawn: low_layouts(drawn).map(PSIQuotient)),
        rationals=by_size(lambda drawn: exact_layouts(drawn).map(PSIQuotient)),
        symbols=lambda *_: [PSIQuotient(layout) for layout in GENERIC_LAYOUTS],
        formal=lambda _, space, __: [PSIQuotient(layout) for layout in formal.formal_layouts(space)],
    )


@cache
@st.composite
def _nonzero_rows(draw: Draw, layout: Layout, entries: Callable[[tuple[int, ...]], Any], one: Any) -> Any:
    """Draw a flat vector; a block that came out as zero becomes its first basis vector."""
    w = draw(entries((layout.n,)))
    start = 0
    for size in layout.sizes_in_order:
        if size > 0 and not np.any(w[start : start + size] != 0):
            w[start] = one
        start += abs(size)
    return w


@cache
def _graded_arrays(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Draw floats, at times with some entries zero or far smaller than others: as runs have them that nearly rest."""
    depth, which = st.sampled_from([0.0, 2.0**-4, 2.0**-16]), st.integers(0, 2 ** math.prod(shape) - 1)
    plain = float_arrays(shape)
    return plain | plain | st.builds(_graded, depth, which, plain)


def _graded(depth: float, which: int, w: Any) -> Any:
    chosen = [which >> k & 1 for k in range(w.size)]
    return np.where(np.reshape(chosen, w.shape), depth * w, w)


@cache
@st.composite
def float_points(draw: Draw, layout: Layout) -> Any:
    """Draw points as they are drawn for every subject, with norms over many decades."""
    w = draw(_nonzero_rows(layout, _graded_arrays, 1.0))
    return layout.scale(np.ldexp(1.0, draw(_exponents(layout.m))), w) if layout.m else w


@cache
def _exponents(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(-3, 3) | st.integers(-100, 100)] * count)


def points(reference: Reference) -> Domain:
    """Draw points: blocks are nonzero, with norms over many decades.

    A subject that knows its function at one class only (a jet) offers ``at``, the unit representative of
    that class; its points are rescalings of it.  Of a model that knows its L some points are those that a run of
    PSI-GD has come to, near minima or where it creeps.
    """

    def floats(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout = layout_of(reference, drawn)
        plain = float_points(layout)
        later = later_points(drawn[reference], plain) if isinstance(reference, str) else plain
        return related(layout, drawn, later)

    def rationals(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout, at = layout_of(reference, drawn), _class_of(reference, drawn)
        if at is None:
            return related(layout, drawn, _nonzero_rows(layout, rational_arrays, RATIONALS.element(1)))
        return Made(lambda r: layout.scale(r, at), _scales(layout, positive_ratios(), RATIONALS.asarray))

    def symbols(drawn: Drawn, table: SymbolTable, name: str) -> list[Any]:
        layout, at = layout_of(reference, drawn), _class_of(reference, drawn)
        if at is None:
            at = generic_class(layout, table, name)
        r = SYMBOLS.asarray([table.positive(f"r{i}_{name}") for i in range(layout.m)])
        return [layout.scale(r, at)]

    def formally(drawn: Drawn, space: Space, name: str) -> list[Any]:
        return [formal.generic_point(layout_of(reference, drawn), drawn, reference, space, name)]

    return Domain(floats=floats, rationals=rationals, symbols=symbols, formal=formally)


def planes(reference: Reference) -> Domain:
    """Draw points like :func:`points` of blocks of two, which a rotation field may turn by a right angle.

    On formal vectors the two entries of a block are vectors of one space: the block has any even dimension.
    """
    plain = points(reference)

    def formally(drawn: Drawn, space: Space, name: str) -> list[Any]:
        layout = layout_of(reference, drawn)
        at = complex_blocks(layout, space, name)
        return [layout.scale(formal.positive_numbers(layout.m, space, f"r_{name}"), at)]

    return Domain(floats=plain.floats, rationals=plain.rationals, symbols=plain.symbols, formal=formally)


def _class_of(reference: Reference, drawn: Drawn) -> Any:
    return getattr(drawn[reference], "at", None) if isinstance(reference, str) else None


def generic_class(layout: Layout, table: SymbolTable, name: str) -> Any:
    """Return the generic unit representative: stereographic rational points, and free symbols."""
    entries: list[Any] = []
    for block, size in enumerate(layout.sizes_in_order):
        if size > 0:
            t = [table.real(f"t{block}_{k}_{name}") for k in range(size - 1)]
            entries += unit_ratios(t, 0) if t else [1]
        else:
            entries += [table.real(f"v{k}_{name}") for k in range(-size)]
    return SYMBOLS.asarray(entries)


def vectors(reference: Reference) -> Domain:
    """Draw ambient vectors (..., n); a law projects them where it needs tangent vectors."""

    def floats(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout = layout_of(reference, drawn)
        return related(layout, drawn, float_arrays((layout.n,)), fits=_are_of_ordinary_size)

    def rationals(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout = layout_of(reference, drawn)
        return related(layout, drawn, rational_arrays((layout.n,)))

    return Domain(
        floats=floats,
        rationals=rationals,
        symbols=lambda drawn, table, name: [
            SYMBOLS.asarray([table.real(f"{name}_{k}") for k in range(layout_of(reference, drawn).n)])
        ],
        formal=lambda drawn, space, name: [vector(layout_of(reference, drawn), space, name)],
    )


def _are_of_ordinary_size(x: Any) -> bool:
    """Tell whether entries are no larger than those of vectors are, 64 to be sure, and not all far smaller."""
    return bool(2.0**-6 <= np.max(np.abs(x), initial=0.0) <= 2.0**6)


def tangents(reference: Reference, at: str) -> Domain:
    """Draw ambient vectors with blocks comparable to those of the point ``at``: 2^-20 to 2^3 times as long."""
    exponent = st.integers(-3, 3) | st.integers(-20, 3)

    def floats(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout = layout_of(reference, drawn)
        sizes = np.ldexp(1.0, np.frexp(layout.norms(drawn[at]))[1])

        def are_comparable(x: Any) -> bool:
            lengths = layout.norms(x)
            return bool(np.all((lengths >= math.ldexp(1.0, -20) * sizes) & (lengths <= math.ldexp(1.0, 3) * sizes)))

        plain = Made(lambda k, z: layout.scale(math.ldexp(1.0, k) * sizes, z), exponent, float_arrays((layout.n,)))
        return related(layout, drawn, plain, fits=are_comparable)

    plain = vectors(reference)
    return Domain(floats=floats, rationals=plain.rationals, symbols=plain.symbols, formal=plain.formal)


def _scales_of(reference: Reference, entry: st.SearchStrategy[float]) -> Callable[[Drawn], st.SearchStrategy[Any]]:
    return lambda drawn: _scales(layout_of(reference, drawn), entry, np.array)


@cache
def _scales(
    layout: Layout, entry: st.SearchStrategy[Any], asarray: Callable[[tuple[Any, ...]], Any]
) -> st.SearchStrategy[Any]:
    return st.tuples(*[entry] * layout.m).map(asarray)


def rescalings(reference: Reference, *, decades: float = 90.0, powers_of_two: bool = False) -> Domain:
    """Draw positive scales a (m,), one for each block.

    Floats range over 10^±``decades``; where bits are compared, and always if ``powers_of_two``, over the powers of
    two in the same range (2^±300); rationals are small ratios.
    """
    reach = min(round(decades / np.log10(2)), 300)
    powers = _scales_of(reference, binary_floats(reach))
    return Domain(
        floats=powers if powers_of_two else _scales_of(reference, positive_floats(decades)),
        powers=powers,
        rationals=lambda drawn: _scales(layout_of(reference, drawn), positive_ratios(), RATIONALS.asarray),
        symbols=lambda drawn, table, name: [
            SYMBOLS.asarray([table.positive(f"{name}_{i}") for i in range(layout_of(reference, drawn).m)])
        ],
        formal=lambda drawn, space, name: [formal.positive_numbers(layout_of(reference, drawn).m, space, name)],
        rescales=True,
    )


def step_sizes(*, decades: float = 3.0) -> Domain:
    """Draw positive step sizes within 10^±``decades``."""
    return Domain(
        floats=lambda _: positive_floats(decades),
        rationals=lambda _: positive_ratios(),
        symbols=lambda _, table, name: [table.positive(name)],
        formal=lambda _, space, name: [space.positive(name)],
    )


def ratios(low: int, high: int, *, parts: int = 64) -> Domain:
    """Draw numbers strictly between the integers ``low`` and ``high``: multiples of 1/``parts``, a power of two.

    A search for the worst case moves them as near to the ends as 2^-30, where a law may just begin to fail.
    """
    steps, least = st.integers(low * parts + 1, high * parts - 1), 2.0**-30
    return Domain(
        floats=by_size(lambda _: steps.map(lambda k: min(max((k + nudge()) / parts, low + least), high - least))),
        rationals=by_size(lambda _: steps.map(lambda k: RATIONALS.element(k) / RATIONALS.element(parts))),
        formal=lambda _, space, name: [low + (high - low) * formal.factor(space, name)],
    )


def counts(low: int, high: int) -> Domain:
    """Draw integers from ``low`` to ``high``, such as numbers of steps; they shrink to ``low``.

    On formal vectors it is 2 where the range allows it: a second step is the first from a point of a run.
    """
    every, few = st.integers(low, high), st.integers(low, min(high, low + 2))
    return Domain(
        floats=lambda _: every,
        rationals=lambda _: few,
        formal=lambda *_: [min(max(low, 2), high)],
    )
