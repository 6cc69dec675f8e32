"""The command ``check``: whether somebody's manifold, model or optimiser obeys its laws."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from psitheory.checking import Verdict
from psitheory.commands.output import show_pieces
from psitheory.commands.watching import CaseLimit
from psitheory.conformance.findings import ConformanceReport, Finding
from psitheory.conformance.target import check as check_subject
from psitheory.conformance.target import load, made
from psitheory.errors import ArgumentError, PsitheoryError, shown, told_where
from psitheory.limits import CASE_SECONDS, LOADING, alive, checked_limit
from psitheory.workers import watched

WHOLE, UNENDED = "the check", "the_check_comes_to_an_end"
"""What is watched between the pieces of somebody's code, and what is undecided when no single law is."""

MOST_REFUSED = 6
"""Pieces on which a process may be lost before the rest is given up: each may take the whole limit."""

NOTICE = "psitheory: running the code of {target} on this machine, with your rights"


def check(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="package.module:name or file.py:name.")],
    kind: Annotated[
        str | None, typer.Option(metavar="manifold|model|optimizer|retraction", help="Found out if left out.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="LAW", help="Only this law; may be repeated.")] = None,
    expected: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON: a reason for each law that is expected to be refuted.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="All randomness derives from it.")] = 0,
    case_limit: CaseLimit = CASE_SECONDS,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report as JSON; - prints it, and nothing else.")
    ] = None,
) -> None:
    """Check your own manifold, model or optimizer: this runs the code of TARGET.

    TARGET may also be a function without arguments that returns one of these, or a report of a check.
    """
    check_output(json)
    report = run_check(target, kind=kind, only=only, expected=expected, seed=seed, case_limit=case_limit)
    show_pieces([write(report, json)])
    raise typer.Exit(report.exit_code)


def run_check(
    target: str,
    *,
    kind: str | None = None,
    only: Sequence[str] | None = None,
    expected: Path | None = None,
    seed: int = 0,
    case_limit: float = CASE_SECONDS,
) -> ConformanceReport:
    """Say that the code of the target is run, run it, and return the report.

    It is run in a process that is watched (unless ``case_limit`` is 0).  A piece of it on which that is lost is not
    run again: what needs it is undecided, and the rest is tried.
    """
    failures = read_expected(expected) if expected is not None else None
    checked_limit(case_limit)
    print(NOTICE.format(target=target), file=sys.stderr, flush=True)
    refused: dict[str, str] = {}
    with watched(case_limit) as ask:
        while True:
            answer = ask(checked, target, kind, tuple(only) if only else None, refused, seed)
            if answer.error is not None:
                raise answer.error
            if answer.at == LOADING:
                raise ArgumentError(f"target {target!r} cannot be loaded: {answer.reason}")
            known = answer.at in ("", WHOLE, *refused) or len(refused) == MOST_REFUSED
            if answer.reason and not known:
                refused[answer.at] = answer.reason
                continue
            report = _undecided(answer.reason, target, kind, seed) if answer.reason else answer.value
            return report.expecting(failures) if failures else report


def checked(
    target: str, kind: str | None, only: Sequence[str] | None, refused: Mapping[str, str], seed: int
) -> ConformanceReport:
    """Return the report on a target, whose code is run here, but for pieces that are refused."""
    with alive(WHOLE, refused):
        subject = load(target)
        if not kind:
            with told_where(f"what {target!r} makes", passing=(PsitheoryError,)):
                subject = made(subject)
        if isinstance(subject, ConformanceReport):
            return subject
        report = check_subject(subject, kind=kind, only=list(only) if only else None, seed=seed)
    findings = (replace(finding, replay=_again(target, kind, seed, finding.law)) for finding in report.findings)
    return replace(report, findings=tuple(findings))


def _undecided(reason: str, target: str, kind: str | None, seed: int) -> ConformanceReport:
    """Return the report of a check that came to no end, for the ``reason`` in words."""
    claimed = "the code under test comes to an end, and leaves its process to others"
    replay = _again(target, kind, seed, None)
    means = "nothing was decided"
    finding = Finding(UNENDED, Verdict.INCONCLUSIVE, claimed, reason, means=means, replay=replay)
    return ConformanceReport(target, kind or "subject", (finding,))


def _again(target: str, kind: str | None, seed: int, law: str | None) -> str:
    options = [*(["--kind", kind] if kind else []), "--seed", str(seed), *(["--only", law] if law else [])]
    return shlex.join(["psitheory", "check", target, *options])


def read_expected(path: Path) -> Mapping[str, str]:
    """Return the expected failures in a file: a JSON object with a reason for each law.

    Raises
    ------
    ArgumentError
        If the file cannot be read, or holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArgumentError(f"--expected is '{path}', which cannot be read as JSON: {error}") from error
    if not isinstance(data, dict) or not all(isinstance(reason, str) for reason in data.values()):
        raise ArgumentError(f"--expected holds {shown(data)}; a JSON object with a reason for each law is needed")
    return data


def write(report: ConformanceReport, out: str | None) -> str:
    """Write the report as JSON to a file, and return what is to be printed."""
    from psitheory.report import files

    if out == "-":
        return report.to_json()
    if out is not None:
        files.write_whole(Path(out), report.to_json() + "\n", "--json")
    return str(report)


def check_output(out: str | None) -> None:
    """Raise before anything is run if the JSON file cannot be written."""
    from psitheory.report import files

    if out is not None and out != "-":
        files.check_writable(Path(out), "--json")
