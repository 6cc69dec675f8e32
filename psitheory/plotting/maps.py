"""Maps: a number or a category over a plane, one map or several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.parts import fitted_title, in_multiples_of_pi, label, legend_below, legend_beside, titled
from psitheory.plotting.style import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW_COLUMNS = 8
"""The names of so many columns can be of the usual size."""


def draw_map(figure: Figure, exhibit: Exhibit) -> None:
    """Draw a number in shades, or a category in colours, over a plane; a map for each row of a (K, Y, X) array."""
    z = exhibit.arrays["z"]
    maps = z if z.ndim == 3 else z[None]
    every = figure.subplots(1, len(maps), sharey=True, squeeze=False)[0]
    show = _categories if maps.dtype.kind in "iu" else _numbers
    for axes, z in zip(every, maps, strict=True):
        handles = show(axes, exhibit, z, maps)
        for x in exhibit.arrays.get("marks", ()):
            axes.axvline(x, color=INK, lw=1.0, ls=":")
        axes.grid(visible=False)
        titled(axes, exhibit, "x", "y")
        _name_ticks(axes, exhibit)
        if exhibit.labels.get("xunit") == "pi":
            in_multiples_of_pi(axes.xaxis)
    if len(maps) > 1:
        head_panels(figure, every, exhibit)
    _explain(figure, every, exhibit, handles)


def _name_ticks(axes: Any, exhibit: Exhibit) -> None:
    """Write names beside rows and below columns, where ``labels["xticks"]`` and ``labels["yticks"]`` give them."""
    for name, axis, put in (("x", axes.xaxis, axes.set_xticks), ("y", axes.yaxis, axes.set_yticks)):
        if f"{name}ticks" not in exhibit.labels:
            continue
        put(exhibit.arrays[name], exhibit.labels[f"{name}ticks"].split(","))
        axis.set_tick_params(length=0, labelsize=min(9, 200 / len(exhibit.arrays[name])))
        if name == "x":
            few = len(exhibit.arrays[name]) <= FEW_COLUMNS
            axis.set_tick_params(labelrotation=30, labelsize="small" if few else 6)
            for text in axis.get_ticklabels():
                text.set_horizontalalignment("right")


def _numbers(axes: Any, exhibit: Exhibit, z: Any, maps: Any) -> Any:
    x, y = exhibit.arrays["x"], exhibit.arrays["y"]
    ends = {"vmin": np.nanmin(maps), "vmax": np.nanmax(maps)}
    return axes.pcolormesh(x, y, z, shading="nearest", cmap="viridis", rasterized=True, **ends)


def _categories(axes: Any, exhibit: Exhibit, z: Any, maps: Any) -> Any:
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    values = np.unique(maps)
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(values))]
    axes.pcolormesh(
        exhibit.arrays["x"],
        exhibit.arrays["y"],
        np.searchsorted(values, z),
        shading="nearest",
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(values) - 0.5,
        rasterized=True,  # thousands of cells would be megabytes of SVG
        **({"edgecolors": "white", "lw": 0.5} if "yticks" in exhibit.labels else {}),
    )
    return [Patch(color=c, label=label(exhibit, str(v))) for c, v in zip(colours, values, strict=True)]


def head_panels(figure: Figure, every: Any, exhibit: Exhibit) -> None:
    """Name each of several panels, and put the title above them."""
    names = exhibit.labels.get("panels", "").split(",")
    for k, axes in enumerate(every):
        axes.set_title(names[k] if k < len(names) else "")
        if k:
            axes.set_ylabel("")
    figure.suptitle(fitted_title(figure, exhibit.title), x=0.01, ha="left")


def _explain(figure: Figure, every: Any, exhibit: Exhibit, handles: Any) -> None:
    from matplotlib.lines import Line2D

    title = exhibit.labels.get("z")
    if not isinstance(handles, list):
        figure.colorbar(handles, ax=list(every), label=title or "")
        return
    if "marks" in exhibit.arrays:
        handles = [*handles, Line2D([], [], color=INK, lw=1.0, ls=":", label=label(exhibit, "marks"))]
    labels = [handle.get_label() for handle in handles]
    if len(every) > 1:
        legend_below(figure, handles, labels, title=title)
    else:
        legend_beside(figure, every[0], handles, labels, title=title)
