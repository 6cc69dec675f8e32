"""Equations between degrees, each with the line of code that asks for it."""

from __future__ import annotations

import ast
import enum
import linecache
import operator
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from types import FrameType

from psitheory.scaletypes.degrees import Coefficient, Degrees, Form, Ids, Key


class Kind(enum.Enum):
    """How an equation between degrees may be missed.

    HARD: the program then does something else.  CONSTANT: a constant is added to numbers that scale, whose effect dies
    out towards one side, as that of an eps.  WINDOW: a comparison, which does not matter while its outcome is the same.
    """

    HARD = "hard"
    CONSTANT = "constant"
    WINDOW = "window"


@dataclass(frozen=True, order=True)
class Place:
    """A line of code."""

    file: str
    line: int

    @property
    def source(self) -> str:
        """Return its text."""
        return linecache.getline(self.file, self.line).strip()

    @property
    def short(self) -> str:
        """Return the last two parts of its path and its number, such as ``optim/adam.py:544``."""
        return f"{'/'.join(PurePath(self.file).parts[-2:])}:{self.line}" if self.line else "an unknown line"

    def text_of(self, value: float) -> str:
        """Return the text there of literals that are computed with, if that has a value or minus it, or nothing."""
        found = (text for number, text in _computed(self.file, self.line) if abs(number) == abs(value))
        return next(found, "")

    def __str__(self) -> str:
        return f"{self.short}  {self.source}".strip()


OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
"""Operations on literals, which Python carries out before code runs."""

Line = tuple[Place, Kind]
"""The sums of a line, or its comparisons: one line may have both."""


def place_of_caller(skip: Sequence[str]) -> Place:
    """Return the innermost line of code whose file has none of ``skip`` in its path."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not _is_skipped(file, tuple(skip)):
            return Place(file, frame.f_lineno)
        frame = frame.f_back
    return Place("", 0)


@lru_cache(4096)
def _is_skipped(file: str, skip: tuple[str, ...]) -> bool:
    return any(part in file for part in skip)


@lru_cache(256)
def _computed(file: str, line: int) -> tuple[tuple[float, str], ...]:
    """Return the values of operations on literals alone that begin in a line, with their text."""
    try:
        nodes = [*ast.walk(_parsed(file))]
    except SyntaxError:
        return ()
    there = (n for n in nodes if isinstance(n, ast.BinOp) and n.lineno == line)
    return tuple((x, ast.unparse(n)) for n in there if (x := _value(n)) is not None)


@lru_cache(16)
def _parsed(file: str) -> ast.Module:
    return ast.parse("".join(linecache.getlines(file)))


def _value(node: ast.expr) -> float | None:
    """Return the value of an expression of literals, or None of any other."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inside = _value(node.operand)
        return None if inside is None else -inside
    if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATIONS:
        return None
    left, right = _value(node.left), _value(node.right)
    if left is None or right is None:
        return None
    try:
        return float(OPERATIONS[type(node.op)](left, right))
    except (ArithmeticError, TypeError):  # a power may be complex
        return None


@dataclass(frozen=True)
class Equation:
    """A form that must vanish, who asks for it, and what stands there (``constant 1e-08``, ``clamp``, ``sum``)."""

    form: Key
    kind: Kind
    place: Place
    what: str = ""

    @property
    def terms(self) -> dict[int, Coefficient]:
        """Return the form."""
        return dict(self.form)


@dataclass
class Equations:
    """The equations that a program asks for, each kept once, in order; and what could not be derived."""

    degrees: Degrees
    found: dict[Equation, None] = field(default_factory=dict)
    missing: dict[tuple[str, Place], None] = field(default_factory=dict)

    def equal(self, a: Ids, b: Ids, place: Place, kind: Kind = Kind.HARD, what: str = "") -> None:
        """Demand that degrees be equal, entry by entry."""
        for form in self.degrees.differences(a, b):
            self.vanish(form, place, kind, what)

    def vanish(self, form: Form, place: Place, kind: Kind = Kind.HARD, what: str = "") -> None:
        """Demand that a form vanish."""
        if form:
            self.found.setdefault(Equation(tuple(sorted(form.items())), kind, place, what))

    def harden(self, place: Place, own: Form, what: str) -> None:
        """Demand for good what a line asked for on account of constants whose degrees have an unknown of ``own``."""
        for e in [e for e in self.found if e.place == place and e.kind is Kind.CONSTANT and own.keys() & e.terms]:
            del self.found[e]
            self.vanish(e.terms, place, Kind.HARD, what)

    def not_derived(self, what: str, place: Place) -> None:
        """Keep that nothing is known of an operation."""
        self.missing.setdefault((what, place))

    def of(self, *kinds: Kind) -> Iterator[Equation]:
        """Yield the equations of some kinds."""
        return (e for e in self.found if e.kind in kinds)

    def not_derived_in_words(self) -> tuple[str, ...]:
        """Return what could not be derived: ``not derived: OP at FILE:LINE``."""
        return tuple(f"not derived: {what} at {place}" for what, place in self.missing)


def forms(equations: Iterable[Equation]) -> list[dict[int, Coefficient]]:
    """Return the forms of equations."""
    return [e.terms for e in equations]
