"""check_manifold: every law that a manifold must obey, chosen by what it offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport, Finding
from psitheory.conformance.manifolds.floats.judging import judge, one_ulp_away
from psitheory.conformance.manifolds.laws.conditions import Claims, laws_said
from psitheory.conformance.manifolds.laws.drawing import CASES, cases, derived
from psitheory.conformance.manifolds.rules import RULES
from psitheory.conformance.manifolds.rules.rule import Rule
from psitheory.conformance.manifolds.subjects.methods import expression
from psitheory.conformance.manifolds.subjects.nature import Known
from psitheory.conformance.manifolds.subjects.precisions import precisions_of
from psitheory.conformance.manifolds.subjects.recognising import recognised
from psitheory.conformance.manifolds.subjects.represented import Missing
from psitheory.conformance.manifolds.subjects.sources import Points
from psitheory.conformance.manifolds.trying import Batch, Law, tried
from psitheory.errors import ArgumentError, UnknownName, checked_seed, shown

LAWS: tuple[str, ...] = tuple(rule.name for rule in RULES)
"""The names of the laws, in the order in which they are tried."""


def check_manifold(
    manifold: Any,
    *,
    points: Points | None = None,
    shape: tuple[int, ...] | None = None,
    order: Literal[1, 2] | None = None,
    transport: Literal["parallel", "vector"] | None = None,
    batch: bool | None = None,
    cases: int = CASES,
    only: str | Iterable[str] | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    """Check a manifold: metric, projection, retraction, geodesics, distance, transport, conversions, classes.

    Parameters
    ----------
    manifold : object
        Has some of the methods of :class:`psitheory.geometry.Manifold` (and ``Quotient``), under these names or
        those of Pymanopt or Geoopt.  A law whose methods are missing is skipped and named as such.
    points : callable or sequence, optional
        Where points come from if the manifold draws none: a function of a Generator, or a list of points.
    shape : tuple of int, optional
        The shape of a point, for a manifold that fits any.
    order : {1, 2}, optional
        The order of the retraction that is claimed; if left out, 2 on spheres and subspaces, else 1.
    transport : {"parallel", "vector"}, optional
        What transport claims to be; if left out, parallel by our names, any vector transport by Pymanopt's and
        Geoopt's, as they document it.
    batch : bool, optional
        Whether methods take stacked points; found out if left out.
    cases : int
        Inputs tried for each law in float64; half as many in float32.
    only : str or several, optional
        The laws to try; all if left out.
    expected : mapping of str to str, optional
        Laws that are expected to be REFUTED, each with the reason.
    seed : int
        All randomness derives from it.

    Raises
    ------
    ArgumentTypeError
        If the object has none of the methods, or one of them does not take the arguments it must.
    ArgumentError
        If no point can be drawn, a random one is not finite, or the only tangent vector is 0.
    UnknownName
        If ``only`` or ``expected`` names no law.
    """
    report = manifold_report(
        manifold,
        points=points,
        shape=shape,
        order=order,
        transport=transport,
        batch=batch,
        cases=cases,
        only=only,
        seed=checked_seed(seed),
        said=laws_said(order, transport, batch),
    )
    return report.expecting(expected)


def manifold_report(
    manifold: Any,
    *,
    points: Points | None,
    shape: tuple[int, ...] | None,
    order: int | None,
    transport: str | None = None,
    batch: bool | None = None,
    cases: int,
    only: str | Iterable[str] | None,
    seed: int,
    said: frozenset[str],
) -> ConformanceReport:
    """Return the report of :func:`check_manifold`; of the laws ``said`` to hold, one that is not tried is undecided."""
    chosen = _chosen(only)
    if not isinstance(cases, int) or cases < 1:
        raise ArgumentError(f"cases is {shown(cases)}; an integer of at least 1 is needed")
    if order not in (None, 1, 2):
        raise ArgumentError(f"order is {shown(order)}; 1 or 2 is needed")
    if transport not in (None, "parallel", "vector"):
        raise ArgumentError(f"transport is {shown(transport)}; 'parallel' or 'vector' is needed")
    subject = recognised(manifold, points=points, shape=shape)
    subject.check_numbers()
    parallel = subject.dialect == "psitheory" if transport is None else transport == "parallel"
    claims = Claims(order, parallel, batch)
    options = [] if points is None else ["points=points"]
    given = {"shape": shape, "order": order, "transport": transport, "batch": batch}
    options += [f"{name}={value!r}" for name, value in given.items() if value is not None]
    options += [f"cases={cases}"] if cases > CASES else []
    findings, skipped = [], {}
    for rule in chosen:
        reason = rule.skipped(subject, claims)
        try:
            if not reason:
                findings.append(_tried(rule, subject, cases, seed, _replay(subject, rule, options, seed)))
        except Missing as missing:
            reason = str(missing)
        if reason and rule.name in said:
            findings.append(_claimed_only(rule, reason, _replay(subject, rule, options, seed)))
        elif reason:
            skipped[rule.name] = reason
    return ConformanceReport(
        subject.name, "manifold", tuple(findings), _properties(subject, claims), _notes(subject), skipped
    )


def _chosen(only: str | Iterable[str] | None) -> list[Rule]:
    if only is None:
        return list(RULES)
    names = [only] if isinstance(only, str) else list(only)
    unknown = [name for name in names if name not in LAWS]
    if unknown:
        raise UnknownName(f"only names the law {unknown[0]!r}; there are {', '.join(LAWS)}")
    return [rule for rule in RULES if rule.name in names]


def _replay(subject: Known, rule: Rule, options: list[str], seed: int) -> str:
    shown_options = "".join(f", {option}" for option in options)
    return f"check_manifold({expression(subject.manifold)}, only={rule.name!r}{shown_options}, seed={seed})"


def _claimed_only(rule: Rule, reason: str, replay: str) -> Finding:
    """Return the finding on a law that somebody claims, and that could not be tried: it does not hold by that."""
    observed = f"claimed, and not tried: {reason}"
    return Finding(rule.name, Verdict.INCONCLUSIVE, rule.claimed, observed, replay=replay)


def _tried(rule: Rule, subject: Known, count: int, seed: int, replay: str) -> Finding:
    law = Law(rule.name, rule.claimed, rule.means, replay)
    precisions, _ = precisions_of(subject)
    batches = []
    for place, dtype in enumerate(precisions[:1] if rule.single else precisions):
        own, name = subject.in_precision(dtype), str(np.dtype(dtype))
        number = 1 if rule.single else max(count // 2, 1) if place else count
        drawn = cases(own, rule.inputs, derived(seed, rule.name, name), number)
        away = partial(one_ulp_away, eps=own.eps, parts=own.parts)
        judged = partial(judge, partial(rule.law, own), eps=own.eps, moved=away, slack=own.slack)
        batches.append(Batch(name, number, drawn, judged, own.shown, partial(rule.meaning, own)))
    return tried(law, batches)


def _properties(subject: Known, claims: Claims) -> dict[str, Any]:
    nature = subject.nature
    found: dict[str, Any] = {"kind": _kind(subject), "names": subject.dialect}
    if nature.dimension is not None:
        found["dimension of the tangent space"] = nature.dimension
    where = "standard representatives" if "canonical" in subject.offers else "the ambient space"
    found["metric"] = f"that of {where}" if nature.flat else "its own"
    found["transport"] = "claimed to be parallel" if claims.parallel else "any vector transport"
    return found


def _kind(subject: Known) -> str:
    nature = subject.nature
    if nature.spheres:
        what = "lines" if nature.lines else "spheres of directions" if nature.scaled else "unit spheres"
        return f"product of {what} in R^" + " × R^".join(str(len(block)) for block in nature.spheres)
    if nature.quotient:
        return "matrices up to rotation from the right" + (": subspaces" if subject.usually_of_second_order else "")
    if not nature.unique:
        return "not recognised: points may have several representatives, and are not compared"
    return (
        "classes with a standard representative" if "canonical" in subject.offers else "points with one representative"
    )


def _notes(subject: Known) -> tuple[str, ...]:
    _, note = precisions_of(subject)
    return (*([note] if note else []), *subject.unfit)
