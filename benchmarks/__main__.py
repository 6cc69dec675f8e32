"""Run the benchmark: ``python -m benchmarks [--only GROUP …] [--out DIR] [--rounds N]``."""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import geometry, growth, layouts, mlp, rayleigh, report, startup
from benchmarks.machine import limits
from benchmarks.timing import CLOCKS, Case, compared

GROUPS = ("geometry", "rayleigh", "mlp", "ragged", "growth", "import", "verify")


def main() -> None:
    """Run what was asked for and write what was found."""
    options = _options()
    cores = _pin()
    warnings.filterwarnings("ignore")  # those of the peers
    rng = np.random.default_rng(options.seed)
    results = []
    for case in _cases(options.only, rng):
        rounds = options.rounds
        clock = CLOCKS["wall" if case.group == "import" else options.clock]  # imports run in processes of their own
        results.append(compared(case, rounds, options.seconds, rng, clock))
        _show(results[-1])
    growths = growth.growths(rng, options.longest) if "growth" in options.only else []
    facts: dict[str, object] = {"clock": options.clock}
    facts |= {name: round(value, 1) for name, value in limits().items()}
    if "verify" in options.only:
        facts["verify quick, seconds"] = round(startup.verify_seconds(cores), 1)
    report.write(options.out, results, growths, facts)
    print(f"written: {options.out}/table.md, results.json and figures")


def _cases(only: list[str], rng: np.random.Generator) -> Iterator[Case]:
    if "geometry" in only:
        yield from geometry.cases(rng)
    if "rayleigh" in only:
        yield from rayleigh.cases(rng)
    if "mlp" in only:
        yield from mlp.cases(rng)
    if "ragged" in only:
        yield from layouts.cases(rng)
    if "import" in only:
        yield from startup.cases()


def _show(result: object) -> None:
    from benchmarks.goals import OURS
    from benchmarks.timing import Result

    assert isinstance(result, Result)
    times = ", ".join(f"{name} {result.median(name):.4g} ({result.ratio(name, OURS):.2f})" for name in result.seconds)
    print(f"{result.case.name}: {result.case.what} (over ours): {times}", flush=True)
    for line in result.refused:
        print(line, flush=True)


def _pin() -> set[int] | None:
    """Pin this process to one core where the system allows it; return those it had."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    return cores


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="some groups of cases")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"), help="the folder to write to")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each contender")
    parser.add_argument("--seconds", type=float, default=0.02, help="time of one turn, at least one call")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="process: what this process was given alone")
    parser.add_argument("--longest", type=int, default=10**6, help="the most steps whose memory is measured")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


main()
