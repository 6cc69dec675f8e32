"""What a shell offers after a word that is not finished, once ``psitheory --install-completion`` was run."""

from __future__ import annotations

from collections.abc import Iterator


def complete_claims(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the claims whose ids begin so, each with its title; nothing where no library can be loaded."""
    from psitheory.errors import PsitheoryError
    from psitheory.registry import library

    try:
        theorems = [entry.theorem for entry in library()]
    except PsitheoryError:  # a word at the prompt is no place for an error
        return
    yield from ((t.id, t.title) for t in theorems if t.id.lower().startswith(incomplete.lower()))


def complete_laws(ctx: object, incomplete: str) -> Iterator[str]:
    """Yield the laws of the claim before this word, and their counterfeits, made ones too, whose names begin so."""
    from psitheory.errors import PsitheoryError
    from psitheory.registry import find
    from psitheory.runner import made_counterfeits

    target = getattr(ctx, "params", {}).get("target")
    try:
        laws = [law for entry in (find(target) if target else ()) for law in entry.theorem.laws]
    except PsitheoryError:
        return
    names = [
        name for law in laws for name in (law.name, *(c.name for c in (*law.counterfeits, *made_counterfeits(law))))
    ]
    yield from (name for name in names if name.startswith(incomplete))
