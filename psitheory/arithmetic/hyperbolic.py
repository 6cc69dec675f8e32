r"""Hyperbolic functions that keep their digits near 0, on floats and in balls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.numbers import Array, namespace


def cosh(x: Array) -> Array:
    r"""Return :math:`\cosh x`."""
    xp = namespace(x)
    return (xp.exp(x) + xp.exp(-x)) / 2


def artanh(y: Array) -> Array:
    r"""Return :math:`\operatorname{artanh}y`; no number where :math:`|y| > 1`."""
    xp = namespace(y)
    return (xp.log1p(y) - xp.log1p(-y)) / 2


def log_cosh(x: Array) -> Array:
    r"""Return :math:`\ln\cosh x = -\tfrac12\ln(1 - \tanh^2x)`, for x up to about 15."""
    xp = namespace(x)
    slope = xp.tanh(x)
    return -xp.log1p(-slope * slope) / 2


def sinhc(x: Array) -> Array:
    r"""Return :math:`\sinh(x)/x`, 1 at 0; it lies between 1 and :math:`\cosh x`."""
    return _over(x, _sinh, cosh)


def artanhc(y: Array) -> Array:
    r"""Return :math:`\operatorname{artanh}(y)/y`, 1 at 0; it lies between 1 and :math:`1/(1 - y^2)`."""
    return _over(y, artanh, lambda y: 1 / (1 - y * y))


def _sinh(x: Array) -> Array:
    xp = namespace(x)
    return (xp.expm1(x) - xp.expm1(-x)) / 2


def _over(x: Array, function: Callable[[Array], Array], largest: Callable[[Array], Array]) -> Array:
    """Return function(x)/x; where a ball holds 0, all that lies between 1 and ``largest``."""
    xp = namespace(x)
    if xp is not BALLS:
        zero = x == 0
        safe = xp.where(zero, xp.ones_like(x) / 2, x)
        return xp.where(zero, xp.ones_like(x), function(safe) / safe)

    def of_one(ball: Any) -> Any:
        ball = BALLS.element(ball)
        one = np.array(ball, dtype=object)
        return BALLS.element(1).union(largest(one)) if ball.contains(0) else function(one) / ball

    return np.frompyfunc(of_one, 1, 1)(x)
