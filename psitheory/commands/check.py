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

from psitheory.commands.output import show_pieces
from psitheory.conformance.findings import ConformanceReport
from psitheory.conformance.target import check as check_subject
from psitheory.conformance.target import load, made
from psitheory.errors import ArgumentError, shown

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
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report as JSON; - prints it, and nothing else.")
    ] = None,
) -> None:
    """Check your own manifold, model or optimizer: this runs the code of TARGET.

    TARGET may also be a function without arguments that returns one of these, or a report of a check.
    """
    check_output(json)
    report = run_check(target, kind=kind, only=only, expected=expected, seed=seed)
    show_pieces([write(report, json)])
    raise typer.Exit(report.exit_code)


def run_check(
    target: str,
    *,
    kind: str | None = None,
    only: Sequence[str] | None = None,
    expected: Path | None = None,
    seed: int = 0,
) -> ConformanceReport:
    """Say that the code of the target is run, run it, and return the report."""
    failures = read_expected(expected) if expected is not None else None
    print(NOTICE.format(target=target), file=sys.stderr, flush=True)
    subject = load(target) if kind else made(load(target))
    report = check_subject(subject, kind=kind, only=list(only) if only else None, expected=failures, seed=seed)
    if isinstance(subject, ConformanceReport):
        return report
    again = ["psitheory", "check", target, *(["--kind", kind] if kind else []), "--seed", str(seed), "--only"]
    findings = (replace(finding, replay=shlex.join([*again, finding.law])) for finding in report.findings)
    return replace(report, findings=tuple(findings))


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
