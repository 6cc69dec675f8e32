"""Inequalities in one variable decided by balls: Taylor's formula on boxes, halved until each is decided."""

from collections.abc import Callable
from typing import Any

from flint import arb, arb_series


def taylor(function: Callable[[Any], Any], low: Any, high: Any, order: int) -> list[Any]:
    """Return enclosures of the coefficients of ``function`` at the middle of a box; the last one holds on all of it."""
    middle, box = (low + high) / 2, low.union(high)
    at = function(arb_series([middle, 1], prec=order))
    on = function(arb_series([box, 1], prec=order + 1))
    return [at[k] for k in range(order)] + [on[order]]


def value_on(function: Callable[[Any], Any], low: Any, high: Any, order: int = 4) -> Any:
    """Return an enclosure of the values of ``function`` between ``low`` and ``high``."""
    step, out = (high - low) / 2 * arb(0, 1), arb(0)
    for coefficient in reversed(taylor(function, low, high, order)):
        out = out * step + coefficient
    return out


def undecided_boxes(
    function: Callable[[Any], Any], low: Any, high: Any, *, order: int = 4, depth: int = 12
) -> tuple[int, int]:
    """Return on how many boxes the function is shown to be positive, and on how many it is not, between two numbers."""
    shown, left, waiting = 0, 0, [(arb(low), arb(high), 0)]
    while waiting:
        a, b, level = waiting.pop()
        if _is_positive(function, a, b, order):
            shown += 1
        elif level == depth:
            left += 1
        else:
            waiting += [(a, (a + b) / 2, level + 1), ((a + b) / 2, b, level + 1)]
    return shown, left


def _is_positive(function: Callable[[Any], Any], low: Any, high: Any, order: int) -> bool:
    try:
        return bool(value_on(function, low, high, order) > 0)
    except ValueError:  # a divisor that may be 0 somewhere on the box
        return False
