"""The table, the numbers and the figures of a run, written to a folder."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from benchmarks.goals import OURS, Goal, goals
from benchmarks.growth import Growth
from benchmarks.peers import versions
from benchmarks.timing import Result

matplotlib.use("Agg")


def write(folder: Path, results: list[Result], growths: list[Growth], facts: dict[str, Any]) -> None:
    """Write ``table.md``, ``results.json`` and the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {**facts, "machine": platform.machine(), "python": platform.python_version(), **versions()}
    found = goals(results)
    text = _table(results, growths, found, facts)
    (folder / "table.md").write_text(text, encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(_numbers(results, growths, found, facts), indent=1))
    if results:
        _bars(results).savefig(folder / "ratios.png", dpi=150)
    if growths:
        _growth(growths).savefig(folder / "growth.png", dpi=150)


def _table(results: list[Result], growths: list[Growth], found: list[Goal], facts: dict[str, Any]) -> str:
    lines = ["# Benchmark", "", *(f"- {name}: {value}" for name, value in facts.items()), ""]
    if found:
        lines += ["## Goals", "", "| work | goal | found | |", "|---|---|---|---|"]
        lines += [
            f"| {g.work} | {g.goal} | {g.found:.3g} | {'reached' if g.reached else 'not reached'} |" for g in found
        ]
        lines += [""]
    for result in results:
        lines += [f"## {result.case.name}", "", f"| | {result.case.what} | time / ours |", "|---|---|---|"]
        for name in result.seconds:
            lines.append(f"| {name} | {result.median(name):.4g} | {result.ratio(name, OURS):.3g} |")
        lines += ["", *result.refused, *([""] if result.refused else [])]
    if growths:
        lines += ["## Growth", "", "| what | with | exponent, last decade | exponent, all |", "|---|---|---|---|"]
        lines += [f"| {g.name} | {g.axis} | {g.slope:.2f} | {g.overall:.2f} |" for g in growths]
    return "\n".join(lines) + "\n"


def _numbers(results: list[Result], growths: list[Growth], found: list[Goal], facts: dict[str, Any]) -> Any:
    return {
        "facts": facts,
        "goals": [vars(goal) for goal in found],
        "cases": {
            result.case.name: {name: seconds.tolist() for name, seconds in result.seconds.items()} for result in results
        },
        "growth": [{**vars(g), "slope": g.slope} for g in growths],
    }


def _bars(results: list[Result]) -> Any:
    """Draw one row a case: each contender's time over ours; left of 1 is faster than ours."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(name for result in results for name in result.seconds if name != OURS))
    figure = Figure(figsize=(8, 1.5 + 0.2 * len(results)), layout="constrained")
    axes = figure.add_subplot()
    marks = "osD^vP*Xhd<>p"
    for k, name in enumerate(names):
        rows = [(i, result.ratio(name, OURS)) for i, result in enumerate(results) if name in result.seconds]
        y, x = zip(*rows, strict=True)
        axes.plot(x, y, marks[k % len(marks)], color=f"C{k % 10}", ms=5, label=name)
    axes.axvline(1, color="black", lw=1)
    axes.set_xscale("log")
    axes.set_yticks(np.arange(len(results)), [result.case.name for result in results], fontsize=7)
    axes.set_ylim(len(results) - 0.5, -0.5)
    axes.grid(alpha=0.3)
    axes.set_xlabel("time over that of psitheory, same process (left of the line: faster than psitheory)")
    figure.legend(loc="outside upper center", ncols=3, fontsize=7, frameon=False)
    return figure


def _growth(growths: list[Growth]) -> Any:
    """Draw every measurement on logarithmic axes, beside a line of slope 1 through the last point."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.4), layout="constrained")
    for axes, g in zip(figure.subplots(2, 3).flat, growths, strict=True):
        sizes = np.array(g.sizes)
        axes.loglog(sizes, g.values, "o-", ms=4, label=f"measured, last decade ∝ size^{g.slope:.2f}")
        if (g.name, g.axis[0]) != ("memory", "T"):
            axes.loglog(sizes, g.values[-1] * sizes / sizes[-1], "k:", lw=1, label="linear")
        else:
            axes.set_ylim(min(g.values) / 10, max(g.values) * 10)
        axes.set_xlabel(g.axis)
        axes.set_ylabel(f"{g.name}, {g.unit}")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7, frameon=False)
    return figure
