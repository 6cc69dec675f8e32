"""The errors of the library: one sentence that names the argument, what came and what is needed.

Every error derives from :class:`PsitheoryError` and from the built-in exception that people expect,
so ``except ValueError`` keeps working and a command line can show the sentence without a traceback.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn, TypeVar

_Value = TypeVar("_Value")


class PsitheoryError(Exception):
    """Base of all errors that are raised on purpose."""


class ArgumentError(PsitheoryError, ValueError):
    """A value that the function cannot take: ``argument`` is what came, something else is needed."""


class ArgumentTypeError(PsitheoryError, TypeError):
    """An argument of the wrong kind or dtype."""


class UnknownName(PsitheoryError, LookupError):
    """A name, an id or a file that nothing answers to."""


class NotInArithmetic(PsitheoryError, TypeError):
    """The operation does not exist in this arithmetic (a tanh of rationals, a square root of 2)."""


class MadeAFloat(NotInArithmetic):
    """A ball was turned into a float, which forgets how exactly it is known."""


class Undecided(PsitheoryError, ArithmeticError):
    """A comparison that this precision, or this arithmetic, cannot decide."""


class BranchUndecided(Undecided):
    """A branch that numbers within their rounding, or their enclosures, take either way."""


class Undefined(ArgumentError):
    """A point where what was asked for has no value, such as a logarithm between antipodal points."""


class DeadNeuron(ArgumentError):
    """A neuron whose batch variance is zero, so that batch norm divides zero by zero."""


class WrongClass(PsitheoryError, ValueError):
    """A jet was used at a class other than its own."""


class TimeUp(BaseException):
    """A piece of somebody's code did not end in its time; no Exception, so that no law catches it by chance."""


class EndedItself(RuntimeError):
    """Somebody's code raised what is no Exception, such as SystemExit, which would have ended more than itself."""


class LeftTheProcess(BaseException):
    """Somebody's code called ``os._exit``, which would have ended the process without a verdict."""


@contextmanager
def exits_refused() -> Iterator[None]:
    """Turn ``os._exit`` inside the block into an exception: code that is tried may not end the process."""

    def refuse(status: int = 0) -> NoReturn:
        raise LeftTheProcess(f"os._exit({status}) was called")

    before = os._exit
    os._exit = refuse
    try:
        yield
    finally:
        os._exit = before


def said(error: BaseException) -> str:
    """Return what an exception says in one line, though its ``__str__`` may raise."""
    try:
        return " ".join(str(error).split())
    except BaseException as again:
        if isinstance(again, (KeyboardInterrupt, TimeUp)):
            raise
        return f"(its text cannot be had: {type(again).__name__})"


@contextmanager
def told_where(what: str, within: str | None = None, *, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn any error of foreign code, but those that are ``passing``, into one sentence with the file and the line.

    ``within`` is the file whose line is shown, if it is among the frames.
    """
    try:
        with exits_refused():
            yield
    except KeyboardInterrupt:
        raise
    except passing:
        raise
    except SyntaxError as error:
        raise ArgumentError(f"{what} is not Python: {error.filename}, line {error.lineno}: {error.msg}") from error
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename == within] if within else []
        at = (own or frames)[-1]
        problem = said(error) if isinstance(error, TimeUp) else f"{type(error).__name__}: {said(error)}"
        raise ArgumentError(f"{what} cannot be loaded: {at.filename}, line {at.lineno}: {problem}") from error


def looked_up(known: Mapping[str, _Value], name: object, what: str) -> _Value:
    """Return what is known under a name; ``what`` is what a message calls the name.

    Raises
    ------
    UnknownName
        If nothing is; the message lists the names.
    """
    if not isinstance(name, str) or name not in known:
        raise UnknownName(f"{what} is {shown(name)}; one of {', '.join(known)} is needed")
    return known[name]


def checked_seed(seed: object) -> int:
    """Return ``seed``, or raise unless it is a non-negative integer, which all randomness can derive from."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or seed.__index__() < 0:
        raise ArgumentTypeError(f"seed is {shown(seed)}; a non-negative integer is needed")
    return int(seed.__index__())


def shown(value: object, limit: int = 60) -> str:
    """Return ``repr(value)`` shortened to ``limit`` characters, for use inside a sentence."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        value = value.item()  # type: ignore[attr-defined]  # one of NumPy's scalars reads like Python's
    try:
        text = " ".join(repr(value).split())
    except Exception as error:  # somebody's class may raise anything
        text = f"(an object of {type(value).__name__}, whose repr raises {type(error).__name__})"
    return text if len(text) <= limit else text[: limit - 1] + "…"
