"""What numbers and vectors are called in the code that computes them: as variables of laws, and as functions."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import Scalar, Space, Vector
from psitheory.runner.code.lines import HOME

_SUBJECT = tuple(HOME / package for package in ("layout", "geometry", "optimizers", "models", "rates"))

_CARRY = ("map", "reduce")
"""Functions that only carry others to blocks; what they return is called as those who ask for it say."""

Names = dict[int, dict[str, None]]
"""Of each node its names, the last one that was given last."""


@contextmanager
def called(space: Space) -> Iterator[Names]:
    """Note inside the block what the elements of formal vectors are called by the functions that compute them.

    What was computed for a function to return is called as the function; what a law has in a variable, as the variable,
    which is told last, and of nested functions the outermost last.
    """
    names: Names = {}
    began: list[int] = []

    def note(frame: FrameType, event: str, returned: Any) -> None:
        if event == "call":
            began.append(len(space.graph.nodes))
        elif event == "return" and began:
            start = began.pop()
            for name, value, since in _named(frame, returned, start):
                for node, place in _elements(value):
                    if node >= since:
                        given = names.setdefault(node, {})
                        given.pop(name + place, None)
                        given[name + place] = None

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield names
    finally:
        sys.setprofile(before)


def _named(frame: FrameType, returned: Any, start: int) -> Iterator[tuple[str, Any, int]]:
    """Yield what a function returns and has in its variables, the first one last, and since when it was computed."""
    file, name = frame.f_code.co_filename, frame.f_code.co_name
    if not _is_of_interest(file):
        return
    if name.isidentifier() and name not in _CARRY and not frame.f_code.co_flags & inspect.CO_GENERATOR:
        yield name.strip("_"), returned, start
    if not _is_below(file, HOME):
        yield from ((variable, value, 0) for variable, value in reversed(frame.f_locals.items()))


def _elements(value: Any) -> Iterator[tuple[int, str]]:
    """Yield the nodes of an element, or of an array of some, each with its place."""
    if isinstance(value, (Scalar, Vector)):
        yield value.node, ""
    elif isinstance(value, np.ndarray) and value.dtype == object:
        for index, entry in np.ndenumerate(value):
            if isinstance(entry, (Scalar, Vector)):
                yield entry.node, "".join(f"_{i + 1}" for i, size in zip(index, value.shape, strict=True) if size > 1)


@lru_cache(maxsize=4096)
def _is_of_interest(file: str) -> bool:
    """Tell whether a file is one of laws, or of the library's on the subject itself."""
    if file.startswith("<") or "site-packages" in file:
        return False
    return not _is_below(file, HOME) or any(_is_below(file, package) for package in _SUBJECT)


def _is_below(file: str, folder: Path) -> bool:
    return folder in Path(file).resolve().parents
