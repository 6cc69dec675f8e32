"""How an observation on formal vectors is judged: it follows from an identity, or nothing is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import Scalar, Vector, is_formal
from psitheory.arithmetic.formal.scalar import plain
from psitheory.arithmetic.positive import PositiveSum
from psitheory.checking import Observation
from psitheory.errors import NotInArithmetic
from psitheory.runner.judging.outcome import Case, Outcome, observe, sides


def identified(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Judge one case: passed if it follows, else undecided, since different forms may be equal by other reasons."""
    seen = observe(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    doubt = follows(seen)
    left, right = sides(seen)
    shown = _short(left[0]), _short(right[0])
    return Outcome("undecided" if doubt else "passed", *shown, note=doubt, relation=seen.relation)


def follows(seen: Observation) -> str:
    """Return an empty string if what is claimed follows from an identity, else why it does not.

    Raises
    ------
    NotInArithmetic, Undecided
        If the sides cannot be compared.
    """
    if not seen.moved:
        return str(seen.left)
    pairs = list(zip(*sides(seen), strict=True))
    if not any(is_formal(side) for pair in pairs for side in pair):
        return "neither side is computed from them"
    if seen.relation == "equal":
        differing = next(((x, y) for x, y in pairs if not _identical(x, y)), None)
        return f"{_short(differing[0])} against {_short(differing[1])}" if differing else ""
    if seen.surplus is None:
        return "" if all(_in_order(x, y) for x, y in pairs) else "the left side is larger"
    return _with_surplus(seen)


def _with_surplus(seen: Observation) -> str:
    if not isinstance(seen.surplus, PositiveSum):
        return "the surplus is no sum of squares, lengths and Gram determinants"
    each = np.broadcast_arrays(*(np.asarray(x, dtype=object) for x in (seen.left, seen.right, seen.surplus.value)))
    for left, right, more in zip(*(x.flat for x in each), strict=True):
        if not _identical(right - left, more):
            return f"the right side less the left is {_short(right - left)}, the surplus that is named {_short(more)}"
    return ""


def _in_order(left: Any, right: Any) -> bool:
    difference = right - left
    return bool((difference.sign() if isinstance(difference, Scalar) else difference) >= 0)


def _identical(left: Any, right: Any) -> bool:
    if isinstance(left, (Scalar, Vector)):
        return left.is_identically(right)
    if isinstance(right, (Scalar, Vector)):
        return right.is_identically(left)
    ratios = plain(left), plain(right)
    if None in ratios:
        raise NotInArithmetic(f"a side is {_short(left)}, which is no number")
    return ratios[0] == ratios[1]


def _short(side: Any, limit: int = 60) -> str:
    text = str(side)
    return text if len(text) <= limit else text[: limit - 1] + "…"
