"""Curves over one axis: rates beside bounds, plain curves, spectra and races."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.parts import label, legend, legend_below, named, styles, titled
from psitheory.plotting.style import COLOURS, GUIDE, INK, MARKS, RACE_LINES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_rate(figure: Figure, exhibit: Exhibit) -> None:
    """Draw what was observed over the number of steps beside its bound, log-log."""
    axes = figure.subplots()
    axes.loglog()
    steps, arrays = exhibit.arrays["steps"], exhibit.arrays
    curves = [name for name in arrays if name not in ("steps", "bound", "lower", "upper", "fit")]
    if "lower" in arrays and "upper" in arrays:
        band: dict[str, Any] = {"color": COLOURS[0], "alpha": 0.2, "lw": 0, "label": exhibit.labels.get("range")}
        axes.fill_between(steps, arrays["lower"], arrays["upper"], **band)
    for name, style in styles(exhibit, curves):
        rows = np.atleast_2d(arrays[name])
        for k, row in enumerate(rows):
            marked: dict[str, Any] = {"markevery": None} if len(rows) == 1 else {"marker": ""}
            if style.get("ls") != "none":
                marked |= {"ms": 3}
            axes.plot(steps, row, **style | marked | ({"label": None} if k else {}))
    if "fit" in arrays:
        axes.plot(steps, arrays["fit"], ":", color=INK, label=label(exhibit, "fit"))
    axes.plot(steps, arrays["bound"], "--", color=INK, label=label(exhibit, "bound"))
    titled(axes, exhibit, "steps", "y")
    floor = np.min(arrays["bound"]) * 1e-3
    if axes.get_ylim()[0] < floor:  # what falls out of sight below should not flatten the rest
        axes.set_ylim(floor, 5 * max(np.nanmax(line.get_ydata()) for line in axes.lines))
    legend(figure, axes)


def draw_curves(figure: Figure, exhibit: Exhibit) -> None:
    """Draw named curves over one axis."""
    axes = figure.subplots()
    for name, style in styles(exhibit, [name for name, _ in named(exhibit, "x")]):
        axes.plot(exhibit.arrays["x"], exhibit.arrays[name], **style)
    titled(axes, exhibit, "x", "y")
    legend(figure, axes)


def draw_spectrum(figure: Figure, exhibit: Exhibit) -> None:
    """Draw values in descending order."""
    from matplotlib.ticker import MaxNLocator

    axes = figure.subplots()
    values = np.sort(exhibit.arrays["values"])[::-1]
    axes.plot(np.arange(1, len(values) + 1), values, "o", ms=4, color=COLOURS[0], label=label(exhibit, "values"))
    if "bound" in exhibit.arrays:
        axes.axhline(float(exhibit.arrays["bound"]), ls="--", color=INK, label=label(exhibit, "bound"))
    if np.all(values > 0):
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    titled(axes, exhibit, "x", "y")
    if len(axes.get_legend_handles_labels()[1]) > 1:
        axes.legend()


def draw_race(figure: Figure, exhibit: Exhibit) -> None:
    """Draw steps to a goal over scales; runs that did not arrive stand at the limit."""
    axes = figure.subplots()
    axes.loglog()
    x, limit = exhibit.arrays["x"], float(exhibit.arrays["limit"])
    names = [name for name, _ in named(exhibit, "x", "limit") if not name.endswith(", fitted")]
    for k, name in enumerate(names):
        colour, style = COLOURS[k % len(COLOURS)], RACE_LINES[k // len(COLOURS) % len(RACE_LINES)]
        rows = np.atleast_2d(exhibit.arrays[name])
        slope = exhibit.labels.get(f"{name}, fitted", "")
        mark = MARKS[k % len(MARKS)]
        axes.plot(x, rows[0], mark, ms=4, ls=style, color=colour, label=f"{label(exhibit, name)} {slope}".rstrip())
        for row in rows[1:]:
            axes.plot(x, row, ".", ms=3, alpha=0.5, color=colour)
        if (beyond := np.isnan(rows).any(axis=0)).any():
            axes.plot(x[beyond], np.full(beyond.sum(), limit), "^", mfc="none", color=colour)
        if (fitted := f"{name}, fitted") in exhibit.arrays:
            axes.plot(x, exhibit.arrays[fitted], "--", lw=1, color=INK)
    if "dots" in exhibit.labels:
        axes.plot([], [], ".", ms=3, color=GUIDE, label=label(exhibit, "dots"))
    if any(np.isnan(exhibit.arrays[name]).any() for name in names):
        axes.plot([], [], "^", mfc="none", color=GUIDE, label=label(exhibit, "limit"))
    titled(axes, exhibit, "x", "y")
    legend_below(figure)
