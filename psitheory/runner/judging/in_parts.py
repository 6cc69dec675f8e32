"""Parts of complex numbers, which arrays of objects have not: what balls find of them is believed if floats agree.

Where an array holds balls, its ``.real`` is the array itself, its ``.imag`` is zero, and ``numpy.linalg.norm`` adds up
squares that are not those of absolute values: wrong in silence, whatever a law goes on to make of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psitheory.arithmetic.balls import enclosure
from psitheory.errors import NotInArithmetic
from psitheory.runner.judging.branches import asks_for_parts
from psitheory.runner.judging.outcome import Case, in_floats, sides

HALF = 2.0**-26
"""Sides that differ by more than this share of their size have not one half of their digits in common."""

LOST = "complex numbers in arrays have no parts where the entries are objects"


def refuse_lost_parts(case: Case, inputs: Mapping[str, Any], enclosed: Any) -> None:
    """Return if the sides in balls are those on floats, of a law that asks for parts; else raise.

    Raises
    ------
    NotInArithmetic
        If they are others.
    """
    if asks_for_parts(case, inputs):
        seen = in_floats(case, inputs)
        if not seen.moved or are_others(sides(seen), enclosed):
            raise NotInArithmetic(LOST)


def are_others(on_floats: Any, enclosed: Any) -> bool:
    """Tell whether sides in balls are clearly not those that floats have, or not as many."""
    return any(map(_is_other, on_floats, enclosed))


def _is_other(side: Any, enclosed: Any) -> bool:
    numbers = [float(x) for x in side]
    if len(numbers) != len(enclosed) or not np.all(np.isfinite(numbers)):
        return len(numbers) != len(enclosed)
    away = HALF * max(map(abs, numbers), default=0.0)
    about = enclosure(-away).union(enclosure(away))
    return any(ball.is_finite() and not (about + x).overlaps(ball) for x, ball in zip(numbers, enclosed, strict=True))
