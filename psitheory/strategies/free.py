"""Domains of models that have free parameters beside their blocks."""

from __future__ import annotations

from hypothesis import strategies as st

from psitheory.layout import Layout
from psitheory.runner.domain import Domain, by_size
from psitheory.strategies.formal import formal_layouts, generic_functions, with_free_part
from psitheory.strategies.models import generic_jet, networks, psi_models, rational_jets
from psitheory.strategies.smooth import rank_one_models

GENERIC_LAYOUTS_WITH_FREE_PART = (Layout.of([2], 1), Layout.of([3], 1), Layout.of([2, 2], 1))
"""The layouts with free parameters in which statements are proved on symbols."""


def models_with_free_part() -> Domain:
    """Draw PSI models with free parameters.

    Symbols: the generic jet with blocks [2], [3], [2, 2] and one free parameter.  Rationals: jets.  Floats:
    batch-norm networks, and approximations of matrices by one of rank one.
    """
    sizes = st.lists(st.integers(2, 4), min_size=1, max_size=3)
    layouts = st.builds(Layout.of, sizes, st.integers(1, 3))
    rank_ones = rank_one_models()
    return Domain(
        floats=by_size(lambda drawn: networks() | rank_ones.floats(drawn)),
        rationals=by_size(lambda _: rational_jets(layouts)),
        symbols=lambda _, table, name: [generic_jet(layout, table, name) for layout in GENERIC_LAYOUTS_WITH_FREE_PART],
        formal=lambda _, space, name: generic_functions(with_free_part(space), space, name),
    )


def models_of_every_layout() -> Domain:
    """Draw PSI models without and with free parameters: those of :func:`psi_models` and the ones above."""
    without, beside = psi_models(), models_with_free_part()
    assert without.rationals
    assert beside.rationals
    assert without.symbols
    assert beside.symbols
    rationals, symbols = (without.rationals, beside.rationals), (without.symbols, beside.symbols)
    return Domain(
        floats=by_size(lambda drawn: without.floats(drawn) | beside.floats(drawn)),
        rationals=by_size(lambda drawn: rationals[0](drawn) | rationals[1](drawn)),
        symbols=lambda drawn, table, name: [m for made in symbols for m in made(drawn, table, name)],
        formal=lambda _, space, name: generic_functions(formal_layouts(space), space, name),
    )
