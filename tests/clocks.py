"""Clocks that tests set in place of the machine's."""

from __future__ import annotations

from types import SimpleNamespace


def half_a_second_a_case() -> SimpleNamespace:
    """Return a module ``time`` in which half a second passes, of the processor too, each time that it is asked for."""
    now = 0.0

    def monotonic() -> float:
        nonlocal now
        now += 0.5
        return now

    return SimpleNamespace(monotonic=monotonic, process_time=lambda: now)
