"""Run one case of somebody's law, and tell "cannot run here" from "raised" from "undecided", with the line."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from psitheory.checking import BALLS, RATIONALS, SYMBOLS
from psitheory.errors import NotInArithmetic, PsitheoryError, Undecided, WrongClass
from psitheory.runner.judge import Outcome, judge

_HOME = Path(__file__).resolve().parents[1]
"""The folder of this library, whose lines a user need not see where code of theirs stands nearer."""

_MACHINERY = tuple(_HOME / name for name in ("arithmetic", "runner", "checking", "errors.py"))
"""Where an operation that an arithmetic lacks is refused: the line that asked for it lies above."""


class CannotRun(BaseException):
    """The law's operations do not exist in this arithmetic; no Exception, so that nobody shrinks its input."""


def guarded(kind: str, function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Outcome]:
    """Return a function that judges one case, telling "cannot run here" from "raised" from "undecided"."""

    def run(drawn: Mapping[str, Any]) -> Outcome:
        try:
            return judge(kind, function, drawn)
        except (Undecided, WrongClass) as doubt:
            return Outcome("undecided", note=f"{doubt}{asked_for_at(doubt)}")
        except NotInArithmetic as error:
            raise CannotRun(f"{error}{asked_for_at(error)}") from error
        except (TypeError, AttributeError) as error:
            if kind in (SYMBOLS, RATIONALS, BALLS) and not isinstance(error, PsitheoryError):
                raise CannotRun(f"{type(error).__name__}: {error}{asked_for_at(error)}") from error
            return _raised(error)
        except (Exception, SystemExit) as error:
            return _raised(error)

    return run


def asked_for_at(error: BaseException) -> str:
    """Return where the operation was asked for, such as `` (layout/layout.py, line 26, in units)``."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not _is_machinery(Path(f.filename))]
    if not frames:
        return ""
    last = frames[-1]
    return f" ({_shown_path(Path(last.filename))}, line {last.lineno}, in {last.name})"


def _is_machinery(path: Path) -> bool:
    if not path.is_file() or "site-packages" in path.parts:
        return True
    full = path.resolve()
    return any(home == full or home in full.parents for home in _MACHINERY)


def _shown_path(path: Path) -> str:
    full = path.resolve()
    return full.relative_to(_HOME).as_posix() if _HOME in full.parents else full.name


def _raised(error: BaseException) -> Outcome:
    """Return the outcome of a law that raised: it says nothing, and is no failure of the claim."""
    theirs = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    where = f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    return Outcome("raised", note=f"raised {type(error).__name__}: {error}{where}")


def _is_ours(filename: str) -> bool:
    return not Path(filename).is_file() or "site-packages" in filename or _HOME in Path(filename).resolve().parents
