"""The half of the unit sphere that faces who looks, bare or with a function's level lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.style import GUIDE, INK

LEVELS = 14
"""So many level lines tell hills from valleys, and leave room for paths."""
OUTSIDE = 1.004
"""Lines lie so much above the surface, by which they are not hidden in it."""


def set_view(axes: Any, exhibit: Exhibit) -> None:
    """Look from where ``labels["view"]`` says, height and azimuth in degrees."""
    if "view" in exhibit.labels:
        elevation, azimuth = map(float, exhibit.labels["view"].split(","))
        axes.view_init(elevation, azimuth)


def draw_globe(axes: Any, exhibit: Exhibit) -> None:
    """Draw outline and grid, or, where ``sphere`` is (H, W), shades and level lines of those values."""
    front = _front(axes)
    east = np.array([-np.sin(np.radians(axes.azim)), np.cos(np.radians(axes.azim)), 0])
    turn, up = np.linspace(0, 2 * np.pi, 181)[:, None], np.cross(front, east)
    axes.plot(*(np.cos(turn) * east + np.sin(turn) * up).T, color=GUIDE, lw=0.8)
    values = np.asarray(exhibit.arrays["sphere"])
    if values.ndim == 2:
        _shades(axes, values)
        _level_lines(axes, values, front)
    else:
        _grid(axes, front)


def on_sphere(longitude: Any, latitude: Any) -> np.ndarray:
    """Return points of the unit sphere, (..., 3), from angles in radians."""
    parts = np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def chart(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the longitudes (W,) and latitudes (H,) on which ``sphere`` holds values, poles and seam included."""
    return np.linspace(-np.pi, np.pi, width), np.linspace(-np.pi / 2, np.pi / 2, height)


def _front(axes: Any) -> np.ndarray:
    return on_sphere(np.radians(axes.azim), np.radians(axes.elev))


def _grid(axes: Any, front: np.ndarray) -> None:
    longitude, latitude = np.linspace(0, 2 * np.pi, 181), np.linspace(-np.pi / 2, np.pi / 2, 91)
    lines = [on_sphere(longitude, height) for height in np.radians(np.arange(-60, 90, 30))]
    lines += [on_sphere(meridian, latitude) for meridian in np.radians(np.arange(0, 360, 30))]
    for line in lines:
        axes.plot(*np.where(line @ front > 0, line.T, np.nan), color=GUIDE, lw=0.4, alpha=0.6)


def _shades(axes: Any, values: np.ndarray) -> None:
    from matplotlib import colormaps

    longitude, latitude = chart(*values.shape)
    surface = on_sphere(longitude, latitude[:, None])
    spread = np.ptp(values) or 1.0
    colours = colormaps["Greys_r"](0.45 + 0.5 * (values - values.min()) / spread)
    axes.plot_surface(
        *np.moveaxis(surface, -1, 0), facecolors=colours, rstride=1, cstride=1, shade=False, lw=0,
        antialiased=False, rasterized=True, zorder=0,
    )  # fmt: skip


def _level_lines(axes: Any, values: np.ndarray, front: np.ndarray) -> None:
    from contourpy import contour_generator

    lines = contour_generator(*chart(*values.shape), values)
    for level in np.linspace(values.min(), values.max(), LEVELS + 2)[1:-1]:
        for line in lines.lines(level):
            points = OUTSIDE * on_sphere(*np.asarray(line).T)
            axes.plot(*np.where(points @ front > 0, points.T, np.nan), color=INK, lw=0.5, alpha=0.6, zorder=1)
