"""Which way a law goes through its own code on generic inputs, and whether it takes blocks or entries apart there.

What is shown for blocks of two and of three entries, and for one block and two, is shown for all if the same straight
program was run in each, of operations that treat all entries of a block alike.  A law that goes through entries or
blocks one by one is another program for each size; so is one that cuts off a tail, or that finds out by an exception
how many there are.
"""

from __future__ import annotations

import dis
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

from psitheory.layout import Layout
from psitheory.runner.code.opcodes import Tally, tallied
from psitheory.runner.code.sizes import home_of, is_statement_file, package_of

_STANDARD = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib"))

_TAKES = frozenset({"filter", "reduce", "islice", "starmap", "accumulate", "compress", "slice", "iter", "next"})
"""Functions that go through blocks or entries, or cut them off, where no instruction tells of it."""

_LOOPS = frozenset({"map", "zip"})
"""Functions that do so unless a loop follows, of which its turns tell."""

_TELLS = frozenset({"nbytes", "tolist", "flat", "count_nonzero", "strides", "nditer", "ndenumerate", "repr", "str"})
"""By what else a size is read."""

_SHIFTS = frozenset({"diff", "triu", "tril", "pad", "resize", "delete", "take", "cumsum", "cumprod", "partition"})
"""Functions of arrays that treat an entry by its place."""

FEW = 2
"""Cuts of one entry or block that are allowed: what fails by them fails for three already, which sampling reaches."""


@dataclass
class Walk:
    """Which way a law went.

    Attributes
    ----------
    calls : dict
        For each code how often its instructions ran, in each call that was another one.
    around : dict
        For each code the values of the names around it.
    cuts : int
        How often one entry or block was cut off.
    compared : bool
        Whether the law itself asked whether two layouts are the same.
    """

    calls: dict[CodeType, frozenset[Any]] = field(default_factory=dict)
    around: dict[CodeType, Mapping[str, Any]] = field(default_factory=dict)
    cuts: int = 0
    compared: bool = False


@contextmanager
def walked(law: Callable[..., Any]) -> Iterator[Walk]:
    """Note inside the block which way calls go through a law, and through what theorem files define."""
    tallies: Tally = {}
    walk = Walk()
    of_laws = partial(_is_of_laws, home_of(law))
    with tallied(of_laws, tallies), _layouts_compared(of_laws, walk):
        yield walk
    for frame, tally in tallies.items():
        code = frame.f_code
        free = {name: frame.f_locals[name] for name in code.co_freevars if name in frame.f_locals}
        walk.around[code] = {**frame.f_globals, **free}
        walk.calls[code] = walk.calls.get(code, frozenset()) | {frozenset(tally.items())}
        walk.cuts += sum(tally[offset] for offset in _instructions(code)[1])


@contextmanager
def _layouts_compared(of_laws: Callable[[CodeType], bool], walk: Walk) -> Iterator[None]:
    """Note inside the block whether a law compares layouts, or looks one up: what it finds depends on their sizes."""

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*layouts: Any) -> Any:
            frame: Any = sys._getframe(1)
            while frame.f_code.co_filename == "<string>" and frame.f_back is not None:  # made by dataclasses
                frame = frame.f_back
            walk.compared = walk.compared or of_laws(frame.f_code)
            return method(*layouts)

        return noted

    before = {name: vars(Layout)[name] for name in ("__eq__", "__hash__")}
    try:
        for name, method in before.items():
            setattr(Layout, name, noting(method))
        yield
    finally:
        for name, method in before.items():
            setattr(Layout, name, method)


def _is_of_laws(home: str, code: CodeType) -> bool:
    """Tell whether a code says what a law claims: neither the library's, nor of others, nor made by dataclasses."""
    file = code.co_filename
    made = file == "<string>" and code.co_name.startswith("__")
    return _is_file_of_laws(file, home) and not made


@lru_cache(maxsize=4096)
def _is_file_of_laws(file: str, home: str) -> bool:
    path = Path(file).resolve()
    is_standard = not package_of(path) and any(folder in path.parents for folder in _STANDARD)
    return not file.startswith("<frozen") and is_statement_file(path, home) and not is_standard


def taken_apart(walk: Walk) -> str:
    """Return by what a law takes entries or blocks apart, in words; an empty string if it does not."""
    if not walk.calls:
        return "is not seen on this Python"
    if walk.compared:
        return "asks whether two layouts are the same"
    for code, calls in walk.calls.items():
        ran = {offset for call in calls for offset, _ in call}
        found = {offset: words for offset, words in _instructions(code)[0].items() if offset in ran}
        for offset, words in found.items():
            return f"{words} ({_place(code, offset)})"
    return f"cuts off an entry or a block {walk.cuts} times" if walk.cuts > FEW else ""


def parting(groups: Sequence[Sequence[Walk]]) -> str:
    """Return where walks for one size part from those for another, in words; an empty string if none do.

    How often a function is called says nothing: the library calls one for each run of equal blocks.
    """
    first, *others = [_together(walks) for walks in groups] or [{}]
    for other in others:
        for code in first.keys() & other.keys():
            here, there = first[code], other[code]
            if here != there:
                odd = {offset for call in here ^ there for offset, _ in call}
                steps = {offset for offset in odd if _often(here, offset) != _often(there, offset)}
                return f"goes another way for another size ({_place(code, min(steps or odd))})"
    return ""


def _together(walks: Sequence[Walk]) -> dict[CodeType, frozenset[Any]]:
    out: dict[CodeType, frozenset[Any]] = {}
    for walk in walks:
        for code, calls in walk.calls.items():
            out[code] = out.get(code, frozenset()) | calls
    return out


def _often(calls: frozenset[Any], offset: int) -> frozenset[int]:
    return frozenset(dict(call).get(offset, 0) for call in calls)


@lru_cache(maxsize=1024)
def _instructions(code: CodeType) -> tuple[dict[int, str], frozenset[int]]:
    """Return the instructions of a code that take apart what they are given, in words, and those that cut off one."""
    every = list(dis.get_instructions(code))
    words = {i.offset: _does(every, k) for k, i in enumerate(every)}
    cuts = frozenset(i.offset for k, i in enumerate(every) if _bounds(every, k) & {0, 1, -1})
    return {offset: text for offset, text in words.items() if text}, cuts


def _does(every: Sequence[dis.Instruction], k: int) -> str:
    i = every[k]
    if i.opname == "PUSH_EXC_INFO":
        return "catches an exception"
    if not _bounds(every, k) <= {None, 0, 1, -1}:
        return "cuts off what lies beyond a place"
    if i.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF")):
        alone = i.argval in _LOOPS and not _is_looped_over(every, k)
        return f"uses {i.argval}" if alone or i.argval in _TAKES | _TELLS else ""
    if i.opname.startswith(("LOAD_ATTR", "LOAD_METHOD")) and i.argval in _TELLS | _SHIFTS:
        return f"uses {i.argval}"
    return ""


def _bounds(every: Sequence[dis.Instruction], k: int) -> set[Any]:
    """Return the bounds of the slice that an instruction makes, ... for one that is computed; none if it makes none."""
    i = every[k]
    if i.opname == "LOAD_CONST" and isinstance(i.argval, slice):
        return {i.argval.start, i.argval.stop, i.argval.step}
    if i.opname not in ("BUILD_SLICE", "BINARY_SLICE", "STORE_SLICE"):
        return set()
    count = i.arg if i.opname == "BUILD_SLICE" and i.arg else 2
    return {b.argval if b.opname in ("LOAD_CONST", "LOAD_SMALL_INT") else ... for b in every[k - count : k]}


def _is_looped_over(every: Sequence[dis.Instruction], k: int) -> bool:
    """Tell whether what the function that is loaded at ``k`` returns is looped over at once."""
    depth = 0
    for n in range(k, len(every) - 1):
        effect = dis.stack_effect(every[n].opcode, every[n].arg, jump=False)
        depth += effect
        if every[n].opname.startswith("CALL") and depth == 1:
            return every[n + 1].opname == "GET_ITER"
    return False


def _place(code: CodeType, offset: int) -> str:
    line = next((i.positions.lineno for i in dis.get_instructions(code) if i.offset == offset and i.positions), None)
    return f"{Path(code.co_filename).name}, line {line or code.co_firstlineno}"
