"""The command ``show``: a claim in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.commands.completion import complete_claims
from psitheory.commands.output import show_pieces
from psitheory.commands.watching import CaseLimit, asking
from psitheory.limits import CASE_SECONDS

if TYPE_CHECKING:
    from psitheory.registry import Entry
    from psitheory.workers import Answer


def show(
    target: Annotated[str, typer.Argument(metavar="ID|FILE.py", autocompletion=complete_claims)],
    case_limit: CaseLimit = CASE_SECONDS,
) -> None:
    """Show a claim in full.

    Its statement, assumptions, proof in words, laws and counterfeits, what is proved and why the rest is not, source
    and BibTeX.
    """
    from psitheory.registry import is_file
    from psitheory.report import describe
    from psitheory.verification import selected

    entries = selected(target, case_limit=case_limit)
    with asking(case_limit, library=not is_file(target)) as ask:
        show_pieces([describe.theorem_text(entry.theorem, _standing(ask, entry)) for entry in entries])


def _standing(ask: Callable[..., Answer], entry: Entry) -> dict[str, str]:
    told = {}
    for j, law in enumerate(entry.theorem.laws):
        answer = ask(standing_of, entry.target, j)
        told[law.name] = answer.value if not answer.reason else f"undecided: {answer.reason}"
    return told


def standing_of(target: str, number: int) -> str:
    """Return for what a law is proved, or why it is not, and what it cannot be tried in."""
    from psitheory.registry import theorem_of
    from psitheory.runner import not_offered, prove_formally

    law = theorem_of(target).laws[number]
    others = "" if law.on else "; ".join(f"{kind}: {why}" for kind, why in not_offered(law.domains).items())
    return " · ".join(filter(None, (prove_formally(law).note, others)))
