"""Whether branches are seen on this Python: tried on functions whose branches are known, since opcodes change."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from typing import Any

from psitheory.runner.code.watch import Watched


def _by_statement(x: Any) -> Any:
    if x:
        return 1
    return 2


def _by_expression(x: Any) -> Any:
    return 1 if x else 2


def _by_comparison(x: Any) -> Any:
    return 1 if x > 0 else 2


def _by_nothing(x: Any) -> Any:
    return 1 if x is None else 2


def _by_and(x: Any) -> Any:
    return x and x + 1


def _by_loop(x: Any) -> Any:
    while x:
        x = x - 1
    return x


def _by_list(x: Any) -> Any:
    return [k + 1 if k else 2 for k in (x,)]


def _by_match(x: Any) -> Any:
    match x:
        case 0:
            return 1
        case _:
            return 2


def _by_inner(x: Any) -> Any:
    def inner() -> Any:
        return 1 if x else 2

    return inner()


_KNOWN: tuple[tuple[Callable[..., Any], Any, Any], ...] = (
    (_by_statement, 0, 1),
    (_by_statement, 1, 0),
    (_by_expression, 0, 1),
    (_by_expression, 1, 0),
    (_by_comparison, 0, 1),
    (_by_comparison, 1, 0),
    (_by_nothing, 0, None),
    (_by_nothing, None, 0),
    (_by_and, 0, 1),
    (_by_loop, 0, 1),
    (_by_list, 0, 1),
    (_by_list, 1, 0),
    (_by_match, 0, 1),
    (_by_match, 1, 0),
    (_by_inner, 0, 1),
)
"""Functions of one branch, with an argument that takes a part of them, and one that takes the rest."""


@cache
def unseen() -> str:
    """Return why no branch of a law can be relied upon to be seen on this Python; an empty string if all are."""
    if all(_is_seen(*known) for known in _KNOWN):
        return ""
    return (
        f"on Python {platform.python_version()} it is not seen which branches of a law were tried; "
        "with Python 3.11, 3.12 or 3.13 it is"
    )


def _is_seen(function: Callable[..., Any], part: Any, rest: Any) -> bool:
    watched = Watched(function)
    watched(x=part)
    half = watched.untaken()
    watched(x=rest)
    return bool(half) and not watched.untaken()
