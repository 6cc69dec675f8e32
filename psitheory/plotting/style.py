"""How all drawings look: colours that the colour-blind can tell apart, thin axes, words in one size."""

from __future__ import annotations

from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6B6B6B")
"""Okabe and Ito's palette, blue and vermilion first."""

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
POINTS = ("o", "x", "s", "D")
"""Marks of points that may lie on each other."""

RC: Any = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.framealpha": 0.85,  # where a legend must lie on a curve, it stays readable
    "legend.edgecolor": "none",
    "lines.linewidth": 1.6,
    "svg.fonttype": "path",
    "svg.hashsalt": "psitheory",
}
"""Applied inside a context, so that nobody's own settings change; the salt makes two SVGs of one figure equal."""
