"""What a conformance check leaves behind: one finding for each law, and the report of them all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psitheory.checking import Verdict
from psitheory.conformance.wording import in_words
from psitheory.errors import ArgumentError, UnknownName, said

LINES = ("claimed", "observed", "smallest", "means", "replay")
"""The lines that a finding shows, in order."""


@dataclass(frozen=True)
class Finding:
    """What became of one law on one subject; plain data.

    Attributes
    ----------
    law : str
        The law's name, a sentence in snake case.
    verdict : Verdict
    claimed : str
        What the law says, as a formula or in words.
    observed : str
        What was seen: two sides, a slope with its interval, an error that was raised.
    smallest : str
        The smallest input found that shows it, such as ``w=[1. 0.]  x=[0. 1.]``.
    means : str
        What follows for whoever uses the subject.
    replay : str
        The Python call that shows it again.
    kind : str
        The arithmetic or the method: ``floats``, ``powers of two``, ``balls``, ``slope`` …
    cases : int
        Inputs tried that were not vacuous.
    witness : mapping
        The smallest input as plain data (floats as hex strings), to rebuild it to the last bit.
    cause : str
        The one fact from which it follows, if others follow from it too: a report shows them together.
    """

    law: str
    verdict: Verdict
    claimed: str = ""
    observed: str = ""
    smallest: str = ""
    means: str = ""
    replay: str = ""
    kind: str = ""
    cases: int = 0
    witness: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data, ready for JSON."""
        names = ("law", *LINES, "kind", "cases", "cause")
        return {"verdict": str(self.verdict)} | {n: getattr(self, n) for n in names} | {"witness": dict(self.witness)}


def _found(name: str, value: Any) -> Iterable[str]:
    """Yield the line of a property, or one for each entry where it has several."""
    if isinstance(value, Mapping) and len(in_words(value)) > 80:
        yield f"found    {name}"
        yield from (f"         - {part}: {in_words(item)}" for part, item in value.items())
    else:
        yield f"found    {name}: {in_words(value)}"


def raised(law: str, error: BaseException, *, smallest: str = "", claimed: str = "", replay: str = "") -> Finding:
    """Return the finding that the subject's own code raised: it decides nothing."""
    words = said(error)
    return Finding(
        law,
        Verdict.INCONCLUSIVE,
        claimed=claimed,
        observed=f"the code under test raised {type(error).__name__}: {words}"
        if words
        else f"the code under test raised {type(error).__name__}",
        smallest=smallest,
        means="the law could not be tried on this input",
        replay=replay,
    )


@dataclass(frozen=True)
class ConformanceReport:
    """The findings on one subject.

    Attributes
    ----------
    subject : str
        What was checked, such as ``Sphere(d=3)``.
    kind : str
        ``model``, ``optimizer``, ``manifold``, ``rate``, …
    findings : tuple of Finding
        In the order tried.
    properties : mapping
        What the check found out, as plain data, such as ``{"W1": "rows"}``.
    notes : tuple of str
        Whatever else a reader must know.
    skipped : mapping of str to str
        Laws that do not apply, each with the reason; they count for no verdict.
    expected : mapping of str to str
        Laws that are expected to be REFUTED, each with the reason.  Strict: one that HOLDS is a failure.
    sentence : str
        What a reader must know first: what the subject is, what must scale how, where that holds.
    claims : tuple of str
        The findings that decide the verdict; all if empty.
    """

    subject: str
    kind: str
    findings: tuple[Finding, ...]
    properties: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    claims: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return the verdict on what is claimed, else on all findings, expected refutations counted as meant."""
        return Verdict.all(self.counted(f) for f in self.findings if not self.claims or f.law in self.claims)

    @property
    def exit_code(self) -> int:
        """Return 0 if all holds, 1 if something is refuted, else 3."""
        return {Verdict.HOLDS: 0, Verdict.REFUTED: 1, Verdict.INCONCLUSIVE: 3}[self.verdict]

    def counted(self, finding: Finding) -> Verdict:
        """Return what a finding counts for: an expected refutation HOLDS, one that does not come is REFUTED."""
        if finding.law not in self.expected:
            return finding.verdict
        return {Verdict.REFUTED: Verdict.HOLDS, Verdict.HOLDS: Verdict.REFUTED}.get(finding.verdict, finding.verdict)

    def finding(self, law: str) -> Finding:
        """Return the finding of a law.

        Raises
        ------
        UnknownName
            If the law was not tried.
        """
        for finding in self.findings:
            if finding.law == law:
                return finding
        why = f"; it was skipped: {self.skipped[law]}" if law in self.skipped else ""
        raise UnknownName(f"law {law!r} was not tried{why}")

    def refuted(self) -> tuple[str, ...]:
        """Return the names of the laws that are REFUTED."""
        return tuple(f.law for f in self.findings if f.verdict is Verdict.REFUTED)

    def expecting(self, failures: Mapping[str, str] | None) -> ConformanceReport:
        """Return the report with ``failures``, a reason for each law that is expected to be REFUTED.

        Raises
        ------
        UnknownName
            If a law is named that does not exist here.
        ArgumentError
            If a reason is missing.
        """
        known = {f.law for f in self.findings} | set(self.skipped)
        for law, reason in (failures or {}).items():
            if law not in known:
                raise UnknownName(f"expected names the law {law!r}; there are {', '.join(sorted(known))}")
            if not isinstance(reason, str) or not reason:
                raise ArgumentError(f"expected[{law!r}] is {reason!r}; the reason for the failure is needed, in words")
        return replace(self, expected=dict(failures or {}))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, ready for JSON."""
        return {
            "subject": self.subject,
            "kind": self.kind,
            "verdict": str(self.verdict),
            "findings": [f.to_dict() | {"expected": self.expected.get(f.law, "")} for f in self.findings],
            "properties": dict(self.properties),
            "notes": list(self.notes),
            "skipped": dict(self.skipped),
            "sentence": self.sentence,
            "claims": list(self.claims),
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    def skipped_by_reason(self) -> dict[str, list[str]]:
        """Return the laws that do not apply, by the reason."""
        grouped: dict[str, list[str]] = {}
        for law, reason in self.skipped.items():
            grouped.setdefault(reason, []).append(law)
        return grouped

    def summary(self) -> str:
        """Return one line: the verdict, and how many laws hold, are refuted, are undecided, are skipped."""
        count = {v: sum(f.verdict is v for f in self.findings) for v in Verdict}
        words = {Verdict.HOLDS: "hold" if count[Verdict.HOLDS] != 1 else "holds"}
        parts = [f"{n} {words.get(v, v.lower())}" for v, n in count.items() if n]
        parts += [f"{len(self.skipped)} skipped"] if self.skipped else []
        return f"{self.verdict}  {self.kind} {self.subject}: {', '.join(parts) or 'nothing was tried'}"

    def __str__(self) -> str:
        lines = [self.sentence] if self.sentence else []
        lines += [line for finding in self.ordered() for line in self._text(finding)]
        lines += [f"skipped  {', '.join(laws)}: {reason}" for reason, laws in self.skipped_by_reason().items()]
        lines += [line for name, value in self.properties.items() for line in _found(name, value)]
        lines += [f"note     {note}" for note in self.notes]
        return "\n".join([*lines, self.summary()])

    def ordered(self) -> list[Finding]:
        """Return the findings, those first that matter most."""
        order = [Verdict.REFUTED, Verdict.INCONCLUSIVE, Verdict.HOLDS]
        return sorted(self.findings, key=lambda finding: order.index(finding.verdict))

    def _text(self, finding: Finding) -> Iterable[str]:
        if finding.cause:
            yield from self._of_one_cause(finding)
            return
        about = self.about(finding) or f"subject: {self.subject}"
        yield f"{finding.verdict}  {finding.law}   {about}"
        yield from (f"  {name:<10} {text}" for name, text in self.lines(finding))

    def _of_one_cause(self, finding: Finding) -> Iterable[str]:
        """Yield the block of all findings with the cause of this one, if it is the first of them."""
        laws = [f for f in self.ordered() if f.cause == finding.cause and f.verdict is finding.verdict]
        if laws[0] is finding:
            yield f"{finding.verdict}  {len(laws)} law{'s' * (len(laws) > 1)} of one cause: {finding.cause}"
            yield from (f"  - {f.law}" + (f"   {f.smallest}" if f.smallest else "") for f in laws)
            yield from (f"  {name:<10} {text}" for name, text in self.lines(finding) if name == "replay")

    def lines(self, finding: Finding) -> list[tuple[str, str]]:
        """Return what a report says of one law: nothing more if it HOLDS and nothing else was expected."""
        expectation = [("expected", self._expectation(finding))] if finding.law in self.expected else []
        if finding.verdict is Verdict.HOLDS:
            return expectation
        return expectation + [(name, getattr(finding, name)) for name in LINES if getattr(finding, name)]

    def about(self, finding: Finding) -> str:
        """Return on what a law that HOLDS rests, such as ``40 cases, floats``."""
        if finding.verdict is not Verdict.HOLDS:
            return ""
        cases = f"{finding.cases} case{'s' * (finding.cases > 1)}" if finding.cases else ""
        return ", ".join(part for part in (cases, finding.kind) if part)

    def _expectation(self, finding: Finding) -> str:
        reason = self.expected[finding.law]
        if finding.verdict is not Verdict.HOLDS:
            return reason
        return f"to be REFUTED ({reason}), but it HOLDS: take the expectation away"

    def _repr_html_(self) -> str:
        """Return the report as HTML, for a notebook."""
        from psitheory.conformance.html import report_as_html

        return report_as_html(self)
