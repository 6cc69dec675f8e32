"""Animations of paths: what a figure shows at once, drawn step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError, shown
from psitheory.plotting.draw import draw, write_whole
from psitheory.plotting.paths import moving_parts
from psitheory.plotting.style import Size, format_of

DOTS = 100
"""Dots an inch: a slide of 710 by 400, which a GIF of 60 frames carries in about a megabyte."""


def animate(
    exhibit: Exhibit, path: str | Path, *, frames: int = 60, seconds: float = 6.0, size: Size = "slide"
) -> None:
    """Write the paths of an exhibit as a GIF in which they grow, whole or not at all.

    Parameters
    ----------
    exhibit : Exhibit
        Of the kind "path".
    path : str or Path
        Ends in ``.gif``.
    frames : int
        At least 2; the last one stays for a second.
    seconds : float
        How long the paths grow.
    size
        That of :func:`psitheory.plotting.draw`.

    Raises
    ------
    ArgumentError
        If the exhibit holds no paths, an argument is out of range, or the file cannot be written.
    """
    path = Path(path)
    if exhibit.kind != "path":
        raise ArgumentError(f"exhibit has the kind {exhibit.kind!r}; a path is needed, since only paths grow")
    if path.suffix.lower() != ".gif":
        raise ArgumentError(f"path is '{path}'; a file name ending in .gif is needed")
    if not isinstance(frames, int) or frames < 2:
        raise ArgumentError(f"frames is {shown(frames)}; an integer of at least 2 is needed")
    if not 0 < seconds < np.inf:
        raise ArgumentError(f"seconds is {shown(seconds)}; a positive number is needed")
    write_whole(path, lambda partial: _write(exhibit, partial, frames, max(round(frames / seconds), 1), size))


def _write(exhibit: Exhibit, path: Path, frames: int, per_second: int, size: Size) -> None:
    from matplotlib.animation import PillowWriter

    figure = draw(exhibit, size=size)
    figure.draw_without_rendering()  # what the whole figure needs fixes its axes
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.autoscale(enable=False)
    parts = [(line, end, _data(line)) for line, end in moving_parts(figure)]
    longest = max(len(data) for _, _, data in parts)
    writer: Any = PillowWriter(fps=per_second)
    dots = int(DOTS * 7.1 / format_of(size).width)
    with writer.saving(figure, str(path), dpi=dots):
        for count in np.linspace(1, longest, frames).round().astype(int):
            for line, end, data in parts:
                _set(line, data[:count])
                _set(end, data[:count][-1:])
            writer.grab_frame()
        for _ in range(per_second):
            writer.grab_frame()


def _data(line: Any) -> np.ndarray:
    return np.transpose(line.get_data_3d() if hasattr(line, "get_data_3d") else line.get_data())


def _set(line: Any, points: np.ndarray) -> None:
    (line.set_data_3d if hasattr(line, "set_data_3d") else line.set_data)(*points.T)
