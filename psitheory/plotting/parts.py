"""What drawings of several kinds share: labels, legends, titles, the styles of curves."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Any

from psitheory.checking import Exhibit
from psitheory.plotting.style import COLOURS, GUIDE_LINES, INK, MARKS, POINTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LETTER = 0.52
"""How wide a letter is on average, as a share of the size of the font (DejaVu Sans, measured on captions)."""
SPACE = "\N{NO-BREAK SPACE}"
FEW_MARKS = 0.12
"""A mark stands at each such share of the diagonal of the axes, so that marks do not become the line."""


def label(exhibit: Exhibit, name: str) -> str:
    """Return what an array is called."""
    return exhibit.labels.get(name, name)


def names_in(exhibit: Exhibit, key: str) -> list[str]:
    """Return the arrays that ``labels[key]`` names."""
    return [name for name in exhibit.labels.get(key, "").split(",") if name]


def named(exhibit: Exhibit, *besides: str) -> list[tuple[str, Any]]:
    """Return the arrays by name, without those that have a part of their own."""
    return [(name, array) for name, array in exhibit.arrays.items() if name not in besides]


def styles(exhibit: Exhibit, curves: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield how each curve is drawn: guides broken and dark, points without a line, others by colour and mark."""
    guides, points = names_in(exhibit, "guides"), names_in(exhibit, "points")
    colours, marks = cycle(COLOURS), cycle(enumerate(MARKS))
    for name in curves:
        if name in guides:
            style: dict[str, Any] = {"color": INK, "lw": 1.1, "ls": GUIDE_LINES[guides.index(name) % len(GUIDE_LINES)]}
        elif name in points:
            marker = POINTS[points.index(name) % len(POINTS)]
            style = {"color": next(colours), "ls": "none", "marker": marker, "mfc": "none"}
        else:
            k, mark = next(marks)
            style = {"color": next(colours), "marker": mark, "markevery": (FEW_MARKS * k / len(MARKS), FEW_MARKS)}
        yield name, style | {"label": label(exhibit, name)}


def letters_in(figure: Figure, share: float = 1.0) -> int:
    """Return how many letters of the usual size fit into a share of the width."""
    from matplotlib import rcParams

    return max(16, int(share * figure.get_figwidth() * 72 / (LETTER * float(rcParams["font.size"]))))


def legend(figure: Figure, axes: Any) -> None:
    """Put the legend into the axes, or below them where it would hide too much."""
    handles, labels = axes.get_legend_handles_labels()
    longest = max(map(len, labels), default=0)
    if len(labels) > 3 or (len(labels) > 1 and longest > letters_in(figure, 0.5)):
        legend_below(figure, handles, labels)
    elif labels:
        axes.legend()


def legend_below(figure: Figure, handles: Any = None, labels: Any = None, **options: Any) -> None:
    """Put a legend below the axes, in as many columns as fit."""
    if handles is None:
        found = [axes.get_legend_handles_labels() for axes in figure.axes]
        handles, labels = [h for hs, _ in found for h in hs], [name for _, names in found for name in names]
    room = letters_in(figure) - 4
    wrapped = [filled(name, room - 6) for name in labels]
    column = 6 + max((len(line) for name in wrapped for line in name.splitlines()), default=0)
    options = {"ncols": max(1, min(len(labels), room // column)), **options}
    figure.legend(handles, wrapped, loc="outside lower center", **options)


def legend_beside(figure: Figure, axes: Any, handles: Any = None, labels: Any = None, **options: Any) -> None:
    """Put a legend beside the axes, or below where beside it would take more than a third of the width."""
    if handles is None:
        handles, labels = axes.get_legend_handles_labels()
    if 6 + max(map(len, labels), default=0) > letters_in(figure, 1 / 3):
        legend_below(figure, handles, labels, **options)
    elif labels:
        axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.0, 1.0), alignment="left", **options)


def set_title(figure: Figure, axes: Any, title: str, share: float = 0.78) -> Any:
    """Set the title, in as many lines as it needs."""
    return axes.set_title(fitted_title(figure, title, share))


def fitted_title(figure: Figure, title: str, share: float = 0.78) -> str:
    """Return the title in as many lines as it needs."""
    return filled(title, letters_in(figure, share))


def filled(words: str, width: int) -> str:
    """Return words in lines of a width; a formula between dollars stays in one piece."""
    kept = re.sub(r"\$[^$]*\$", lambda found: found[0].replace(" ", SPACE), words)
    lines = textwrap.wrap(kept, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(SPACE, " ")


def in_multiples_of_pi(axis: Any) -> None:
    """Let an axis of angles count in halves of π."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    def words(x: float, _: int) -> str:
        halves = round(x / (math.pi / 2))
        whole, sign = abs(halves) // 2, "−" if halves < 0 else ""
        if halves % 2:
            return f"{sign}{'' if abs(halves) == 1 else abs(halves)}π/2"
        return "0" if not halves else f"{sign}{'' if whole == 1 else whole}π"

    axis.set_major_locator(MultipleLocator(math.pi / 2))
    axis.set_major_formatter(FuncFormatter(words))


def titled(axes: Any, exhibit: Exhibit, x: str, y: str) -> None:
    """Set the title, and labels and scales of the axes."""
    set_title(axes.figure, axes, exhibit.title)
    for set_label, name, inches in (
        (axes.set_xlabel, x, 0.85 * axes.figure.get_figwidth()),
        (axes.set_ylabel, y, 0.8 * axes.figure.get_figheight()),
    ):
        share = inches / axes.figure.get_figwidth()
        set_label(filled(exhibit.labels.get(name, ""), letters_in(axes.figure, share)))
    for set_scale, axis, name in ((axes.set_xscale, axes.xaxis, "xscale"), (axes.set_yscale, axes.yaxis, "yscale")):
        if exhibit.labels.get(name, axis.get_scale()) != axis.get_scale():  # to set it anew would forget its ticks
            set_scale(exhibit.labels[name])
        _thin_out(axis)


def _thin_out(axis: Any) -> None:
    """Label the powers of ten alone where a logarithmic axis shows three; twice and five times them where it does not.

    What spans less than a decade is left to matplotlib.
    """
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullFormatter

    low, high = sorted(axis.get_view_interval())
    if axis.get_scale() != "log" or not 0 < 10 * low < high:
        return
    if math.floor(math.log10(high)) - math.ceil(math.log10(low)) >= 2:
        axis.set_minor_formatter(NullFormatter())
        return
    axis.set_minor_locator(LogLocator(subs=(2, 5)))
    axis.set_minor_formatter(LogFormatterSciNotation(minor_thresholds=(3, 3)))  # decades up to which all are labelled
