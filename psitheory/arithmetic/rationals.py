"""Exact rational numbers: object arrays of ``flint.fmpq``."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import NotInArithmetic, shown


class Rationals(ObjectNamespace):
    """The field of rationals; ``sqrt`` exists on squares alone."""

    name = "rationals"

    def element(self, value: Any) -> Any:
        """Return ``value`` as a ``flint.fmpq``; a float is the dyadic rational that it is."""
        from flint import fmpq

        if isinstance(value, fmpq):
            return value
        if type(value).__module__ == "numpy":
            value = value.item()
        try:
            exact = Fraction(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise NotInArithmetic(f"{shown(value)} is not a rational number") from error
        return fmpq(exact.numerator, exact.denominator)

    def scalar_sqrt(self, x: Any) -> Any:
        """Return the rational square root of a square."""
        from flint.utils.flint_exceptions import DomainError

        try:
            return self.element(x).sqrt()
        except DomainError as error:
            raise NotInArithmetic(f"the square root of {shown(x)} is not rational") from error

    def scalar_greater(self, x: Any, y: Any) -> bool:
        """Return whether x > y."""
        return bool(x > y)

    def scalar_less(self, x: Any, y: Any) -> bool:
        """Return whether x < y."""
        return bool(x < y)

    def scalar_maximum(self, x: Any, y: Any) -> Any:
        """Return the larger."""
        return x if x > y else y

    def scalar_minimum(self, x: Any, y: Any) -> Any:
        """Return the smaller."""
        return x if x < y else y

    def scalar_abs(self, x: Any) -> Any:
        """Return the absolute value."""
        return abs(x)

    def scalar_sign(self, x: Any) -> Any:
        """Return -1, 0 or 1."""
        return self.element((x > 0) - (x < 0))


@cache
def _rationals() -> Rationals:
    return Rationals()


RATIONALS = _rationals()
"""The namespace of rational arrays."""
