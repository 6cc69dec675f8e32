"""Run one case of somebody's law, and tell "cannot run here" from "raised" from "undecided", with the line."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from psitheory.checking import BALLS, RATIONALS, SYMBOLS
from psitheory.errors import NotInArithmetic, PsitheoryError, TimeUp, Undecided, WrongClass, exits_refused, said
from psitheory.limits import limited
from psitheory.runner.judge import Outcome, judge
from psitheory.runner.lines import HOME, asked_for_at


class CannotRun(BaseException):
    """The law's operations do not exist in this arithmetic; no Exception, so that nobody shrinks its input."""


def guarded(kind: str, function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Outcome]:
    """Return a function that judges one case, telling "cannot run here" from "raised" from "undecided"."""

    def run(drawn: Mapping[str, Any]) -> Outcome:
        try:
            with exits_refused(), limited(f"a case in {kind}"):
                return judge(kind, function, drawn)
        except (Undecided, WrongClass) as doubt:
            return Outcome("undecided", note=f"{doubt}{asked_for_at(doubt)}")
        except NotInArithmetic as error:
            raise CannotRun(f"{said(error)}{asked_for_at(error)}") from error
        except (TypeError, AttributeError) as error:
            if kind in (SYMBOLS, RATIONALS, BALLS) and not isinstance(error, PsitheoryError):
                raise CannotRun(f"{type(error).__name__}: {said(error)}{asked_for_at(error)}") from error
            return _raised(error)
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as error:  # somebody's code may raise anything, and none of it is a verdict
            return _raised(error)

    return run


def _raised(error: BaseException) -> Outcome:
    """Return the outcome of a law that raised: it says nothing, and is no failure of the claim."""
    theirs = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    where = f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    return Outcome("raised", note=f"raised {type(error).__name__}: {said(error)}{where}")


def _is_ours(filename: str) -> bool:
    return not Path(filename).is_file() or "site-packages" in filename or HOME in Path(filename).resolve().parents
