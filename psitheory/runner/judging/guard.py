"""Run one case of somebody's law, and tell "cannot run here" from "raised" from "undecided", with the line."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.errors import (
    NotInArithmetic,
    PsitheoryError,
    TimeUp,
    Undecided,
    Undefined,
    WrongClass,
    exits_refused,
    said,
)
from psitheory.limits import limited
from psitheory.runner.code.lines import HOME, asked_for_at, is_lacking
from psitheory.runner.judging.in_balls import AS_WIDE, INFINITE, OPEN_BRANCH
from psitheory.runner.judging.in_floats import exactly_at
from psitheory.runner.judging.judge import Outcome, judge


class CannotRun(BaseException):
    """The law's operations do not exist in this arithmetic; no Exception, so that nobody shrinks its input."""


Judge = Callable[[str, Callable[..., Any], Mapping[str, Any]], Outcome]


def guarded(kind: str, function: Callable[..., Any], by: Judge = judge) -> Callable[[Mapping[str, Any]], Outcome]:
    """Return a function that judges one case, telling "cannot run here" from "raised" from "undecided"."""

    def run(drawn: Mapping[str, Any]) -> Outcome:
        try:
            with exits_refused(), limited(f"a case in {kind}"), np.errstate(all="ignore"):
                outcome = by(kind, function, drawn)
                return _beside_floats(function, drawn, outcome) if _is_open(kind, outcome) else outcome
        except (Undecided, WrongClass) as doubt:
            elsewhere = isinstance(doubt, WrongClass) and kind == RATIONALS  # where other functions are drawn, too
            return Outcome("vacuous" if elsewhere else "undecided", note=f"{doubt}{asked_for_at(doubt)}")
        except NotInArithmetic as error:
            raise CannotRun(f"{said(error)}{asked_for_at(error)}") from error
        except Undefined as nowhere:
            return Outcome("vacuous", note=f"{said(nowhere)}{asked_for_at(nowhere)}")
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as error:  # somebody's code may raise anything, and none of it is a verdict
            elsewhere = kind in (SYMBOLS, RATIONALS, BALLS) and not isinstance(error, PsitheoryError)
            if elsewhere and isinstance(error, Exception) and is_lacking(error):
                raise CannotRun(f"{type(error).__name__}: {said(error)}{asked_for_at(error)}") from error
            return _raised(error)

    return run


ROUNDED = "sides agree up to rounding, not bit for bit; name powers of two in the law's `on` if they should"


def up_to_rounding(function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Outcome]:
    """Return a function that judges one case under powers of two, and sets aside what rounding alone breaks there.

    Not every truth about scales holds bit for bit: a + b is no power of two, and ‖a·w‖² adds up in another order than
    the squares of blocks.  So balls are asked of a case that is broken, or floats where it does not run in balls.
    """
    run, on_floats = guarded(POWERS_OF_TWO, function), guarded(FLOATS, function)

    def judged(drawn: Mapping[str, Any]) -> Outcome:
        outcome = run(drawn)
        if outcome.status != "failed":
            return outcome
        with exits_refused(), limited(f"a case in {BALLS}"), np.errstate(all="ignore"):
            exactly = exactly_at(function, drawn) or on_floats(drawn)
        return replace(outcome, status="vacuous", note=ROUNDED) if exactly.status == "passed" else outcome

    return judged


@contextmanager
def warned_once() -> Iterator[None]:
    """Show what somebody's code warns of once inside the block, however many cases warn of it."""
    with warnings.catch_warnings():
        show, shown = warnings.showwarning, set[tuple[Any, ...]]()

        def show_news(message: Any, category: Any, filename: str, lineno: int, *more: Any) -> None:
            news = (str(message), category, filename, lineno)
            if news not in shown:
                shown.add(news)
                show(message, category, filename, lineno, *more)

        warnings.showwarning = show_news  # type: ignore[assignment]
        yield


def _beside_floats(function: Callable[..., Any], drawn: Mapping[str, Any], left_open: Outcome) -> Outcome:
    """Return the outcome of a case that balls leave open: set aside where the law claims nothing on floats.

    So it does at a point where a logarithm has no value, which enclosures do not tell from those around it.  Enclosures
    are infinite where something that is zero is divided by, and where a zero is computed that decides which of two
    branches divides.  Floats tell the one, which is a finding, from the other, and judge the law there; so they do
    where two branches meet.
    """
    try:
        on_floats = judge(FLOATS, function, drawn)
    except Undefined:
        return replace(left_open, status="vacuous")
    except Exception:  # whatever it raises, it raises when floats are tried
        return left_open
    says_enough = ("passed", "vacuous") if _is_for_floats(left_open) else ("vacuous",)
    return replace(left_open, status="vacuous") if on_floats.status in says_enough else left_open


def _is_open(kind: str, outcome: Outcome) -> bool:
    return (kind == BALLS and outcome.status == "undecided") or outcome.note == INFINITE


def _is_for_floats(left_open: Outcome) -> bool:
    """Tell whether floats are asked in place of balls that no precision helps."""
    return left_open.note == INFINITE or left_open.note.startswith((OPEN_BRANCH, AS_WIDE))


def _raised(error: BaseException) -> Outcome:
    """Return the outcome of a law that raised: it says nothing, and is no failure of the claim."""
    theirs = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    where = f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    return Outcome("raised", note=f"raised {type(error).__name__}: {said(error)}{where}")


def _is_ours(filename: str) -> bool:
    return not Path(filename).is_file() or "site-packages" in filename or HOME in Path(filename).resolve().parents
