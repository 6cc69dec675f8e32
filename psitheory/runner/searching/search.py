"""Look for an input on which a case fails (or succeeds), and let Hypothesis shrink it."""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any
from unittest import SkipTest
from warnings import catch_warnings, simplefilter

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, control, given, settings
from hypothesis import seed as with_seed
from hypothesis.database import InMemoryExampleDatabase, choices_to_bytes
from hypothesis.errors import Flaky, HypothesisDeprecationWarning, HypothesisException, Unsatisfiable
from hypothesis.internal.entropy import deterministic_PRNG

from psitheory.errors import said
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.fresh import fresh_cases
from psitheory.runner.searching.redraw import Inputs, size

SHRINK_SECONDS = 3.0


class _Found(Exception):
    """The sought input was drawn; Hypothesis shrinks on this."""


class _OutOfTime(BaseException):
    """Ends Hypothesis at once; not an Exception, so that it is not mistaken for a failing example."""


@dataclass
class Search:
    """What a search has seen.

    Attributes
    ----------
    found : (inputs, outcome) or None
        The smallest input found on which the case came out as sought, or raised.
    outcomes : list of Outcome
        All outcomes before the first find (shrinking is not counted).
    passed : list of choices
        What Hypothesis chose for each that passed.
    first : (inputs, outcome) or None
        The first of them with its inputs.
    """

    found: tuple[Inputs, Outcome] | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    passed: list[Choices] = field(default_factory=list)
    ratios: list[tuple[float, Choices]] = field(default_factory=list)
    """The ratios of an inequality, each with what Hypothesis chose for it."""
    first: tuple[Inputs, Outcome] | None = None
    trouble: str = ""
    cut: bool = False
    """Whether time ran out before all cases were tried."""

    @property
    def starts(self) -> list[Choices]:
        """Return where a climb begins: at the largest ratio, and at the largest of a case that is small.

        A bound that is just met, as it is where a method stands still, is flat there; beside it the largest ratio of
        those that do not meet theirs is a start.
        """
        if not self.ratios:
            return []
        middle = sorted(size(choices) for _, choices in self.ratios)[len(self.ratios) // 2]
        small = [start for start in self.ratios if size(start[1]) <= middle]
        largest = max(self.ratios, key=_ratio)
        if abs(largest[0] - 1) < MET:
            short = [start for start in self.ratios if abs(start[0] - 1) >= MET and start[0] > -math.inf]
            return [max(group, key=_ratio)[1] for group in (short, self.ratios) if group]
        best = [largest[1], max(small, key=_ratio)[1]]
        return list(dict.fromkeys(best)) if best[0] != best[1] else best[:1] + _second(self.ratios)


MET = 2.0**-40
"""A ratio nearer than this to 1 is that of a bound which is met, up to the rounding of some thousand operations."""


def _ratio(start: tuple[float, Choices]) -> float:
    return start[0]


def _second(ratios: list[tuple[float, Choices]]) -> list[Choices]:
    return [choices for _, choices in sorted(ratios, key=lambda start: -start[0])[1:2]]


_PROCESSORS = os.cpu_count() or 1  # the system looks them up anew each time


class _Clock:
    """Tells when so many seconds of processor time, or ten times as many on the wall, are over.

    Processors are not asked, which is slow, before they can have worked so long between them.
    """

    def __init__(self, seconds: float) -> None:
        now = time.monotonic()
        self._processor, self._wall = time.process_time() + seconds, now + 10 * seconds
        self._earliest = now + seconds / _PROCESSORS

    def is_over(self) -> bool:
        now = time.monotonic()
        return now > self._earliest and (now > self._wall or time.process_time() > self._processor)


@contextmanager
def _on_its_own() -> Iterator[None]:
    """Make a search independent of its surroundings, and leave the global random states as they were.

    Hypothesis refuses to search inside a search, as happens when a check is called in somebody's own ``@given``, and
    has no public switch for it.
    """
    context = getattr(control, "_current_build_context", None)
    with nullcontext() if context is None else context.with_value(None), deterministic_PRNG(), catch_warnings():
        simplefilter("ignore", HypothesisDeprecationWarning)  # of domains that read them while they draw
        yield


def _remember(seen: Search, choices: Choices, outcome: Outcome) -> None:
    """Keep what led to the cases that passed, and to the ratios of an inequality."""
    if outcome.status != "passed":
        return
    seen.passed.append(choices)
    if outcome.relation != "at most":
        return
    ratio = -math.inf if outcome.worst is None or math.isnan(outcome.worst) else outcome.worst
    seen.ratios.append((ratio, choices))


def search(
    inputs: Drawing,
    run: Callable[[Inputs], Outcome],
    *,
    sought: str,
    cases: int,
    seconds: float,
    seed: int,
    shrink: bool = True,
) -> Search:
    """Draw up to ``cases`` inputs for up to ``seconds`` of this process; shrink the first that comes out as ``sought``.

    The clock starts at the first case, so that one is tried however long its data take to load.  It counts processor
    time, which a busy machine does not change; a search that waits is stopped after ten times as long.
    Deterministic in ``seed`` as long as the time suffices.  Keeps no database, prints nothing.
    """
    seen = Search()
    try:
        with _on_its_own():
            found = _first_found(seen, inputs, run, sought, cases, seconds, seed)
            if found is not None:
                choices, first = found
                seen.found = _shrunk(inputs, run, choices, first, seed) if shrink else first
                if seen.found is None:
                    seen.trouble = CHANGING
    except HypothesisException as error:
        seen.trouble = f"Hypothesis refuses the domains: {said(error)}"
    if not seen.outcomes and seen.found is None and not seen.trouble:
        seen.trouble = "the domains yielded no input"
    return seen


CHANGING = "the law changes by itself: the same input gave different outcomes on two runs"


def _first_found(
    seen: Search, inputs: Drawing, run: Callable[[Inputs], Outcome], sought: str, cases: int, seconds: float, seed: int
) -> tuple[Choices, tuple[Inputs, Outcome]] | None:
    """Return the first case that comes out as sought, or raises, with its choices; what is seen before is kept."""
    clock: _Clock | None = None
    fresh = fresh_cases(inputs, cases, seed)
    while (case := _next(fresh)) is not None:
        choices, drawn = case
        if clock is None:
            clock = _Clock(seconds)
        elif clock.is_over():
            seen.cut = True
            return None
        outcome = run(drawn)
        if outcome.status in (sought, "raised"):
            return choices, (drawn, outcome)
        seen.outcomes.append(outcome)
        seen.first = seen.first or (drawn, outcome)
        _remember(seen, choices, outcome)
    return None


def _next(fresh: Iterator[tuple[Choices, Inputs]]) -> tuple[Choices, Inputs] | None:
    """Return the next case; domains and laws that read the global random states find them the same each time.

    So they do when Hypothesis draws it again.
    """
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    return next(fresh, None)


def _shrunk(
    inputs: Drawing, run: Callable[[Inputs], Outcome], choices: Choices, first: tuple[Inputs, Outcome], seed: int
) -> tuple[Inputs, Outcome] | None:
    """Return the smallest case that comes out like the ``first``, to which Hypothesis shrinks that.

    None if that does not come out so again.  The choices come to Hypothesis as from a database of what failed before;
    if they are too many for it, the first is what there is.
    """
    found: tuple[Inputs, Outcome] | None = None
    ran, clock = False, _Clock(SHRINK_SECONDS)

    def body(drawn: dict[str, Any]) -> None:
        nonlocal found, ran
        if ran and clock.is_over():
            raise _OutOfTime
        ran, outcome = True, run(drawn)
        if outcome.status == first[1].status:
            found = (drawn, outcome)
            raise _Found

    database = InMemoryExampleDatabase()
    database.save(b".".join((FAILED, b"secondary")), choices_to_bytes(choices))  # the first are taken to be shrunk
    test: Any = with_seed(seed)(given(inputs)(body))  # which takes away what settings were given before it
    test._hypothesis_internal_database_key = FAILED
    shrinks = settings(
        database=database,
        deadline=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.reuse, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        derandomize=False,
    )
    with suppress(_Found, _OutOfTime, Flaky, SkipTest, Unsatisfiable):  # the last two where it runs none
        shrinks(test)()
    return found if ran else first


FAILED = b"what failed"
