"""Draw an exhibit, by its kind, into a figure that belongs to nobody's window system."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError
from psitheory.plotting.curves import draw_curves, draw_race, draw_rate, draw_spectrum
from psitheory.plotting.maps import draw_map
from psitheory.plotting.paths import draw_path
from psitheory.plotting.style import RC
from psitheory.plotting.symmetries import draw_symmetries

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
        figure = Figure(figsize=size, dpi=150, layout="constrained")
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
        draw(exhibit).savefig(partial)
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


_DRAWINGS: dict[str, tuple[Callable[[Figure, Exhibit], None], tuple[str, ...]]] = {
    "rate": (draw_rate, ("steps", "bound")),
    "curves": (draw_curves, ("x",)),
    "path": (draw_path, ()),
    "map": (draw_map, ("x", "y", "z")),
    "spectrum": (draw_spectrum, ("values",)),
    "race": (draw_race, ("x", "limit")),
    "symmetries": (draw_symmetries, ("values", "bound", "exponents", "starts")),
}
