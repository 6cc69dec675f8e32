"""How all drawings look: colours told apart by the colour-blind and in greyscale, thin axes, words in one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

COLOURS = ("#1B2FAE", "#D0513A", "#5BD89E", "#79435B", "#BEE64A", "#788EDF", "#200A0D")
"""Blue, vermilion, mint, wine, lime, sky, black: no two nearer than 26 of 255 in luma, so that a copier keeps them
apart, and none nearer than 30 in CIELAB to who sees no red, no green or no blue."""

INK = "#222222"
GUIDE = "#888888"
GUIDE_LINES: Any = ("--", ":", "-.", (0, (5, 1)))
"""Bounds and asymptotes differ by their dashes, so that colours remain for what was observed."""
RACE_LINES: Any = (
    "-",
    ":",
    "-.",
    (0, (6, 1)),
    (0, (1, 3)),
    (0, (8, 2, 1, 2, 1, 2)),
    (0, (1, 4)),
    (0, (8, 2, 1, 2, 1, 2)),
)
"""A race may have more methods than there are colours."""
MARKS = ("o", "s", "^", "D", "v", "P", "X")
"""Each colour has a mark of its own, a second way to tell curves apart."""
POINTS = ("o", "x", "s", "D")
"""Marks of points that may lie on each other."""

SizeName = Literal["page", "column", "slide"]
Size = SizeName | tuple[float, float]
"""A name of :data:`SIZES`, or a width and a height in inches."""


@dataclass(frozen=True)
class Format:
    """How large a drawing is, in inches, its words and lines, in points, and how many dots an inch has."""

    width: float
    height: float
    words: float
    lines: float
    dots: int


SIZES: dict[str, Format] = {
    "page": Format(6.4, 4.2, 10, 1.6, 150),
    "column": Format(3.5, 3.1, 8, 1.2, 300),
    "slide": Format(7.1, 4.0, 13, 2.4, 270),  # fills 13.3 inches of a slide, where its words are 24 points high
}
"""Formats by name: the width of a page, one of two columns, a slide."""


def format_of(size: Any) -> Format:
    """Return the format that a name or a pair of inches means; see :func:`psitheory.plotting.draw`."""
    from psitheory.errors import ArgumentError, shown

    if isinstance(size, str) and size in SIZES:
        return SIZES[size]
    pair = isinstance(size, Sequence) and not isinstance(size, str) and len(size) == 2
    if not pair or not all(isinstance(side, (int, float)) and 0 < side < 1000 for side in size):
        raise ArgumentError(
            f"size is {shown(size)}; one of {', '.join(SIZES)}, or (width, height) in inches, is needed"
        )
    return Format(*size, *(getattr(SIZES["page"], name) for name in ("words", "lines", "dots")))


def settings(form: Format) -> Any:
    """Return Matplotlib's settings, applied inside a context so that nobody's own change.

    The salt makes two SVGs of one figure equal.
    """
    return {
        "font.size": form.words,
        "axes.titlesize": 1.1 * form.words,
        "axes.titlelocation": "left",
        "axes.edgecolor": INK,
        "axes.linewidth": 0.5 * form.lines,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#DDDDDD",
        "grid.linewidth": 0.4 * form.lines,
        "legend.fontsize": 0.95 * form.words,
        "legend.framealpha": 0.85,  # where a legend must lie on a curve, it stays readable
        "legend.edgecolor": "none",
        "lines.linewidth": form.lines,
        "lines.markersize": 3 * form.lines,
        "svg.fonttype": "path",
        "svg.hashsalt": "psitheory",
    }
