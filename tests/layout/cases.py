"""Random layouts and arrays, and the places of their blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.layout import Layout, Part, blocks, free

EPS = np.finfo(float).eps


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
