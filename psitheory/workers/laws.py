"""What workers are asked for by a verification: a law, or that a file loads."""

from __future__ import annotations

from psitheory.checking import LawReport
from psitheory.registry import find, theorem_of


def one_law(target: str, law: int, effort: str, seed: int) -> LawReport:
    """Return the report of law number ``law`` of what ``target`` names."""
    from psitheory.runner import check_law

    theorem = theorem_of(target)
    return check_law(theorem.laws[law], effort=effort, seed=seed, of=theorem.id)


def loaded(target: str) -> None:
    """Load what ``target`` names."""
    find(target)
