"""Phase diagrams: what became of runs over two of their options, in panels side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.maps import head_panels
from psitheory.plotting.parts import label, legend_below, titled
from psitheory.plotting.style import COLOURS, GUIDE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STATES = (("#FFFFFF", "////"), ("#E8E8E8", "xxxx"), ("#FFFFFF", "...."), ("#FFFFFF", ""))
"""Ground and hatching of each state, in the order of their numbers: seen in greys as in colours."""


def draw_phase(figure: Figure, exhibit: Exhibit) -> None:
    """Draw a number in shades or a category in colours where there is one, and hatch what has none by its state."""
    z, state = exhibit.arrays["z"], exhibit.arrays["state"]
    every = figure.subplots(1, len(z), sharey=True, squeeze=False)[0]
    edges = [_edges(exhibit.arrays[name], exhibit.labels.get(f"{name}scale", "linear")) for name in "xy"]
    colours = _categories(exhibit) if z.dtype.kind in "iu" else _shades(exhibit)
    for axes, values, states in zip(every, z, state, strict=True):
        mesh = axes.pcolormesh(*edges, np.ma.masked_array(values, states != 0), rasterized=True, **colours)
        for number in range(1, state.max() + 1):
            _hatch(axes, edges, states == number, number)
        axes.grid(visible=False)
        titled(axes, exhibit, "x", "y")
    if len(z) > 1:
        head_panels(figure, every, exhibit)
    if z.dtype.kind not in "iu" and (state == 0).any():
        figure.colorbar(mesh, ax=list(every), label=label(exhibit, "z"))
    handles = _handles(exhibit, colours)
    if handles:
        title = exhibit.labels.get("z") if z.dtype.kind in "iu" else None
        legend_below(figure, handles, [handle.get_label() for handle in handles], title=title)


def _edges(values: np.ndarray, scale: str) -> np.ndarray:
    """Return the edges of cells around values, half-way on the scale of their axis."""
    x = np.log(values) if scale == "log" else np.asarray(values, float)
    steps = np.diff(x) if len(x) > 1 else np.ones(1)
    ends = np.concatenate([x[:1] - steps[:1] / 2, x[:-1] + np.diff(x) / 2, x[-1:] + steps[-1:] / 2])
    return np.exp(ends) if scale == "log" else ends


def _shades(exhibit: Exhibit) -> dict[str, Any]:
    from matplotlib.colors import LogNorm, Normalize

    known = exhibit.arrays["z"][exhibit.arrays["state"] == 0]
    low, high = (known.min(), known.max()) if known.size else (1, 1)
    log = exhibit.labels.get("zscale") == "log" and low > 0
    return {"cmap": "viridis", "norm": (LogNorm if log else Normalize)(low, high if high > low else low + 1)}


def _categories(exhibit: Exhibit) -> dict[str, Any]:
    from matplotlib.colors import ListedColormap

    count = int(exhibit.arrays["z"].max()) + 1
    colours = [COLOURS[k % len(COLOURS)] for k in range(max(count, 1))]
    return {"cmap": ListedColormap(colours), "vmin": -0.5, "vmax": max(count, 1) - 0.5}


def _hatch(axes: Any, edges: list[np.ndarray], where: np.ndarray, number: int) -> None:
    from matplotlib.collections import PolyCollection

    x, y = edges
    corners = [[(x[i], y[j]), (x[i + 1], y[j]), (x[i + 1], y[j + 1]), (x[i], y[j + 1])] for j, i in np.argwhere(where)]
    colour, hatch = STATES[(number - 1) % len(STATES)]
    if corners:
        axes.add_collection(PolyCollection(corners, facecolor=colour, edgecolor=GUIDE, hatch=hatch, lw=0))


def _handles(exhibit: Exhibit, colours: dict[str, Any]) -> list[Any]:
    from matplotlib.patches import Patch

    z, state = exhibit.arrays["z"], exhibit.arrays["state"]
    handles = []
    if z.dtype.kind in "iu":
        seen = np.unique(z[state == 0])
        handles = [Patch(color=colours["cmap"](int(k)), label=label(exhibit, str(k))) for k in seen]
    for number in np.unique(state[state > 0]):
        colour, hatch = STATES[(number - 1) % len(STATES)]
        patch = Patch(facecolor=colour, edgecolor=GUIDE, hatch=hatch, lw=0.5, label=label(exhibit, f"state {number}"))
        handles.append(patch)
    return handles
