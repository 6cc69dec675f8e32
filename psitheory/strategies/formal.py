"""Generic inputs on formal vectors: blocks of two and of three entries, each a vector of any dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import Space
from psitheory.layout import Layout
from psitheory.models.functions.generic import GenericFunction, operators, unit_blocks
from psitheory.runner.domain import Drawn

WITHOUT_FREE_PART = (Layout.of([2]), Layout.of([3]), Layout.of([2, 2]), Layout.of([2, 3]))
"""One block and two, of equal and of different sizes; a law must hold in all."""

WITH_FREE_PART = (Layout.of([2], 2), Layout.of([3], 3), Layout.of([2, 2], 2), Layout.of([3, 2], 3))
"""The same beside free parameters; these stand for vectors of several spaces too."""

FORMAL_LAYOUTS = (*WITHOUT_FREE_PART, *WITH_FREE_PART)
"""What a statement about every layout is proved in; of sizes 2 and 3, where a formula that reads the size differs."""

WHOLE_LAYOUTS = (Layout.of([1]), Layout.of([1, 1]), Layout.of([1], 1), Layout.of([1, 1], 1))
"""Blocks that are one vector each: what a statement that is proved is written down in."""


def formal_layouts(space: Space) -> tuple[Layout, ...]:
    """Return the layouts of a statement about every layout."""
    return WHOLE_LAYOUTS if space.whole else FORMAL_LAYOUTS


def with_free_part(space: Space) -> tuple[Layout, ...]:
    """Return those that have free parameters."""
    return tuple(layout for layout in formal_layouts(space) if layout.p)


def generic_functions(layouts: Sequence[Layout], space: Space, name: str) -> list[GenericFunction]:
    """Return one generic PSI function for each layout."""
    return [GenericFunction(layout, space, name) for layout in layouts]


def generic_point(layout: Layout, drawn: Drawn, reference: object, space: Space, name: str) -> Any:
    """Return r·(u, v) with a generic unit representative, which a generic function takes note of."""
    at = unit_blocks(layout, space, name)
    subject = drawn[reference] if isinstance(reference, str) else None
    if isinstance(subject, GenericFunction):
        subject.know(at)
    return layout.scale(positive_numbers(layout.m, space, f"r_{name}"), at)


def positive_numbers(count: int, space: Space, name: str) -> Any:
    """Return generic positive numbers, (count,)."""
    out = np.empty(count, dtype=object)
    out[:] = [space.positive(f"{name}[{i}]") for i in range(1, count + 1)]
    return out


def factor(space: Space, name: str) -> Any:
    """Return a generic number b strictly between 0 and 1, as t/(1 + t) with a positive t = b/(1 - b)."""
    t = space.positive(f"{name}/(1−{name})")
    return t / (1 + t)


def symmetric_matrix(size: int, space: Space, name: str) -> Any:
    """Return a generic symmetric operator on one block, (size, size)."""
    return operators(Layout.of([size]), space, name)
