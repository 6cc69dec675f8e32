"""Reports as objects: text, JSON, HTML; expected failures; exit codes."""

from __future__ import annotations

import json

import pytest

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport, Finding, raised
from psitheory.errors import ArgumentError, UnknownName

HELD = Finding("a_law_holds", Verdict.HOLDS, "x = y", cases=40, kind="floats")
FAILED = Finding(
    "metric_is_constant_on_orbits",
    Verdict.REFUTED,
    "<a u, a v>_{aw} = <u, v>_w",
    "4.0 against 1.0   exactly, scale a power of two, 37 cases",
    "w=[1. 0.]  u=[1. 0.]  v=[1. 0.]  a=2.0",
    "the metric does not descend to the quotient",
    'check_manifold(MyManifold(2), only="metric_is_constant_on_orbits", seed=0)',
    "floats",
    37,
    {"w": ["0x1p0", "0x0p0"]},
)
DOUBTED = Finding("a_law_is_undecided", Verdict.INCONCLUSIVE, observed="nothing moved")


def report(*findings, **options):
    return ConformanceReport("MyManifold(d=2)", "manifold", findings, **options)


def test_a_report_reads_as_it_should():
    text = str(
        report(
            HELD,
            FAILED,
            properties={"W1": "rows"},
            notes=("float32 was not tried",),
            skipped={"p": "there is no exp", "q": "there is no exp"},
        )
    )
    assert text == (
        "REFUTED  metric_is_constant_on_orbits   subject: MyManifold(d=2)\n"
        "  claimed    <a u, a v>_{aw} = <u, v>_w\n"
        "  observed   4.0 against 1.0   exactly, scale a power of two, 37 cases\n"
        "  smallest   w=[1. 0.]  u=[1. 0.]  v=[1. 0.]  a=2.0\n"
        "  means      the metric does not descend to the quotient\n"
        '  replay     check_manifold(MyManifold(2), only="metric_is_constant_on_orbits", seed=0)\n'
        "HOLDS  a_law_holds   40 cases, floats\n"
        "skipped  p, q: there is no exp\n"
        "found    W1: rows\n"
        "note     float32 was not tried\n"
        "REFUTED  manifold MyManifold(d=2): 1 holds, 1 refuted, 2 skipped"
    )


@pytest.mark.parametrize(
    ("findings", "verdict", "code"),
    [
        ((HELD,), "HOLDS", 0),
        ((HELD, FAILED), "REFUTED", 1),
        ((HELD, DOUBTED), "INCONCLUSIVE", 3),
        ((FAILED, DOUBTED), "REFUTED", 1),
        ((), "INCONCLUSIVE", 3),
    ],
)
def test_the_verdict_is_that_of_all_findings_together(findings, verdict, code):
    assert report(*findings).verdict == verdict
    assert report(*findings).exit_code == code


def test_a_finding_is_got_by_its_law():
    found = report(HELD, FAILED, skipped={"p": "why"})
    assert found.finding("a_law_holds") is HELD
    assert found.refuted() == ("metric_is_constant_on_orbits",)
    with pytest.raises(UnknownName, match="law 'p' was not tried; it was skipped: why"):
        found.finding("p")
    with pytest.raises(UnknownName, match="law 'nothing' was not tried$"):
        found.finding("nothing")


def test_json_is_plain_data():
    data = json.loads(report(HELD, FAILED, properties={"W": "rows"}).to_json())
    assert data["subject"] == "MyManifold(d=2)"
    assert data["verdict"] == "REFUTED"
    assert data["properties"] == {"W": "rows"}
    assert data["findings"][1]["witness"] == {"w": ["0x1p0", "0x0p0"]}
    assert data["findings"][1]["replay"].startswith("check_manifold(MyManifold(2)")


def test_html_escapes_what_came_from_the_subject():
    html = report(FAILED, skipped={"p": "a < b"}, notes=("<script>",))._repr_html_()
    assert "&lt;a u, a v&gt;_{aw}" in html
    assert "<script>" not in html
    assert "a &lt; b" in html
    assert "REFUTED" in html


def test_an_expected_refutation_holds_and_says_why():
    found = report(HELD, FAILED).expecting({"metric_is_constant_on_orbits": "known since 2019"})
    assert found.verdict is Verdict.HOLDS
    assert "  expected   known since 2019" in str(found)
    assert found.to_dict()["findings"][1]["expected"] == "known since 2019"


def test_an_expected_refutation_that_does_not_come_is_a_failure():
    found = report(HELD).expecting({"a_law_holds": "it was wrong once"})
    assert found.verdict is Verdict.REFUTED
    assert "to be REFUTED (it was wrong once), but it HOLDS: take the expectation away" in str(found)


def test_an_expectation_decides_no_doubt():
    assert report(DOUBTED).expecting({"a_law_is_undecided": "why"}).verdict is Verdict.INCONCLUSIVE


def test_expectations_name_laws_and_give_reasons():
    with pytest.raises(UnknownName, match="expected names the law 'x'; there are a_law_holds"):
        report(HELD).expecting({"x": "why"})
    with pytest.raises(ArgumentError, match="the reason for the failure is needed"):
        report(HELD).expecting({"a_law_holds": ""})


def test_code_that_raised_decides_nothing():
    finding = raised("a_law", ValueError("two\nlines"), smallest="w=[1.]", claimed="x = y")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the code under test raised ValueError: two lines"
    assert finding.smallest == "w=[1.]"
    assert raised("a_law", KeyError()).observed == "the code under test raised KeyError"


def test_properties_read_as_words_in_text_and_html():
    groups = [{"name": "W1", "rows": True, "blocks": 4}]
    levels = {"W1": "rows", "b1": "only by trading: W1 rows +1, b1 entries +1, W2 columns −1, and so in every layer"}
    report = ConformanceReport("net", "model", (), {"groups": groups, "exponent": None, "eval": levels})
    text = str(report)
    assert "found    groups: name: W1, rows: yes, blocks: 4\n" in text
    assert "found    exponent: none\n" in text
    assert "found    eval\n         - W1: rows\n         - b1: only by trading: W1 rows +1" in text
    assert "<code>W1</code>: rows</li>" in report._repr_html_()


def test_what_is_refuted_stands_first_in_text_and_html():
    findings = (Finding("first_law", Verdict.HOLDS, cases=1), Finding("second_law", Verdict.REFUTED))
    report = ConformanceReport("it", "model", findings)
    assert "first_law   1 case" in str(report)
    for shown in (str(report), report._repr_html_()):
        assert shown.index("second_law") < shown.index("first_law")
