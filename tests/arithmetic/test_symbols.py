"""Symbols: equality is decided, floats are refused, roots and signs follow from the assumptions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq
from flint.utils.flint_exceptions import IncompatibleContextError
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import SYMBOLS, SymbolTable, namespace, norm, rescaled
from psitheory.errors import ArgumentError, NotInArithmetic, Undecided


def symbols(*, real: str = "", positive: str = "") -> list[Any]:
    """Return elements for the names given, real ones first."""
    table = SymbolTable()
    for _ in range(2):
        elements = [table.real(x) for x in real.split()] + [table.positive(x) for x in positive.split()]
        if not hasattr(elements[0], "field"):
            table.close()
    return elements


X, Y, R = symbols(real="x y", positive="r")
SYMPY_X = sympy.Symbol("x", real=True)
LEAVES = [(X, SYMPY_X), (Y, sympy.Symbol("y", real=True)), (R, sympy.Symbol("r", positive=True))]
LEAVES += [(k * X / X, sympy.Integer(k)) for k in (1, 2, -3)]


def test_no_two_inputs_share_a_symbol() -> None:
    table = SymbolTable()
    table.belongs_to("w")
    table.real("a")
    table.real("a")
    table.belongs_to("x")
    table.real("b")
    with pytest.raises(ArgumentError, match="the inputs 'w' and 'x' both ask for the symbol 'a'"):
        table.real("a")


@st.composite
def pairs(draw: Callable[..., Any], depth: int = 3) -> tuple[Any, Any]:
    """Draw a rational function twice: as an element, and as SymPy's expression."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(LEAVES))
    (a, p), (b, q) = draw(pairs(depth - 1)), draw(pairs(depth - 1))
    sign = draw(st.sampled_from("+-*/"))
    if sign == "/" and b == 0:
        sign = "*"
    return {
        "+": lambda: (a + b, p + q),
        "-": lambda: (a - b, p - q),
        "*": lambda: (a * b, p * q),
        "/": lambda: (a / b, p / q),
    }[sign]()


# -- equality -------------------------------------------------------------------------------------


@given(pairs(), pairs())
def test_equality_is_decided_as_by_sympy(one: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    same = sympy.cancel(sympy.together(one[1] - other[1])) == 0
    assert (one[0] == other[0]) is same
    assert (one[0] - other[0] == 0) is same


@given(pairs())
def test_an_element_reads_as_the_same_expression(pair: tuple[Any, Any]) -> None:
    assert sympy.cancel(sympy.together(pair[0].to_sympy() - pair[1])) == 0


def test_what_is_equal_in_two_ways_is_one_element() -> None:
    assert (X * X - Y * Y) / (X - Y) == X + Y
    assert 1 / (1 / X + 1 / Y) == X * Y / (X + Y)
    assert X / X == 1
    assert X != Y
    assert X != X + 1


def test_one_over_zero_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        1 / (X - X)


# -- constants --------------------------------------------------------------------------------------

FLOATS = [0.1, np.float64(0.1), np.float32(0.1), float("nan")]
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "x + c": lambda x, c: x + c,
    "c + x": lambda x, c: c + x,
    "x - c": lambda x, c: x - c,
    "c - x": lambda x, c: c - x,
    "x * c": lambda x, c: x * c,
    "c * x": lambda x, c: c * x,
    "x / c": lambda x, c: x / c,
    "c / x": lambda x, c: c / x,
    "x ** c": lambda x, c: x**c,
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("constant", FLOATS, ids=repr)
def test_a_float_is_refused(operation: str, constant: Any) -> None:
    with pytest.raises((NotInArithmetic, TypeError)):
        OPERATIONS[operation](X, constant)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_float_is_refused_in_arrays(operation: str) -> None:
    x = np.array([X, Y], dtype=object)
    with pytest.raises(NotInArithmetic):
        OPERATIONS[operation](x, 0.1)
    if operation != "x ** c":
        with pytest.raises(NotInArithmetic):
            OPERATIONS[operation](x, np.full(2, 0.5))


def test_the_refusal_says_what_to_write() -> None:
    with pytest.raises(NotInArithmetic, match=r"the float 0\.1 met a symbol: write constants as integers or ratios"):
        X * 0.1
    with pytest.raises(NotInArithmetic, match=r"the float 0\.1 is no symbol: write constants as integers or ratios"):
        SYMBOLS.asarray([0.1])
    with pytest.raises(NotInArithmetic):
        namespace(np.array([X], dtype=object)).where(True, 0.5, 0.5) + X


def test_the_identity_matrix_of_the_namespace_is_exact() -> None:
    x = np.array([X, Y], dtype=object)
    assert list(SYMBOLS.matmul(SYMBOLS.eye(2), x)) == [X, Y]
    with pytest.raises(NotInArithmetic):
        np.matmul(np.eye(2), x)  # NumPy's identity is made of floats


@pytest.mark.parametrize("constant", [2, Fraction(2, 3), fmpq(2, 3), np.int64(2)], ids=repr)
def test_integers_and_ratios_are_taken(constant: Any) -> None:
    as_ratio = Fraction(int(constant.numerator), int(constant.denominator))
    for name, operation in OPERATIONS.items():
        if name == "x ** c":
            continue
        found = SYMBOLS.element(operation(X, constant)).to_sympy()
        expected = operation(SYMPY_X, sympy.Rational(as_ratio.numerator, as_ratio.denominator))
        assert sympy.cancel(found - expected) == 0


def test_a_tenth_and_two_tenths_make_three_tenths() -> None:
    tenth = Fraction(1, 10)
    assert tenth * X + 2 * tenth * X - 3 * X / 10 == 0


# -- roots and signs ----------------------------------------------------------------------------------


def test_the_root_of_a_square_is_the_positive_one() -> None:
    assert SYMBOLS.sqrt(R * R) == R
    assert SYMBOLS.sqrt(4 * R * R / ((1 + X * X) * (1 + X * X))) == 2 * R / (1 + X * X)
    assert SYMBOLS.sqrt((R + 1) * (R + 1)) == R + 1
    assert SYMBOLS.sqrt(Fraction(4, 9)) == Fraction(2, 3)


def test_a_root_of_unknown_sign_is_undecided_and_never_the_wrong_one() -> None:
    with pytest.raises(Undecided, match="sign"):
        SYMBOLS.sqrt(X * X)
    with pytest.raises(Undecided):
        SYMBOLS.sqrt((R - 1) * (R - 1))


@pytest.mark.parametrize("value", [X, R, 2 * R * R, X * X + Y * Y], ids=str)
def test_what_is_no_square_has_no_root(value: Any) -> None:
    with pytest.raises(NotInArithmetic, match="is not the square of a rational function"):
        SYMBOLS.sqrt(value)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (R, 0, True),
        (0, R, False),
        (R, R, False),
        (1 + X * X, Fraction(1, 2), True),
        (-R, X * X, False),
        (R / (1 + X * X), 0, True),
        (Fraction(1, 2), 0, True),
    ],
    ids=str,
)
def test_an_order_that_the_assumptions_decide(left: Any, right: Any, expected: bool) -> None:
    assert SYMBOLS.greater(left, right) is expected
    assert SYMBOLS.less(right, left) is expected


@pytest.mark.parametrize(("left", "right"), [(X, 0), (X * X, 0), (R, 1), (X * Y, X)], ids=str)
def test_an_order_that_they_do_not_decide_is_no_false(left: Any, right: Any) -> None:
    with pytest.raises(Undecided):
        SYMBOLS.greater(left, right)


def test_the_norm_of_a_stereographic_point_is_rational() -> None:
    u = np.array([2 * X / (1 + X * X), (1 - X * X) / (1 + X * X)], dtype=object)
    assert norm(R * u) == R
    assert rescaled(u)[1] == 1


# -- what does not exist ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["exp", "log", "sin", "tanh", "atan", "maximum", "floor"])
def test_transcendental_functions_of_symbols_are_refused(name: str) -> None:
    with pytest.raises(NotInArithmetic, match=f"there is no '{name}' in the arithmetic of symbols"):
        getattr(SYMBOLS, name)(X)


def test_a_table_returns_the_same_element_for_the_same_name() -> None:
    x, again = symbols(real="x x")
    assert x == again


def test_elements_of_two_tables_do_not_pass_for_each_other() -> None:
    (other,) = symbols(real="y")
    assert other != Y
    with pytest.raises(IncompatibleContextError):
        other + Y
