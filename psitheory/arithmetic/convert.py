"""Carry values from floats to rationals and balls and back: numbers, arrays, and what holds them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.numbers import namespace
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.errors import NotInArithmetic

_MEASURED = (float, complex, np.inexact, Fraction, Decimal)


def convert(value: Any, element: Callable[[Any], Any]) -> Any:
    """Return ``value`` with every real number in it replaced by ``element(number)``.

    Numbers, float arrays, tuples, lists, dicts and dataclasses are walked; integers, booleans, strings
    and all other objects stay as they are, since counts and labels are not measured quantities.
    """
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "c":
            raise NotInArithmetic("an array of complex numbers has no parts where its entries are objects")
        if value.dtype.kind != "f" and value.dtype != object:
            return value
        out = np.empty(value.shape, dtype=object)
        for index in np.ndindex(value.shape):
            out[index] = element(value[index])
        return out
    if isinstance(value, _MEASURED) or type(value).__module__.startswith("flint."):
        return element(value)
    if isinstance(value, tuple):
        return tuple(convert(item, element) for item in value)
    if isinstance(value, list):
        return [convert(item, element) for item in value]
    if isinstance(value, dict):
        return {key: convert(item, element) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
        changed = {name: convert(item, element) for name, item in fields.items()}
        if all(changed[name] is fields[name] for name in fields):
            return value
        return dataclasses.replace(value, **changed)
    return value


def to_rationals(value: Any) -> Any:
    """Return ``value`` over the rationals; every float is a dyadic rational, so nothing is lost."""
    return convert(value, RATIONALS.element)


def to_balls(value: Any) -> Any:
    """Return ``value`` in balls: floats become exact balls of radius zero."""
    return convert(value, BALLS.element)


def widened(value: Any, ulps: int = 16) -> Any:
    """Return ``value`` in balls whose radius is ``ulps`` units in the last place of each float."""
    from flint import acb, arb

    def ball(x: Any) -> Any:
        if isinstance(x, complex):
            return acb(ball(x.real), ball(x.imag))
        return arb(float(x), float(ulps * abs(np.spacing(_one_of_floats(x))))) if x else arb(0)

    return convert(value, ball)


def _one_of_floats(x: Any) -> Any:
    return x if isinstance(x, np.floating) else float(x)


def watched(value: Any) -> Any:
    """Return ``value`` with balls whose ordinary comparisons are decided for all of their points, or refused."""
    from psitheory.arithmetic.ball import Ball, watching

    return convert(value, lambda x: watching(Ball, BALLS.element(x)))


def blurred_inputs(value: Any) -> Any:
    """Return ``value`` likewise, with balls that take a float which they meet for what it was rounded from."""
    from psitheory.arithmetic.ball import BlurredBall, watching

    return convert(value, lambda x: watching(BlurredBall, BALLS.element(x)))


def to_floats(value: Any) -> Any:
    """Return the float nearest to each number (a ball's midpoint): for display and for plotting."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return np.array([to_floats(x) for x in value.flat], dtype=float).reshape(value.shape)
    if isinstance(value, (Fraction, Decimal)):
        return float(value)
    found = namespace(value)
    if found is RATIONALS:
        try:
            return int(value.p) / int(value.q)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if found is BALLS:
        from flint import arb

        return float(arb.mid(value))
    return value if isinstance(value, np.ndarray) else float(value)
