"""How one case is judged, in each arithmetic.

========================  ============================================================================
kind                      an equality passes when
========================  ============================================================================
formal vectors            both sides are the same linear combination, or numbers, for all inputs
symbols, rationals        both sides are the same element
powers of two             both sides are the same floats
balls                     the enclosures overlap at the last precision, and are narrow
floats                    each float lies in the enclosures of both sides, computed from inputs
                          widened by 16 ulp
controls                  the sides differ by at most ten times what one ulp in the inputs changes
========================  ============================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from psitheory.arithmetic import RATIONALS as OF_RATIONALS
from psitheory.arithmetic import namespace
from psitheory.arithmetic.rounded import is_rounded
from psitheory.checking import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.errors import MadeAFloat, NotInArithmetic
from psitheory.runner.judging.branches import names_floats, refuse_floats
from psitheory.runner.judging.by_controls import controlled
from psitheory.runner.judging.by_identity import identified
from psitheory.runner.judging.in_balls import INFINITE_SIDE, enclosed, holds_but_for_rounding
from psitheory.runner.judging.in_floats import exactly_at, overflow_at, sampled, unless_floats_end
from psitheory.runner.judging.outcome import Case, Outcome, in_floats, judged, observe, sides

__all__ = ["Outcome", "judge"]


def judge(kind: str, case: Case, inputs: Mapping[str, Any]) -> Outcome:
    """Run ``case`` on ``inputs`` and judge what it observed, by the rule of ``kind``."""
    return _JUDGES[kind](case, inputs)


def _exact(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    seen = observe(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    left, right = sides(seen)
    xp = namespace(left, right)
    if seen.relation == "equal":
        holds = bool(np.all(left == right)) or _are_equal_ratios(left, right)
    else:
        above = xp.greater(left, right)
        if any(flag is None for flag in np.ravel(above)):
            return Outcome("undecided", note="an order between two sides is not decided")
        holds = not bool(np.any(np.asarray(above, dtype=bool)))
    if not holds and _are_rounded(left, right) and holds_but_for_rounding(seen.relation, left, right):
        raise MadeAFloat("a side is a float, which is known to its last place only")
    return judged(seen, left, right, holds)


def _are_rounded(*both: Any) -> bool:
    return any(is_rounded(x) for side in both for x in side)


def _are_equal_ratios(left: Any, right: Any) -> bool:
    """Tell whether sides with ratios are equal, of which no ratio is equal to a float, nor to what is NumPy's."""
    if namespace(left, right) is not OF_RATIONALS:
        return False
    return bool(np.all(OF_RATIONALS.asarray(left) == OF_RATIONALS.asarray(right)))


def _on_rationals(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    refuse_floats(case, inputs)
    outcome = _exact(case, inputs)
    if outcome.status == "failed" and names_floats(case, inputs):
        exactly = exactly_at(case, inputs)
        if exactly is not None and exactly.status == "passed":
            raise MadeAFloat("a float that the law names may be compared with a ratio, which is equal to none")
    return outcome


def _bitwise(case: Case, inputs: Mapping[str, Any]) -> Outcome:
    seen = in_floats(case, inputs)
    if not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    if seen.relation != "equal":
        raise NotInArithmetic("only equalities can hold bit for bit")
    left, right = sides(seen)
    if not (np.all(np.isfinite(left)) and np.all(np.isfinite(right))):
        line = overflow_at(case, inputs)
        if not line and np.all(left == right):
            return Outcome("vacuous", note=INFINITE_SIDE, relation=seen.relation)
        return Outcome("undecided", note=f"a side is not finite{line}", relation=seen.relation)
    outcome = judged(seen, left, right, bool(np.all(left == right)))
    if outcome.status == "passed" or not any(map(_is_tiny, (left, right, *inputs.values()))):
        return outcome
    return unless_floats_end(case, inputs, outcome)


def _is_tiny(value: Any) -> bool:
    """Tell whether some number among floats is so small that products of such may underflow."""
    if not isinstance(value, (float, np.ndarray)) or np.asarray(value).dtype.kind != "f":
        return False
    sizes = np.abs(np.asarray(value))
    return bool(np.any((sizes > 0) & (sizes < np.sqrt(np.finfo(sizes.dtype).tiny))))


_JUDGES: dict[str, Callable[[Case, Mapping[str, Any]], Outcome]] = {
    FORMAL: identified,
    SYMBOLS: _exact,
    RATIONALS: _on_rationals,
    POWERS_OF_TWO: _bitwise,
    BALLS: enclosed,
    FLOATS: sampled,
    CONTROLS: controlled,
}
