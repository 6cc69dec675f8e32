"""Maps: a number or a category over a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.plotting.parts import label, titled
from psitheory.plotting.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_map(figure: Figure, exhibit: Exhibit) -> None:
    """Draw a number in shades, or a category in colours, over a plane."""
    axes = figure.subplots()
    z = exhibit.arrays["z"]
    if z.dtype.kind in "iu":
        _categories(axes, exhibit, z)
    else:
        mesh = axes.pcolormesh(
            exhibit.arrays["x"], exhibit.arrays["y"], z, shading="nearest", cmap="viridis", rasterized=True
        )
        figure.colorbar(mesh, ax=axes, label=exhibit.labels.get("z", ""))
    axes.grid(visible=False)
    titled(axes, exhibit, "x", "y")


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
        rasterized=True,  # thousands of cells would be megabytes of SVG
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(values) - 0.5,
    )
    handles = [Patch(color=c, label=label(exhibit, str(v))) for c, v in zip(colours, values, strict=True)]
    title = exhibit.labels.get("z")
    axes.legend(handles=handles, title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), alignment="left")
