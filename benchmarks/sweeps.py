"""A sweep of 100,000 short trajectories on one core and on several: ``python -m benchmarks.sweeps``.

Besides the wall's time, which other programs spoil, the processors' time of all processes is counted: work that is
shared evenly among free cores takes as long as that over their number.  Starting a process costs as much as thousands
of the shortest runs, so that how many steps a run has (``--steps``) decides what is lost to it.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from psitheory.sweeps import Sweep, sweep


def grid(seeds: int, steps: int) -> Sweep:
    """Return 200 cells a seed: two methods, ten rates, ten scales."""
    return Sweep.of(
        model={"name": "rayleigh", "d": 20},
        optimizer={"name": ["gd", "psi-gd"], "rate": {"geomspace": [0.01, 0.5, 10]}},
        scale={"geomspace": [0.1, 10, 10]},
        seeds=seeds,
        steps=steps,
        chunk=1000,
    )


def timed(spec: Sweep, workers: int) -> tuple[float, float, dict[str, bytes]]:
    """Return the wall's and the processors' seconds of a sweep, and what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        wall, busy = time.perf_counter(), processors()
        sweep(spec, folder, workers=workers)
        wall, busy = time.perf_counter() - wall, processors() - busy
        chunks = {path.name: path.read_bytes() for path in (Path(folder) / "chunks").iterdir()}
    return wall, busy, chunks


def processors() -> float:
    """Return the processors' seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=1000)
    asked = parser.parse_args()
    spec = grid(max(1, asked.cells // 200), asked.steps)
    one, busy_one, expected = timed(spec, 1)
    many, busy_many, found = timed(spec, asked.workers)
    assert found == expected, "the results depend on the number of workers"
    print(f"{spec.cells:,} runs of {spec.steps} steps, load {os.getloadavg()[0]:.1f}, results equal byte for byte")
    print(f"one process: {one:.1f} s, {busy_one:.1f} s of a processor")
    print(f"{asked.workers} processes: {many:.1f} s, {busy_many:.1f} s of processors")
    print(f"speed-up {one / many:.2f}; on free cores at best {busy_one / (busy_many / asked.workers):.2f}")


if __name__ == "__main__":
    main()
