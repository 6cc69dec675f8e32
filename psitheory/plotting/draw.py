"""Draw an exhibit, by its kind, into a figure that belongs to nobody's window system."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError
from psitheory.plotting.style import COLOURS, GUIDE, INK, RC

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(exhibit: Exhibit, *, size: tuple[float, float] = (6.4, 4.2)) -> Figure:
    """Return a Matplotlib figure of ``exhibit``.

    Parameters
    ----------
    exhibit : Exhibit
    size : (width, height)
        In inches.

    Raises
    ------
    ArgumentError
        If its kind is unknown, or it lacks an array that its kind needs.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    if exhibit.kind not in _DRAWINGS:
        raise ArgumentError(f"exhibit has the kind {exhibit.kind!r}; one of {', '.join(_DRAWINGS)} is needed")
    function, needed = _DRAWINGS[exhibit.kind]
    missing = [name for name in needed if name not in exhibit.arrays]
    if missing:
        raise ArgumentError(f"exhibit {exhibit.title!r} has no array {missing[0]!r}, which a {exhibit.kind} needs")
    with rc_context(RC):
        figure = Figure(figsize=size, layout="constrained")
        function(figure, exhibit)
    return figure


def save(exhibit: Exhibit, path: str | Path) -> None:
    """Write a drawing of ``exhibit`` to ``path``, whole or not at all; the ending says the format."""
    path = Path(path)
    check_format(path, "path")
    if not path.parent.is_dir():
        raise ArgumentError(f"path is '{path}', whose folder does not exist; an existing folder is needed")
    partial = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        draw(exhibit).savefig(partial, dpi=150)
        os.replace(partial, path)
    except OSError as error:
        raise ArgumentError(f"path is '{path}', which cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def check_format(path: Path, name: str) -> None:
    """Raise unless the ending of ``path`` names a format that drawings can be written in.

    Raises
    ------
    ArgumentError
        The message calls the path ``name``, and lists the endings.
    """
    from matplotlib.backend_bases import FigureCanvasBase

    known = FigureCanvasBase.get_supported_filetypes()
    if path.suffix[1:].lower() not in known:
        raise ArgumentError(f"{name} is '{path}'; a file name ending in one of .{', .'.join(known)} is needed")


def _label(exhibit: Exhibit, name: str) -> str:
    return exhibit.labels.get(name, name)


def _legend(figure: Figure, axes: Any) -> None:
    """Put the legend into the axes, or below them where it would hide too much."""
    _, labels = axes.get_legend_handles_labels()
    if len(labels) > 3:
        figure.legend(loc="outside lower center", ncols=max(1, 72 // max(24, *map(len, labels))))
    else:
        axes.legend()


def _titled(axes: Any, exhibit: Exhibit, x: str, y: str) -> None:
    axes.set_title(exhibit.title)
    axes.set_xlabel(exhibit.labels.get(x, ""))
    axes.set_ylabel(exhibit.labels.get(y, ""))
    axes.set_xscale(exhibit.labels.get("xscale", axes.get_xscale()))
    axes.set_yscale(exhibit.labels.get("yscale", axes.get_yscale()))


def _rate(figure: Figure, exhibit: Exhibit) -> None:
    axes = figure.subplots()
    axes.loglog()
    steps = exhibit.arrays["steps"]
    others = [name for name in exhibit.arrays if name not in ("steps", "bound", "lower", "upper", "fit")]
    if "lower" in exhibit.arrays and "upper" in exhibit.arrays:
        axes.fill_between(steps, exhibit.arrays["lower"], exhibit.arrays["upper"], color=COLOURS[0], alpha=0.2, lw=0)
    for name, colour in zip(others, COLOURS, strict=False):
        rows = np.atleast_2d(exhibit.arrays[name])
        for k, row in enumerate(rows):
            marker = "o" if len(rows) == 1 else None
            axes.plot(steps, row, marker=marker, ms=3, color=colour, label=None if k else _label(exhibit, name))
    if "fit" in exhibit.arrays:
        axes.plot(steps, exhibit.arrays["fit"], ":", color=INK, label=_label(exhibit, "fit"))
    axes.plot(steps, exhibit.arrays["bound"], "--", color=INK, label=_label(exhibit, "bound"))
    _titled(axes, exhibit, "steps", "y")
    floor = np.min(exhibit.arrays["bound"]) * 1e-3
    if axes.get_ylim()[0] < floor:  # what falls out of sight below should not flatten the rest
        axes.set_ylim(floor, 5 * max(np.nanmax(line.get_ydata()) for line in axes.lines))
    _legend(figure, axes)


def _curves(figure: Figure, exhibit: Exhibit) -> None:
    axes = figure.subplots()
    for (name, y), colour in zip(_named(exhibit, "x"), COLOURS, strict=False):
        axes.plot(exhibit.arrays["x"], y, color=colour, label=_label(exhibit, name))
    _titled(axes, exhibit, "x", "y")
    _legend(figure, axes)


def _path(figure: Figure, exhibit: Exhibit) -> None:
    paths = _named(exhibit, "sphere")
    if any(np.shape(points)[-1] == 3 for _, points in paths):
        axes: Any = figure.add_subplot(projection="3d")
        if "sphere" in exhibit.arrays:
            _globe(axes)
        _walk(axes, exhibit, paths)
        axes.set_title(exhibit.title)
        axes.set_axis_off()
        sides = [np.ptp(limits) for limits in (axes.get_xlim(), axes.get_ylim(), axes.get_zlim())]
        axes.set_box_aspect(sides, zoom=1.35)
        figure.legend(loc="outside right upper")
    else:
        axes = figure.subplots()
        axes.set_aspect("equal", adjustable="box")
        _walk(axes, exhibit, paths)
        _titled(axes, exhibit, "x", "y")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _walk(axes: Any, exhibit: Exhibit, paths: list[tuple[str, Any]]) -> None:
    guides = exhibit.labels.get("guides", "").split(",")
    colours = iter(COLOURS)
    for name, points in paths:
        if name in guides:
            style = {"color": GUIDE, "lw": 0.8, "ls": ("-", "--", ":")[guides.index(name) % 3]}
        else:
            style = {"color": next(colours), "marker": ".", "ms": 4}
        for k, path in enumerate(points if np.ndim(points) == 3 else [points]):
            axes.plot(*path.T, **style, label=None if k else _label(exhibit, name))
            if name not in guides:
                axes.plot(*path[:1].T, "o", ms=7, mfc="white", color=style["color"])


def _globe(axes: Any) -> None:
    longitude, latitude = np.meshgrid(np.linspace(0, 2 * np.pi, 25), np.linspace(0, np.pi, 13))
    ball = (np.cos(longitude) * np.sin(latitude), np.sin(longitude) * np.sin(latitude), np.cos(latitude))
    axes.plot_wireframe(*ball, color=GUIDE, lw=0.4, alpha=0.5)


def _map(figure: Figure, exhibit: Exhibit) -> None:
    axes = figure.subplots()
    z = exhibit.arrays["z"]
    if z.dtype.kind in "iu":
        _categories(axes, exhibit, z)
    else:
        mesh = axes.pcolormesh(exhibit.arrays["x"], exhibit.arrays["y"], z, shading="nearest", cmap="viridis")
        figure.colorbar(mesh, ax=axes, label=exhibit.labels.get("z", ""))
    axes.grid(visible=False)
    _titled(axes, exhibit, "x", "y")


def _categories(axes: Any, exhibit: Exhibit, z: Any) -> None:
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    values = np.unique(z)
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(values))]
    index = np.searchsorted(values, z)
    axes.pcolormesh(
        exhibit.arrays["x"],
        exhibit.arrays["y"],
        index,
        shading="nearest",
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(values) - 0.5,
    )
    handles = [Patch(color=c, label=_label(exhibit, str(v))) for c, v in zip(colours, values, strict=True)]
    title = exhibit.labels.get("z")
    axes.legend(handles=handles, title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), alignment="left")


def _spectrum(figure: Figure, exhibit: Exhibit) -> None:
    axes = figure.subplots()
    values = np.sort(exhibit.arrays["values"])[::-1]
    axes.plot(np.arange(1, len(values) + 1), values, "o", ms=4, color=COLOURS[0], label=_label(exhibit, "values"))
    if "bound" in exhibit.arrays:
        axes.axhline(float(exhibit.arrays["bound"]), ls="--", color=INK, label=_label(exhibit, "bound"))
    if np.all(values > 0):
        axes.set_yscale("log")
    _titled(axes, exhibit, "x", "y")
    axes.legend()


def _race(figure: Figure, exhibit: Exhibit) -> None:
    axes = figure.subplots()
    axes.loglog()
    x, limit = exhibit.arrays["x"], float(exhibit.arrays["limit"])
    names = [name for name, _ in _named(exhibit, "x", "limit") if not name.endswith(", fitted")]
    for name, colour in zip(names, COLOURS, strict=False):
        rows = np.atleast_2d(exhibit.arrays[name])
        slope = exhibit.labels.get(f"{name}, fitted", "")
        axes.plot(x, rows[0], ".-", color=colour, label=f"{_label(exhibit, name)} {slope}".rstrip())
        for row in rows[1:]:
            axes.plot(x, row, ".", ms=3, alpha=0.5, color=colour)
        if (beyond := np.isnan(rows).any(axis=0)).any():
            axes.plot(x[beyond], np.full(beyond.sum(), limit), "^", mfc="none", color=colour)
        if (fitted := f"{name}, fitted") in exhibit.arrays:
            axes.plot(x, exhibit.arrays[fitted], "--", lw=1, color=INK)
    if any(np.isnan(exhibit.arrays[name]).any() for name in names):
        axes.plot([], [], "^", mfc="none", color=GUIDE, label=_label(exhibit, "limit"))
    _titled(axes, exhibit, "x", "y")
    figure.legend(loc="outside lower center", ncols=3)


def _named(exhibit: Exhibit, *besides: str) -> list[tuple[str, Any]]:
    return [(name, array) for name, array in exhibit.arrays.items() if name not in besides]


_DRAWINGS: dict[str, tuple[Callable[[Figure, Exhibit], None], tuple[str, ...]]] = {
    "rate": (_rate, ("steps", "bound")),
    "curves": (_curves, ("x",)),
    "path": (_path, ()),
    "map": (_map, ("x", "y", "z")),
    "spectrum": (_spectrum, ("values",)),
    "race": (_race, ("x", "limit")),
}
