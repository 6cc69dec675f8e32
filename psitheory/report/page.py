"""A report as one self-contained HTML page: it opens without a network, prints, and is read on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from psitheory.checking import ClaimReport, Grade, LawReport, Report, Theorem, Verdict, Witness
from psitheory.checking.evidence import HOW
from psitheory.report import files, survivors
from psitheory.report.drawings import Drawing, drawings, without_repeated_glyphs
from psitheory.report.files import as_json, write_whole
from psitheory.report.prose import Section, mathml, sections
from psitheory.report.tables import LEGEND, SHORT, counted, worst
from psitheory.report.terminal import replay_command

_WORDS = dict(zip(Grade, (word.upper() for word in LEGEND), strict=True))

NAME, DATA = "report.html", "report.json"

MEANING = {
    Verdict.HOLDS: "every arithmetic that was tried agrees, and every counterfeit was refuted",
    Verdict.REFUTED: "one input breaks it: the smallest that was found is shown, with the line that replays it",
    Verdict.INCONCLUSIVE: "something stayed undecided, nothing moved, or a counterfeit survived: it does not hold",
}

COLUMNS = {
    "laws": "how many laws of the claim are proved, and how many were tried and held",
    "residual": "the largest relative difference of two sides that are claimed equal",
    "ratio": "the largest quotient left/right of two sides of which the left is claimed to be at most the right: at 1 "
    "the bound is reached",
    "counterfeits": "false neighbours of the laws that were refuted, as they must be, of how many",
    "seconds": "how long the checks took",
}


def check_folder(folder: Path) -> None:
    """Raise an error unless ``folder`` exists and can be written, or can be made inside a folder that does."""
    files.check_folder(folder, "--report", NAME)


def write_page(
    report: Report, theorems: Sequence[Theorem], folder: Path, targets: Sequence[str | None], *, workers: int = 1
) -> Path:
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
    workers : int
        Processes that draw figures; more than 1 need a main script that may be imported.
    """
    html = page(report, theorems, targets, data=str(folder / DATA), workers=workers)
    folder.mkdir(exist_ok=True)
    write_whole(folder / DATA, as_json(report.to_dict()), "--report")
    write_whole(folder / NAME, html, "--report")
    return folder / NAME


def page(
    report: Report, theorems: Sequence[Theorem], targets: Sequence[str | None], *, data: str = DATA, workers: int = 1
) -> str:
    """Return the report as HTML; lines that replay what is too long for a command read it from the file ``data``."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    figures = without_repeated_glyphs(drawings(theorems, targets, report.seed, workers))
    claims = [
        _claim(report, claim, theorem, target or claim.id, drawn, data)
        for claim, theorem, target, drawn in zip(report.claims, theorems, targets, figures, strict=True)
    ]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_part("page.html.j2")).render(
        report=report,
        claims=claims,
        failing=[claim for claim in claims if claim["report"].verdict is not Verdict.HOLDS],
        counts={str(v): sum(claim.verdict is v for claim in report.claims) for v in Verdict},
        chapters=list(dict.fromkeys(claim.chapter for claim in report.claims)),
        kinds=[kind for kind in SHORT if any(kind in claim.cases for claim in report.claims)],
        short=SHORT,
        how=HOW,
        grades=LEGEND,
        meaning={str(verdict): text for verdict, text in MEANING.items()},
        columns=COLUMNS,
        survival=survivors.MEANING,
        counted=counted(report),
        data=data,
        style=Markup(_part("page.css")),  # these two are this package's own files
        script=Markup(_part("page.js")),
    )


def _part(name: str) -> str:
    return (resources.files("psitheory.report") / name).read_text(encoding="utf-8")


def _claim(
    report: Report, claim: ClaimReport, theorem: Theorem, target: str, figures: Sequence[Drawing], data: str
) -> dict[str, Any]:
    told: list[Section] = [part for part in sections(theorem.doc) if part.title not in ("Statement", "Tags")]
    return {
        "report": claim,
        "counted": counted(claim),
        "residual": worst(claim, "equal"),
        "ratio": worst(claim, "at most"),
        "theorem": theorem,
        "statement": mathml(theorem.statement, display=True),
        "sections": told,
        "laws": [_law(report, claim, law, target, data) for law in claim.laws],
        "figures": figures,
    }


def _law(report: Report, claim: ClaimReport, law: LawReport, target: str, data: str) -> dict[str, Any]:
    def replay(name: str, witness: Witness | None) -> str:
        return replay_command(report, target, name, witness, data) if witness is not None else ""

    return {
        "report": law,
        "headline": f"{_WORDS[law.grade]} {law.scope}" if law.grade else str(law.verdict),
        "evidence": [(e, replay(law.name, e.witness)) for e in law.evidence],
        "counterfeits": [(c, replay(c.name, c.witness)) for c in law.counterfeits],
    }
