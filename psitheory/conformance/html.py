"""A conformance report as HTML, for a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from psitheory.checking import Verdict
from psitheory.conformance.wording import in_words

if TYPE_CHECKING:
    from psitheory.conformance.findings import ConformanceReport, Finding

COLOURS = {Verdict.HOLDS: "#1a7f37", Verdict.REFUTED: "#b42318", Verdict.INCONCLUSIVE: "#9a6700"}
CELL = 'style="text-align:left;vertical-align:top;padding:.3em .8em .3em 0"'
LINE = 'style="padding-left:6em;text-indent:-6em"'
HEAD = 'style="display:inline-block;width:6em;text-indent:0;opacity:.65"'


def report_as_html(report: ConformanceReport) -> str:
    """Return the report as a table, one row for each law, and what else was found below it."""
    rows = "".join(_row(report, finding) for finding in report.ordered())
    rest = [
        f"skipped {', '.join(f'<code>{escape(law)}</code>' for law in laws)}: {escape(why)}"
        for why, laws in report.skipped_by_reason().items()
    ]
    rest += [f"<code>{escape(name)}</code>: {_property(value)}" for name, value in report.properties.items()]
    rest += [escape(note) for note in report.notes]
    below = "".join(f"<li>{line}</li>" for line in rest)
    return (
        '<div style="max-width:60em">'
        f"<p>{_badge(report.verdict)} {escape(report.kind)} <b>{escape(report.subject)}</b></p>"
        f'<table style="border-collapse:collapse;text-align:left">{rows}</table>'
        f'<ul style="opacity:.65">{below}</ul></div>'
    )


def _row(report: ConformanceReport, finding: Finding) -> str:
    lines = "".join(
        f"<div {LINE}><span {HEAD}>{name}</span>{_text(name, text)}</div>" for name, text in report.lines(finding)
    )
    about = f' <span style="opacity:.65">{escape(report.about(finding))}</span>'
    law = f"<code>{escape(finding.law)}</code>{about}{lines}"
    return f"<tr><td {CELL}>{_badge(finding.verdict)}</td><td {CELL}>{law}</td></tr>"


def _property(value: Any) -> str:
    if not isinstance(value, Mapping):
        return escape(in_words(value))
    items = "".join(f"<li><code>{escape(name)}</code>: {escape(in_words(item))}</li>" for name, item in value.items())
    return f'<ul style="margin:0">{items}</ul>'


def _text(name: str, text: str) -> str:
    return f"<code>{escape(text)}</code>" if name in ("smallest", "replay") else escape(text)


def _badge(verdict: Verdict) -> str:
    return f'<b style="color:{COLOURS[verdict]}">{verdict}</b>'
