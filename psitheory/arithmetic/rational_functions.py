r"""The field :math:`\mathbb{Q}(s_1, …, s_k)` of rational functions of named symbols.

An element is a fraction of integer polynomials in lowest terms with a positive leading coefficient below, so two
elements are equal as functions exactly when they are equal as objects.  Polynomials are python-flint's, whose
greatest common divisors are some hundred times faster than those of a general computer algebra system.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from psitheory.errors import NotInArithmetic, Undecided


class RationalFunctions:
    """The field; ``positive`` tells of each symbol whether it stands for positive numbers only.

    Parameters
    ----------
    positive : mapping of str to bool
        The symbols, in order; the others are real.

    Attributes
    ----------
    refused : str
        What was asked that depends on the values of the symbols, if anything was: code that went on all the same,
        having caught the error, shows nothing.
    """

    def __init__(self, positive: Mapping[str, bool]) -> None:
        from flint import Ordering, fmpz_mpoly_ctx

        self.positive = dict(positive)
        self.refused = ""
        self._nonzero: list[Any] = []
        names = list(positive)
        self._context: Any = fmpz_mpoly_ctx.get(names, Ordering.lex)
        generators = self._context.gens() if names else ()
        one = self._context.constant(1)
        self._elements = {name: RationalFunction(self, g, one) for name, g in zip(names, generators, strict=True)}

    def __getitem__(self, name: str) -> RationalFunction:
        """Return the symbol of that name."""
        return self._elements[name]

    def constant(self, top: int, bottom: int = 1) -> RationalFunction:
        """Return the number top/bottom."""
        return RationalFunction.reduced(self, self._context.constant(top), self._context.constant(bottom))

    def normal(self, polynomial: Any) -> Any:
        """Return the normal form of a polynomial: itself, where symbols obey no equations."""
        return polynomial

    def take_as_nonzero(self, polynomial: Any) -> None:
        """Note that what is computed holds where the polynomial does not vanish: it was divided by, or told from 0."""
        self._nonzero.append(polynomial)

    def where(self) -> list[str]:
        """Return in words where what was computed holds; what the assumptions grant is left out."""
        factors = [factor for polynomial in self._nonzero for factor, _ in polynomial.factor()[1]]
        return list(dict.fromkeys(f"{f} ≠ 0" for f in factors if not (self.is_positive(f) or self.is_positive(-f))))

    def refuse(self, why: str) -> NotInArithmetic:
        """Return the error to raise, and remember it."""
        self.refused = self.refused or why
        return NotInArithmetic(why)

    def is_positive(self, polynomial: Any) -> bool:
        """Tell whether a polynomial is positive wherever the assumptions on its symbols hold.

        Sufficient, not necessary: every coefficient is positive, every real symbol stands in even powers
        only, and some term is free of real symbols, so that the sum cannot vanish.
        """
        anchored = False
        for powers, coefficient in polynomial.to_dict().items():
            real_powers = [k for k, positive in zip(powers, self.positive.values(), strict=True) if not positive]
            if coefficient < 0 or any(k % 2 for k in real_powers):
                return False
            anchored = anchored or not any(real_powers)
        return anchored


class RationalFunction:
    """An element of :class:`RationalFunctions`; immutable, in lowest terms, without a truth value.

    ``==`` answers True for one and the same function only.  Where it answers False, the field notes that the
    difference is not zero: what follows holds there alone.
    """

    __slots__ = ("bottom", "field", "top")

    def __init__(self, field: RationalFunctions, top: Any, bottom: Any) -> None:
        self.field, self.top, self.bottom = field, top, bottom

    @classmethod
    def reduced(cls, field: RationalFunctions, top: Any, bottom: Any) -> RationalFunction:
        """Return top/bottom in lowest terms."""
        top = field.normal(top)
        if bottom.is_one():  # as most are
            return cls(field, top, bottom)
        bottom = field.normal(bottom)
        if bottom == 0:
            raise ZeroDivisionError("division by a rational function that is zero")
        common = top.gcd(bottom)
        if not common.is_one():
            top, bottom = top // common, bottom // common
        if bottom.leading_coefficient() < 0:
            top, bottom = -top, -bottom
        return cls(field, top, bottom)

    def _lift(self, other: Any) -> RationalFunction | None:
        if isinstance(other, RationalFunction):
            return other
        if isinstance(other, float):
            raise NotInArithmetic(f"the float {other!r} met a symbol: write constants as integers or ratios")
        if isinstance(other, (int, Fraction)):
            return self.field.constant(other.numerator, other.denominator)
        if type(other).__name__ in ("fmpq", "fmpz"):
            return self.field.constant(int(other.numerator), int(other.denominator))
        return None

    def __add__(self, other: Any) -> Any:
        y = self._lift(other)
        if y is None:
            return NotImplemented
        if self.bottom == y.bottom:
            return self.reduced(self.field, self.top + y.top, self.bottom)
        return self.reduced(self.field, self.top * y.bottom + y.top * self.bottom, self.bottom * y.bottom)

    def __mul__(self, other: Any) -> Any:
        y = self._lift(other)
        if y is None:
            return NotImplemented
        return self.reduced(self.field, self.top * y.top, self.bottom * y.bottom)

    def __truediv__(self, other: Any) -> Any:
        y = self._lift(other)
        if y is None:
            return NotImplemented
        self.field.take_as_nonzero(y.top)
        return self.reduced(self.field, self.top * y.bottom, self.bottom * y.top)

    def __rtruediv__(self, other: Any) -> Any:
        y = self._lift(other)
        return NotImplemented if y is None else y / self

    def __neg__(self) -> RationalFunction:
        return RationalFunction(self.field, -self.top, self.bottom)

    def __sub__(self, other: Any) -> Any:
        y = self._lift(other)
        return NotImplemented if y is None else self + (-y)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, k: int) -> RationalFunction:
        if not isinstance(k, int):
            raise NotInArithmetic(f"a symbol is raised to the power {k!r}; an integer power is needed")
        if k < 0:
            return 1 / self**-k  # type: ignore[no-any-return]
        return self.reduced(self.field, self.top**k, self.bottom**k)

    def __eq__(self, other: object) -> bool:
        y = self._lift(other)
        if y is None:
            return False
        if self.top == y.top and self.bottom == y.bottom:
            return True
        if self.field is y.field:
            self.field.take_as_nonzero(self.top * y.bottom - y.top * self.bottom)
        return False

    __hash__ = None  # type: ignore[assignment]  # a set would tell elements apart without a note

    def _order(self, other: Any) -> int:
        """Return the sign of the difference, where the assumptions decide it."""
        try:
            return int((self - other).sign())
        except Undecided as doubt:
            self.field.refuse(str(doubt))
            raise

    def __lt__(self, other: Any) -> bool:
        return self._order(other) < 0

    def __gt__(self, other: Any) -> bool:
        return self._order(other) > 0

    def __le__(self, other: Any) -> bool:
        return self._order(other) <= 0

    def __ge__(self, other: Any) -> bool:
        return self._order(other) >= 0

    def __bool__(self) -> bool:
        raise self.field.refuse("an element on symbols has no truth value; compare through the namespace, or with ==")

    def __float__(self) -> float:
        raise self.field.refuse(f"{self!r} is no float: it depends on the symbols")

    __int__ = __index__ = __complex__ = __float__

    def __repr__(self) -> str:
        return str(self.top) if self.bottom.is_one() else f"({self.top})/({self.bottom})"

    def sign(self) -> int:
        """Return -1, 0 or 1 where the assumptions decide it.

        Raises
        ------
        Undecided
            If they do not.
        """
        if self.top == 0:
            return 0
        signs = [_sign(self.field, part) for part in (self.top, self.bottom)]
        if 0 in signs:
            text = repr(self)
            raise Undecided(
                f"the sign of {text if len(text) < 60 else text[:59] + '…'} is not decided by the assumptions"
            )
        return signs[0] * signs[1]

    def sqrt(self) -> RationalFunction:
        """Return the positive square root of a square.

        Raises
        ------
        NotInArithmetic
            If the function is no square.
        Undecided
            If the sign of its root is not decided by the assumptions.
        """
        from flint.utils.flint_exceptions import DomainError

        try:
            root = self.reduced(self.field, self.top.sqrt(), self.bottom.sqrt())
        except DomainError as error:
            raise NotInArithmetic(f"{self!r} is not the square of a rational function") from error
        return -root if root.sign() < 0 else root

    def to_sympy(self) -> Any:
        """Return the element as a SymPy expression."""
        from sympy import Symbol, sympify

        names = {n: Symbol(n, positive=True) if p else Symbol(n, real=True) for n, p in self.field.positive.items()}
        text = f"({self.top})/({self.bottom})".replace("^", "**")
        return sympify(text, locals=names)


def _sign(field: RationalFunctions, polynomial: Any) -> int:
    if field.is_positive(polynomial):
        return 1
    return -1 if field.is_positive(-polynomial) else 0
