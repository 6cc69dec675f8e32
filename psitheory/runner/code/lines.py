"""Which line of code asked for what went wrong."""

from __future__ import annotations

import traceback
from pathlib import Path

from psitheory.errors import NotInArithmetic

HOME = Path(__file__).resolve().parents[2]
"""The folder of this library, whose lines a user need not see where code of theirs stands nearer."""

_MACHINERY = tuple(HOME / name for name in ("arithmetic", "runner", "checking", "errors.py"))
"""Where an operation that an arithmetic lacks is refused: the line that asked for it lies above."""


def asked_for_at(error: BaseException) -> str:
    """Return where the operation was asked for, such as `` (layout/layout.py, line 26, in units)``."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not _is_machinery(Path(f.filename))]
    if not frames:
        return ""
    last = frames[-1]
    return f" ({_shown_path(Path(last.filename))}, line {last.lineno}, in {last.name})"


def is_lacking(error: Exception) -> bool:
    """Tell whether an operation does not exist for the numbers that met it, as a root of 2 does not for rationals.

    What the library of exact numbers and balls raises itself says so, but for a division by zero or an overflow; and
    that the text of a number is no float's, as 1/3 is not.
    """
    if isinstance(error, (NotInArithmetic, TypeError, AttributeError)):
        return True
    if isinstance(error, ValueError) and str(error).startswith("could not convert string to float"):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename.startswith("flint") and not isinstance(error, ArithmeticError)


def _is_machinery(path: Path) -> bool:
    if not path.is_file() or "site-packages" in path.parts:
        return True
    full = path.resolve()
    return any(home == full or home in full.parents for home in _MACHINERY)


def _shown_path(path: Path) -> str:
    full = path.resolve()
    return full.relative_to(HOME).as_posix() if HOME in full.parents else full.name
