"""What a notebook shows: complete, escaped, and the same numbers as the object's own."""

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from psitheory import PSIGradientDescent, PSIQuotient, descend, equal, theorem, verify
from psitheory.checking import ClaimReport, Exhibit, Report
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.geometry import Euclidean, Lines, Sphere
from psitheory.layout import Layout
from psitheory.models import Circle
from psitheory.registry import library
from psitheory.report import notebook
from psitheory.strategies import points, psi_models

T1 = theorem("T1", "<script>x & y", statement=r"w = w", assumptions=("a < b",))


@T1.law(model=psi_models(), w=points("model"))
def one_is_one(model, w):
    """It <b>is</b>."""
    return equal(w, w)


@one_is_one.counterfeit
def one_is_two(model, w):
    """It is twice itself."""
    return equal(w, 2 * w)


@pytest.fixture(scope="module")
def report():
    return verify(T1, workers=1)


class Balanced(HTMLParser):
    """Raise unless each tag that is opened is closed in its turn."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


X = np.linspace(0, 1, 5)
RUN = descend(Circle.several_minima(), PSIGradientDescent(0.1), np.ones((9, 2)), 20)


def things(report):
    return [
        T1, report, report.claims[0], Exhibit("curves", "<t>", "<c>", {"x": X, "y": X}), RUN,
        PSIQuotient(Layout.of([2, 3], 1)), Sphere(3), Lines(3), Euclidean(2),
    ]  # fmt: skip


def test_everything_shows_itself_as_balanced_escaped_html(report):
    for thing in things(report):
        html = thing._repr_html_()
        parser = Balanced()
        parser.feed(html)
        assert parser.open == []
        assert not re.search(r"<script|<b>is|<t>|<c>|a < b", html)


def test_a_theorem_shows_statement_laws_and_counterfeits():
    html = T1._repr_html_()
    for words in ("<math", "one_is_one", "not so: It is twice itself.", "a &lt; b"):
        assert words in html


def test_a_report_shows_verdicts_and_counterfeits(report):
    html = report._repr_html_()
    assert "HOLDS" in html
    assert ">1/1<" in html
    assert "1 claim: 1 holds." in html


def test_an_exhibit_is_an_image_with_its_caption():
    html = Exhibit("curves", "t", "What is seen.", {"x": X, "y": X})._repr_html_()
    image = base64.b64decode(re.search(r"base64,([^']+)'", html)[1])
    assert image.startswith(b"\x89PNG")
    assert "<figcaption>What is seen.</figcaption>" in html


def test_the_picture_of_a_run_holds_its_numbers():
    exhibit = notebook.exhibit_of(RUN)
    np.testing.assert_array_equal(exhibit.arrays["x"], RUN.times[1:])
    np.testing.assert_array_equal(exhibit.arrays["run 3"], RUN.squared_gradient[1:, 3])
    assert exhibit.caption.endswith("3 more runs are not drawn.")
    assert "9 runs of 20 steps" in RUN._repr_html_()


def test_a_manifold_tells_its_dimension_and_blocks():
    html = PSIQuotient(Layout.of([2, 3], 1))._repr_html_()
    for words in ("PSIQuotient", ">4<", ">2, 3<", ">1<"):
        assert words in html


def test_what_is_none_of_these_is_told():
    with pytest.raises(ArgumentTypeError, match="thing is 3; a theorem, a report"):
        notebook.as_html(3)


def test_a_report_is_saved_with_what_it_says_of_unknown_theorems(tmp_path, report):
    path = report.save(tmp_path / "new")
    assert json.loads((tmp_path / "new" / "report.json").read_text(encoding="utf-8")) == report.to_dict()
    html = path.read_text(encoding="utf-8")
    assert "one_is_one" in html
    assert "&lt;script&gt;" in html
    with pytest.raises(ArgumentError, match="whose parent folder does not exist"):
        report.save(tmp_path / "a" / "b")


def test_a_saved_report_takes_the_words_of_the_library_only_for_the_same_theorem():
    theorem = next(entry.theorem for entry in library() if entry.theorem.id == "A4")
    for title, statement in ((theorem.title, theorem.statement), ("another", "")):
        assert notebook._known(ClaimReport("A4", title, "c", "", (), 0.0)).statement == statement


def test_tables_are_markdown_and_latex(report):
    markdown = report.to_markdown().splitlines()
    assert {line.count("|") for line in [re.sub(r"\\\|", "", line) for line in markdown]} == {markdown[0].count("|")}
    assert markdown[2].startswith(r"| T1 | \<script\>x & y | HOLDS |")
    latex = report.to_latex().splitlines()
    columns = re.fullmatch(r"\\begin\{tabular\}\{(l{3}r+)\}", latex[0])[1]
    assert latex[4].count(" & ") == len(columns) - 1
    assert r"T1 & <script>x \& y & HOLDS &" in latex[4]
    assert latex[-1] == r"\end{tabular}"


def test_a_table_without_claims_has_a_head():
    assert Report((), "quick", 0, 0.0).to_markdown().count("\n") == 2
