"""Paths in the plane, in space and on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.globe import draw_globe, set_view
from psitheory.plotting.parts import label, legend_below, legend_beside, named, names_in, set_title, titled
from psitheory.plotting.style import COLOURS, GUIDE, INK, MARKS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDEST, NARROWER = 1.6, 0.6
"""Where paths lie on each other, the later is narrower, so that the earlier shows at its sides."""


def draw_path(figure: Figure, exhibit: Exhibit) -> None:
    """Draw named paths with their starts (circles) and ends (squares)."""
    paths = named(exhibit, "sphere")
    if any(np.shape(points)[-1] == 3 for _, points in paths):
        axes: Any = figure.add_subplot(projection="3d", proj_type="ortho", computed_zorder=False)
        set_view(axes, exhibit)
        if "sphere" in exhibit.arrays:
            draw_globe(axes, exhibit)
        _walk(axes, exhibit, paths)
        axes.set_axis_off()
        sides = [np.ptp(limits) for limits in (axes.get_xlim(), axes.get_ylim(), axes.get_zlim())]
        axes.set_box_aspect(sides, zoom=1.5)
        set_title(figure, axes, exhibit.title)
        figure.legend(loc="outside right center") if figure.get_figwidth() > 5 else legend_below(figure)
    else:
        axes = figure.subplots()
        axes.set_aspect("equal", adjustable="box")
        _walk(axes, exhibit, paths)
        titled(axes, exhibit, "x", "y")
        legend_beside(figure, axes)


def moving_parts(figure: Figure) -> list[tuple[Any, Any]]:
    """Return the line of each path with the mark of its end: what an animation moves."""
    lines = [line for axes in figure.axes for line in axes.lines]
    by_name = {str(line.get_gid()): line for line in lines if line.get_gid()}
    return [(line, by_name[f"end of {gid}"]) for gid, line in by_name.items() if not gid.startswith("end of ")]


def _walk(axes: Any, exhibit: Exhibit, paths: list[tuple[str, Any]]) -> None:
    from matplotlib import rcParams

    guides, points = names_in(exhibit, "guides"), names_in(exhibit, "points")
    mark = rcParams["lines.markersize"]
    walked = [name for name, _ in paths if name not in guides and name not in points]
    for name, array in paths:
        if name in guides:
            style: dict[str, Any] = {"color": GUIDE, "lw": 0.8, "ls": ("-", "--", ":")[guides.index(name) % 3]}
        elif name in points:
            style = {"color": INK, "ls": "none", "marker": "*", "ms": 2.3 * mark, "mfc": "white", "zorder": 9}
        else:
            style = _path_style(walked.index(name), len(walked)) | {"markevery": int(exhibit.labels.get("every", 1))}
        for k, path in enumerate(array if np.ndim(array) == 3 else [array]):
            (line,) = axes.plot(*np.transpose(path), **style, label=None if k else label(exhibit, name))
            if name in walked:
                line.set_gid(f"path {walked.index(name)} {k}")
                axes.plot(*path[:1].T, "o", ms=1.5 * mark, mfc="white", color=style["color"], zorder=8)
                (end,) = axes.plot(*path[-1:].T, "s", ms=1.25 * mark, color=style["color"], zorder=8)
                end.set_gid(f"end of {line.get_gid()}")


def _path_style(k: int, count: int) -> dict[str, Any]:
    from matplotlib import rcParams

    wider = WIDEST - NARROWER * 2 * k / max(count - 1, 1) if count > 1 else 1
    return {
        "color": COLOURS[k % len(COLOURS)],
        "lw": wider * rcParams["lines.linewidth"],
        "marker": MARKS[k % len(MARKS)],
        "ms": 0.6 * rcParams["lines.markersize"],
        "zorder": 3 + k / 10,
    }
