r"""Numbers that are never negative because of what they are: sums of squares, lengths and Gram determinants.

An inequality follows from an identity where right − left is such a number; a law says so by
``at_most(left, right, surplus=…)``, and on formal vectors the identity proves it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic.formal.scalar import Scalar
from psitheory.arithmetic.numbers import dot, namespace
from psitheory.errors import ArgumentError, Undecided, shown


class PositiveSum:
    """A number, or an array of numbers, none negative; made by the functions beside it, and by ``+ * /`` of such.

    Attributes
    ----------
    value : number or array
        Of any arithmetic.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any, _made_here: object) -> None:
        if _made_here is not _KEY:
            raise ArgumentError("a PositiveSum is made by square, squared_length, gram_determinant or positive")
        self.value = value

    def _with(self, other: Any, rule: Any) -> Any:
        if isinstance(other, PositiveSum):
            return PositiveSum(rule(self.value, other.value), _KEY)
        if isinstance(other, (int, Fraction)) and other >= 0:
            return PositiveSum(rule(self.value, other), _KEY)
        raise ArgumentError(
            f"a PositiveSum met {shown(other)}; another one, as positive(x) is of a number x, or a ratio that is not "
            "negative, an int or a Fraction, is needed"
        )

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: x + y)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: x * y)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: x / y)

    __radd__ = __add__
    __rmul__ = __mul__

    def sum(self) -> PositiveSum:
        """Return the sum over the last axis."""
        return PositiveSum(namespace(self.value).sum(self.value, axis=-1), _KEY)


_KEY = object()


def square(x: Any) -> PositiveSum:
    """Return x², entry by entry; x holds numbers."""
    return PositiveSum(x * x, _KEY)


def squared_length(x: Any) -> PositiveSum:
    r"""Return :math:`\|x\|^2` over the last axis."""
    return PositiveSum(dot(x, x), _KEY)


def gram_determinant(x: Any, y: Any) -> PositiveSum:
    r"""Return :math:`\|x\|^2\|y\|^2 - \langle x, y\rangle^2` over the last axis, which Cauchy and Schwarz keep ≥ 0."""
    product = dot(x, y)
    return PositiveSum(dot(x, x) * dot(y, y) - product * product, _KEY)


def tensor_square(x: Any, y: Any, p: Any, q: Any) -> PositiveSum:
    r"""Return :math:`\|x \otimes q - y \otimes p\|^2`; x and y lie in one space (the last axis), p and q in another."""
    return PositiveSum(dot(x, x) * dot(q, q) - 2 * dot(x, y) * dot(p, q) + dot(y, y) * dot(p, p), _KEY)


def positive(x: Any) -> PositiveSum:
    """Return x where it is known not to be negative.

    Raises
    ------
    Undecided
        If it is an element of formal vectors of which that is not known.
    """
    for entry in np.ravel(np.asarray(x, dtype=object)):
        if isinstance(entry, Scalar) and not entry.is_never_negative():
            raise Undecided(f"{shown(entry)} is not known never to be negative")
    return PositiveSum(x, _KEY)
