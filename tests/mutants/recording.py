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
    """Tell coverage whose lines these are, and note the seconds of a processor, which others on it do not change."""
    running = coverage.Coverage.current()
    if running is not None:
        running.switch_context(item.nodeid)
    before = sum(os.times()[:4])
    found = yield
    if _seconds.get(item.nodeid, 0.0) >= 0:
        _seconds[item.nodeid] = sum(os.times()[:4]) - before
    return found  # type: ignore[no-any-return]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note that a test does not pass: it notices nothing."""
    if not report.passed:
        _seconds[report.nodeid] = -1.0


def pytest_sessionfinish() -> None:
    """Write what was recorded."""
    Path(os.environ[TIMES]).write_text(json.dumps(_seconds), encoding="utf-8")
