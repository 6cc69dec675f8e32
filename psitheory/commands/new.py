"""The command ``new``: a file to begin a theorem with."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from psitheory.commands.output import show_pieces
from psitheory.errors import ArgumentError


def new(file: Annotated[Path, typer.Argument(metavar="FILE.py", help="The file to write; it must not exist.")]) -> None:
    """Write a theorem to begin with, which verifies as it is: change it step by step."""
    from psitheory.report.files import check_writable, write_whole

    if file.suffix != ".py" or not file.stem.isidentifier():
        raise ArgumentError(f"file is '{file}'; a name of letters, digits and _ that ends in .py is needed")
    check_writable(file, "file")
    if file.exists():
        raise ArgumentError(f"file is '{file}', which exists; the name of a new file is needed")
    write_whole(file, template(), "file")
    show_pieces([f"{file} states a theorem that holds.  Change it, and try it by\n\n    psitheory verify {file}"])


def template() -> str:
    """Return the text of the theorem to begin with."""
    return resources.files("psitheory.commands").joinpath("template_theorem.py").read_text(encoding="utf-8")
