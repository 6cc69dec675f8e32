"""Symbols: object arrays of rational functions, in which equality is decided.

Square roots exist for squares whose root has a sign that the assumptions of the symbols decide.  A Python float
is refused: ``0.1*s + 0.2*s - 3*s/10`` is not zero, and a law that fails so fails for no mathematical reason.

Object arrays of SymPy expressions are an arithmetic too (:data:`EXPRESSIONS`), with every elementary function, for
formulas that one wants to read or differentiate; their equality is not decided, and nothing is proved with them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.arithmetic.rational_functions import RationalFunction, RationalFunctions
from psitheory.errors import ArgumentError, NotInArithmetic, Undecided


class _Anything:
    """Stands for every value while only names are gathered: whatever is done to it, it stays itself, and equals all."""

    def _same(self, *_: Any) -> _Anything:
        return self

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = __pow__ = (
        _same
    )


class SymbolTable:
    """Names the symbols of one statement, and then builds the field that holds them all.

    The elements of two different fields do not mix, so the names must be known before the first element exists.
    A table is therefore used twice: while it is *open* it hands out placeholders and notes their names; after
    :meth:`close` the same calls return elements.
    """

    def __init__(self) -> None:
        self._positive: dict[str, bool] = {}
        self._owners: dict[str, str] = {}
        self._owner = ""
        self._field: RationalFunctions | None = None

    def belongs_to(self, owner: str) -> None:
        """Say for which input symbols are asked from now on: no two inputs share one."""
        self._owner = owner

    def real(self, name: str) -> Any:
        """Return the real symbol ``name``."""
        return self._get(name, positive=False)

    def positive(self, name: str) -> Any:
        """Return the positive symbol ``name``."""
        return self._get(name, positive=True)

    def _get(self, name: str, *, positive: bool) -> Any:
        if self._field is not None:
            return self._field[name]
        owner = self._owners.setdefault(name, self._owner)
        if owner != self._owner:
            raise ArgumentError(
                f"the inputs {owner!r} and {self._owner!r} both ask for the symbol {name!r}; rename one of them"
            )
        self._positive[name] = positive
        return _Anything()

    def close(self) -> None:
        """Build the field; from now on the table returns its elements."""
        self._field = RationalFunctions(dict(self._positive))

    @property
    def field(self) -> RationalFunctions:
        """Return the field, which knows where what was computed holds."""
        assert self._field is not None, "a table is closed before its field is asked for"
        return self._field


class Symbols(ObjectNamespace):
    """Rational functions of named symbols."""

    name = "symbols"
    ordered = False

    def element(self, value: Any) -> Any:
        """Return ``value`` unchanged if it is an element, an int or a ratio; refuse floats."""
        if isinstance(value, float):
            raise NotInArithmetic(f"the float {value!r} is no symbol: write constants as integers or ratios")
        return value

    def scalar_sqrt(self, x: Any) -> Any:
        """Return the positive root of a square."""
        if isinstance(x, RationalFunction):
            return x.sqrt()
        from psitheory.arithmetic.rationals import RATIONALS

        root = RATIONALS.scalar_sqrt(x)
        return Fraction(int(root.p), int(root.q))

    def zero_rows(self, rows: Any) -> Any:
        """Tell of each row (..., d) whether it is zero by its squared length, which no single entry decides."""
        return np.asarray(self.dot(rows, rows) == 0, dtype=bool)

    def scalar_greater(self, x: Any, y: Any) -> bool:
        """Return the order where the assumptions decide it."""
        return bool(x > y)

    def scalar_less(self, x: Any, y: Any) -> bool:
        """Return the order where the assumptions decide it."""
        return bool(x < y)


SYMBOLS = Symbols()
"""The namespace of symbolic arrays."""


class Expressions(ObjectNamespace):
    """SymPy expressions."""

    name = "SymPy expressions"

    def element(self, value: Any) -> Any:
        """Return ``value`` as a SymPy expression."""
        from sympy import Rational, sympify

        if isinstance(value, Fraction):
            return Rational(value.numerator, value.denominator)
        return sympify(value)

    def scalar_greater(self, x: Any, y: Any) -> bool:
        """Return the order where SymPy's assumptions decide it."""
        positive = self.element(x - y).is_positive
        if positive is None:
            raise Undecided(f"the sign of {x - y} is not decided by the assumptions")
        return bool(positive)

    def scalar_less(self, x: Any, y: Any) -> bool:
        """Return the order where SymPy's assumptions decide it."""
        return self.scalar_greater(y, x)

    def scalar_atan2(self, y: Any, x: Any) -> Any:
        """Return the angle of (x, y)."""
        from sympy import atan2

        return atan2(y, x)


def _by_sympy(name: str, sympy_name: str) -> Any:
    def function(self: Expressions, x: Any) -> Any:
        import sympy

        return getattr(sympy, sympy_name)(x)

    function.__doc__ = f"Return {name}(x)."
    return function


for _name in ("sqrt", "exp", "log", "sin", "cos", "tan", "atan", "tanh", "abs", "sign"):
    setattr(Expressions, f"scalar_{_name}", _by_sympy(_name, {"abs": "Abs"}.get(_name, _name)))

EXPRESSIONS = Expressions()
"""The namespace of arrays of SymPy expressions."""
