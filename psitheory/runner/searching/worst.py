"""The worst case of an inequality: the largest left/right is sought by moving what was drawn, inside its domains.

The best cases of the random search are climbed from, and cases with a whole number at an end of its range.  Floats
guide the search, and decide nothing: the case that it ends at is judged as any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from psitheory.runner.effort import QUICK
from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.climb import Climb, Enough, Place, ascend, ascend_on
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.redraw import CALLS, Inputs, redrawn, simplest, work
from psitheory.runner.searching.starts import far_starts, ladders


@dataclass
class Worst:
    """Where a search for the worst case ended.

    Attributes
    ----------
    inputs, outcome : the case and what became of it, None if no case was better than those drawn.
    evaluations : int
        How many cases were computed on the way.
    """

    inputs: Inputs | None = None
    outcome: Outcome | None = None
    evaluations: int = 0

    @property
    def refutes(self) -> bool:
        """Tell whether the case breaks the law."""
        return self.outcome is not None and self.outcome.status == "failed"


PATIENCE = 8
"""How many times as long a law is climbed that costs little."""


def patience(drawing: Drawing, law: Case, starts: Sequence[Choices], most: int = PATIENCE) -> int:
    """Return how many times the cases of an effort a search of this law gets: 1, 2, 4 and so on, up to ``most``."""
    calls = max((work(drawing, law, start) for start in starts), default=CALLS)
    return 1 << min(max(CALLS // max(calls, 1), 1), most).bit_length() - 1


def worst_case(
    drawing: Drawing,
    law: Case,
    run: Callable[[Inputs], Outcome],
    starts: Sequence[Choices],
    *,
    budget: int,
    on_peaks: bool = False,
) -> Worst:
    """Climb from each start in turn, with an equal share of the ``budget`` of cases, and judge where it ends.

    Where the starts lie ``on_peaks``, each on its own, no others are looked for.
    """
    climbs: list[Climb] = []
    spent, begun = 0, set[Choices]()
    for start, share, whole in _shares(drawing, law, starts, budget, on_peaks=on_peaks):
        climb = Climb(drawing, law, run, max(share, 1), begun=begun)
        with suppress(Enough):
            ascend(climb, start, whole=whole)
        with suppress(Enough):
            if not whole and max((other.best[0] for other in climbs), default=-math.inf) < climb.best[0] < 1:
                ascend_on(climb)
        spent += climb.evaluations
        if climb.broken is not None:
            return Worst(*simplest(drawing, run, *climb.best[1:], climb.broken), spent)
        climbs.append(climb)
    best: tuple[Inputs, Outcome] | None = None
    for climb in sorted(climbs, key=_height, reverse=True):
        if best is None or _ratio(best) < _height(climb):
            best = max(filter(None, (best, _judged(climb))), key=_ratio, default=None)
    return Worst(evaluations=spent) if best is None else Worst(*best, spent)


def _shares(
    drawing: Drawing, law: Case, starts: Sequence[Choices], budget: int, *, on_peaks: bool
) -> Iterator[tuple[Choices, int, bool]]:
    """Yield each start with its share of the budget, and whether its whole numbers are moved first.

    Rungs come first, which cost little and are read easily, with as many cases as take the work of the budget; then the
    best cases, then those that are far from them, with half of the budget each if they do not come first.
    """
    if not starts:
        return
    rungs = [] if on_peaks else ladders(drawing, law, starts[0])
    for start in rungs:
        cheaper = patience(drawing, law, [start]) // patience(drawing, law, starts[:1])
        yield start, budget * max(cheaper, 1) // len(rungs), False
    elsewhere = [] if on_peaks else far_starts(drawing, law, starts[0], budget // LONG)
    for start in (*starts, *elsewhere):
        among = elsewhere if start in elsewhere else starts
        yield start, budget // (2 if elsewhere or rungs else 1) // len(among), start not in elsewhere


LONG = QUICK.climb
"""So many cases are a climb by itself."""


def _height(climb: Climb) -> float:
    return climb.best[0]


def _judged(climb: Climb) -> tuple[Inputs, Outcome] | None:
    """Return the best case of a climb that is no mere rounding, or one that breaks the law; None if there is none.

    A climb may end where rounding is all there is to compare, but came from where there was more: one goes back as
    far as it takes, twice as far each time, and forth again by halves.
    """
    places = climb.records[1:]
    best: tuple[Inputs, Outcome] | None = None

    def is_sound(back: int) -> bool:
        nonlocal best
        found = _at(climb, places[-back])
        if found is not None and (best is None or _ratio(found) > _ratio(best)):
            best = found
        return found is not None and _ratio(found) >= places[-back][0] / 2

    rounding, back = 0, 1
    while places and not is_sound(back) and back < len(places):
        rounding, back = back, min(2 * back, len(places))
    while back - rounding > 1 and (best is None or best[1].status == "passed"):
        middle = (rounding + back) // 2
        rounding, back = (rounding, middle) if is_sound(middle) else (middle, back)
    return best


def _ratio(found: tuple[Inputs, Outcome]) -> float:
    if found[1].status == "failed":
        return math.inf
    return -math.inf if found[1].worst is None else found[1].worst


def _at(climb: Climb, place: Place) -> tuple[Inputs, Outcome] | None:
    """Return the case at a place with its outcome, None if there is nothing to compare."""
    inputs = redrawn(climb.drawing, *place[1:])
    outcome = None if inputs is None else climb.run(inputs)
    if inputs is None or outcome is None:
        return None
    says = outcome.status == "failed" or (outcome.status == "passed" and outcome.worst is not None)
    return (inputs, outcome) if says else None
