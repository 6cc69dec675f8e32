"""The command ``claims``: what can be verified."""

from __future__ import annotations

from typing import Annotated

import typer

from psitheory.commands.output import show_pieces


def claims(json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List the claims that can be verified."""
    from psitheory.registry import library
    from psitheory.report import describe, files, tables

    theorems = [entry.theorem for entry in library()]
    if json:
        show_pieces([files.as_json([describe.as_dict(theorem) for theorem in theorems]).rstrip("\n")])
    else:
        show_pieces([tables.claims_table(theorems)])
