r"""The numbers of formal vectors: rational functions of symbols with signs, of roots, cosines and angles.

A symbol stands for a real number of which only its sign is known: a Gram symbol :math:`\langle x, y\rangle`, a
scalar, a root n with :math:`n^2 = q` and n > 0, a cosine and a sine with :math:`s^2 = 1 - c^2`, an angle.  The
elements of different flint contexts compare unequal in silence, so the symbols come from a pool of fixed size;
a proof that needs more begins again with a larger one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isqrt
from typing import Any

from psitheory.arithmetic.formal.conditions import Conditions
from psitheory.arithmetic.rational_functions import RationalFunction, RationalFunctions
from psitheory.errors import ArgumentError, NotInArithmetic, Undecided

LARGEST = 5000
"""Terms of a polynomial; far above what the shipped laws need, and below what takes minutes."""


LONGEST_ROOT_SUM = 50
"""Terms of a sum with roots that is compared with zero by squares."""


class PoolExhausted(BaseException):
    """All symbols of the pool are taken; no Exception, so that no law catches it."""


class Sign(Enum):
    """What is known of a symbol."""

    REAL = "real"
    NONNEGATIVE = "≥ 0"
    POSITIVE = "> 0"


@dataclass(frozen=True)
class Symbol:
    """What one symbol of the pool stands for.

    Attributes
    ----------
    kind : {"scalar", "gram", "root", "cos", "sin", "angle"}
    name : str
        What tells it from others of its kind; of scalars and Gram symbols as a person reads it.
    sign : Sign
    meaning : object
        What its value is computed from: the key of a Gram symbol, q of a root, the angle of a cosine, (y, x).
    """

    kind: str
    name: str
    sign: Sign
    meaning: Any = None


class FormalField(RationalFunctions):
    """The field, whose symbols are named one by one; what is decided of a sign or divided by is noted.

    Attributes
    ----------
    symbols : list of Symbol
    conditions : Conditions
        What was divided by, or taken to be different from zero: the proof says nothing where one fails.
    """

    def __init__(self, size: int) -> None:
        super().__init__({f"g{k}": False for k in range(size)})
        self.size = size
        self.symbols: list[Symbol] = []
        self.conditions = Conditions(self)
        self._index: dict[tuple[str, str], int] = {}
        self._squares: set[str] = set()
        self._cores: dict[str, Any] = {}
        self._equations: dict[int, Any] = {}
        self._turns: dict[int, tuple[int, int]] = {}
        self.generators = self._context.gens()

    def take_as_nonzero(self, polynomial: Any) -> None:
        """Do nothing: the numbers of this arithmetic note by themselves, and what they are computed by does not."""

    # -- symbols --------------------------------------------------------------------------------

    def new(self, kind: str, name: str, sign: Sign = Sign.REAL, meaning: Any = None) -> RationalFunction:
        """Return a symbol of its own.

        Raises
        ------
        ArgumentError
            If there is one of that kind and name: two inputs never share a symbol.
        """
        if (kind, name) in self._index:
            raise ArgumentError(f"two generic inputs ask for the symbol {name!r}; each needs a name of its own")
        if len(self.symbols) >= self.size:
            raise PoolExhausted
        self._index[kind, name] = len(self.symbols)
        self.symbols.append(Symbol(kind, name, sign, meaning))
        return self.old(kind, name)

    def old(self, kind: str, name: str) -> RationalFunction:
        """Return the symbol that was made before."""
        return self[f"g{self._index[kind, name]}"]

    def has(self, kind: str, name: str) -> bool:
        """Tell whether there is a symbol of that kind and name."""
        return (kind, name) in self._index

    def monomials(self, polynomial: Any) -> list[tuple[int, dict[int, int]]]:
        """Return the coefficients of a polynomial, each with the powers of its symbols."""
        used = len(self.symbols)
        terms = polynomial.to_dict() if polynomial != 0 else {}
        return [(int(c), {k: int(e) for k, e in enumerate(powers[:used]) if e}) for powers, c in terms.items()]

    # -- equations ------------------------------------------------------------------------------

    def normal(self, polynomial: Any) -> Any:
        """Return the polynomial with the powers of roots and sines reduced by their equations.

        Raises
        ------
        NotInArithmetic
            If it has more terms than are computed with in reasonable time.
        """
        if len(polynomial) > LARGEST:
            raise NotInArithmetic(f"a number has a polynomial of {len(polynomial)} terms; {LARGEST} are computed with")
        if not self._equations:
            return polynomial
        degrees = polynomial.degrees()
        for k, square in reversed(self._equations.items()):
            if degrees[k] > 1:
                polynomial = self._reduced_in(polynomial, k, square)
                degrees = polynomial.degrees()
        return polynomial

    def _reduced_in(self, polynomial: Any, k: int, square: Any) -> Any:
        by_half: dict[int, dict[tuple[int, ...], Any]] = {}
        for powers, coefficient in polynomial.to_dict().items():
            half, rest = divmod(int(powers[k]), 2)
            by_half.setdefault(half, {})[(*powers[:k], rest, *powers[k + 1 :])] = coefficient
        out = self._context.constant(0)
        for half, part in by_half.items():
            out = out + self._context.from_dict(part) * square**half
        return out

    # -- signs ----------------------------------------------------------------------------------

    def is_nonnegative(self, polynomial: Any) -> bool:
        """Tell whether no term can be negative."""
        return all(
            c > 0 and all(e % 2 == 0 or self.symbols[k].sign is not Sign.REAL for k, e in powers.items())
            for c, powers in self.monomials(polynomial)
        )

    def is_positive(self, polynomial: Any) -> bool:
        """Tell whether no term can be negative, and one is positive."""
        return self.is_nonnegative(polynomial) and any(
            all(self.symbols[k].sign is Sign.POSITIVE for k in powers) for _, powers in self.monomials(polynomial)
        )

    def note_square(self, value: RationalFunction) -> None:
        """Remember that ``value`` was formed as the square of a length: it is never negative."""
        product = self.normal(value.top * value.bottom)
        if product != 0 and not self.is_nonnegative(product):
            self._squares.add(str(self._without_positive_factors(product)))
            self._cores.clear()  # they leave out what is known not to be negative

    def _without_positive_factors(self, polynomial: Any) -> Any:
        """Return what has the same sign everywhere; a factor that may be zero hides the sign of the others."""
        content, factors = polynomial.factor()
        out = self._context.constant(1 if int(content) > 0 else -1)
        for factor, power in factors:
            if self.is_positive(factor):
                continue
            out = out * ((-1) ** int(power) if self.is_positive(-factor) else factor ** int(power))
        return out

    def _core(self, polynomial: Any) -> Any:
        """Return what is left without squares and known factors; where it is not negative, all of it is not."""
        key = str(polynomial)
        if key not in self._cores:
            content, factors = polynomial.factor()
            core = self._context.constant(1 if int(content) > 0 else -1)
            for factor, power in factors:
                if power % 2 and not self._is_known(factor):
                    core = -core if self._is_known(-factor) else core * factor
            self._cores[key] = core
        return self._cores[key]

    def _is_known(self, factor: Any) -> bool:
        return self.is_nonnegative(factor) or str(factor) in self._squares

    def sign_of(self, polynomial: Any) -> int:
        """Return -1, 0 or 1; what is known not to be negative counts as positive, and the condition is noted.

        Raises
        ------
        Undecided
            If nothing decides it.
        """
        if polynomial == 0:
            return 0
        for sign in (1, -1):
            if self.is_positive(sign * polynomial):
                return sign
        for sign in (1, -1):
            if self.never_negative(sign * polynomial):
                self.conditions.differs_from_zero(polynomial)
                return sign
        text = self.text(polynomial)
        raise Undecided(f"the sign of {text if len(text) < 80 else text[:79] + '…'} is not decided")

    def never_negative(self, polynomial: Any) -> bool:
        """Tell whether the polynomial is known not to be negative."""
        if polynomial == 0 or self.is_nonnegative(polynomial):
            return True
        return self._is_known(self._core(polynomial)) or self._is_known(self._without_positive_factors(polynomial))

    def sign(self, value: RationalFunction) -> int:
        """Return the sign of an element; see :meth:`sign_of`."""
        return self.sign_of(value.top) * self.sign_of(value.bottom)

    # -- roots, cosines, angles -----------------------------------------------------------------

    def sqrt(self, value: RationalFunction) -> RationalFunction:
        """Return the root that is not negative; one that is no element is adjoined."""
        if value.top == 0:
            return value
        square = self.normal(value.top * value.bottom)
        outside, inside = self._split(square)
        root: RationalFunction = outside / self._size(value.bottom)
        return root if inside == 1 else root * self._root(inside)

    def _size(self, polynomial: Any) -> RationalFunction:
        """Return the absolute value; where the sign is not decided, as the root of the square."""
        try:
            return RationalFunction(self, polynomial * self.sign_of(polynomial), self._context.constant(1))
        except Undecided:
            return self._root(self.normal(polynomial * polynomial))

    def _split(self, square: Any) -> tuple[RationalFunction, Any]:
        """Return s and q with ``square`` = s² q, s ≥ 0 and q without a square factor whose sign is known."""
        content, factors = square.factor()
        whole, rest = _square_part(int(content))
        outside, inside = self.constant(whole), self._context.constant(rest)
        for factor, power in factors:
            half, odd = divmod(int(power), 2)
            try:
                size = factor * self.sign_of(factor) if half else factor
            except Undecided:
                half, odd, size = 0, int(power), factor
            outside = outside * RationalFunction.reduced(self, size**half, self._context.constant(1))
            inside = inside * factor**odd
        return outside, inside

    def _root(self, inside: Any) -> RationalFunction:
        name = str(inside)
        if self.has("root", name):
            return self.old("root", name)
        if not self.is_positive(inside):
            if self.never_negative(inside):
                self.conditions.differs_from_zero(inside)
            else:
                self.conditions.positive(inside)
        root: RationalFunction = self.new("root", name, Sign.POSITIVE, inside)
        self._equations[self._index["root", name]] = inside
        return root

    def cosine_and_sine(self, angle: RationalFunction) -> tuple[RationalFunction, RationalFunction]:
        """Return both of an angle, by whole multiples of one that is known or adjoined."""
        if angle.top == 0:
            return self.constant(1), self.constant(0)
        k = int(angle.top.content())
        k = -k if angle.top.leading_coefficient() < 0 else k
        base = angle / self.constant(k)
        c1, s1 = self._unit_of(base)
        c, s = self.constant(1), self.constant(0)
        for _ in range(abs(k)):
            c, s = c * c1 - s * s1, s * c1 + c * s1
        return c, (s if k > 0 else -s)

    def _unit_of(self, base: RationalFunction) -> tuple[RationalFunction, RationalFunction]:
        name = repr(base)
        for symbol in self.symbols:
            if symbol.kind == "angle" and base == self.old("angle", symbol.name):
                y, x = symbol.meaning
                length = self.sqrt(x * x + y * y)
                return x / length, y / length
        if not self.has("cos", name):
            c = self.new("cos", name, meaning=base)
            self.new("sin", name, meaning=base)
            self._equations[self._index["sin", name]] = 1 - c.top * c.top
        return self.old("cos", name), self.old("sin", name)

    def angle(self, y: RationalFunction, x: RationalFunction) -> RationalFunction:
        """Return the angle of (x, y) as a symbol: in (0, π) where y > 0."""
        name = f"{x!r}, {y!r}"
        if self.has("angle", name):
            return self.old("angle", name)
        above, ahead = self._is_positive_number(y), self._is_positive_number(x)
        length = self.sqrt(x * x + y * y)
        self.conditions.differs_from_zero(length.top)
        found: RationalFunction = self.new("angle", name, Sign.POSITIVE if above else Sign.REAL, (y, x))
        anywhere = (-3, 3)  # up to two right angles, which are reached: so that twice that is no whole turn
        self._turns[self._index["angle", name]] = (0, 1 if ahead else 2) if above else (-1, 1) if ahead else anywhere
        return found

    def _is_positive_number(self, value: RationalFunction) -> bool:
        try:
            return self.sign(value) > 0
        except Undecided:
            return False

    def vanishes(self, value: RationalFunction) -> bool:
        """Tell whether an element is zero for all inputs; of a sum of angles, its cosine and sine say so."""
        if self._is_zero(value.top):
            return True
        terms = self.monomials(value.top)
        if not value.bottom.is_constant() or not all(
            set(p.values()) == {1} and set(p) <= set(self._turns) for _, p in terms
        ):
            return False
        c, s, low, high = self.constant(1), self.constant(0), 0, 0
        for k, (number,) in terms:
            c2, s2 = self.cosine_and_sine(self[f"g{number}"] * self.constant(k))
            c, s = c * c2 - s * s2, s * c2 + c * s2
            ends = sorted(k * end for end in self._turns[number])
            low, high = low + ends[0], high + ends[1]
        inside = low >= -4 and high <= 4  # in right angles, whole turns excluded
        return inside and self._is_zero(s.top) and self._is_zero((c - self.constant(1)).top)

    def _is_zero(self, polynomial: Any) -> bool:
        """Tell whether a polynomial is zero: P - Q is, where P and Q are not negative and of one square."""
        if polynomial == 0:
            return True
        if not self._equations or len(polynomial) > LONGEST_ROOT_SUM:
            return False
        parts: dict[tuple[int, ...], dict[Any, Any]] = {}
        for powers, c in polynomial.to_dict().items():
            parts.setdefault(tuple(k for k in self._equations if powers[k]), {})[powers] = c
        if len(parts) != 2:  # terms with the same roots have one of two signs
            return False
        first, second = (self._context.from_dict(part) for part in parts.values())
        if self.normal(first * first - second * second) != 0:
            return False
        return any(self.never_negative(sign * first) and self.never_negative(-sign * second) for sign in (1, -1))

    # -- words ----------------------------------------------------------------------------------

    def text(self, polynomial: Any) -> str:
        """Return a polynomial as a person reads it."""
        return self.conditions.words(polynomial)

    def text_of(self, value: RationalFunction) -> str:
        """Return an element as a person reads it."""
        top = self.text(value.top)
        return top if value.bottom.is_one() else f"({top})/({self.text(value.bottom)})"


def _square_part(number: int) -> tuple[int, int]:
    """Return s and q with ``number`` = s² q; trial division up to a bound leaves larger squares inside."""
    for k in range(min(isqrt(abs(number)), 1000), 1, -1):
        if number % (k * k) == 0:
            return k, number // (k * k)
    return 1, number
