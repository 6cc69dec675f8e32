"""Which branches of a method's own code no run took: of these nothing is claimed, and a report says so.

Instructions are noted while steps are taken, in files of no library.  What only raises, or goes on without a parameter,
is no branch of a method, nor what depends on a closure, which a caller gives or not.
"""

from __future__ import annotations

import ast
import linecache
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from types import CodeType, FrameType
from typing import Any

from psitheory.scaletypes.equations import Place

LIBRARIES = (
    str(files("psitheory")),
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
)
"""Folders whose code is nobody's method."""

At = tuple[int, int]
"""A line and a column."""
Span = tuple[At, At]


class Branches:
    """The instructions of foreign code that ran while it was watched."""

    def __init__(self) -> None:
        self._ran: dict[CodeType, set[int]] = {}
        self._begun = False

    @property
    def open(self) -> bool:
        """Tell whether something is left to be seen: no step was watched yet, or a branch was not taken."""
        return not self._begun or bool(self.untaken())

    @property
    def count(self) -> int:
        """Return how many different instructions ran."""
        return sum(map(len, self._ran.values()))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the instructions that run inside the block."""
        before, self._begun = sys.gettrace(), True
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not _is_own(frame.f_code.co_filename):
            return None
        add = self._ran.setdefault(frame.f_code, set()).add
        frame.f_trace_opcodes, frame.f_trace_lines = True, False

        def note(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "opcode":
                add(frame.f_lasti)
            return note

        return note

    def untaken(self) -> list[Place]:
        """Return where branches begin that were come to and not taken, in their order."""
        places: dict[str, set[At]] = {}
        for code, offsets in self._ran.items():
            found = list(code.co_positions())
            where = (found[offset // 2] for offset in offsets)
            places.setdefault(code.co_filename, set()).update((p[0], p[2]) for p in where if p[0] and p[2] is not None)
        left = {Place(f, branch[0][0]): None for f in sorted(places) for branch in _left(_branches(f), places[f])}
        return list(left)


def _left(branches: Sequence[tuple[Span, Span]], ran: set[At]) -> Iterator[Span]:
    for test, branch in branches:
        if _ran(test, ran) and not _ran(branch, ran):
            yield branch


def _ran(span: Span, ran: set[At]) -> bool:
    return any(span[0] <= at < span[1] for at in ran)


@lru_cache(4096)
def _is_own(file: str) -> bool:
    has_source = not file.startswith("<") or file.startswith("<ipython")  # and is no code that code made
    return has_source and not file.startswith(LIBRARIES)


@lru_cache(64)
def _branches(file: str) -> tuple[tuple[Span, Span], ...]:
    """Return tests, and the branches that depend on them and do something; none where source cannot be read."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ()
    return tuple(sorted(pair for node in ast.walk(tree) for pair in _of(node)))


def _of(node: ast.AST) -> Iterator[tuple[Span, Span]]:
    suites: list[Sequence[ast.AST]]
    if isinstance(node, ast.IfExp):
        test, suites = node.test, [[node.body], [node.orelse]]
    elif isinstance(node, (ast.If, ast.While)):
        test, suites = node.test, [node.body, node.orelse]
    elif isinstance(node, ast.For):
        test, suites = node.iter, [node.body, node.orelse]
    else:
        return
    if any(isinstance(x, ast.Name) and x.id == "closure" for x in ast.walk(test)):
        return
    for suite in suites:
        if not all(isinstance(x, (ast.Raise, ast.Continue, ast.Pass)) for x in suite):
            yield _span(test, test), _span(suite[0], suite[-1])


def _span(first: Any, last: Any) -> Span:
    return (first.lineno, first.col_offset), (last.end_lineno, last.end_col_offset)
