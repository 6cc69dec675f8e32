"""One mutant at a time in a copy of the tree: do the tests that run it notice?"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.contexts import Contexts
from tests.mutants.mutate import Mutant

COPIED = ("psitheory", "proofs_check", "tests", "docs", "benchmarks", "pyproject.toml", "README.md", "LICENSE")

SLACK = 60.0
"""Seconds beside five times what the tests take without a fault: then it is a loop without end that they noticed."""

PASSED, FAILED, INTERRUPTED, NO_TESTS = 0, 1, 2, 5


class Trial:
    """A copy of the tree in which mutants are tried, each by the tests that run its line."""

    def __init__(self, copy: Path, contexts: Contexts, seconds: float) -> None:
        self._copy, self._contexts, self._seconds = copy, contexts, seconds
        environment = os.environ | {"PYTHONPATH": str(copy), "CI": "true", "OMP_NUM_THREADS": "1"}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.server"],
            cwd=copy, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def verdict(self, mutant: Mutant) -> tuple[str, float]:
        """Return the word for what became of a mutant, and the seconds it took.

        ``killed``; ``too slow``, which counts as killed; ``survived``; or ``not run``, which counts as survived: no
        test runs it.
        """
        tests = self._contexts.tests(mutant.file, mutant.line, self._seconds)
        if not tests:
            return "not run", 0.0
        start = time.monotonic()
        with self._put_in(mutant):
            code = self.code(tests)
        if code not in (PASSED, FAILED, INTERRUPTED, None) and (without := self.code(tests)) != PASSED:
            raise RuntimeError(f"without a fault pytest ends with exit code {without} on {tests[:5]}, …")
        word = {PASSED: "survived", NO_TESTS: "survived", None: "too slow"}.get(code, "killed")
        return word, time.monotonic() - start

    def code(self, tests: list[str]) -> int | None:
        """Return the exit code of pytest on some tests, None if it does not come to an end."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        order = {"tests": tests, "seconds": 5 * self._seconds + SLACK}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())  # type: ignore[no-any-return]

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        """End the server, and what it runs."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.terminate()
        self._server.wait()

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
