"""The text of a report, on reports that are made up."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from psitheory.checking import (
    FLOATS,
    RATIONALS,
    SYMBOLS,
    ClaimReport,
    CounterfeitReport,
    Evidence,
    LawReport,
    Report,
    Verdict,
    Witness,
)
from psitheory.report import terminal
from psitheory.report.tables import LEGEND, verdict_lines

WITNESS = Witness({"w": "[1. 0.]", "a": "2.0"}, {"w": {"array": ["0x1p+0"]}, "a": 2}, "4.0", "1.0", FLOATS)
BEATEN = CounterfeitReport("flat_metric", "The metric is flat.", Verdict.REFUTED, WITNESS)
ALIVE = CounterfeitReport("too_true", "It is what it is.", Verdict.INCONCLUSIVE, None, "floats: survived")
GOOD = Evidence(RATIONALS, Verdict.HOLDS, 20, worst=0.0)
PROVED = Evidence(SYMBOLS, Verdict.HOLDS, 3, proof="in the plane")
RATIO = Evidence(FLOATS, Verdict.HOLDS, 50, worst=0.9871, relation="at most")
BAD = Evidence(FLOATS, Verdict.REFUTED, 37, worst=0.75, witness=WITNESS)
TOO_MUCH = Evidence(FLOATS, Verdict.REFUTED, 1, worst=4.0, witness=WITNESS, relation="at most")
DOUBT = Evidence(FLOATS, Verdict.INCONCLUSIVE, 0, note="every case was vacuous")


def law(*evidence: Evidence, counterfeits=(BEATEN,)) -> LawReport:
    return LawReport("metric_is_constant", "The metric is constant.", evidence, counterfeits)


def report(*laws: LawReport, title: str = "A metric") -> Report:
    return Report((ClaimReport("A4", title, "quotient", "Yi22", laws, 1.25),), "quick", 0, 2.5)


def test_a_report_that_holds():
    assert terminal.text(report(law(PROVED, GOOD), law(RATIO))) == (
        "id  title     verdict  proved  held  symbols  rationals  floats  residual  ratio  counterfeits  seconds\n"
        "A4  A metric  HOLDS         1     1        3         20      50         0  0.987           2/2      1.2\n"
        "\n"
        f"proved  {LEGEND['proved']}\n"
        f"held    {LEGEND['held']}\n"
        "\n"
        "1 claim: 1 holds. PROVED 1 law, HELD 1. Effort quick, seed 0, 2.5 seconds.\n"
    )


@pytest.mark.parametrize("evidence", [GOOD, RATIO, Evidence(SYMBOLS, Verdict.HOLDS, 3, note="in dimension [2] only")])
def test_what_is_only_tried_never_reads_as_more(evidence):
    shown = terminal.text(report(law(evidence))).splitlines()
    summary, row = shown[-1], shown[1]
    assert "HELD 1 law." in summary
    assert not {"PROVED", "proved", "exact", "enclosed"} & set(summary.replace(".", "").split() + row.split())


def test_a_law_that_is_refuted():
    assert terminal.text(report(law(GOOD, BAD))).split("\n\n")[1] == (
        "REFUTED  metric_is_constant   claim: A4, A metric\n"
        "  claimed    The metric is constant.\n"
        "  observed   4.0 against 1.0   in floats, 37 cases\n"
        "  smallest   w=[1. 0.]  a=2.0\n"
        "  means      A4 fails on this input: the claim, this law of it, or the code that it ran is wrong\n"
        '  replay     psitheory replay A4 metric_is_constant --kind floats --witness \'{"w": {"array": ["0x1p+0"]}, '
        '"a": 2}\''
    )


def test_plain_numbers_are_shown_rather_than_symbols():
    symbolic = Witness({"f": "f"}, {"f": {"opaque": "f"}}, "p0", "p1", SYMBOLS)
    shown = terminal.text(report(law(Evidence(SYMBOLS, Verdict.REFUTED, 1, witness=symbolic), BAD)))
    assert "  smallest   w=[1. 0.]  a=2.0\n" in shown


def test_an_inequality_that_is_refuted():
    assert "  observed   4.0 exceeds 1.0   in floats, 1 case\n" in terminal.text(report(law(TOO_MUCH)))


@pytest.mark.parametrize(
    ("broken", "observed"),
    [
        (law(GOOD, DOUBT), "floats: every case was vacuous"),
        (law(), "no evidence: no arithmetic could run it"),
        (law(GOOD, counterfeits=()), "it has no counterfeit"),
        (
            law(GOOD, counterfeits=(BEATEN, ALIVE)),
            "its counterfeit too_true was not refuted (floats: survived): It is what it is.",
        ),
    ],
)
def test_a_law_that_is_left_undecided_says_why(broken, observed):
    lines = terminal.text(report(broken)).split("\n\n")[1].splitlines()
    assert lines[0] == "INCONCLUSIVE  metric_is_constant   claim: A4, A metric"
    assert lines[2] == f"  observed   {observed}"
    assert lines[3].startswith("  means      ")


def test_a_claim_without_a_law_does_not_hold():
    assert "INCONCLUSIVE  no law   claim: A4, A metric" in terminal.text(report())
    assert "1 claim: 1 inconclusive." in terminal.text(report())


def test_a_file_is_named_where_an_id_would_not_do():
    assert "psitheory replay 'my file.py::A4' metric_is_constant" in terminal.text(report(law(BAD)), ["my file.py::A4"])


def test_a_witness_that_no_text_carries_is_found_again_by_the_search():
    symbolic = Witness({"f": "f"}, {"f": {"opaque": "f"}}, "1", "2", SYMBOLS)
    lost = Evidence(SYMBOLS, Verdict.REFUTED, 1, witness=symbolic)
    assert "  replay     psitheory verify A4 --effort quick --seed 0\n" in terminal.text(report(law(lost)))


def test_a_long_witness_is_replayed_from_the_json():
    many = Witness({"w": "array"}, {"w": {"array": ["0x1p+0"] * 1000}}, "1", "2", FLOATS)
    shown = terminal.text(report(law(Evidence(FLOATS, Verdict.REFUTED, 1, witness=many))))
    assert "--witness @report.json   (written by verify --json report.json)" in shown


@given(width=st.integers(60, 200), title=st.text("abc ", min_size=1, max_size=150).filter(str.strip))
def test_no_line_is_wider_than_the_terminal_but_the_one_to_be_copied(width, title):
    made = report(law(PROVED, GOOD), law(RATIO), law(DOUBT), law(BAD), title=title)
    console = Console(width=width, record=True, file=io.StringIO())
    for piece in terminal.pieces(made, width=width):
        console.print(piece, soft_wrap=True)
    lines = console.export_text().splitlines()
    about = [line for line in lines if line.startswith(("INCONCLUSIVE", "REFUTED", "  replay"))]
    assert max(len(line) for line in lines if line not in about) <= width


def test_two_lines_say_what_the_table_says():
    assert verdict_lines(report(law(PROVED, GOOD), law(RATIO)), 80).plain == (
        "A4  HOLDS  A metric\n"
        "    PROVED 1 law, HELD 1; 3 symbols, 20 rationals, 50 floats; residual 0,\n"
        "    ratio 0.987, counterfeits 2/2, 1.2 s"
    )


def test_the_next_steps_name_what_there_is():
    assert terminal.next_steps("B1", drawn="B3").plain.splitlines() == [
        "Next:",
        "  psitheory show B1                    what it claims, and why",
        "  psitheory figures B3                 its figures, for slides and pages",
        "  psitheory verify B1 --report report  its evidence as a page",
    ]
    assert terminal.next_steps("my file.py", page=Path("out/report.html")).plain.splitlines()[1:] == [
        "  out/report.html              the evidence as a page: open it in a browser",
        "  psitheory show 'my file.py'  what it claims, and why",
    ]
