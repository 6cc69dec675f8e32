"""A plugin of pytest that records which test runs which line, and for how long: ``coverage run -m pytest -p`` it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

TIMES = "MUTANTS_TIMES"
"""The environment names the file where the seconds of each test go."""

_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tell coverage whose lines these are."""
    running = coverage.Coverage.current()
    if running is not None:
        running.switch_context(item.nodeid)
    return (yield)  # type: ignore[no-any-return]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test takes; one that does not pass notices nothing."""
    before = _seconds.get(report.nodeid, 0.0)
    _seconds[report.nodeid] = before + report.duration if report.passed and before >= 0 else -1.0


def pytest_sessionfinish() -> None:
    """Write what was recorded."""
    Path(os.environ[TIMES]).write_text(json.dumps(_seconds), encoding="utf-8")
