"""Points whose norms are rational, so that laws with roots run on rationals."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.layout import Layout
from psitheory.runner.domain import Domain, Drawn
from psitheory.strategies.geometry import points
from psitheory.strategies.layouts import Reference, layout_of
from psitheory.strategies.values import Draw, positive_ratios, rational_arrays, rational_units


def pythagorean_points(reference: Reference) -> Domain:
    """Draw points like :func:`points`; on rationals every block has a rational norm.

    A rational block is a ratio times the rational unit vector of a stereographic projection, as symbolic ones are.
    """
    plain = points(reference)

    def rationals(drawn: Drawn) -> st.SearchStrategy[Any]:
        if plain.rationals and isinstance(reference, str) and hasattr(drawn[reference], "at"):
            return plain.rationals(drawn)  # rescalings of a rational unit vector already
        return _pythagorean_points(layout_of(reference, drawn))

    return Domain(floats=plain.floats, rationals=rationals, symbols=plain.symbols, formal=plain.formal)


@cache
@st.composite
def _pythagorean_points(draw: Draw, layout: Layout) -> Any:
    entries: list[Any] = []
    for size in layout.sizes_in_order:
        if size > 0:
            r = draw(positive_ratios())
            entries += [r * x for x in draw(rational_units(size))]
        else:
            entries += list(draw(rational_arrays((-size,))))
    return RATIONALS.asarray(entries)
