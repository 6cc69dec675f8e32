"""Which instructions of some code run, and which of them choose.

On Python 3.11 a trace tells which run, from 3.12 on ``sys.monitoring``.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

Ran = Mapping[CodeType, set[int]]

_TOOLS = (3, 4)
"""Identifiers that no kind of tool has by agreement: not those of debuggers, coverage, profilers and optimisers."""


@contextmanager
def noted(ran: Ran) -> Iterator[None]:
    """Note inside the block, for each of the codes in ``ran``, the offsets of the instructions that run."""
    monitoring: Any = getattr(sys, "monitoring", None)
    with _traced(ran) if monitoring is None else _monitored(ran, monitoring):
        yield


@contextmanager
def _traced(ran: Ran) -> Iterator[None]:
    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code not in ran:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        offsets = ran[frame.f_code]

        def note(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "opcode":
                offsets.add(frame.f_lasti)
            return note

        return note

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


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


def is_conditional(instruction: dis.Instruction) -> bool:
    """Tell whether a jump is taken by what a value is."""
    return "JUMP" in instruction.opname and "_IF_" in instruction.opname
