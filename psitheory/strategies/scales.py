"""Domains of numbers: rescalings, one for each block, step sizes, ratios, counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, SYMBOLS
from psitheory.layout import Layout
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.runner.searching.nudges import nudge
from psitheory.strategies import formal
from psitheory.strategies.layouts import Reference, layout_of
from psitheory.strategies.values import Made, binary_floats, positive_floats, positive_ratios


def _scales_of(reference: Reference, entry: st.SearchStrategy[float]) -> Callable[[Drawn], st.SearchStrategy[Any]]:
    return lambda drawn: scales_for(layout_of(reference, drawn), entry, np.array)


@cache
def scales_for(
    layout: Layout, entry: st.SearchStrategy[Any], asarray: Callable[[tuple[Any, ...]], Any]
) -> st.SearchStrategy[Any]:
    """Draw one number for each block, and make an array of them."""
    return Made(asarray, st.tuples(*[entry] * layout.m))


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
        rationals=lambda drawn: scales_for(layout_of(reference, drawn), positive_ratios(), RATIONALS.asarray),
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
        floats=by_size(lambda _: steps.map(lambda k: min(max(k / parts + nudge() / 4, low + least), high - least))),
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
