"""The numbers of this arithmetic: an element of the field, and the node of the graph that it was computed by."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.arithmetic.rational_functions import RationalFunction
from psitheory.errors import NotInArithmetic

if TYPE_CHECKING:
    from psitheory.arithmetic.formal.space import Space


ZERO = ("number", "0")


class Scalar:
    """A real number that depends on the generic inputs; immutable, without a truth value.

    ``==`` answers True for an identity only.  Where signs do not decide, it answers False and the condition that
    both sides differ becomes part of the scope of the proof.
    """

    __slots__ = ("node", "space", "value")

    def __init__(self, space: Space, value: RationalFunction, node: int) -> None:
        self.space, self.value, self.node = space, value, node

    def _of(self, value: RationalFunction, operation: str, *arguments: Any) -> Scalar:
        return self.space.scalar(value, operation, *arguments)

    def _binary(self, other: Any, operation: str, rule: Callable[[Any, Any], Any], *, turned: bool = False) -> Any:
        y = self.space.lift(other)
        if y is None:
            return NotImplemented
        left, right = (y, self) if turned else (self, y)
        if operation == "add" and self.space.graph.nodes[left.node] == ZERO:  # where a sum begins, which is no step
            return right
        return self._of(rule(left.value, right.value), operation, left.node, right.node)

    def __add__(self, other: Any) -> Any:
        return self._binary(other, "add", lambda x, y: x + y)

    def __radd__(self, other: Any) -> Any:
        return self._binary(other, "add", lambda x, y: x + y, turned=True)

    def __sub__(self, other: Any) -> Any:
        return self._binary(other, "sub", lambda x, y: x - y)

    def __rsub__(self, other: Any) -> Any:
        return self._binary(other, "sub", lambda x, y: x - y, turned=True)

    def __mul__(self, other: Any) -> Any:
        return self._binary(other, "mul", lambda x, y: x * y)

    def __rmul__(self, other: Any) -> Any:
        return self._binary(other, "mul", lambda x, y: x * y, turned=True)

    def __truediv__(self, other: Any) -> Any:
        return self._binary(other, "div", self._quotient)

    def __rtruediv__(self, other: Any) -> Any:
        return self._binary(other, "div", self._quotient, turned=True)

    def _quotient(self, x: RationalFunction, y: RationalFunction) -> RationalFunction:
        if y.top == 0:
            raise ZeroDivisionError("division by a number that is zero for every input")
        self.space.field.conditions.differs_from_zero(y.top)
        out: RationalFunction = x / y
        return out

    def __neg__(self) -> Scalar:
        return self._of(-self.value, "neg", self.node)

    def __abs__(self) -> Scalar:
        return self._of(self.value * self.space.field.constant(self.sign()), "abs", self.node)

    def __pow__(self, k: Any) -> Scalar:
        if not isinstance(k, (int, np.integer)) or isinstance(k, bool):
            raise self.space.refuse(f"a power is {k!r}; formal vectors have whole powers alone")
        if k < 0:
            self._quotient(self.value, self.value)
        return self._of(self.value ** int(k), "pow", self.node, int(k))

    # -- comparisons ----------------------------------------------------------------------------

    def is_identically(self, other: Any) -> bool:
        """Tell whether both are one number for all inputs; nothing is noted."""
        y = self.space.lift(other)
        return y is not None and self.space.field.vanishes(self.value - y.value)

    def __eq__(self, other: object) -> bool:
        y = self.space.lift(other)
        if y is None:
            return NotImplemented
        difference = self.value - y.value
        if difference.top == 0:
            return True
        self.space.field.conditions.differs_from_zero(difference.top)
        return False

    __hash__ = None  # type: ignore[assignment]  # equality depends on what was noted

    def sign(self) -> int:
        """Return -1, 0 or 1 where it is decided; see :meth:`FormalField.sign_of`."""
        return self.space.field.sign(self.value)

    def is_never_negative(self) -> bool:
        """Tell whether this is known not to be negative; nothing is noted."""
        return self.space.field.never_negative(self.value.top * self.value.bottom)

    def __lt__(self, other: Any) -> bool:
        return (self - other).sign() < 0  # type: ignore[no-any-return]

    def __gt__(self, other: Any) -> bool:
        return (self - other).sign() > 0  # type: ignore[no-any-return]

    def __le__(self, other: Any) -> bool:
        return (self - other).sign() <= 0  # type: ignore[no-any-return]

    def __ge__(self, other: Any) -> bool:
        return (self - other).sign() >= 0  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        raise self.space.refuse(f"the number {self} has no truth value: whether it is zero depends on the inputs")

    def __float__(self) -> float:
        raise self.space.refuse(f"the number {self} is no float: it depends on the inputs")

    __int__ = __index__ = __complex__ = __float__

    def __repr__(self) -> str:
        return self.space.field.text_of(self.value)


def plain(value: Any) -> Fraction | None:
    """Return a number that is no element as a ratio, None if it is none.

    Raises
    ------
    NotInArithmetic
        For floats, which are not exact.
    """
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (float, np.floating)):
        raise NotInArithmetic(f"the float {float(value)!r} met a formal vector: write constants as integers or ratios")
    if isinstance(value, (int, Fraction, np.integer)):
        return Fraction(int(value)) if not isinstance(value, Fraction) else value
    if type(value).__name__ in ("fmpq", "fmpz") and type(value).__module__.startswith("flint"):
        return Fraction(int(value.numerator), int(value.denominator))
    return None
