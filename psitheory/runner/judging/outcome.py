"""What became of one case: its status, and its two sides as a person reads them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, Literal

import numpy as np

from psitheory.arithmetic import BALLS, to_floats
from psitheory.arithmetic.balls import is_complex, is_infinity
from psitheory.checking import Interval, Observation, vacuous
from psitheory.errors import ArgumentError, ArgumentTypeError, shown

Status = Literal["passed", "failed", "undecided", "vacuous", "raised"]


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    status: Status
    left: str = ""
    right: str = ""
    worst: float | None = None
    note: str = ""
    bits: float | None = None
    relation: str = "equal"


Case = Callable[..., Observation]


def observe(case: Case, inputs: Mapping[str, Any]) -> Observation:
    """Return what the law observes on ``inputs``.

    Raises
    ------
    ArgumentTypeError
        If the law returns something else.
    """
    seen = case(**{name: _own(value) for name, value in inputs.items()})
    if not isinstance(seen, Observation):
        raise ArgumentTypeError(
            f"the law returned {shown(seen)}; equal(left, right), at_most(left, right) or vacuous(reason) is needed"
        )
    if seen.moved and not any(isinstance(side, Interval) for side in (seen.left, seen.right)):
        return _comparable(seen)
    return seen


def _own(value: Any) -> Any:
    """Return containers and random numbers anew: a law that changes its inputs must not find them changed."""
    kind = type(value)
    if kind in (list, tuple, set):
        return kind(map(_own, value))
    if kind is dict:
        return {key: _own(item) for key, item in value.items()}
    if kind is deque:
        return deque(map(_own, value), value.maxlen)
    if isinstance(value, (np.random.Generator, np.random.RandomState)):
        return deepcopy(value)
    return copy(value) if isinstance(value, (bytearray, Random)) else value


def _comparable(seen: Observation) -> Observation:
    """Return the observation if its sides have one shape, or one of them is a single number, and are not empty."""
    for name, side in (("left", seen.left), ("right", seen.right)):
        if _is_no_number(side):
            raise ArgumentTypeError(f"the {name} side is {shown(side)}; a number or an array of numbers is needed")
    left, right = np.shape(seen.left), np.shape(seen.right)
    if left != right and left and right:
        raise ArgumentError(f"the sides have the shapes {left} and {right}; one shape, or a single number, is needed")
    return vacuous("the sides are empty") if 0 in left + right else seen


_NO_NUMBERS = (str, bytes, dict, set, frozenset, type(None))


def _is_no_number(side: Any) -> bool:
    kind = getattr(getattr(side, "dtype", None), "kind", "O")
    if kind != "O":
        return kind not in "?biufc"
    entries = np.ravel(np.asarray(side, dtype=object)) if isinstance(side, (np.ndarray, list, tuple)) else (side,)
    return any(isinstance(x, _NO_NUMBERS) for x in entries)


def in_floats(case: Case, inputs: Mapping[str, Any]) -> Observation:
    """Observe the law on floats; overflow is seen in what comes out, not in warnings."""
    with np.errstate(all="ignore"):
        return observe(case, inputs)


def sides(seen: Observation, element: Callable[[Any], Any] | None = None) -> tuple[Any, Any]:
    """Return both sides, broadcast against each other and flattened; complex ones as real and imaginary parts.

    Fractions stay as they are where both sides are exact, and become floats beside floats.  Whole numbers of which no
    one type of NumPy's holds all stay Python's.
    """
    left, right = np.broadcast_arrays(np.asarray(seen.left), np.asarray(seen.right))
    left, right = left.ravel(), right.ravel()
    if _is_complex(left) or _is_complex(right):
        left, right = _parts(seen.relation, left), _parts(seen.relation, right)
    if element is None:
        if left.dtype == right.dtype == object:
            return left, right
        if left.dtype != right.dtype and _are_whole(left) and _are_whole(right):
            return left.astype(object), right.astype(object)
        return _floats_of(left), _floats_of(right)
    lift = np.frompyfunc(element, 1, 1)
    return lift(left.astype(object)), lift(right.astype(object))


def _parts(relation: str, side: Any) -> Any:
    if relation != "equal":
        raise ArgumentTypeError("a side is complex; what is at most something is real")
    if side.dtype != object:
        return np.concatenate([side.real, side.imag])
    complex_ball = BALLS.element(0j)
    both = [x + complex_ball for x in side]
    return np.array([x.real for x in both] + [x.imag for x in both], dtype=object)


def _is_complex(side: Any) -> bool:
    return side.dtype.kind == "c" or (side.dtype == object and any(map(is_complex, side)))


def _are_whole(side: Any) -> bool:
    """Tell whether a side is made of whole numbers, NumPy's or Python's."""
    return side.dtype.kind in "iu" or (side.dtype == object and all(isinstance(x, int) for x in side))


def unwrapped(side: Any) -> Any:
    """Return a side whose whole numbers are Python's, whose differences and sizes do not wrap around."""
    side = side.astype(int) if side.dtype == bool else side
    return side.astype(object) if side.dtype.kind in "iu" else side


def _floats_of(side: Any) -> Any:
    """Return a side of Python's own numbers as floats, any other as it is."""
    of_python = side.dtype == object and all(isinstance(x, (int, float, Fraction, Decimal)) for x in side)
    return np.array([float(x) for x in side]) if of_python else side


def are_exact(*of_python: Any) -> bool:
    """Tell whether all entries of the sides are Python's integers or fractions, which are compared as they are."""
    return all(side.dtype == object and all(isinstance(x, (int, Fraction)) for x in side) for side in of_python)


def judged(
    seen: Observation,
    left: Any,
    right: Any,
    holds: bool,
    bits: float | None = None,
    noise: float = 0.0,
    at: int | None = None,
) -> Outcome:
    """Return the outcome, shown at entry ``at``, or where the sides differ most.

    ``noise`` is the size at which the terms of a side that cancel to zero are computed.
    """
    worst = None
    if bits is None and _is_numeric(left) and _is_numeric(right):
        same = seen.relation == "equal" and bool(np.all(left == right))
        worst = 0.0 if same else worst_of(seen.relation, to_floats(left), to_floats(right), noise)
    i = at if at is not None else 0 if holds else _worst_entry(seen.relation, left, right)
    shown_left, shown_right = _show_both(left[i], right[i], holds)
    return Outcome("passed" if holds else "failed", shown_left, shown_right, worst, "", bits, seen.relation)


def _is_numeric(side: Any) -> bool:
    return side.dtype.kind in "fiu" or (
        side.dtype == object and all(_module(x) in ("flint", "builtins", "fractions", "decimal") for x in side)
    )


def _module(x: Any) -> str:
    return type(x).__module__.split(".")[0]


def worst_of(relation: str, left: Any, right: Any, noise: float) -> float | None:
    """Return the largest relative gap of an equality, or the largest ratio left/right of an inequality."""
    left, right = left.astype(float), right.astype(float)
    with np.errstate(all="ignore"):
        if relation == "equal":
            size = max(np.max(np.abs(left), initial=0.0), np.max(np.abs(right), initial=0.0), noise)
            worst = np.max(np.abs(left - right), initial=0.0) / size if size else 0.0
        else:
            ratios = (left / right)[right > 1e-6 * noise]  # below, both sides are rounding
            worst = np.max(ratios) if ratios.size else math.nan
        return None if np.isnan(worst) else float(worst)  # as of two sides beyond all floats


def _worst_entry(relation: str, left: Any, right: Any) -> int:
    """Return the index of the entry that shows the failure best."""
    if not (_is_numeric(left) and _is_numeric(right)):
        return int(np.argmax([bool(x != y) for x, y in zip(left, right, strict=True)]))
    left, right = to_floats(left).astype(float), to_floats(right).astype(float)
    with np.errstate(all="ignore"):
        gap = np.abs(left - right) if relation == "equal" else left - right
        size = np.maximum(np.abs(left), np.abs(right))
        shares = np.where(size == 0, 0, gap / size)
        return int(np.argmax(np.where(np.isnan(shares), np.inf, shares)))


def _show_both(left: Any, right: Any, holds: bool) -> tuple[str, str]:
    """Return both sides as text, with as many digits as it takes to see that they differ, if they do."""
    for digits in (12, 17, 40, 160):
        shown = _show(left, digits), _show(right, digits)
        one, other = (text.lstrip("[").split(" ")[0] for text in shown)  # the middles of balls
        if holds or one != other:
            break
    return shown


def _show(x: Any, digits: int) -> str:
    if _module(x) == "flint" and type(x).__name__ == "arb":
        return str(float(x.mid()) if is_infinity(x) else x.str(digits))
    if isinstance(x, (float, np.floating)):
        return f"{float(x):.{min(digits, 17)}g}"
    text = str(x)
    if len(text) > 40 and _is_ratio(x):
        return f"{to_floats(x):.12g} (a ratio of {len(text)} digits)"
    return text if len(text) <= 200 else text[:199] + "…"


def _is_ratio(x: Any) -> bool:
    return _module(x) == "flint" and type(x).__name__ == "fmpq"
