r"""Vectors of abstract spaces, as linear combinations of words :math:`A_1 \cdots A_k x`, and the operators in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from psitheory.arithmetic.formal.scalar import Scalar, plain
from psitheory.arithmetic.rational_functions import RationalFunction

if TYPE_CHECKING:
    from psitheory.arithmetic.formal.space import Space

Letter = tuple[str, bool]
"""An operator by its name, and whether it is transposed."""

Word = tuple[tuple[Letter, ...], str]
"""Operators, the outermost first, and the generator that they are applied to."""


@dataclass(frozen=True)
class Sort:
    """A space: the one that entry ``entry`` of part ``part`` of a layout stands for; vectors of two never mix.

    Attributes
    ----------
    layout : str
        What tells layouts apart.
    part, entry : int
        From 1 on, as they are read.
    free : bool
        Whether the part is free.
    """

    layout: str
    part: int
    entry: int
    free: bool = False

    @property
    def whole(self) -> tuple[str, int, bool]:
        """Return what all entries of the same part have in common."""
        return self.layout, self.part, self.free

    def __str__(self) -> str:
        return f"{'V' if self.free else 'H'}[{self.part},{self.entry}]"


class Vector:
    """A vector of one space; without a truth value, and without entries that could be told apart."""

    __slots__ = ("node", "sort", "space", "terms")

    def __init__(self, space: Space, sort: Sort, terms: dict[Word, RationalFunction], node: int) -> None:
        self.space, self.sort, self.node = space, sort, node
        self.terms = {word: c for word, c in terms.items() if c.top != 0}

    def _check(self, other: Vector, doing: str) -> None:
        if other.space is not self.space:
            raise self.space.refuse("vectors of two proofs met")
        if other.sort != self.sort:
            raise self.space.refuse(f"vectors of the different spaces {self.sort} and {other.sort} are {doing}")

    def __add__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        if self.space.is_zero_number(other):
            return self
        if not isinstance(other, Vector):
            raise self.space.refuse(
                "a vector and a number are added; what stands in a block is a vector of any dimension"
            )
        self._check(other, "added")
        terms = dict(self.terms)
        for word, c in other.terms.items():
            terms[word] = terms[word] + c if word in terms else c
        return self.space.formed(self.sort, terms, "add vectors", self.node, other.node)

    __radd__ = __add__

    def _scaled(self, by: Any, *, over: bool = False) -> Any:
        if isinstance(by, np.ndarray):
            return NotImplemented
        if isinstance(by, Operator):
            return by.transposed(self)  # a row times a matrix
        if isinstance(by, Vector):
            raise self.space.refuse("vectors are multiplied entry by entry; write dot(x, y)")
        c = self.space.lift(by)
        if c is None:
            return NotImplemented
        c = 1 / c if over else c
        terms = {word: x * c.value for word, x in self.terms.items()}
        return self.space.formed(self.sort, terms, "scale", c.node, self.node)

    def __mul__(self, by: Any) -> Any:
        return self._scaled(by)

    __rmul__ = __mul__

    def __truediv__(self, by: Any) -> Any:
        return self._scaled(by, over=True)

    def __neg__(self) -> Vector:
        return self._scaled(-1)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else -self + other

    def inner(self, other: Vector) -> Scalar:
        """Return the inner product with a vector of the same space."""
        self._check(other, "multiplied")
        total = self.space.field.constant(0)
        for word, c in self.terms.items():
            for word2, c2 in other.terms.items():
                total = total + c * c2 * self.space.gram(word, word2)
        return self.space.scalar(total, "inner", self.node, other.node)

    def is_identically(self, other: Any) -> bool:
        """Tell whether both are one vector for all inputs; nothing is noted."""
        if self.space.is_zero_number(other):
            return not self.terms
        if not isinstance(other, Vector):
            return False
        self._check(other, "compared")
        return not (self - other).terms

    def __eq__(self, other: object) -> bool:
        if isinstance(other, np.ndarray):
            return NotImplemented
        if self.is_identically(other):
            return True
        difference = self if self.space.is_zero_number(other) else self - other
        square = difference.inner(difference)
        self.space.field.note_square(square.value)
        self.space.field.conditions.differs_from_zero(square.value.top)
        return False

    __hash__ = None  # type: ignore[assignment]  # equality depends on what was noted

    def _no_order(self, other: Any) -> bool:
        raise self.space.refuse("vectors are compared by < or >; what stands in a block is a vector of any dimension")

    __lt__ = __gt__ = __le__ = __ge__ = _no_order

    def __bool__(self) -> bool:
        raise self.space.refuse("a vector has no truth value")

    def __repr__(self) -> str:
        text = self.space.field.text_of
        return " + ".join(f"({text(c)}) {_text(word)}" for word, c in self.terms.items()) or "0"


def _text(word: Word) -> str:
    letters, generator = word
    return " ".join([*(name + ("ᵀ" if turned else "") for name, turned in letters), generator])


@dataclass(frozen=True, eq=False)
class Operator:
    """A linear map between two spaces; symmetric or skew only if that is declared.

    Attributes
    ----------
    symmetry : {"symmetric", "skew", None}
    turned : bool
        Whether this is the transpose of what bears the name.
    negative : bool
        Whether it stands with a minus sign, as the transpose of a skew operator does.
    """

    space: Space
    name: str
    source: Sort
    target: Sort
    symmetry: Literal["symmetric", "skew"] | None = None
    turned: bool = False
    negative: bool = False

    @property
    def transposed(self) -> Operator:
        """Return the transpose."""
        if self.symmetry:
            flipped = self.negative != (self.symmetry == "skew")
            return Operator(self.space, self.name, self.source, self.target, self.symmetry, False, flipped)
        return Operator(self.space, self.name, self.target, self.source, None, not self.turned, self.negative)

    def __call__(self, x: Vector) -> Vector:
        """Return the image of a vector of the space that this maps."""
        if x.space is not self.space:
            raise self.space.refuse("an operator and a vector of two proofs met")
        if x.sort != self.source:
            raise self.space.refuse(f"{self.name} maps {self.source}; a vector of {x.sort} came")
        terms = {(((self.name, self.turned), *letters), g): c for (letters, g), c in x.terms.items()}
        image = self.space.formed(self.target, terms, "apply", self.name, self.turned, x.node)
        return -image if self.negative else image

    def __mul__(self, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return NotImplemented
        if isinstance(x, Vector):
            return self(x)
        if self.space.is_zero_number(x):
            return 0
        raise self.space.refuse("an operator is multiplied by a number; apply it to a vector")

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Operator) and self._key() == other._key()

    def _key(self) -> tuple[Any, ...]:
        return (id(self.space), self.name, self.turned, self.negative)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise self.space.refuse("an operator has no truth value")


def is_formal(element: Any) -> bool:
    """Tell whether an element belongs to this arithmetic."""
    return isinstance(element, (Scalar, Vector, Operator))


__all__ = ["Operator", "Scalar", "Sort", "Vector", "Word", "is_formal", "plain"]
