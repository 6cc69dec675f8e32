"""One case again: drawn by the same choices, moved by nudges, and what an inequality comes to there on floats."""

from __future__ import annotations

import gc
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from psitheory.arithmetic import to_floats
from psitheory.checking import Interval
from psitheory.runner.judging.outcome import Case, Outcome, in_floats, sides, unwrapped
from psitheory.runner.searching.draws import Choice, Choices, Draw, Drawing, Refilled, drawn_again
from psitheory.runner.searching.nudges import nudged

Inputs = Mapping[str, Any]


def redrawn(drawing: Drawing, choices: Choices, nudges: Sequence[float] | None = ()) -> dict[str, Any] | None:
    """Return the inputs that a strategy draws by these choices, None if they do not fit; None leaves nudges alone."""
    if nudges is not None:
        unmoved = partial(_decisions, drawing, choices) if any(nudges) else None
        with nudged(nudges, unmoved):
            return redrawn(drawing, choices, None)
    return drawn_again(drawing, Draw(choices, most=len(choices)))


@lru_cache(maxsize=1)
def _decisions(drawing: Drawing, choices: Choices) -> Sequence[Any]:
    """Return what the domains decide where nothing is moved; kept of the last choices, which are asked for again."""
    with nudged(()) as tape:
        redrawn(drawing, choices, None)
    return tape.decided


def nodes(drawing: Drawing, choices: Choices) -> Sequence[Choice]:
    """Return what is known of each choice: its type, its value and its range; nothing if they do not fit."""
    data = Draw(choices, most=len(choices))
    return () if drawn_again(drawing, data) is None else data.made


def nodes_from(drawing: Drawing, first: Choices) -> Sequence[Choice]:
    """Return the same where only the first choices are made, and the others are drawn."""
    data = Draw(first)
    return () if drawn_again(drawing, data) is None else data.made


def size(choices: Choices) -> int:
    """Return how many choices there are, each byte as one: a case of fewer dimensions has fewer."""
    return sum(len(choice) if isinstance(choice, bytes) else 1 for choice in choices)


def refilled(drawing: Drawing, first: Choices, known: Sequence[Choice]) -> Choices:
    """Return choices that begin so; what follows is what is ``known`` of its kind, in turn, as far as anything is.

    First comes what is known of the places that follow.  Bytes are of one kind, whatever their number: fewer are the
    first of them.  What is not known is chosen at random, and so is whether a list goes on: of lists in lists the one
    does not tell of the other.
    """
    data = Refilled(first, [*known[len(first) :], *known[: len(first)]])
    return () if drawn_again(drawing, data) is None else data.values


LARGEST_RANGE = 10_000
"""A range of whole numbers wider than this is one of seeds, whose neighbours have nothing in common."""


def is_small(node: Any) -> bool:
    """Tell whether a choice is a whole number of a range that is small, and no seed."""
    low, high = node.constraints.get("min_value"), node.constraints.get("max_value")
    return node.type == "integer" and low is not None and high is not None and 0 < high - low <= LARGEST_RANGE


def largest_ratio(law: Case, inputs: Inputs | None, floor: float = 0.0) -> float:
    """Return the largest left/right of an inequality on floats, minus infinity where it claims none.

    Where the right side is not positive it is 1 more than the share by which the left one exceeds it.  Of 0 ≤ right,
    whose ratios are all zero, it is -right/(1 + right), which grows as the right side falls, below all other ratios.
    """
    left, right = (np.empty(0), np.empty(0)) if inputs is None else _both(law, inputs)
    with np.errstate(all="ignore"):
        share = 1 + (left - right) / (np.abs(left) + np.abs(right))
        quotient = left / right if np.any(left) else -right / (1 + right)
        ratios = np.where(right > 0, quotient, share)[np.abs(right) >= floor]
    ratios = ratios[np.isfinite(ratios)]
    return float(np.max(ratios)) if ratios.size else -math.inf


def right_size(law: Case, inputs: Inputs) -> float:
    """Return the size of the right side, zero where there is none."""
    return float(np.max(np.abs(_both(law, inputs)[1]), initial=0.0))


def _both(law: Case, inputs: Inputs) -> tuple[Any, Any]:
    try:
        seen = in_floats(law, inputs)
    except Exception:  # what a law raises while it is searched is told when the case is judged
        return np.empty(0), np.empty(0)
    if (
        not seen.moved
        or seen.relation != "at most"
        or isinstance(seen.left, Interval)
        or isinstance(seen.right, Interval)
    ):
        return np.empty(0), np.empty(0)
    left, right = sides(seen)
    return to_floats(left).astype(float), to_floats(right).astype(float)


def is_plain(law: Case, inputs: Inputs, share: float = 0.0) -> bool:
    """Tell whether a case claims nothing, or its sides are as claimed whatever was rounded.

    With a ``share`` they may be off by this part of their size.
    """
    try:
        seen = in_floats(law, inputs)
        if not seen.moved:
            return True
        left, right = map(unwrapped, sides(seen))
        if not share:
            return bool(np.all(left == right if seen.relation == "equal" else left <= right))
        gap = abs(left - right) if seen.relation == "equal" else left - right
        return bool(np.all(gap <= share * max(np.max(abs(left)), np.max(abs(right)))))
    except Exception:  # what it raises is told when it is judged
        return False


def first_broken(
    drawing: Drawing,
    law: Case,
    run: Callable[[Inputs], Outcome],
    candidates: Iterable[Choices],
    share: float = 0.0,
) -> tuple[Inputs, Outcome] | None:
    """Return the first of many cases that breaks a law; judged are those that are not plainly as claimed on floats.

    Where floats break it so often and the judgement denies it each time, it is rounding that breaks it.
    """
    doubted = 0
    for choices in candidates:
        inputs = redrawn(drawing, choices)
        if inputs is None or is_plain(law, inputs, share):
            continue
        outcome = run(inputs)
        if outcome.status == "failed":
            return simplest(drawing, run, choices, (), (inputs, outcome))
        doubted += 1
        if doubted == DOUBTED:
            break
    return None


DOUBTED = 256
"""So many cases are judged at most that floats break and that do not break the law: each takes as long as many."""


def simplest(
    drawing: Drawing,
    run: Callable[[Inputs], Outcome],
    choices: Choices,
    nudges: Sequence[float],
    broken: tuple[Inputs, Outcome],
) -> tuple[Inputs, Outcome]:
    """Return a case that breaks a law with its real numbers rounded as coarsely as it stays one."""
    for bits in (0, 1, 2, 4, 6, 8, 12, 16):
        coarse = tuple(round(x, bits) if isinstance(x, float) and math.isfinite(x) else x for x in choices)
        nearby = [round(x * 2**bits) / 2**bits for x in nudges]
        if coarse == choices and nearby == [*nudges]:
            return broken
        inputs = redrawn(drawing, coarse, nearby)
        outcome = None if inputs is None else run(inputs)
        if inputs is not None and outcome is not None and outcome.status == "failed":
            return inputs, outcome
    return broken


CALLS = 12_000
"""A case of fewer calls of functions than this is climbed longer, the longer the fewer; more are not counted."""


def work(drawing: Drawing, law: Case, start: Choices) -> int:
    """Return how many functions are entered and left while a case is drawn and computed: time depends on load.

    It is counted up to a limit, and once for each case of a law.
    """
    counted = _counted.setdefault(law, {})
    if start not in counted:

        def once() -> None:
            right_size(law, redrawn(drawing, start) or {})

        once()  # caches are filled
        counted[start] = _calls(once, CALLS)
    return counted[start]


_counted: WeakKeyDictionary[Case, dict[Choices, int]] = WeakKeyDictionary()


def _calls(run: Callable[[], None], most: int) -> int:
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > most:
            sys.setprofile(None)

    before: Any = sys.getprofile()
    collects = gc.isenabled()
    gc.disable()  # its rounds, and who listens to them, come when they come
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before if before is None or callable(before) else None)
        if hasattr(before, "enable"):  # cProfile's own, which is no function
            before.enable()
        if collects:
            gc.enable()
    return calls
