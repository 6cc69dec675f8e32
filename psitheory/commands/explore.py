"""The command ``explore``: one interactive page on which starts, methods and rates are moved by hand."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from psitheory.commands.output import show_pieces


def explore(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the page here, and open nothing.")] = None,
) -> None:
    """Explore starts, methods and rates on one interactive page.

    It needs no network, and opens in your browser unless --out says where to keep it.
    """
    from psitheory.explorer import page
    from psitheory.report import files

    if out is not None:
        files.check_writable(out, "--out")
    path = out if out is not None else Path(tempfile.mkdtemp(prefix="psitheory-")) / "explorer.html"
    files.write_whole(path, page(), "--out")
    opened = out is None and _has_display() and _opened(path)
    show_pieces([f"{path} is open in your browser." if opened else f"{path} is written: open it in a browser."])


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _opened(path: Path) -> bool:
    import webbrowser

    return webbrowser.open(path.resolve().as_uri())
