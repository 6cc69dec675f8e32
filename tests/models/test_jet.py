"""The jet of a PSI function against SymPy's derivatives of F(w_1/|w_1|, …, v), at a generic class, exactly."""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest
import sympy

from psitheory.arithmetic import SYMBOLS, SymbolTable, to_rationals
from psitheory.errors import WrongClass
from psitheory.layout import Layout
from psitheory.models.functions.jet import Jet
from psitheory.strategies.geometry import generic_class

LAYOUTS = [Layout.of([2]), Layout.of([3]), Layout.of([2, 2]), Layout.of([2], 1)]


def generic_polynomial(arguments: list[Any]) -> Any:
    """Return a polynomial of degree 2 with a free coefficient for every monomial: its second-order jet is generic."""
    total, k = sympy.Symbol("c0"), 0
    for degree in (1, 2):
        for monomial in combinations_with_replacement(arguments, degree):
            k += 1
            total += sympy.Symbol(f"c{k}") * sympy.prod(monomial)
    return total


@cache
def by_sympy(layout: Layout) -> tuple[Any, ...]:
    """Return F, its arguments u, f(w) = F(w_i/|w_i|, v), its arguments w, and the norms as (w_i.w_i, r_i)."""
    w = list(sympy.symbols(f"w:{layout.n}", real=True))
    u = list(sympy.symbols(f"u:{layout.n}", real=True))
    outer = generic_polynomial(u)
    inside, squares, start = [], [], 0
    for i, size in enumerate(layout.sizes_in_order):
        block = w[start : start + abs(size)]
        if size > 0:
            square = sum(x**2 for x in block)
            squares.append((square, sympy.Symbol(f"r{i}", positive=True) ** 2))
            block = [x / sympy.sqrt(square) for x in block]
        inside += block
        start += abs(size)
    return outer, u, outer.subs(dict(zip(u, inside, strict=True)), simultaneous=True), w, squares


def build(layout: Layout) -> tuple[Jet, Any, Any, dict[Any, Any]]:
    """Return a jet with free p and S at a generic class, a representative, a direction, and what p and S mean."""
    table = SymbolTable()
    for _ in range(2):
        at = generic_class(layout, table, "w")
        names = range(layout.n)
        slope = SYMBOLS.asarray([table.real(f"p{k}") for k in names])
        curvature = SYMBOLS.asarray([[table.real(f"S{min(j, k)}{max(j, k)}") for k in names] for j in names])
        r = SYMBOLS.asarray([table.positive(f"r{i}") for i in range(layout.m)])
        x = SYMBOLS.asarray([table.real(f"x{k}") for k in names])
        value = table.real("c")
        if not hasattr(value, "top"):
            table.close()
    jet = Jet(layout, at, value, slope, curvature)
    outer, u, *_ = by_sympy(layout)
    point = dict(zip(u, [a.to_sympy() for a in at], strict=True))
    meaning = {value.to_sympy(): outer.subs(point, simultaneous=True)}
    for k in names:
        meaning[slope[k].to_sympy()] = sympy.diff(outer, u[k]).subs(point, simultaneous=True)
        for j in range(k + 1):
            meaning[curvature[j, k].to_sympy()] = sympy.diff(outer, u[j], u[k]).subs(point, simultaneous=True)
    return jet, layout.scale(r, at), x, meaning


def assert_same(found: Any, expected: Any, representative: Any, meaning: dict[Any, Any], layout: Layout) -> None:
    """Compare a jet's element with SymPy's expression in w, norms r_i put in for the roots."""
    *_, w, squares = by_sympy(layout)
    for square, r in squares:
        expected = expected.subs(square, r)
    expected = expected.subs(dict(zip(w, [a.to_sympy() for a in representative], strict=True)), simultaneous=True)
    difference = found.to_sympy().subs(meaning, simultaneous=True) - expected
    assert sympy.cancel(sympy.together(difference)) == 0


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_gradient_is_sympys(layout: Layout) -> None:
    jet, representative, _, meaning = build(layout)
    _, _, f, w, _ = by_sympy(layout)
    evaluation = jet.evaluate(representative)
    assert_same(evaluation.loss, f, representative, meaning, layout)
    for k in range(layout.n):
        assert_same(evaluation.gradient[k], sympy.diff(f, w[k]), representative, meaning, layout)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_hessian_vector_products_are_sympys(layout: Layout) -> None:
    jet, representative, _, meaning = build(layout)
    _, _, f, w, _ = by_sympy(layout)
    hessian = np.array([jet.hessian_vector(representative, row) for row in SYMBOLS.eye(layout.n)])
    assert (hessian == hessian.T).all()
    for k in range(layout.n):
        for j in range(k + 1):
            assert_same(hessian[j, k], sympy.diff(f, w[j], w[k]), representative, meaning, layout)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_hessian_vector_products_are_linear_in_the_vector(layout: Layout) -> None:
    jet, representative, x, _ = build(layout)
    columns = [jet.hessian_vector(representative, row) for row in SYMBOLS.eye(layout.n)]
    found = jet.hessian_vector(representative, x)
    assert all(found[j] == sum((x[k] * columns[k][j] for k in range(layout.n)), 0 * x[0]) for j in range(layout.n))


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_jet_refuses_every_other_class(layout: Layout) -> None:
    jet, representative, x, _ = build(layout)
    others = [-representative, representative + x, jet.at[::-1], representative[:-1]]
    for other in others:
        with pytest.raises(WrongClass, match="a jet knows the function at one class only"):
            jet.evaluate(other)
        with pytest.raises(WrongClass):
            jet.hessian_vector(other, x)


def test_a_rational_jet_refuses_the_antipode_too() -> None:
    at = to_rationals(np.array([0.0, 1.0]))
    jet = Jet(Layout.of([2]), at, at[0], to_rationals(np.array([1.0, 2.0])), to_rationals(np.eye(2)))
    assert list(jet.evaluate(3 * at).gradient * 3) == [1, 0]
    with pytest.raises(WrongClass):
        jet.evaluate(-at)
