"""What a check leaves behind, as plain data: evidence of one kind, and the inputs that decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from psitheory.checking.theorem import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.checking.verdict import Verdict

HOW: Mapping[str, str] = {
    FORMAL: "on formal vectors",
    SYMBOLS: "on generic symbols",
    RATIONALS: "exactly",
    POWERS_OF_TWO: "bit for bit",
    BALLS: "in enclosures",
    FLOATS: "on floats",
    CONTROLS: "against control runs",
}
"""How each kind of evidence decides a case, in words."""


@dataclass(frozen=True)
class Witness:
    """The smallest input found that decides a law, in words and in a form that replays it.

    Attributes
    ----------
    shown : dict of str to str
        Each input as a person reads it.
    inputs : dict of str to plain data
        Each input exactly (hex floats, ratios), which :func:`psitheory.runner.replay` takes.
    left, right : str
        The two sides observed.
    kind : str
        The arithmetic in which it was found.
    """

    shown: dict[str, str]
    inputs: dict[str, Any]
    left: str
    right: str
    kind: str

    def __str__(self) -> str:
        values = "  ".join(f"{name}={value}" for name, value in self.shown.items())
        return f"{values}: {self.left} against {self.right}"


@dataclass(frozen=True)
class Evidence:
    """What one kind of evidence says of one law.

    Attributes
    ----------
    kind : str
        One of :data:`psitheory.checking.KINDS`.
    verdict : Verdict
    cases : int
        Inputs tried that were not vacuous.
    worst : float or None
        The largest relative residual of an equality, or the largest ratio left/right of an inequality.
    note : str
        Why it is inconclusive; to how many bits an equality was confined; in which dimensions it is generic.
    witness : Witness or None
        What refutes (or, for an existence claim, what establishes) the law.
    seconds : float
    relation : str
        What is claimed of the two sides: ``equal`` or ``at most``.
    proof : str
        For what this evidence proves the law, in words ("in every dimension, for 1 and 2 blocks"); empty where
        it only tries cases.
    within : str
        Of a law that is refuted by other evidence: for what this one shows it, in words as above.  That is no proof of
        the law, since what refutes it lies outside.
    at : Witness or None
        Where the largest ratio of an inequality was found, if it was sought.
    sought : int
        How many more cases were computed in that search.
    sees : int or None
        Of an equality: an error of 2^-sees of the size of its sides, planted in one entry, was refuted; the largest of
        the numbers tried, 0 if not even 2^-20 was.  None if none was planted.
    """

    kind: str
    verdict: Verdict
    cases: int
    worst: float | None = None
    note: str = ""
    witness: Witness | None = None
    seconds: float = 0.0
    relation: str = "equal"
    proof: str = ""
    within: str = ""
    at: Witness | None = None
    sought: int = 0
    sees: int | None = None


def beside_each_other(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return all the evidence for one law: where some of it refutes the law, no other proves it."""
    found = tuple(evidence)
    if not any(e.verdict is Verdict.REFUTED for e in found):
        return found
    return tuple(replace(e, proof="", within=e.proof, note=_no_proof(e)) if e.proof else e for e in found)


def _no_proof(evidence: Evidence) -> str:
    return f"no proof of the law: true {evidence.proof}; what refutes it lies outside"
