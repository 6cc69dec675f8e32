"""Floats that a law makes or names: most stand for a number that was rounded, as 0.1 and a root do."""

from __future__ import annotations

import math
from typing import Any

HALF_OF_THE_DIGITS = 26
"""A float that was rounded has more binary digits than these but once in 10^8; 1/2 and 0.75 are meant as they stand."""

ULPS = 16
"""By so many units in the last place a float may be off that a few operations have rounded."""


def is_rounded(value: Any) -> bool:
    """Tell whether a number is a float that stands for another, as 0.1, a root and a third do."""
    if not isinstance(value, float) or not math.isfinite(value):
        return False
    numerator = abs(value.as_integer_ratio()[0])
    return (numerator // max(numerator & -numerator, 1)).bit_length() > HALF_OF_THE_DIGITS


def blurred(value: Any, size: float = 0.0) -> Any:
    """Return a ball of 16 units in the last place about a float that was rounded; anything else as it is.

    Of a complex number both parts, at the size of the larger: a cosine of 6e-17 is the zero of a right angle.
    The units are those of ``size`` if it is larger.
    """
    from flint import acb, arb

    if isinstance(value, complex):
        size = max(size, abs(value.real), abs(value.imag))
        return acb(blurred(value.real, size), blurred(value.imag, size))
    if not is_rounded(value):
        return value

    return arb(value, ULPS * math.ulp(max(abs(value), size)))
