"""One mutant at a time in a copy of the tree: do the tests that can reach it notice?"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.mutants.mutate import Mutant
from tests.mutants.reach import Reach

COPIED = ("psitheory", "proofs_check", "tests", "docs", "benchmarks", "pyproject.toml", "README.md", "LICENSE")

SLACK = 30.0
"""Seconds beside three times what the tests take without a fault: then it is a loop without end that they noticed."""

NEAREST = 12
"""Files of tests that are looked at for one mutant."""

PASSED, FAILED, INTERRUPTED, NO_TESTS = 0, 1, 2, 5


class Trial:
    """A copy of the tree in which mutants are tried, and how long each file of tests takes in it."""

    def __init__(self, copy: Path, seconds: float, times: Path) -> None:
        self._copy, self._seconds, self._times_file = copy, seconds, times
        self._reach = Reach(copy)
        self._times: dict[str, float] = json.loads(times.read_text()) if times.exists() else {}

    def verdict(self, mutant: Mutant) -> tuple[str, float]:
        """Return ``killed``, ``too slow`` (which counts as killed), or ``survived``, and the seconds it took."""
        tests, expected = self._chosen(mutant.file)
        start = time.monotonic()
        if not tests:
            return "survived", 0.0
        with self._put_in(mutant):
            code = self._run(tests, 3 * expected + SLACK)
        word = {PASSED: "survived", NO_TESTS: "survived", None: "too slow"}.get(code, "killed")
        return word, time.monotonic() - start

    def _chosen(self, file: str) -> tuple[list[str], float]:
        """Return the nearest files of tests that fit into the time, and what they take together."""
        chosen: list[str] = []
        total = 0.0
        for test in self._reach.tests(file)[:NEAREST]:
            if chosen and total >= self._seconds:
                break
            took = self._time(test)
            if took >= 0 and (total + took <= self._seconds or not chosen):
                chosen.append(test)
                total += took
        return chosen, total

    def _time(self, test: str) -> float:
        """Return the seconds that a file of tests takes without a fault; -1 if it does not pass here by itself."""
        if test not in self._times:
            start = time.monotonic()
            code = self._run([test], SLACK + self._seconds)
            self._times[test] = time.monotonic() - start if code == PASSED else -1.0
            self._times_file.write_text(json.dumps(self._times, indent=1))
        return self._times[test]

    @contextmanager
    def _put_in(self, mutant: Mutant) -> Iterator[None]:
        path = self._copy / mutant.file
        source = path.read_text(encoding="utf-8")
        path.write_text(mutant.applied(source), encoding="utf-8")
        _forget(path)
        try:
            yield
        finally:
            path.write_text(source, encoding="utf-8")
            _forget(path)

    def _run(self, tests: list[str], limit: float) -> int | None:
        """Return the exit code of pytest, None if it did not end in time."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", "--tb=no", *tests]
        environment = os.environ | {"PYTHONPATH": str(self._copy), "CI": "true", "OMP_NUM_THREADS": "1"}
        with subprocess.Popen(
            command, cwd=self._copy, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        ) as run:  # fmt: skip
            try:
                return run.wait(limit)
            except subprocess.TimeoutExpired:
                return None
            finally:
                with suppress(ProcessLookupError):  # what it left, too
                    os.killpg(run.pid, signal.SIGKILL)


def _forget(path: Path) -> None:
    """Take away the compiled file: it is told apart by second and size, which mutants share."""
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """Copy what the tests need into a folder for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        skipped = shutil.ignore_patterns("__pycache__", "_build", ".*")
        for name in COPIED:
            source, target = root / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=skipped)
            elif source.exists():
                shutil.copy(source, target)
        yield Path(folder)
