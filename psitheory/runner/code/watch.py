"""What a law does beside observing: branches that no case took, chance without a generator, state it changes or reads.

A verdict is about the statement that was run.  A branch that no case ran was not tried, and a law that draws random
numbers by itself, or that counts its calls, is another statement each time.
"""

from __future__ import annotations

import ctypes
import dis
import inspect
import linecache
import random
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from psitheory.runner.code.opcodes import is_conditional, noted
from psitheory.runner.code.outside import asking_for_hashes, hashes_told, read_outside
from psitheory.runner.code.sizes import codes, is_full

_NO_CLAIM = frozenset({"vacuous", "raise"})
"""A branch that no case took is no gap where it says that nothing is claimed."""


class Watched:
    """A law's function that remembers which of its own blocks of code ran, and what it did beside.

    Attributes
    ----------
    strange : str
        What it did that makes it no function of its inputs, in words; empty where it did nothing of the kind.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.strange = function, ""
        self.__wrapped__, self.__signature__ = function, inspect.signature(function)
        self.__doc__ = function.__doc__
        self.__module__, self.__name__ = function.__module__, getattr(function, "__name__", "law")
        own = inspect.unwrap(function)
        self._codes = [code for code in codes(own.__code__) if _branches(code)]
        self._ran: dict[CodeType, set[int]] = {code: set() for code in self._codes}
        self._left = self._codes
        self._own, self._state, self._hashes = own, _state_of(own), asking_for_hashes(own)

    def __call__(self, **inputs: Any) -> Any:
        """Observe the law, with an eye on it."""
        chance, modules = _chance(), len(sys.modules)
        looked_at = noted({code: self._ran[code] for code in self._left}) if self._left else nullcontext()
        try:
            with looked_at, hashes_told(self._hashes, self._tell) if self._hashes else nullcontext():
                return self.function(**inputs)
        finally:
            # what was seen whole is watched no more: every call that it makes would be slower
            self._left = [c for c in self._left if not self._ran[c] or _untaken(c, self._ran[c])]
            # a library may draw as it is imported (scikit-learn's does); a law that draws does so in its next call too
            if _chance() != chance and len(sys.modules) == modules:
                self.strange = "it draws random numbers from a global generator"

    def _tell(self, strange: str) -> None:
        self.strange = strange

    def gap(self) -> str:
        """Return what no case ran, or what makes the law no function of its inputs; an empty string if nothing does."""
        return self.no_function() or self.untaken()

    def no_function(self) -> str:
        """Return what makes the law no function of its inputs, in words; an empty string if nothing does."""
        changed = [name for name, value in _state_of(self._own).items() if self._state.get(name, value) != value]
        why = f"it changes {changed[0]}" if changed else self.strange or read_outside(self._own)
        return f"it is no function of its inputs: {why}" if why else ""

    def untaken(self) -> str:
        """Return the first branch that no case ran, in words; an empty string if all were."""
        return next((text for code in self._codes if (text := _untaken(code, self._ran[code]))), "")


_BYTES_OF_MT19937 = 4 * 625
"""Its 624 words and the place among them."""


def _chance() -> tuple[Any, ...]:
    """Return the state of the global generators of random numbers, at little cost: it is asked for twice a case."""
    globally: Any = np.random  # whose annotations leave this out
    generator = globally.get_bit_generator()
    if type(generator) is np.random.MT19937:  # its own getter takes as long as many a law
        numpy: Any = ctypes.string_at(generator.ctypes.state_address, _BYTES_OF_MT19937)
    else:
        numpy = repr(generator.state)
    return random.getstate()[1][-1], numpy


def _state_of(function: Any) -> dict[str, str]:
    """Return what the global and enclosed values that a function names look like, but for modules and functions."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    named = {name: function.__globals__.get(name) for code in codes(function.__code__) for name in code.co_names}
    named |= {name: cell.cell_contents for name, cell in cells if is_full(cell)}
    return {name: _looks(value) for name, value in named.items() if not (value is None or _is_fixed(value))}


def _is_fixed(value: Any) -> bool:
    return inspect.ismodule(value) or inspect.isroutine(value) or inspect.isclass(value) or callable(value)


def _looks(value: Any) -> str:
    try:
        return repr(value)[:10_000]  # not its attributes: what an object caches is no change
    except Exception:  # somebody's repr may raise anything
        return ""


# -- blocks of code ---------------------------------------------------------------------------------


def _branches(code: CodeType) -> bool:
    return any(is_conditional(i) or i.opname == "PUSH_EXC_INFO" for i in dis.get_instructions(code))


def _untaken(code: CodeType, ran: set[int]) -> str:
    """Return the first block of a code that was entered, and that ran only in part, in words."""
    if not ran:
        return ""
    for block in (*_blocks(code), *_claims_of_handlers(code)):
        if not ran & {i.offset for i in block} and not _names(block) & _NO_CLAIM and _says_something(block):
            line = next((i.positions.lineno for i in block if i.positions and i.positions.lineno), code.co_firstlineno)
            text = linecache.getline(code.co_filename, line).strip()
            return f"no case ran a branch of it ({Path(code.co_filename).name}, line {line}: {text})"
    return ""


def _names(block: list[dis.Instruction]) -> set[str]:
    """Return what a block names, and "raise" where it raises."""
    names = {str(i.argval) for i in block if i.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF"))}
    return names | {"raise" for i in block if i.opname in ("RAISE_VARARGS", "RERAISE", "LOAD_ASSERTION_ERROR")}


def _says_something(block: list[dis.Instruction]) -> bool:
    """Tell whether a block does more than jump or go round."""
    return any(i.opname not in ("JUMP_FORWARD", "JUMP_BACKWARD", "NOP", "POP_TOP", "EXTENDED_ARG") for i in block)


@lru_cache(maxsize=256)
def _blocks(code: CodeType) -> list[list[dis.Instruction]]:
    """Return the blocks that are reached without an exception."""
    blocks = _all_blocks(code)
    return [blocks[n] for n in _reached(blocks, 0)]


@lru_cache(maxsize=256)
def _claims_of_handlers(code: CodeType) -> list[list[dis.Instruction]]:
    """Return the blocks that return something where an exception was caught."""
    blocks = _all_blocks(code)
    usual, found = set(_reached(blocks, 0)), dict[int, None]()
    for start in (n for n, block in enumerate(blocks) if block[0].opname == "PUSH_EXC_INFO"):
        caught = [n for n in _reached(blocks, start) if n not in usual]
        if not any(i.opname == "WITH_EXCEPT_START" for n in caught for i in blocks[n]):
            found |= dict.fromkeys(n for n in caught if _returns(blocks[n]))
    return [blocks[n] for n in found]


def _returns(block: list[dis.Instruction]) -> bool:
    """Tell whether a block returns a value that it is not told to be None."""
    if block[-1].opname != "RETURN_VALUE":
        return block[-1].opname == "RETURN_CONST" and block[-1].argval is not None
    return not (len(block) > 1 and block[-2].opname == "LOAD_CONST" and block[-2].argval is None)


def _all_blocks(code: CodeType) -> list[list[dis.Instruction]]:
    every = list(dis.get_instructions(code))
    place = {i.offset: k for k, i in enumerate(every)}
    leads = {0} | {place[i.argval] for i in every if "JUMP" in i.opname or i.opname in ("FOR_ITER", "SEND")}
    leads |= {k + 1 for k, i in enumerate(every) if _ends(i) or "JUMP" in i.opname or i.opname == "FOR_ITER"}
    leads |= {k for k, i in enumerate(every) if i.opname == "PUSH_EXC_INFO"}
    starts = sorted(k for k in leads if k < len(every))
    return [every[a:b] for a, b in zip(starts, [*starts[1:], len(every)], strict=True)]


def _reached(blocks: list[list[dis.Instruction]], start: int) -> list[int]:
    """Return which blocks are reached from one of them without an exception, in their order."""
    by_start = {block[0].offset: n for n, block in enumerate(blocks)}
    reached, waiting = set[int](), [start]
    while waiting:
        n = waiting.pop()
        if n in reached or n >= len(blocks):
            continue
        reached.add(n)
        last = blocks[n][-1]
        waiting += [by_start[i.argval] for i in blocks[n] if "JUMP" in i.opname or i.opname in ("FOR_ITER", "SEND")]
        if not _ends(last):
            waiting.append(n + 1)
    return sorted(reached)


def _ends(instruction: dis.Instruction) -> bool:
    return instruction.opname in ("RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE") or (
        instruction.opname in ("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")
    )
