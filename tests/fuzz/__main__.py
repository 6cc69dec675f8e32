"""``python -m tests.fuzz --cases N --files M --seed S``: see :mod:`tests.fuzz.witnesses`, :mod:`tests.fuzz.files`.

Each piece runs in a process of its own.  A case that shows no sign of life for ``--limit`` seconds is told as a hang,
and the next one goes on; so is a process that outlives the piece that it belongs to.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PIECE = 500
"""Cases that share a process."""

ROOT = Path(__file__).parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=200, help="files of code, each of which takes a second or more")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=180.0, help="seconds after which a case is a hang")
    options = parser.parse_args()
    count = 0
    for kind, cases in (("lines", options.cases), ("files", options.files)):
        for first in range(0, cases, PIECE):
            last = min(first + PIECE, cases)
            for words in piece(kind, options.seed, first, last, options.limit):
                count += 1
                print(words, flush=True)
            print(f"{last} of {cases} {kind}, {count} ended wrongly", flush=True)
    return 1 if count else 0


def piece(kind: str, seed: int, first: int, last: int, limit: float) -> Iterator[str]:
    """Run cases ``first`` … ``last - 1``, and yield what is wrong, in words."""
    while first < last:
        with tempfile.TemporaryDirectory() as folder, _started(kind, seed, first, last, folder) as run:
            number = first - 1
            for line in _lines(run, limit):
                if isinstance(line, int):
                    number = line
                elif line is not None:
                    yield f"{kind} {number}: {line}"
            if run.poll() is None:
                yield f"{kind} {number}: no sign of life for {limit:g} s"
            elif run.returncode:
                yield f"{kind} {number}: ended its process, exit code {run.returncode}"
            first = max(first, number) + 1 if run.poll() is None or run.returncode else last
        yield from (f"{kind} {number}: left the process {words}" for words in _orphans(run.pid))


def _started(kind: str, seed: int, first: int, last: int, folder: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.fuzz.piece", kind, *map(str, (seed, first, last))]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return _Run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, start_new_session=True)


class _Run(subprocess.Popen[bytes]):
    """A process that is killed at the end of its block."""

    def __exit__(self, *error: object) -> None:
        self.kill()
        super().__exit__(*error)  # type: ignore[arg-type]


def _lines(run: subprocess.Popen[bytes], limit: float) -> Iterator[object]:
    """Yield the lines of JSON that a process prints, until it ends or is silent for too long."""
    assert run.stdout is not None
    os.set_blocking(run.stdout.fileno(), False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(run.stdout, selectors.EVENT_READ)
        while selector.select(limit):
            data = os.read(run.stdout.fileno(), 1 << 16)
            if not data:
                run.wait()
                return
            *whole, rest = (rest + data).split(b"\n")
            yield from map(json.loads, whole)


def _orphans(session: int) -> list[str]:
    """Return what still runs of a session a while after its first process ended, and end it."""
    until, left = time.monotonic() + 10, _of_session(session)
    while left and time.monotonic() < until:
        time.sleep(0.1)
        left = _of_session(session)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [f"{pid}: {words}" for pid, words in left.items()]


def _of_session(session: int) -> dict[int, str]:
    """Return the processes of a session that are no zombies; nothing where there is no /proc."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            state, _, _, its = path.read_text().rpartition(")")[2].split()[:4]
            if int(its) == session and state != "Z":
                words = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found[int(path.parent.name)] = words[:200]
    return found


if __name__ == "__main__":
    sys.exit(main())
