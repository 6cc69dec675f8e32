"""What drawings of several kinds share: labels, legends, titles, the styles of curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from psitheory.checking import Exhibit
from psitheory.plotting.style import COLOURS, GUIDE_LINES, INK, POINTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    """Yield how each curve is drawn: guides broken and dark, points without a line, the others each in a colour."""
    guides, points = names_in(exhibit, "guides"), names_in(exhibit, "points")
    colours = iter(COLOURS)
    for name in curves:
        if name in guides:
            style: dict[str, Any] = {"color": INK, "lw": 1.1, "ls": GUIDE_LINES[guides.index(name) % len(GUIDE_LINES)]}
        elif name in points:
            marker = POINTS[points.index(name) % len(POINTS)]
            style = {"color": next(colours), "ls": "none", "marker": marker, "ms": 5, "mfc": "none"}
        else:
            style = {"color": next(colours)}
        yield name, style | {"label": label(exhibit, name)}


def legend(figure: Figure, axes: Any) -> None:
    """Put the legend into the axes, or below them where it would hide too much."""
    _, labels = axes.get_legend_handles_labels()
    if len(labels) > 3:
        figure.legend(loc="outside lower center", ncols=max(1, 72 // max(24, *map(len, labels))))
    else:
        axes.legend()


def titled(axes: Any, exhibit: Exhibit, x: str, y: str) -> None:
    """Set the title, and labels and scales of the axes."""
    axes.set_title(exhibit.title)
    axes.set_xlabel(exhibit.labels.get(x, ""))
    axes.set_ylabel(exhibit.labels.get(y, ""))
    axes.set_xscale(exhibit.labels.get("xscale", axes.get_xscale()))
    axes.set_yscale(exhibit.labels.get("yscale", axes.get_yscale()))
