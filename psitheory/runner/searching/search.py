"""The one driver of Hypothesis: look for an input on which a case fails (or succeeds), and shrink it."""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, control, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.errors import Flaky, HypothesisDeprecationWarning, HypothesisException, Unsatisfiable

from psitheory.errors import said
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.searching.redraw import Choices, size

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

    found: tuple[Mapping[str, Any], Outcome] | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    passed: list[Choices] = field(default_factory=list)
    ratios: list[tuple[float, Choices]] = field(default_factory=list)
    """The ratios of an inequality, each with what Hypothesis chose for it."""
    first: tuple[Mapping[str, Any], Outcome] | None = None
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
    """Make a search independent of its surroundings, for which Hypothesis has no public switch.

    It refuses to search inside a search, as happens when a check is called in somebody's own ``@given``; it seasons
    what it draws with the constants of whatever local modules are loaded, which it caches in the working folder; and
    most of its cases are copies of others.
    """
    context = getattr(control, "_current_build_context", None)
    with (
        nullcontext() if context is None else context.with_value(None),
        _replaced("providers", "HypothesisProvider", "_maybe_draw_constant", lambda _: lambda *_, **__: None),
        _replaced("engine", "ConjectureRunner", "generate_mutations_from", _now_and_then),
    ):
        yield


@contextmanager
def _replaced(module: str, kind: str, method: str, instead: Callable[[Any], Any]) -> Iterator[None]:
    """Put what ``instead`` makes of a private method of Hypothesis in its place, if this Hypothesis has one."""
    try:
        owner = getattr(import_module(f"hypothesis.internal.conjecture.{module}"), kind, None)
    except ImportError:  # an older Hypothesis
        owner = None
    before = getattr(owner, method, None)
    if before is None:
        yield
        return
    setattr(owner, method, instead(before))
    try:
        yield
    finally:
        setattr(owner, method, before)


FRESH = 6
"""One in so many cases that are drawn anew is followed by its copies, of which there are about five."""


def _now_and_then(copied: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    drawn = count(1)

    def seldom(runner: Any, case: Any) -> None:
        if next(drawn) % FRESH == 0:
            copied(runner, case)

    return seldom


def _remember(seen: Search, outcome: Outcome) -> None:
    """Keep what led to the cases that passed, and to the ratios of an inequality."""
    if outcome.status != "passed":
        return
    seen.passed.append(tuple(control.current_build_context().data.choices))
    if outcome.relation != "at most":
        return
    ratio = -math.inf if outcome.worst is None or math.isnan(outcome.worst) else outcome.worst
    seen.ratios.append((ratio, seen.passed[-1]))


def search(
    inputs: st.SearchStrategy[dict[str, Any]],
    run: Callable[[Mapping[str, Any]], Outcome],
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
    clock: _Clock | None = None

    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        derandomize=False,
    )
    def body(drawn: dict[str, Any]) -> None:
        nonlocal clock
        if clock is None:
            clock = _Clock(seconds)
        elif clock.is_over():
            seen.cut = seen.found is None
            raise _OutOfTime
        outcome = run(drawn)
        wanted = (sought, "raised") if seen.found is None else (seen.found[1].status,)  # a find shrinks to its like
        if outcome.status in wanted:
            if seen.found is None:
                clock = _Clock(SHRINK_SECONDS)
            seen.found = (drawn, outcome)
            raise _Found
        if seen.found is None:
            seen.outcomes.append(outcome)
            seen.first = seen.first or (drawn, outcome)
            _remember(seen, outcome)

    try:
        with warnings.catch_warnings():  # a domain may load data while it draws, which reads the global random state
            warnings.simplefilter("ignore", HypothesisDeprecationWarning)
            with _on_its_own():
                with_seed(seed)(given(inputs)(body))()
    except (_Found, _OutOfTime):
        pass
    except Flaky:
        seen.trouble = "the same input gave different outcomes on two runs"
    except Unsatisfiable:
        seen.trouble = "the domains yielded no input"
    except HypothesisException as error:
        seen.trouble = f"Hypothesis refuses the domains: {said(error)}"
    return seen
