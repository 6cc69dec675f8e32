"""The command ``show``: a claim in full."""

from __future__ import annotations

from typing import Annotated

import typer

from psitheory.commands.output import show_pieces


def show(target: Annotated[str, typer.Argument(metavar="ID|FILE.py")]) -> None:
    """Show a claim in full.

    Its statement, assumptions, proof in words, laws and counterfeits, source and BibTeX.
    """
    from psitheory.registry import find
    from psitheory.report import describe

    show_pieces([describe.theorem_text(entry.theorem) for entry in find(target)])
