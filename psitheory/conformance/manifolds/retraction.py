"""Whether a retraction starts where it should, as fast as it should, without swerving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport, Finding
from psitheory.conformance.manifolds.check import manifold_report
from psitheory.conformance.manifolds.laws.conditions import FIRST, SECOND, laws_said
from psitheory.conformance.manifolds.subjects.methods import expression
from psitheory.conformance.manifolds.subjects.sources import Points
from psitheory.errors import ArgumentTypeError, UnknownName, shown

BATCH = "a_batch_equals_the_loop"
LAWS = ("retraction_of_zero_stays_at_the_point", "retraction_stays_on_the_manifold", FIRST, SECOND)
"""The names of the laws, in the order in which they are tried; with ``batch`` also that of stacked points."""


def check_retraction(
    retraction: Any,
    *,
    points: Points | None = None,
    project: Callable[..., Any] | None = None,
    shape: tuple[int, ...] | None = None,
    order: Literal[1, 2] | None = None,
    batch: bool = False,
    cases: int = 12,
    only: str | Iterable[str] | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    """Check a retraction: what it does to zero, whether it stays on the manifold, and of which order it is.

    Velocity and acceleration at 0 are taken by derivatives with a measured noise floor, of the points themselves
    and not of a distance that may be wrong; slopes with their intervals stand beside.

    Parameters
    ----------
    retraction : object or callable
        A manifold with a ``retract`` (or ``retraction``, ``retr``), or a function of a point and a vector.
    points, shape, cases, only, expected, seed
        As for :func:`check_manifold`.
    project : callable, optional
        For a function: the projection of an ambient vector to the tangent space at a point.
    order : {1, 2}, optional
        The order that is claimed; if left out, 2 on spheres and subspaces, else 1.
    batch : bool
        Whether it is claimed to take stacked points and vectors.

    Returns
    -------
    ConformanceReport
        Whose ``properties["order"]`` is the order that was found.
    """
    subject = retraction
    if not any(hasattr(retraction, name) for name in ("retract", "retraction", "retr")):
        if not callable(retraction):
            raise ArgumentTypeError(f"retraction is {shown(retraction)}; a manifold or a function of (w, x) is needed")
        subject = _Moves(retraction, project)
    known = (*LAWS, BATCH) if batch else LAWS
    laws = known if only is None else [only] if isinstance(only, str) else list(only)
    if any(law not in known for law in laws):
        raise UnknownName(f"only names {shown(only)}; the laws are {', '.join(known)}")
    report = manifold_report(
        subject,
        points=points,
        shape=shape,
        order=2 if order is None else order,  # the second is tried to find out which it is, and not claimed
        cases=cases,
        only=laws,
        seed=seed,
        batch=batch or None,
        said=laws_said(order or 1, None, batch),
    )
    report = replace(report, findings=_replayable(report, subject, project))
    found = _order(report)
    if order is None and found == 1 and SECOND in report.refuted() and not _usually_second(report):
        kept = tuple(f for f in report.findings if f.law != SECOND)
        reason = "a retraction of first order is all that is claimed (order=2 claims more)"
        report = replace(report, findings=kept, skipped={**report.skipped, SECOND: reason})
    return replace(report, kind="retraction", properties={**report.properties, "order": found}).expecting(expected)


def _replayable(report: ConformanceReport, subject: Any, project: Any) -> tuple[Finding, ...]:
    """Return the findings with the call of this check that replays them."""
    tried, call = f"check_manifold({expression(subject)}", f"check_retraction({expression(subject)}"
    if isinstance(subject, _Moves):
        call = f"check_retraction({subject}" + (", project=project" if project is not None else "")
    return tuple(replace(finding, replay=finding.replay.replace(tried, call, 1)) for finding in report.findings)


def _order(report: ConformanceReport) -> int | None:
    """Return the order that was found, None if not even the first is decided."""
    verdicts = {f.law: f.verdict for f in report.findings}
    if verdicts.get(FIRST) is Verdict.REFUTED:
        return 0
    if verdicts.get(FIRST) is not Verdict.HOLDS:
        return None
    return 2 if verdicts.get(SECOND) is Verdict.HOLDS else 1


def _usually_second(report: ConformanceReport) -> bool:
    kind = str(report.properties.get("kind", ""))
    return "spheres" in kind or "lines" in kind or "subspaces" in kind


class _Moves:
    """A function as a manifold that offers nothing but a retraction, and perhaps a projection."""

    def __init__(self, retract: Callable[..., Any], project: Callable[..., Any] | None) -> None:
        self.retract = retract
        if project is not None:
            self.project = project

    def __repr__(self) -> str:
        name = str(getattr(self.retract, "__name__", ""))
        return name if name.isidentifier() else "retraction"
