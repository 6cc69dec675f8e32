"""A report as one self-contained HTML page: it opens without a network, and prints."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.checking import ClaimReport, Grade, LawReport, Report, Theorem
from psitheory.report import files
from psitheory.report.files import as_json, write_whole
from psitheory.report.prose import Section, mathml, sections
from psitheory.report.tables import LEGEND, SHORT, counted, worst
from psitheory.report.terminal import replay_command

if TYPE_CHECKING:
    from psitheory.checking import Exhibit

_WORDS = dict(zip(Grade, (word.upper() for word in LEGEND), strict=True))

NAME, DATA = "report.html", "report.json"


def check_folder(folder: Path) -> None:
    """Raise an error unless ``folder`` exists and can be written, or can be made inside a folder that does."""
    files.check_folder(folder, "--report", NAME)


def write_page(report: Report, theorems: Sequence[Theorem], folder: Path, targets: Sequence[str | None]) -> Path:
    """Write the page to ``folder``, whole or not at all, its data as JSON beside it, and return its path.

    Parameters
    ----------
    report : Report
    theorems : sequence of Theorem
        Those that the report is about, in its order: their words and their exhibits.
    folder : Path
        Made if it does not exist.
    targets : sequence of str or None
        What names each theorem on a command line; its id where that is None.
    """
    html = page(report, theorems, targets)
    folder.mkdir(exist_ok=True)
    write_whole(folder / DATA, as_json(report.to_dict()), "--report")
    write_whole(folder / NAME, html, "--report")
    return folder / NAME


def page(report: Report, theorems: Sequence[Theorem], targets: Sequence[str | None]) -> str:
    """Return the report as HTML."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        (resources.files("psitheory.report") / "page.html.j2").read_text(encoding="utf-8")
    )
    claims = [
        _claim(report, claim, theorem, target or claim.id)
        for claim, theorem, target in zip(report.claims, theorems, targets, strict=True)
    ]
    kinds = [kind for kind in SHORT if any(kind in claim.cases for claim in report.claims)]
    return template.render(
        report=report, claims=claims, kinds=kinds, short=SHORT, legend=LEGEND, counted=counted(report)
    )


def _claim(report: Report, claim: ClaimReport, theorem: Theorem, target: str) -> dict[str, Any]:
    told: list[Section] = [part for part in sections(theorem.doc) if part.title not in ("Statement", "Tags")]
    return {
        "report": claim,
        "counted": counted(claim),
        "residual": worst(claim, "equal"),
        "ratio": worst(claim, "at most"),
        "theorem": theorem,
        "statement": mathml(theorem.statement, display=True),
        "sections": told,
        "laws": [_law(report, claim, law, target) for law in claim.laws],
        "figures": [_figure(make(np.random.default_rng(report.seed))) for make in theorem.exhibits],
    }


def _law(report: Report, claim: ClaimReport, law: LawReport, target: str) -> dict[str, Any]:
    def replay(name: str, witness: Any) -> str:
        return replay_command(report, target, name, witness, "it lies beside this page") if witness is not None else ""

    return {
        "report": law,
        "headline": f"{_WORDS[law.grade]} {law.scope}" if law.grade else str(law.verdict),
        "evidence": [(e, replay(law.name, e.witness)) for e in law.evidence],
        "counterfeits": [(c, replay(c.name, c.witness)) for c in law.counterfeits],
    }


def _figure(exhibit: Exhibit) -> dict[str, str]:
    from psitheory.plotting import rendered

    svg = rendered(exhibit, "svg").decode()
    return {"svg": svg[svg.index("<svg") :], "title": exhibit.title, "caption": exhibit.caption}
