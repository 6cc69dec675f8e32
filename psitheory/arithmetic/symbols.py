r"""Symbols: object arrays over SymPy's field of rational functions, in which equality is decided.

An element of :math:`\mathbb{Q}(s_1, …, s_k)` is kept in lowest terms, so two elements are equal as
functions exactly when they are equal as objects.  Square roots exist for squares whose root has a
sign that the assumptions of the symbols decide.  A Python float is refused: ``0.1*s + 0.2*s -
3*s/10`` is not zero, and a law that fails so fails for no mathematical reason.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import NotInArithmetic, Undecided, shown


@cache
def _exact_rationals() -> Any:
    """Return SymPy's QQ, made to refuse floats."""
    from sympy import QQ

    class ExactRationals(type(QQ)):  # type: ignore[misc]
        def convert(self, element: Any, base: Any = None) -> Any:
            if isinstance(element, float):
                raise NotInArithmetic(
                    f"the float {element!r} met a symbol: write constants as integers or ratios"
                )
            return super().convert(element, base)

    return ExactRationals()


class SymbolTable:
    """Names the symbols of one statement, and then builds the field that holds them all.

    The elements of two different fields do not mix, so the names must be known before the first
    element exists.  A table is therefore used twice: while it is *open* it hands out plain SymPy
    symbols and notes their names; after :meth:`close` the same calls return field elements.
    """

    def __init__(self) -> None:
        self._symbols: dict[str, Any] = {}
        self._elements: dict[str, Any] | None = None

    def real(self, name: str) -> Any:
        """Return the real symbol ``name``."""
        return self._get(name, real=True)

    def positive(self, name: str) -> Any:
        """Return the positive symbol ``name``."""
        return self._get(name, positive=True)

    def _get(self, name: str, **assumptions: bool) -> Any:
        if self._elements is not None:
            return self._elements[name]
        from sympy import Symbol

        return self._symbols.setdefault(name, Symbol(name, **assumptions))

    def close(self) -> None:
        """Build the field; from now on the table returns its elements."""
        from sympy.polys.fields import field

        names = list(self._symbols)
        symbols = [self._symbols[name] for name in names]
        if symbols:
            _, *elements = field(symbols, _exact_rationals())
        else:
            elements = []
        self._elements = dict(zip(names, elements, strict=True))


def _is_positive(polynomial: Any) -> bool:
    """Tell whether a polynomial is positive wherever the assumptions on its symbols hold.

    Sufficient, not necessary: every coefficient is positive, every real symbol stands in even powers
    only, and some term is free of real symbols (so that the sum cannot vanish).
    """
    positive = [bool(s.is_positive) for s in polynomial.ring.symbols]
    anchored = False
    for powers, coefficient in polynomial.terms():
        real_powers = [k for k, is_positive in zip(powers, positive, strict=True) if not is_positive]
        if coefficient < 0 or any(k % 2 for k in real_powers):
            return False
        anchored = anchored or not any(real_powers)
    return anchored


def _root(polynomial: Any) -> Any:
    """Return the square root of a polynomial that is a square, up to sign."""
    coefficient, factors = polynomial.factor_list()
    if any(multiplicity % 2 for _, multiplicity in factors):
        raise NotInArithmetic(f"{shown(polynomial)} is not the square of a rational function")
    ratio = Fraction(int(coefficient.numerator), int(coefficient.denominator))
    from psitheory.arithmetic.rationals import RATIONALS

    scale = RATIONALS.scalar_sqrt(ratio)
    root = polynomial.ring.one * polynomial.ring.domain(int(scale.p), int(scale.q))
    for factor, multiplicity in factors:
        root = root * factor ** (multiplicity // 2)
    return root


class Symbols(ObjectNamespace):
    """Rational functions of named symbols."""

    name = "symbols"

    def element(self, value: Any) -> Any:
        """Return ``value`` unchanged if it is an element, an int or a ratio; refuse floats."""
        if isinstance(value, float):
            raise NotInArithmetic(f"the float {value!r} is no symbol: write constants as integers or ratios")
        if isinstance(value, Fraction):
            from sympy import QQ

            return QQ(value.numerator, value.denominator)
        return value

    def scalar_sqrt(self, x: Any) -> Any:
        """Return the positive root of a square."""
        if not hasattr(x, "numer") or not hasattr(x.numer, "ring"):
            from psitheory.arithmetic.rationals import RATIONALS

            root = RATIONALS.scalar_sqrt(Fraction(int(x.numerator), int(x.denominator)))
            return self.element(Fraction(int(root.p), int(root.q)))
        top, bottom = _root(x.numer), _root(x.denom)
        field = x.field
        for sign in (1, -1):
            if _is_positive(top * sign) and _is_positive(bottom):
                return field(top * sign) / field(bottom)
            if _is_positive(top * sign) and _is_positive(-bottom):
                return field(top * sign) / field(-bottom)
        raise Undecided(f"the sign of the root of {shown(x)} is not decided by the assumptions")

    def scalar_greater(self, x: Any, y: Any) -> bool:
        """Return the order where the assumptions decide it."""
        difference = x - y
        if difference == 0:
            return False
        if hasattr(difference, "numer") and hasattr(difference.numer, "ring"):
            for sign in (1, -1):
                for flip in (1, -1):
                    if _is_positive(difference.numer * sign) and _is_positive(difference.denom * flip):
                        return sign * flip > 0
            raise Undecided(f"the sign of {shown(difference)} is not decided by the assumptions")
        return bool(difference > 0)

    def scalar_less(self, x: Any, y: Any) -> bool:
        """Return the order where the assumptions decide it."""
        return self.scalar_greater(y, x)


SYMBOLS = Symbols()
"""The namespace of symbolic arrays."""
