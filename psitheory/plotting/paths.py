"""Paths in the plane, in space and on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.parts import label, named, names_in, titled
from psitheory.plotting.style import COLOURS, GUIDE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_path(figure: Figure, exhibit: Exhibit) -> None:
    """Draw named paths with their starts (circles) and ends (squares)."""
    paths = named(exhibit, "sphere")
    if any(np.shape(points)[-1] == 3 for _, points in paths):
        axes: Any = figure.add_subplot(projection="3d", proj_type="ortho")
        if "sphere" in exhibit.arrays:
            _globe(axes)
        _walk(axes, exhibit, paths)
        axes.set_axis_off()
        sides = [np.ptp(limits) for limits in (axes.get_xlim(), axes.get_ylim(), axes.get_zlim())]
        axes.set_box_aspect(sides, zoom=1.5)
        axes.set_title(exhibit.title)
        figure.legend(loc="outside right center")
    else:
        axes = figure.subplots()
        axes.set_aspect("equal", adjustable="box")
        _walk(axes, exhibit, paths)
        titled(axes, exhibit, "x", "y")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _walk(axes: Any, exhibit: Exhibit, paths: list[tuple[str, Any]]) -> None:
    guides, every = names_in(exhibit, "guides"), int(exhibit.labels.get("every", 1))
    colours = iter(COLOURS)
    for name, points in paths:
        if name in guides:
            style = {"color": GUIDE, "lw": 0.8, "ls": ("-", "--", ":")[guides.index(name) % 3]}
        else:
            style = {"color": next(colours), "marker": ".", "ms": 5, "markevery": every}
        for k, path in enumerate(points if np.ndim(points) == 3 else [points]):
            axes.plot(*path.T, **style, label=None if k else label(exhibit, name))
            if name not in guides:
                axes.plot(*path[:1].T, "o", ms=7, mfc="white", color=style["color"])
                axes.plot(*path[-1:].T, "s", ms=6, color=style["color"])


def _globe(axes: Any) -> None:
    """Draw the half of the unit sphere that faces who looks, and its outline."""
    azimuth, elevation = np.radians(axes.azim), np.radians(axes.elev)
    east = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
    front = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    turn, up = np.linspace(0, 2 * np.pi, 181)[:, None], np.cross(front, east)
    axes.plot(*(np.cos(turn) * east + np.sin(turn) * up).T, color=GUIDE, lw=0.8)
    heights, meridians = np.radians(np.arange(-60, 90, 30)), np.radians(np.arange(0, 360, 30))
    longitude, latitude = np.linspace(0, 2 * np.pi, 181), np.linspace(-np.pi / 2, np.pi / 2, 91)
    grid = [(longitude, np.full(181, height)) for height in heights] + [(np.full(91, m), latitude) for m in meridians]
    for phi, height in grid:
        line = np.stack([np.cos(height) * np.cos(phi), np.cos(height) * np.sin(phi), np.sin(height)], axis=-1)
        axes.plot(*np.where(line @ front > 0, line.T, np.nan), color=GUIDE, lw=0.4, alpha=0.6)
