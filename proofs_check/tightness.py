"""How tight a theorem's bounds are, in words for its page."""

from __future__ import annotations

from itertools import groupby

from proofs_check.bibliography import AKZ22
from psitheory.experiments.tightness import Tightness, stored_tightness
from psitheory.rates import Bound

HEADING = "How tight the bounds are"


def with_tightness(doc: str, *bounds: Bound) -> str:
    """Return the docstring of a theorem's file with a section on the tightness of ``bounds`` before its tags."""
    before, tags, after = doc.partition("\nTags\n----\n")
    lines = [line for bound in bounds for line in _lines(bound.name)]
    known = [best for bound in bounds for best in stored_tightness(bound.name) if best.known is not None]
    told = [
        "The largest observed/bound that searches found.  Each instance is kept, in "
        "psitheory.experiments.stored_tightness(), and can be replayed.",
        *lines,
    ]
    if known:
        shares = {best.steps: best.known for best in known}
        told.append(
            f"For comparison, the exact worst case with a two-sided L in a flat space, 4LΔ/(3T - 1), as a "
            f"share of 2LΔ/T: {_listed(shares)} ({AKZ22.text})."
        )
    return f"{before}\n{HEADING}\n{'-' * len(HEADING)}\n" + "\n\n".join(told) + f"\n{tags}{after}"


def _lines(bound: str) -> list[str]:
    return [_line(list(found)) for _, found in groupby(stored_tightness(bound), key=lambda best: best.family)]


def _line(found: list[Tightness]) -> str:
    estimated = [best.steps for best in found if best.estimated]
    note = f" (expectations at T = {estimated[0]} from 512 runs)" if estimated else ""
    return f"**{found[0].bound}**, on {found[0].family}: {_listed({best.steps: best.ratio for best in found})}{note}."


def _listed(shares: dict[int, float]) -> str:
    return f"{', '.join(f'{share:.3f}' for share in shares.values())} at T = {', '.join(map(str, shares))}"
