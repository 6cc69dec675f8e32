"""How passes are compiled, functions that a compiler can spread over the lanes of a vector register, and scales.

A loop that sums stores nothing.  The compiler would take it in lanes only where it finds, at run time, what is stored
far enough from what is read, and the order of the sum would depend on where arrays happen to lie.
"""

from __future__ import annotations

import math

import numba
import numpy as np

compiled = numba.njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract"})
"""Sums may be split into lanes and products fused with sums, both by shape alone; no number is taken to be finite."""

elementwise = numba.njit(cache=True, error_model="numpy", fastmath=False, forceinline=True)
"""For loops that sum nothing, each operation rounded as it stands, whoever calls: x - (x/w) w is 0.

Where terms may be regrouped, the compiler leaves some of these loops outside of lanes.
"""

_LOG2_E, _LOG_2_HIGH, _LOG_2_LOW = 1 / math.log(2), 6.93147180369123816490e-01, 1.90821492927058770002e-10
_MAGIC = 1.5 * 2.0**52  # added to a small integer, it leaves that integer in the lowest bits
_SMALLEST = -708.0  # below, 2^n is no normal number


@compiled
def exponential_minus_1(x: float) -> tuple[float, float]:
    r"""Return p and :math:`2^n` with :math:`e^x - 1 = 2^n p + (2^n - 1)`, for :math:`-708 \le x \le 708`.

    :math:`p = e^r - 1` for :math:`r = x - n\log 2`, :math:`|r| \le \frac12\log 2`, by its series up to r¹³, which
    leaves out less than 2⁻⁵⁶ of it; log 2 is subtracted in two parts, the first of which has few bits.
    """
    n = np.rint(x * _LOG2_E)
    r = (x - n * _LOG_2_HIGH) - n * _LOG_2_LOW
    p = 1 / 6227020800.0
    p = p * r + 1 / 479001600.0
    p = p * r + 1 / 39916800.0
    p = p * r + 1 / 3628800.0
    p = p * r + 1 / 362880.0
    p = p * r + 1 / 40320.0
    p = p * r + 1 / 5040.0
    p = p * r + 1 / 720.0
    p = p * r + 1 / 120.0
    p = p * r + 1 / 24.0
    p = p * r + 1 / 6.0
    p = p * r + 0.5
    p = p * (r * r) + r
    power = np.int64((np.float64(n + _MAGIC).view(np.int64) + 1023) << 52).view(np.float64)
    return p, power


@compiled
def exponential(x: float) -> float:
    """Return exp(x) for x of at most 0; below -708 it is that of -708."""
    p, power = exponential_minus_1(max(x, _SMALLEST))
    return float(power * p + power)


@compiled
def tanh(x: float) -> float:
    r"""Return the hyperbolic tangent, to 3 units in the last place.

    It is :math:`e/(e + 2)` with :math:`e = e^{2|x|} - 1`, and has the sign of x.
    """
    p, power = exponential_minus_1(2 * min(abs(x), 20.0))
    e = power * p + (power - 1)
    return math.copysign(e / (e + 2), x)


@compiled
def arc_cosine(x: float) -> float:
    r"""Return the arc cosine of x, -1 to 1, to 2 units in the last place.

    With :math:`\arcsin s = s + s\,q(s^2)`: for :math:`|x| \le \frac12` it is :math:`\frac\pi2 - \arcsin x`, beyond it
    :math:`2\arcsin\sqrt{(1 - x)/2}` or π less that of -x.  The rational q is that of the C library fdlibm (e_acos.c).
    """
    size = abs(x)
    square = x * x if size <= 0.5 else (1 - size) / 2
    root = size if size <= 0.5 else math.sqrt(square)
    above = 7.91534994289814532176e-04 + square * 3.47933107596021167570e-05
    above = -4.00555345006794114027e-02 + square * above
    above = 2.01212532134862925881e-01 + square * above
    above = -3.25565818622400915405e-01 + square * above
    above = square * (1.66666666666666657415e-01 + square * above)
    below = -6.88283971605453293030e-01 + square * 7.70381505559019352791e-02
    below = 1 + square * (-2.40339491173441421878e00 + square * (2.02094576023350569471e00 + square * below))
    arc = root + root * (above / below)
    if size <= 0.5:
        return math.pi / 2 - math.copysign(arc, x)
    return 2 * arc if x > 0 else math.pi - 2 * arc


@compiled
def squared_norm(row: np.ndarray) -> float:
    """Return the sum of the squares."""
    total = 0.0
    for x in row:
        total += x * x
    return total


@compiled
def power_of_two(row: np.ndarray) -> float:
    """Return the largest power of two that is not above the largest entry."""
    largest = 0.0
    for x in row:
        largest = max(largest, abs(x))
    return math.ldexp(1.0, math.frexp(largest)[1] - 1)
