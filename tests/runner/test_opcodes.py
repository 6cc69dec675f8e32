"""Instructions are noted and counted alike by a trace, as Python 3.11 has it, and by events, as later ones do."""

from __future__ import annotations

import dis
import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, SimpleNamespace
from typing import Any

import pytest

from psitheory.runner.code.opcodes import _monitored, _monitored_wanted, noted, tallied

pytestmark = pytest.mark.skipif(hasattr(sys, "monitoring"), reason="this Python has events of its own")


class Monitoring:
    """The events of Python 3.12, made by a trace."""

    events = SimpleNamespace(PY_START=1, INSTRUCTION=2)

    def __init__(self, *taken: int) -> None:
        self.tools = dict.fromkeys(taken, "somebody else")
        self.callbacks: dict[tuple[int, int], Callable[..., Any]] = {}
        self.everywhere: dict[int, int] = {}
        self.local: dict[tuple[int, CodeType], int] = {}

    def get_tool(self, tool: int) -> str | None:
        return self.tools.get(tool)

    def use_tool_id(self, tool: int, name: str) -> None:
        assert tool not in self.tools
        self.tools[tool] = name

    def free_tool_id(self, tool: int) -> None:
        del self.tools[tool]

    def register_callback(self, tool: int, event: int, function: Any) -> None:
        assert tool in self.tools
        self.callbacks[tool, event] = function

    def set_events(self, tool: int, events: int) -> None:
        self.everywhere[tool] = events

    def set_local_events(self, tool: int, code: CodeType, events: int) -> None:
        self.local[tool, code] = events

    def is_idle(self, *taken: int) -> bool:
        """Tell whether nothing is left of what was asked for."""
        kept = (*self.callbacks.values(), *self.everywhere.values(), *self.local.values())
        return set(self.tools) == set(taken) and not any(kept)

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function under the events that are set."""

        def trace(frame: Any, event: str, argument: Any) -> Any:
            for tool, events in self.everywhere.items():
                if events & self.events.PY_START:
                    self.callbacks[tool, self.events.PY_START](frame.f_code, 0)
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            return each

        def each(frame: Any, event: str, argument: Any) -> Any:
            for (tool, code), events in list(self.local.items()):
                if event == "opcode" and code is frame.f_code and events & self.events.INSTRUCTION:
                    self.callbacks[tool, self.events.INSTRUCTION](code, frame.f_lasti)
            return each

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            return function(*args)
        finally:
            sys.settrace(before)


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n = half(n) if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def half(n: int) -> int:
    return n // 2


CODES = (collatz.__code__, half.__code__)
SOME = [(collatz.__code__,), (half.__code__,), CODES]


def by_trace(codes: tuple[CodeType, ...], n: int) -> dict[CodeType, set[int]]:
    ran: dict[CodeType, set[int]] = {code: set() for code in codes}
    with noted(ran):
        collatz(n)
    return ran


@pytest.mark.parametrize("codes", SOME, ids=len)
@pytest.mark.parametrize("n", [1, 4, 7])
@pytest.mark.parametrize("taken", [(), (3,)])
def test_what_runs_is_noted_alike(codes: tuple[CodeType, ...], n: int, taken: tuple[int, ...]) -> None:
    monitoring = Monitoring(*taken)
    ran: dict[CodeType, set[int]] = {code: set() for code in codes}
    with _monitored(ran, monitoring):
        assert monitoring.run(collatz, n) == collatz(n)
    assert ran == by_trace(codes, n)
    assert all(ran[code] or (n == 1 and code is half.__code__) for code in codes)
    assert monitoring.is_idle(*taken)


@pytest.mark.parametrize("n", [1, 4, 7])
@pytest.mark.parametrize("taken", [(), (3,)])
def test_how_often_it_runs_is_counted_alike(n: int, taken: tuple[int, ...]) -> None:
    monitoring = Monitoring(*taken)
    by_events: dict[Any, Counter[int]] = {}
    with _monitored_wanted(CODES.__contains__, by_events, monitoring):
        monitoring.run(collatz, n)
    assert monitoring.is_idle(*taken)
    calls: dict[Any, Counter[int]] = {}
    with tallied(CODES.__contains__, calls):
        collatz(n)
    assert all(set(counts.values()) == {1} for frame, counts in calls.items() if frame.f_code is half.__code__)
    assert sum(by_events.values(), Counter()) == sum(calls.values(), Counter())  # a trace hides whose call it is
    assert Counter(frame.f_code for frame in calls) == +Counter(
        dict(zip(CODES, (1, {1: 0, 4: 2, 7: 11}[n]), strict=True))
    )


def test_where_all_tools_are_taken_nothing_is_noted_and_nothing_is_theirs() -> None:
    monitoring = Monitoring(3, 4)
    ran: dict[CodeType, set[int]] = {code: set() for code in CODES}
    tally: dict[Any, Counter[int]] = {}
    with _monitored(ran, monitoring), _monitored_wanted(CODES.__contains__, tally, monitoring):
        monitoring.run(collatz, 4)
    assert not any(ran.values())
    assert not tally
    assert monitoring.is_idle(3, 4)


def test_one_may_look_inside_anothers_block_and_the_trace_before_goes_on() -> None:
    outer: dict[CodeType, set[int]] = {half.__code__: set()}
    inner: dict[CodeType, set[int]] = {collatz.__code__: set()}
    seen: list[str] = []

    def trace(frame: Any, event: str, argument: Any) -> None:
        seen.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with noted(outer):
            with noted(inner):
                collatz(4)
            first = set(outer[half.__code__])
            collatz(2)
        assert sys.gettrace() is trace
        half(2)
    finally:
        sys.settrace(before)
    assert first == outer[half.__code__] == {i.offset for i in dis.get_instructions(half) if i.offset in first} != set()
    assert inner[collatz.__code__] == by_trace((collatz.__code__,), 4)[collatz.__code__]
    assert "half" in seen
