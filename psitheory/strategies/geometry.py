"""Domains of points, planes, vectors and tangents of a layout, which is named as in :mod:`.layouts`."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, SYMBOLS, SymbolTable
from psitheory.arithmetic.formal import Space
from psitheory.layout import Layout
from psitheory.models.functions.generic import complex_blocks, vector
from psitheory.runner.domain import Domain, Drawn
from psitheory.runner.searching.nudges import decided, nudge, stretch
from psitheory.strategies import formal
from psitheory.strategies.later import later_points
from psitheory.strategies.layouts import Reference, layout_of
from psitheory.strategies.related import related
from psitheory.strategies.scales import scales_for
from psitheory.strategies.values import (
    Made,
    float_arrays,
    positive_ratios,
    rational_arrays,
    unit_ratios,
)


@cache
def _nonzero_rows(
    layout: Layout, entries: Callable[[tuple[int, ...]], st.SearchStrategy[Any]], one: Any
) -> st.SearchStrategy[Any]:
    """Draw a flat vector; a block that came out as zero becomes its first basis vector."""

    def made(w: Any) -> Any:
        start = 0
        for size in layout.sizes_in_order:
            if size > 0 and not w[start : start + size].any():
                w[start] = one
            start += abs(size)
        return w

    return Made(made, entries((layout.n,)))


@cache
def _graded_arrays(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Draw floats, at times with some entries zero or far smaller than others: as runs have them that nearly rest."""
    depth, which = st.sampled_from(DEPTHS), st.integers(1, max(2 ** math.prod(shape) - 1, 1))
    return Made(_graded, depth, which, float_arrays(shape))


DEPTHS = (*[1.0] * 12, 0.0, 2.0**-4, 2.0**-8, 2.0**-16, 2.0**-32, 2.0**-64, 2.0**-128)
"""So much smaller are some entries: a run that starts at 2^-T beside a saddle leaves it after T steps or so."""


def _graded(depth: float, which: int, w: Any) -> Any:
    chosen = [which >> k & 1 for k in range(w.size)]
    moved = min(max(depth * math.exp(nudge()), DEPTHS[-1]), 1 / DEPTHS[-1]) if depth else 0.0
    return np.where(np.reshape(chosen, w.shape), moved * w, w)


@cache
def float_points(layout: Layout) -> st.SearchStrategy[Any]:
    """Draw points as they are drawn for every subject, with norms over many decades."""
    w = _nonzero_rows(layout, _graded_arrays, 1.0)
    if not layout.m:
        return w
    return Made(lambda w, k: layout.scale(np.ldexp(1.0, k), w), w, _exponents(layout.m))


@cache
def _exponents(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(-3, 3) | st.integers(-100, 100)] * count)


LONGEST = 100
"""A whole number up to this may be one of steps; to go as many costs no more than the law itself."""


def points(reference: Reference) -> Domain:
    """Draw points: blocks are nonzero, with norms over many decades.

    A subject that knows its function at one class only (a jet) offers ``at``, the unit representative of
    that class; its points are rescalings of it.  Of a model that knows its L some points are those that a run of
    PSI-GD has come to, near minima or where it creeps, or lie so near a maximum that it leaves it late.
    """

    def floats(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout = layout_of(reference, drawn)
        plain = float_points(layout)
        counted = [x for x in drawn.values() if type(x) is int and 0 < x <= LONGEST]
        steps = max(counted, default=0)
        later = later_points(drawn[reference], plain, steps=steps) if isinstance(reference, str) else plain
        return related(layout, drawn, later)

    def rationals(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout, at = layout_of(reference, drawn), _class_of(reference, drawn)
        if at is None:
            return related(layout, drawn, _nonzero_rows(layout, rational_arrays, RATIONALS.element(1)))
        return Made(lambda r: layout.scale(r, at), scales_for(layout, positive_ratios(), RATIONALS.asarray))

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
        plain = float_arrays((layout.n,))
        if stretch() != 1:
            plain = Made(lambda x: stretch() * x, plain)
        return related(layout, drawn, plain, fits=_are_of_ordinary_size)

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
        sizes = decided(lambda: np.ldexp(1.0, np.frexp(layout.norms(drawn[at]))[1]))

        def are_comparable(x: Any) -> bool:
            lengths = layout.norms(x)
            return bool(np.all((lengths >= math.ldexp(1.0, -20) * sizes) & (lengths <= math.ldexp(1.0, 3) * sizes)))

        plain = Made(lambda k, z: layout.scale(math.ldexp(1.0, k) * sizes, z), exponent, float_arrays((layout.n,)))
        return related(layout, drawn, plain, fits=are_comparable)

    plain = vectors(reference)
    return Domain(floats=floats, rationals=plain.rationals, symbols=plain.symbols, formal=plain.formal)
