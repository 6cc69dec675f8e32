r"""The inequalities in one variable that prove claim J5, for power series over the rationals or over balls.

In units of L: b the angle from :math:`u_{t+1}` to z, s that of the step, :math:`y = \tan s`, :math:`\kappa = (1+M)/M`,
:math:`p(b) = -M\ln(\cosh b - \kappa b\sinh b)`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from flint import arb, arb_series, fmpq, fmpq_series

from proofs_check.sharper.boxes import undecided_boxes


class Case(NamedTuple):
    """M, and the curve b = x s(1 + c s²) near which the second inequality is tightest; in thousandths but M."""

    lower: fmpq
    x: int
    c: int


CASES = tuple(
    Case(fmpq(*lower), x, c)
    for lower, x, c in (
        ((1, 100), 149, 0),
        ((1, 10), 307, 20),
        ((1, 4), 390, 50),
        ((1, 2), 446, 100),
        ((3, 4), 471, 144),
        ((1, 1), 481, 165),
        ((5, 4), 484, 184),
        ((3, 2), 485, 192),
        ((2, 1), 481, 211),
        ((3, 1), 464, 240),
        ((4, 1), 446, 250),
        ((16, 1), 327, 360),
        ((64, 1), 215, 550),
        ((1000, 1), 87, 800),
    )
)
"""The decided values of M; x and c were found by hand, and any that lead to no undecided box will do."""


def _cosh(z: Any) -> Any:
    return (z.exp() + (-z).exp()) / 2


def _sinh(z: Any) -> Any:
    return (z.exp() - (-z).exp()) / 2


def _log_argument(b: Any, m: Any) -> tuple[Any, Any, Any]:
    """Return D = cosh b - κ b sinh b, N = -D' and N'."""
    k = (1 + m) / m
    c, s = _cosh(b), _sinh(b)
    return c - b * s * k, s * (k - 1) + b * c * k, c * (2 * k - 1) + b * s * k


def outside(b: Any, m: Any, case: Case) -> Any:
    r"""Return :math:`p(b) - \frac{1+M}2b^2 - \frac12\tan^2b`, which must be at least 0: no step is shorter than b."""
    value, _, _ = _log_argument(b, m)
    t = b.tan()
    return -(value.log()) * m - b * b * (1 + m) / 2 - t * t / 2


def convexity(b: Any, m: Any, case: Case) -> Any:
    r"""Return :math:`p''(b) - (2 + M)`: at least 0, so what follows is convex in b."""
    value, slope, bend = _log_argument(b, m)
    return (bend * value + slope * slope) / (value * value) * m - (2 + m)


def _tangent(s: Any, m: Any, case: Case) -> tuple[Any, Any, Any]:
    r"""Return :math:`F(b,s) = p(b) - \ln(\cosh a - y\sinh a) - \frac12y^2 - \frac{1+M}2b^2`, a = s - b, F_b and b."""
    x, c = (arb(part) / 1000 if isinstance(m, arb) else fmpq(part, 1000) for part in (case.x, case.c))
    b = s * x * (s * s * c + 1)
    a, t = s - b, s.tan()
    value, slope, _ = _log_argument(b, m)
    along = _cosh(a) - t * _sinh(a)
    f = -(value.log()) * m - along.log() - t * t / 2 - b * b * (1 + m) / 2
    return f, slope / value * m - (t * _cosh(a) - _sinh(a)) / along - b * (1 + m), b


def at_no_distance(s: Any, m: Any, case: Case) -> Any:
    """Return the tangent of F at b(s), at b = 0."""
    f, slope, b = _tangent(s, m, case)
    return f - slope * b


def at_the_whole_step(s: Any, m: Any, case: Case) -> Any:
    """Return the tangent of F at b(s), at b = s."""
    f, slope, b = _tangent(s, m, case)
    return f + slope * (s - b)


def decided(inequality: Any, case: Case, high: fmpq, first: int, divisor: int = 64) -> tuple[int, int]:
    """Return the number of boxes on which an inequality is shown to hold, and of those on which it is not.

    The power series at 0 begins with the term ``first`` exactly; the first box, up to 1/``divisor``, is decided by
    the coefficient after the next, which is odd and vanishes.
    """
    series = inequality(fmpq_series([0, 1], prec=first + 2), case.lower, case)
    exact = all(series[k] == 0 for k in (*range(first), first + 1)) and series[first] > 0
    m = arb(case.lower)
    near = arb(0).union(arb(1) / divisor)
    later = inequality(arb_series([near, 1], prec=first + 3), m, case)[first + 2]
    at_zero = exact and bool(arb(series[first]) + later * (arb(0).union(arb(1)) / divisor**2) > 0)
    shown, left = undecided_boxes(lambda z: inequality(z, m, case), 1 / divisor, high, order=6)
    return shown + at_zero, left + (not at_zero)


@cache
def all_boxes(case: Case) -> dict[str, tuple[int, int]]:
    """Return shown and undecided boxes of each inequality, for slopes y, y' up to min(1, M)."""
    largest = min(case.lower, fmpq(1))
    turn = fmpq(7854, 10000) if largest == 1 else largest  # arctan of the largest slope is below
    b = max(largest / (1 + case.lower), turn * fmpq(3, 5))  # x(1 + c s²) is below 3/5
    return {
        "outside": decided(outside, case, largest / (1 + case.lower), 4),
        "convexity": decided(convexity, case, b, 2),
        "at no distance": decided(at_no_distance, case, turn, 4, 256),
        "at the whole step": decided(at_the_whole_step, case, turn, 4, 256),
    }
