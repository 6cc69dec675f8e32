"""Reports of laws, claims and runs, which are read or serialised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from psitheory.checking.evidence import HOW, Evidence, Witness
from psitheory.checking.verdict import Grade, Verdict
from psitheory.display import as_html, save_report, table_of
from psitheory.errors import UnknownName

SCHEMA = 2
"""The version of the plain data that a report becomes: it grows by one when a key changes its meaning or goes."""


@dataclass(frozen=True)
class CounterfeitReport:
    """What became of a counterfeit: it must be REFUTED."""

    name: str
    says: str
    verdict: Verdict
    witness: Witness | None
    note: str = ""


@dataclass(frozen=True)
class LawReport:
    """The evidence for one law, the fate of its counterfeits, and why other kinds of evidence are missing.

    Attributes
    ----------
    untried : mapping of str to str
        For each kind of evidence that could not be had, the reason, with the line of code where there is one.
    gap : str
        A branch of the law that no case ran, or what makes it no function of its inputs; empty where nothing does.
    own : tuple of CounterfeitReport
        Counterfeits of the runner's own making (at effort deep): the law with one place of its code changed.  One that
        is INCONCLUSIVE survives: nothing that was tried tells it from the law.  They do not decide on the verdict.
    """

    name: str
    says: str
    evidence: tuple[Evidence, ...]
    counterfeits: tuple[CounterfeitReport, ...]
    quantifier: str = "for all"
    example: bool = False
    untried: Mapping[str, str] = field(default_factory=dict)
    gap: str = ""
    own: tuple[CounterfeitReport, ...] = ()

    @property
    def survivors(self) -> tuple[CounterfeitReport, ...]:
        """Return the counterfeits of the runner's own making that were not refuted."""
        return tuple(c for c in self.own if c.verdict is not Verdict.REFUTED)

    @property
    def relation(self) -> str:
        """Return what is claimed of the two sides: ``equal`` or ``at most``."""
        return next((e.relation for e in self.evidence), "equal")

    @property
    def verdict(self) -> Verdict:
        """Return HOLDS only if there is evidence, all of it HOLDS, and every counterfeit is REFUTED."""
        if self.quantifier == "exists":
            found = any(e.verdict is Verdict.HOLDS for e in self.evidence)
            own = Verdict.HOLDS if found else Verdict.INCONCLUSIVE
        else:
            own = Verdict.all(e.verdict for e in self.evidence)
        if own is not Verdict.HOLDS or self.gap or self.blind:
            return own if own is not Verdict.HOLDS else Verdict.INCONCLUSIVE
        seen_to_fail = bool(self.counterfeits) and all(c.verdict is Verdict.REFUTED for c in self.counterfeits)
        return Verdict.HOLDS if seen_to_fail else Verdict.INCONCLUSIVE

    @property
    def blind(self) -> bool:
        """Tell whether it is an equality, not proved, in which no arithmetic saw an error of 2^-20 that was planted."""
        sees = [e.sees for e in self.evidence if e.sees is not None]
        return bool(sees) and not any(sees) and not self.proof

    @property
    def grade(self) -> Grade | None:
        """Return whether the law is proved or only tried, None if it does not hold."""
        if self.verdict is not Verdict.HOLDS:
            return None
        return Grade.PROVED if self.proof else Grade.TRIED

    @property
    def proof(self) -> str:
        """Return for what the law is proved, in words; an empty string if it is not."""
        return next((e.proof for e in self.evidence if e.proof and e.verdict is Verdict.HOLDS), "")

    @property
    def scope(self) -> str:
        """Return what the verdict HOLDS covers: what is proved, or how many cases were tried and how decided."""
        return self.proof or _tried(self.evidence)

    @property
    def note(self) -> str:
        """Return why the law does not hold, or an empty string."""
        if self.verdict is Verdict.HOLDS:
            return ""
        for e in self.evidence:
            if e.verdict is Verdict.REFUTED and e.witness is not None:
                return f"refuted in {e.kind}: {e.witness}"
        if not self.evidence:
            return "no evidence: no arithmetic could run it"
        for e in self.evidence:
            if e.verdict is not Verdict.HOLDS:
                return f"{e.kind}: {e.note or 'undecided'}"
        if self.gap:
            return self.gap
        if self.blind:
            return "the check is blind: an error of 2^-20 of the size of its sides, planted in one of them, is not seen"
        if not self.counterfeits:
            return "it has no counterfeit, and a check that was never seen to fail does not hold"
        survivor = next(c for c in self.counterfeits if c.verdict is not Verdict.REFUTED)
        return f"its counterfeit {survivor.name!r} was not refuted" + (f": {survivor.note}" if survivor.note else "")


@dataclass(frozen=True)
class ClaimReport:
    """A theorem with the reports of its laws."""

    id: str
    title: str
    chapter: str
    source: str
    laws: tuple[LawReport, ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """Return the verdict on the conjunction of the laws."""
        return Verdict.all(law.verdict for law in self.laws)

    @property
    def grade(self) -> Grade | None:
        """Return PROVED if every law is, examples aside: a claim is as firm as its weakest part."""
        if self.verdict is not Verdict.HOLDS:
            return None
        parts = [law for law in self.laws if not law.example] or self.laws
        return Grade.worst(law.grade for law in parts if law.grade is not None)

    def count(self, grade: Grade) -> int:
        """Return how many laws hold with this grade."""
        return sum(law.grade is grade for law in self.laws)

    @property
    def cases(self) -> dict[str, int]:
        """Return the number of cases by kind of evidence."""
        count: Counter[str] = Counter()
        for law in self.laws:
            for e in law.evidence:
                count[e.kind] += e.cases
        return dict(count)

    @property
    def refuted_counterfeits(self) -> tuple[int, int]:
        """Return how many counterfeits were REFUTED, of how many."""
        all_of_them = [c for law in self.laws for c in law.counterfeits]
        return sum(c.verdict is Verdict.REFUTED for c in all_of_them), len(all_of_them)

    def _repr_html_(self) -> str:
        return as_html(self)


@dataclass(frozen=True)
class Report:
    """What :func:`psitheory.verify` returns.

    Attributes
    ----------
    claims : tuple of ClaimReport
    effort : str
    seed : int
    seconds : float
    environment : dict
        What numbers depend on.
    unfinished : tuple of str
        The ids of the claims that were asked for and not done, where the run was interrupted.
    """

    claims: tuple[ClaimReport, ...]
    effort: str
    seed: int
    seconds: float
    environment: dict[str, str] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return the verdict on all claims together; what is unfinished is INCONCLUSIVE."""
        left = [Verdict.INCONCLUSIVE for _ in self.unfinished]
        return Verdict.all([*(claim.verdict for claim in self.claims), *left])

    @property
    def exit_code(self) -> int:
        """Return 0 if all hold, 1 if one is refuted, else 3."""
        return {Verdict.HOLDS: 0, Verdict.REFUTED: 1, Verdict.INCONCLUSIVE: 3}[self.verdict]

    def count(self, grade: Grade) -> int:
        """Return how many laws hold with this grade."""
        return sum(claim.count(grade) for claim in self.claims)

    def claim(self, id: str) -> ClaimReport:
        """Return the claim with the given id.

        Raises
        ------
        UnknownName
            If the report holds no such claim.
        """
        for claim in self.claims:
            if claim.id == id:
                return claim
        raise UnknownName(f"id is {id!r}; the report holds {', '.join(claim.id for claim in self.claims) or 'none'}")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, ready for JSON."""
        count = Counter(str(claim.verdict) for claim in self.claims)
        return {
            "schema": SCHEMA,
            "claims": [_claim_dict(claim) for claim in self.claims],
            "summary": {
                "verdict": str(self.verdict),
                "claims": len(self.claims),
                **{verdict.value.lower(): count[verdict.value] for verdict in Verdict},
                "laws": sum(len(claim.laws) for claim in self.claims),
                "laws_proved": self.count(Grade.PROVED),
                "laws_tried": self.count(Grade.TRIED),
                "unfinished": list(self.unfinished),
                "effort": self.effort,
                "seed": self.seed,
                "seconds": round(self.seconds, 3),
            },
            "environment": self.environment,
        }

    def save(self, folder: str | Path) -> Path:
        """Write the report as a page that opens without a network, its data beside it, and return the page's path.

        Parameters
        ----------
        folder : str or Path
            Made if it does not exist.

        Raises
        ------
        ArgumentError
            If the folder cannot be made or written.
        """
        return save_report(self, folder)

    def to_markdown(self) -> str:
        """Return the table of claims as Markdown."""
        return table_of(self, "markdown")

    def to_latex(self) -> str:
        """Return the table of claims as a LaTeX ``tabular`` (package booktabs)."""
        return table_of(self, "latex")

    def _repr_html_(self) -> str:
        return as_html(self)


def _tried(evidence: Iterable[Evidence]) -> str:
    """Return how many cases were tried and how they were decided, such as ``in 65 cases: 50 on floats, 15 exactly``."""
    counts = [(e.cases, HOW.get(e.kind, f"in {e.kind}")) for e in evidence if e.cases]
    if not counts:
        return "in no case"
    total, parts = sum(n for n, _ in counts), ", ".join(f"{n} {how}" for n, how in counts)
    return f"in {total} case{'s' * (total != 1)}: {parts}"


def _claim_dict(claim: ClaimReport) -> dict[str, Any]:
    return {
        "id": claim.id,
        "title": claim.title,
        "chapter": claim.chapter,
        "source": claim.source,
        "verdict": str(claim.verdict),
        "grade": claim.grade and str(claim.grade),
        "seconds": round(claim.seconds, 3),
        "laws": [_law_dict(law) for law in claim.laws],
    }


def _law_dict(law: LawReport) -> dict[str, Any]:
    return {
        "name": law.name,
        "says": law.says,
        "quantifier": law.quantifier,
        "example": law.example,
        "relation": law.relation,
        "verdict": str(law.verdict),
        "grade": law.grade and str(law.grade),
        "scope": law.scope,
        "note": law.note,
        "untried": dict(law.untried),
        "gap": law.gap,
        "evidence": [_plain(e) for e in law.evidence],
        "counterfeits": [_plain(c) for c in law.counterfeits],
        "own_counterfeits": [_plain(c) for c in law.own],
    }


def _plain(item: Evidence | CounterfeitReport) -> dict[str, Any]:
    data = asdict(item)
    data["verdict"] = str(item.verdict)
    if "seconds" in data:
        data["seconds"] = round(data["seconds"], 3)
    worst = data.get("worst")
    if worst is not None and not abs(worst) < float("inf"):
        data["worst"] = str(worst)  # JSON has neither infinity nor NaN
    return data
