"""Draw an exhibit, by its kind, into a figure that belongs to nobody's window system, and write it to a file."""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError
from psitheory.plotting.curves import draw_curves, draw_race, draw_rate, draw_spectrum
from psitheory.plotting.grey import make_grey
from psitheory.plotting.maps import draw_map
from psitheory.plotting.paths import draw_path
from psitheory.plotting.phases import draw_phase
from psitheory.plotting.style import Size, format_of, settings
from psitheory.plotting.symmetries import draw_symmetries

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(exhibit: Exhibit, *, size: Size = "page", grey: bool = False) -> Figure:
    """Return a Matplotlib figure of ``exhibit``.

    Parameters
    ----------
    exhibit : Exhibit
    size : "page", "column", "slide" or (width, height)
        For the width of a page, for one of two columns, for a slide that it fills (with words of 24 points there), or
        in inches.
    grey : bool
        Each colour by its luma, as a copier would show it.

    Raises
    ------
    ArgumentError
        If its kind or the size is unknown, or it lacks an array that its kind needs.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    form = format_of(size)
    if exhibit.kind not in _DRAWINGS:
        raise ArgumentError(f"exhibit has the kind {exhibit.kind!r}; one of {', '.join(_DRAWINGS)} is needed")
    function, needed = _DRAWINGS[exhibit.kind]
    missing = [name for name in needed if name not in exhibit.arrays]
    if missing:
        raise ArgumentError(f"exhibit {exhibit.title!r} has no array {missing[0]!r}, which a {exhibit.kind} needs")
    with rc_context(settings(form)):
        figure = Figure(figsize=(form.width, form.height), dpi=form.dots, layout="constrained")
        function(figure, exhibit)
    if grey:
        make_grey(figure)
    return figure


def save(exhibit: Exhibit, path: str | Path, *, size: Size = "page", grey: bool = False, caption: bool = False) -> None:
    """Write a drawing of ``exhibit`` to ``path``, whole or not at all; the ending says the format.

    Title and caption stand in the file, as its metadata, in PNG, SVG and PDF.

    Parameters
    ----------
    exhibit : Exhibit
    path : str or Path
        In a folder that exists.
    size, grey
        Those of :func:`draw`.
    caption : bool
        Write title and caption beside it, too, as text.

    Raises
    ------
    ArgumentError
        If the format is unknown, the folder does not exist, or the file cannot be written.
    """
    path = Path(path)
    check_format(path, "path")
    image = rendered(exhibit, path.suffix[1:].lower(), size=size, grey=grey)
    write_whole(path, lambda partial: partial.write_bytes(image))
    if caption:
        words = f"{exhibit.title}\n\n{textwrap.fill(exhibit.caption, 100)}\n"
        write_whole(path.with_suffix(".txt"), lambda partial: partial.write_text(words, encoding="utf-8"))


def rendered(exhibit: Exhibit, form: str, *, size: Size = "page", grey: bool = False) -> bytes:
    """Return a drawing of ``exhibit`` as the content of a file of the format ``form``, such as "png" or "svg"."""
    from matplotlib import rc_context

    figure, out = draw(exhibit, size=size, grey=grey), io.BytesIO()
    with rc_context(settings(format_of(size))):
        figure.savefig(out, format=form, metadata=_metadata(exhibit, form))
    return out.getvalue()


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let ``write`` write beside ``path``, and move the result there in one step."""
    if not path.parent.is_dir():
        raise ArgumentError(f"path is '{path}', whose folder does not exist; an existing folder is needed")
    partial = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(partial)
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


def _metadata(exhibit: Exhibit, ending: str) -> dict[str, Any] | None:
    """Return title and caption under the names that a format gives them, and no date, so that equal files are equal."""
    title, caption = exhibit.title, exhibit.caption
    known: dict[str, dict[str, Any]] = {
        "png": {"Title": title, "Description": caption},
        "svg": {"Title": title, "Description": caption, "Date": None},
        "pdf": {"Title": title, "Subject": caption, "CreationDate": None},
    }
    return known.get(ending)


_DRAWINGS: dict[str, tuple[Callable[[Figure, Exhibit], None], tuple[str, ...]]] = {
    "rate": (draw_rate, ("steps", "bound")),
    "curves": (draw_curves, ("x",)),
    "path": (draw_path, ()),
    "map": (draw_map, ("x", "y", "z")),
    "phase": (draw_phase, ("x", "y", "z", "state")),
    "spectrum": (draw_spectrum, ("values",)),
    "race": (draw_race, ("x", "limit")),
    "symmetries": (draw_symmetries, ("values", "bound", "exponents", "starts")),
}
