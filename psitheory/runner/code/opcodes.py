"""Which instructions of some code run, and which of them choose.

On Python 3.11 a trace tells which run, from 3.12 on ``sys.monitoring``.
"""

from __future__ import annotations

import dis
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from types import CodeType, FrameType
from typing import Any

Ran = Mapping[CodeType, set[int]]
Tally = dict[FrameType, Counter[int]]
"""For each call of a function how often its instructions ran, by offset."""

_TOOLS = (3, 4)
"""Identifiers that no kind of tool has by agreement: not those of debuggers, coverage, profilers and optimisers."""


@contextmanager
def noted(ran: Ran) -> Iterator[None]:
    """Note inside the block, for each of the codes in ``ran``, the offsets of the instructions that run."""
    monitoring: Any = getattr(sys, "monitoring", None)
    with _traced_codes(ran) if monitoring is None else _monitored(ran, monitoring):
        yield


@contextmanager
def tallied(is_wanted: Callable[[CodeType], bool], tally: Tally) -> Iterator[None]:
    """Count inside the block, for each call of a code that is wanted, how often its instructions run.

    Whether a code is wanted may depend on its file and its name.
    """
    monitoring: Any = getattr(sys, "monitoring", None)
    with _traced_calls(is_wanted, tally) if monitoring is None else _monitored_wanted(is_wanted, tally, monitoring):
        yield


def _count(tally: Tally, frame: FrameType, offset: int) -> None:
    tally.setdefault(frame, Counter())[offset] += 1


# -- Python 3.11 ------------------------------------------------------------------------------------

Chosen = Callable[[FrameType], Callable[[int], None] | None]
"""What is told of each instruction of a call, None for one that is not looked at."""

_LOOKING: list[Chosen] = []
"""All that look, since one may begin inside another's block and there is one trace."""

_PASSED: set[str] = set()
"""Files of which nobody looks at any code: asked for once, since every call of a function comes by here."""


def _traced_codes(ran: Ran) -> AbstractContextManager[None]:
    files = {code.co_filename for code in ran}

    def chosen(frame: FrameType) -> Callable[[int], None] | None:
        return ran[frame.f_code].add if frame.f_code.co_filename in files and frame.f_code in ran else None

    return _traced(chosen, files)


def _traced_calls(is_wanted: Callable[[CodeType], bool], tally: Tally) -> AbstractContextManager[None]:
    def chosen(frame: FrameType) -> Callable[[int], None] | None:
        return partial(_count, tally, frame) if is_wanted(frame.f_code) else None

    return _traced(chosen, {"<string>"})


@contextmanager
def _traced(chosen: Chosen, files: set[str]) -> Iterator[None]:
    """Let ``chosen`` look at calls; in the ``files`` it may look at some and not at others."""
    before = sys.gettrace()
    _LOOKING.append(chosen)
    _PASSED.clear()
    _MIXED.append(files)
    sys.settrace(_trace)
    try:
        yield
    finally:
        _LOOKING.remove(chosen)
        _MIXED.remove(files)
        _PASSED.clear()
        sys.settrace(before)


_MIXED: list[set[str]] = []


def _trace(frame: FrameType, event: str, argument: Any) -> Any:
    file = frame.f_code.co_filename
    if file in _PASSED:
        return None
    told = [tell for chosen in _LOOKING if (tell := chosen(frame)) is not None]
    if not told:
        if not any(file in files for files in _MIXED):
            _PASSED.add(file)
        return None
    frame.f_trace_opcodes, frame.f_trace_lines = True, False

    def note(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode":
            for tell in told:
                tell(frame.f_lasti)
        return note

    return note


# -- Python 3.12 and later --------------------------------------------------------------------------


@contextmanager
def _monitored(ran: Ran, monitoring: Any) -> Iterator[None]:
    """Note by events of these codes alone; a trace sees its first call in part only since Python 3.12."""
    tool = next((tool for tool in _TOOLS if monitoring.get_tool(tool) is None), None)
    if tool is None:  # what is not noted is told as not tried
        yield
        return
    event = monitoring.events.INSTRUCTION
    monitoring.use_tool_id(tool, "psitheory")
    try:
        monitoring.register_callback(tool, event, lambda code, offset: ran[code].add(offset) if code in ran else None)
        for code in ran:
            monitoring.set_local_events(tool, code, event)
        yield
    finally:
        for code in ran:
            monitoring.set_local_events(tool, code, 0)
        monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


@contextmanager
def _monitored_wanted(is_wanted: Callable[[CodeType], bool], tally: Tally, monitoring: Any) -> Iterator[None]:
    """Count by events of the codes that turn out to be wanted when they are first entered."""
    tool = next((tool for tool in _TOOLS if monitoring.get_tool(tool) is None), None)
    if tool is None:  # what is not counted is told as not seen
        yield
        return
    events, found = monitoring.events, set[CodeType]()

    def entered(code: CodeType, _: int) -> None:
        if code not in found and is_wanted(code):
            found.add(code)
            monitoring.set_local_events(tool, code, events.INSTRUCTION)

    def ran(_: CodeType, offset: int) -> None:
        _count(tally, sys._getframe(1), offset)

    monitoring.use_tool_id(tool, "psitheory")
    try:
        monitoring.register_callback(tool, events.PY_START, entered)
        monitoring.register_callback(tool, events.INSTRUCTION, ran)
        monitoring.set_events(tool, events.PY_START)
        yield
    finally:
        monitoring.set_events(tool, 0)
        for code in found:
            monitoring.set_local_events(tool, code, 0)
        for event in (events.PY_START, events.INSTRUCTION):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


def is_conditional(instruction: dis.Instruction) -> bool:
    """Tell whether a jump is taken by what a value is."""
    return "JUMP" in instruction.opname and "_IF_" in instruction.opname
