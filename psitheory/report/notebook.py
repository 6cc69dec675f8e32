"""How theorems, reports, figures, runs and manifolds show themselves in a notebook; all that is shown is escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from functools import singledispatch
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from psitheory.checking import ClaimReport, Exhibit, Report, Theorem, Verdict
from psitheory.errors import ArgumentTypeError, UnknownName, shown
from psitheory.experiments import Trajectory
from psitheory.geometry import Manifold
from psitheory.report import page, terminal
from psitheory.report.export import TEXT_COLUMNS, rows
from psitheory.report.prose import mathml
from psitheory.report.tables import counted

COLOURS = {Verdict.HOLDS: "#1a7f37", Verdict.REFUTED: "#b42318", Verdict.INCONCLUSIVE: "#9a6700"}
FAINT = "opacity:.65"
TITLE = 1
"""The column of titles, which wrap and need room."""
RUNS = 6
"""More runs of an ensemble than these are not told apart in a picture."""


@singledispatch
def as_html(thing: Any) -> str:
    """Return a theorem, a report, an exhibit, a trajectory or a manifold as HTML that stands by itself.

    Raises
    ------
    ArgumentTypeError
        If it is none of these.
    """
    if isinstance(thing, Manifold):
        return _manifold(thing)
    raise ArgumentTypeError(f"thing is {shown(thing)}; a theorem, a report, an exhibit, a run or a manifold is needed")


@as_html.register
def _theorem(theorem: Theorem) -> str:
    assumptions = "".join(f"<li>{escape(line)}</li>" for line in theorem.assumptions)
    laws = "".join(
        f"<li><code>{escape(law.name)}</code>: {escape(law.says)}"
        f"<ul style='{FAINT}'>{''.join(f'<li>not so: {escape(c.says)}</li>' for c in law.counterfeits)}</ul></li>"
        for law in theorem.laws
    )
    told = escape(f"{theorem.source.text}; {theorem.locator}") if theorem.source else ""
    return (
        f"<div style='max-width:60em'><p><b>{escape(theorem.id)}</b> {escape(theorem.title)}</p>"
        f"{mathml(theorem.statement, display=True)}<ul>{assumptions}</ul>"
        f"{f'<p>Laws, each beside its counterfeits</p><ul>{laws}</ul>' if laws else ''}"
        f"<p style='{FAINT}'>{told}</p></div>"
    )


@as_html.register
def _report(report: Report) -> str:
    blocks = "".join(
        f"<pre style='white-space:pre-wrap'>{escape(block.plain)}</pre>" for block in terminal.failures(report)
    )
    return f"{_table(report.claims)}{blocks}<p>{escape(terminal.summary(report))}</p>"


@as_html.register
def _claim(claim: ClaimReport) -> str:
    laws = "".join(
        f"<li>{_badge(law.verdict)} <code>{escape(law.name)}</code>: {escape(law.says)} "
        f"<span style='{FAINT}'>{escape(law.scope if law.grade else law.note)}</span></li>"
        for law in claim.laws
    )
    return f"{_table([claim])}<ul>{laws}</ul><p>{escape(counted(claim))}</p>"


@as_html.register
def _exhibit(exhibit: Exhibit) -> str:
    from psitheory.plotting import rendered

    image = base64.b64encode(rendered(exhibit, "png")).decode()
    return (
        f"<figure style='margin:0;max-width:48em'><img alt='{escape(exhibit.title, quote=True)}' "
        f"style='max-width:100%' src='data:image/png;base64,{image}'>"
        f"<figcaption>{escape(exhibit.caption)}</figcaption></figure>"
    )


@as_html.register
def _trajectory(run: Trajectory) -> str:
    runs = int(np.prod(run.broken_at.shape))
    broken = int(np.sum(run.broken_at >= 0))
    told = f"{runs} run{'s' * (runs != 1)} of {int(run.times[-1])} steps" + (f", {broken} broken" if broken else "")
    numbers = np.asarray(run.squared_gradient).dtype.kind == "f"  # symbols and fractions have no picture
    return f"<p>{told}</p>{as_html(exhibit_of(run)) if numbers else ''}"


def exhibit_of(run: Trajectory) -> Exhibit:
    """Return the course of the squared Riemannian gradient norm G, a curve for each of the first few runs."""
    late = run.times > 0  # a logarithm has no place for the start
    values = np.asarray(run.squared_gradient, float)[late].reshape(int(late.sum()), -1)
    curves = {f"run {k}": np.maximum(values[:, k], np.finfo(float).tiny) for k in range(min(values.shape[1], RUNS))}
    left_out = f"  {values.shape[1] - RUNS} more runs are not drawn." if values.shape[1] > RUNS else ""
    return Exhibit(
        "curves",
        "The squared Riemannian gradient norm along the run",
        f"G at the recorded steps.{left_out}",
        {"x": run.times[late], **curves},
        {"x": "step", "y": "G", "xscale": "log", "yscale": "log"},
    )


def _manifold(manifold: Manifold) -> str:
    first = (type(manifold).__doc__ or "").strip().splitlines()[:1]
    rows_of = [("dimension", str(manifold.dimension))]
    layout = getattr(manifold, "layout", None)
    if layout is not None:
        rows_of += [("blocks", ", ".join(map(str, layout.sizes)) or "none"), ("free entries", str(layout.p))]
    cells = "".join(f"<tr><td style='{FAINT}'>{name}</td><td>{escape(value)}</td></tr>" for name, value in rows_of)
    return f"<p><b>{escape(type(manifold).__name__)}</b> {escape(''.join(first))}</p><table>{cells}</table>"


def save_report(report: Report, folder: str | Path) -> Path:
    """Write a report as a page, its data beside it; theorems are those of the libraries that bear its ids and titles.

    A theorem that no library holds, such as one of a notebook, is shown by what the report says of it.
    """
    folder = Path(folder)
    page.check_folder(folder)
    theorems = [_known(claim) for claim in report.claims]
    return page.write_page(report, theorems, folder, [None] * len(theorems))


def _known(claim: ClaimReport) -> Theorem:
    from psitheory.registry import find

    try:
        theorem = find(claim.id)[0].theorem
    except UnknownName:
        theorem = None
    if theorem is not None and theorem.title == claim.title:
        return theorem
    return Theorem(claim.id, claim.title, claim.chapter, "")


def _table(claims: Sequence[ClaimReport]) -> str:
    head, *body = rows(claims)
    verdicts = [claim.verdict for claim in claims]
    lines = [_row(map(escape, head), "th")]
    for cells, verdict in zip(body, verdicts, strict=True):
        shown_cells = [_badge(verdict) if k == 2 else escape(cell) for k, cell in enumerate(cells)]
        lines.append(_row(shown_cells, "td"))
    return f"<div style='overflow-x:auto'><table>{''.join(lines)}</table></div>"


def _row(cells: Iterable[str], tag: str) -> str:
    made = []
    for k, cell in enumerate(cells):
        side = "left" if k < TEXT_COLUMNS else "right"
        width = ";min-width:14em" if k == TITLE else ""
        made.append(f"<{tag} style='text-align:{side}{width}'>{cell}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


def _badge(verdict: Verdict) -> str:
    return f"<b style='color:{COLOURS[verdict]}'>{verdict}</b>"
