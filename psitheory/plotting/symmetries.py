"""The scaling symmetries of a function: the gap in the singular values, and the exponents of each generator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.parts import label, legend_below, set_title
from psitheory.plotting.style import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_NAMES = 12
"""More parts than these have no names on the axis."""


def draw_symmetries(figure: Figure, exhibit: Exhibit) -> None:
    """Draw singular values beside the exponents, a row for each generator and a column for each parameter."""
    spectrum, table = figure.subplots(1, 2, width_ratios=(1, 1.4))
    _draw_values(spectrum, exhibit)
    set_title(figure, spectrum, exhibit.title).set_in_layout(False)  # it runs on above the table
    legend_below(figure)
    if exhibit.arrays["exponents"].size:
        _draw_exponents(figure, table, exhibit)
    else:
        table.axis("off")
        table.text(0.5, 0.5, "no symmetry", ha="center", va="center", color=INK, transform=table.transAxes)


def _draw_values(axes: Any, exhibit: Exhibit) -> None:
    values, noise = np.sort(exhibit.arrays["values"])[::-1], float(exhibit.arrays["bound"])
    floor = np.finfo(float).eps * max(float(values[0]), np.finfo(float).tiny)
    rank = int(np.sum(values > noise))
    places = np.arange(1, len(values) + 1)
    shown = np.maximum(values, floor)  # exact zeros stand where rounding begins
    axes.set_yscale("log")
    axes.plot(places[:rank], shown[:rank], "o", ms=4, color=COLOURS[0], label=label(exhibit, "values"))
    axes.plot(places[rank:], shown[rank:], "o", ms=4, mfc="none", color=COLOURS[1], label=label(exhibit, "zeros"))
    axes.axhline(max(noise, floor), ls="--", lw=1.1, color=INK, label=label(exhibit, "bound"))
    if 0 < rank < len(values):
        x = rank + 0.5
        axes.annotate("", (x, shown[rank]), (x, shown[rank - 1]), arrowprops={"arrowstyle": "<->", "color": INK})
        middle = float(np.sqrt(shown[rank] * shown[rank - 1]))
        left = rank > len(values) / 2
        side = {"ha": "right", "xytext": (-4, 0)} if left else {"ha": "left", "xytext": (4, 0)}
        axes.annotate(f"gap {values[rank - 1] / shown[rank]:.0e}", (x, middle), textcoords="offset points", **side)
    axes.set_xlabel(exhibit.labels.get("x", ""))


def _draw_exponents(figure: Figure, axes: Any, exhibit: Exhibit) -> None:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.ticker import FuncFormatter

    exponents, starts = exhibit.arrays["exponents"], exhibit.arrays["starts"]
    names = exhibit.labels.get("parts", "").split(",")
    largest = float(np.max(np.abs(exponents)))
    shades = LinearSegmentedColormap.from_list("exponents", (COLOURS[1], "white", COLOURS[0]))
    rows, columns = exponents.shape
    image = axes.imshow(
        exponents,
        extent=(-0.5, columns - 0.5, rows + 0.5, 0.5),
        aspect="auto",
        interpolation="nearest",
        rasterized=True,
        cmap=shades,
        vmin=-largest,
        vmax=largest,
    )
    ends = np.append(starts[1:], columns)
    for edge in starts[1:]:
        axes.axvline(edge - 0.5, lw=0.8, color=INK)
    axes.grid(visible=False)
    if len(names) <= MOST_NAMES:
        axes.set_xticks(
            (starts + ends - 1) / 2, names, rotation=90 if figure.get_figwidth() < 5 else 45 if len(names) > 4 else 0
        )
        axes.tick_params(axis="x", length=0)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel(exhibit.labels.get("y", ""))
    axes.spines[["top", "right"]].set_visible(True)
    ticks = sorted({-largest, 0.0, largest})
    figure.colorbar(
        image, ax=axes, ticks=ticks, format=FuncFormatter(_signed), label=label(exhibit, "exponents"), shrink=0.7
    )


def _signed(number: float, _: int) -> str:
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number):g}"
