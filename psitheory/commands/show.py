"""The command ``show``: a claim in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.commands.completion import complete_claims
from psitheory.commands.output import show_pieces

if TYPE_CHECKING:
    from psitheory.checking import Theorem


def show(
    target: Annotated[str, typer.Argument(metavar="ID|FILE.py", autocompletion=complete_claims)],
) -> None:
    """Show a claim in full.

    Its statement, assumptions, proof in words, laws and counterfeits, what is proved and why the rest is not, source
    and BibTeX.
    """
    from psitheory.registry import find
    from psitheory.report import describe

    theorems = [entry.theorem for entry in find(target)]
    show_pieces([describe.theorem_text(theorem, _standing(theorem)) for theorem in theorems])


def _standing(theorem: Theorem) -> dict[str, str]:
    """Return for each law for what it is proved, or why it is not, and what it cannot be tried in."""
    from psitheory.runner import not_offered, prove_formally

    told = {}
    for law in theorem.laws:
        others = "" if law.on else "; ".join(f"{kind}: {why}" for kind, why in not_offered(law.domains).items())
        told[law.name] = " · ".join(filter(None, (prove_formally(law).note, others)))
    return told
