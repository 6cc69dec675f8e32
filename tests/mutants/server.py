"""Runs tests in children of one process that has imported what no mutant touches: ``python -m tests.mutants.server``.

A line of JSON comes in, ``{"tests": [...], "seconds": 60}``; the exit code of pytest goes out, null if it took longer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module

BEFORE = (
    "pytest", "_pytest.assertion.rewrite", "hypothesis.strategies", "numpy", "scipy.linalg", "scipy.optimize",
    "scipy.special", "scipy.stats", "sympy", "flint", "array_api_compat.numpy", "threadpoolctl", "torch", "jax.numpy",
)  # fmt: skip
"""What is imported before a child is made; nothing of the tree, which a mutant may stand in."""

LOOK = 0.05

OPTIONS = ("-q", "-x", "-n0", "-p", "no:cacheprovider", "--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Stops at the first failure; says nothing of plugins that are imported already."""

BROKEN = 99
"""The exit code of a child that pytest did not end."""


def main() -> None:
    for name in BEFORE:
        with suppress(ImportError):
            import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(run(order["tests"], order["seconds"])), flush=True)


def run(tests: list[str], seconds: float) -> int | None:
    """Return the exit code of pytest, None if it did not end in time; what it started ends with it."""
    pid = os.fork()
    if pid == 0:
        _child(tests)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(LOOK)
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _child(tests: list[str]) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    code = BROKEN
    try:
        import pytest

        code = int(pytest.main([*OPTIONS, *tests]))
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
