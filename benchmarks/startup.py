"""What starting costs: imports, each in a process of its own, and the whole library of claims at the effort quick."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from benchmarks.timing import Case, Contender


def cases() -> Iterator[Case]:
    """Yield the one case of imports."""
    run = "import {}".format
    names = [name for name in ("psitheory", "numpy", "pymanopt", "geomstats", "geoopt", "jax") if _imports(run(name))]
    contenders = [Contender(name, partial(_run, [sys.executable, "-c", run(name)])) for name in names]
    contenders.append(Contender("python alone", partial(_run, [sys.executable, "-c", ""])))
    yield Case("import", "import", contenders, what="µs a process")


def _imports(line: str) -> bool:
    """Tell whether the line works; say so if it does not."""
    fine = subprocess.run([sys.executable, "-c", line], check=False, capture_output=True).returncode == 0
    if not fine:
        print(f"skipped: {line} fails here", flush=True)
    return fine


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def verify_seconds(cores: set[int] | None) -> float:
    """Return how long ``psitheory verify`` takes on all cores that this process was given."""

    def release() -> None:
        if cores:
            os.sched_setaffinity(0, cores)

    start = time.perf_counter()
    command = [sys.executable, "-m", "psitheory", "verify", "--seed", "0"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, preexec_fn=release)
    return time.perf_counter() - start
