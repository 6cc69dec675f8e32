"""Domains of normalised layers, and of Rayleigh quotients of any symmetric matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import SYMBOLS, SymbolTable
from psitheory.arithmetic.formal import Space
from psitheory.models import NormalisedLayer, Rayleigh
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.strategies.formal import symmetric_matrix
from psitheory.strategies.values import Draw, float_arrays, rational_arrays


@st.composite
def _layers(draw: Draw, norms: tuple[Any, ...], bias: bool) -> NormalisedLayer:
    norm = draw(st.sampled_from(norms))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs = rng.normal(size=(4, 3, 2) if norm == "instance" else (4, 2))
    hidden = 6 if norm == "group" else 3  # three units a group
    return NormalisedLayer(inputs, rng.normal(size=(4, 1)), norm, hidden=hidden, groups=2, bias=bias)


def normalised_layers(*norms: str, bias: bool = False) -> Domain:
    """Draw layers under one of the ``norms``, on normal samples."""
    return Domain(floats=by_size(lambda _: _layers(norms, bias)))


def symmetric_rayleighs() -> Domain:
    """Draw Rayleigh quotients of any symmetric matrix; on symbols the generic ones in two and three dimensions."""

    def of(entries: Any) -> st.SearchStrategy[Rayleigh]:
        matrices = st.integers(2, 4).flatmap(lambda d: entries((d, d)))
        return matrices.map(lambda matrix: Rayleigh(matrix + np.swapaxes(matrix, -1, -2)))

    def generic(table: SymbolTable, name: str, d: int) -> Rayleigh:
        entry = [[table.real(f"{name}_{min(j, k)}_{max(j, k)}") for k in range(d)] for j in range(d)]
        return Rayleigh(SYMBOLS.asarray(entry))

    def symbols(_: Drawn, table: SymbolTable, name: str) -> list[Rayleigh]:
        return [generic(table, name, 2), generic(table, name, 3)]

    def formally(_: Drawn, space: Space, name: str) -> list[Rayleigh]:
        return [Rayleigh(symmetric_matrix(n, space, f"{name}{n}")) for n in ((1,) if space.whole else (2, 3))]

    return Domain(
        floats=by_size(lambda _: of(float_arrays)),
        rationals=by_size(lambda _: of(rational_arrays)),
        symbols=symbols,
        formal=formally,
    )
