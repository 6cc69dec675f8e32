"""The same drawing in shades of grey, each colour by its luma."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LUMA = np.array([0.299, 0.587, 0.114])
"""Red's, green's and blue's share in how bright a colour is (ITU-R BT.601, section 2.5.1)."""


def luma(colour: Any) -> float:
    """Return how bright a colour is, from 0 to 1.

    >>> round(luma("#1B2FAE") * 255)
    55
    """
    from matplotlib.colors import to_rgb

    return float(LUMA @ to_rgb(colour))


def make_grey(figure: Figure) -> None:
    """Replace each colour in the figure by the grey of the same luma."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    for artist in figure.findobj():
        if isinstance(artist, ScalarMappable) and artist.get_array() is not None:
            artist.set_cmap(_grey_map(artist.get_cmap()))
        elif isinstance(artist, (Patch, Collection)):
            artist.set(facecolor=_grey(artist.get_facecolor()), edgecolor=_grey(artist.get_edgecolor()))
        elif isinstance(artist, Line2D):
            names = ("color", "markerfacecolor", "markeredgecolor")
            artist.set(**{name: _grey(getattr(artist, f"get_{name}")()) for name in names})
        elif isinstance(artist, Text):
            artist.set_color(_grey(artist.get_color()))


def _grey(colours: Any) -> Any:
    """Return one colour or several as RGBA greys; ``"none"`` stays none."""
    from matplotlib.colors import to_rgba_array

    if isinstance(colours, str) and colours == "none":
        return colours
    rgba = to_rgba_array(colours)
    rgba[:, :3] = (rgba[:, :3] @ LUMA)[:, None]
    if np.ndim(colours) == 2 or not len(rgba):
        return rgba
    return tuple(rgba[0]) if rgba[0, 3] else "none"  # a patch with an alpha of its own would show what is clear


def _grey_map(colours: Any) -> Any:
    from matplotlib.colors import ListedColormap

    return ListedColormap(_grey(colours(np.arange(colours.N))), name=f"grey {colours.name}")
