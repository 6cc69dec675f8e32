"""The HTML report: one file that needs no network, and says all that the report knows."""

import json
import re
import shlex
import sys
from html import unescape
from pathlib import Path

import pytest

from psitheory import cli, verify
from psitheory.errors import ArgumentError
from psitheory.registry import select
from psitheory.report.files import as_json
from psitheory.report.page import DATA, NAME, check_folder, page, write_page
from psitheory.report.prose import mathml, sections, to_html

TEMPLATE = Path(__file__).parents[2] / "psitheory" / "commands" / "template_theorem.py"


@pytest.fixture(scope="module")
def entries():
    return select([str(TEMPLATE), "E1"])


@pytest.fixture(scope="module")
def html(entries):
    report = verify([str(TEMPLATE), "E1"], workers=1)
    return page(report, [entry.theorem for entry in entries], [entry.target for entry in entries])


def test_nothing_is_loaded_from_elsewhere(html):
    assert not re.findall(r"<(?:link|img|iframe)\b|<script[^>]", html)
    assert not re.findall(
        r"(?:src|href)=\"(?!#)(?!data:)(?!http://www\.w3\.org)[^\"]+\"", html.replace('xlink:href="#', 'href="#')
    )
    assert len(html) < 5_000_000


def test_every_law_and_counterfeit_stands_there_with_its_replay(html, entries):
    for entry in entries:
        for law in entry.theorem.laws:
            assert law.name in html
            assert all(counterfeit.name in html for counterfeit in law.counterfeits)
    assert html.count("psitheory replay ") + html.count("psitheory verify ") >= 7


def test_statements_and_figures_are_drawn(html, entries):
    assert "<math" in html
    assert html.count("<figure>") == html.count("<svg") == sum(len(entry.theorem.exhibits) for entry in entries) > 0


def test_every_line_replays_what_stands_above_it(tmp_path, entries, monkeypatch, capsys):
    report = verify(str(TEMPLATE), workers=1)
    path = write_page(report, [entries[0].theorem], tmp_path / "with space", [str(TEMPLATE)])
    monkeypatch.chdir(tmp_path)
    text = path.read_text(encoding="utf-8")
    lines = [unescape(line) for line in re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)]
    assert len(lines) == sum(len(law.counterfeits) for law in entries[0].theorem.laws) > 0
    for line in lines:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as stop:
            cli.main()
        refuted = " replay " in line  # a search is run again as a whole, and the whole holds
        assert (stop.value.code, "REFUTED" in capsys.readouterr().out) == (int(refuted), refuted)


def test_inputs_too_long_for_a_line_are_read_from_the_data(tmp_path, entries, monkeypatch):
    monkeypatch.setattr("psitheory.report.terminal.LONGEST_COMMAND", 10)
    report = verify(str(TEMPLATE), workers=1)
    html = page(report, [entries[0].theorem], [str(TEMPLATE)], data=str(tmp_path / "a b" / DATA))
    lines = [shlex.split(unescape(line)) for line in re.findall(r"<pre>(.*?)</pre>", html, re.DOTALL)]
    replays = [line for line in lines if line[1] == "replay"]
    assert replays
    assert {line[-1] for line in replays} == {f"@{tmp_path / 'a b' / DATA}"}
    assert html.count("The inputs are in <code>") == len(replays)


def test_the_page_is_written_whole_into_a_new_folder(tmp_path, entries):
    report = verify(str(TEMPLATE), workers=1)
    path = write_page(report, [entries[0].theorem], tmp_path / "new", [None])
    assert path == (tmp_path / "new" / NAME)
    assert {file.name for file in path.parent.iterdir()} == {NAME, DATA}
    assert json.loads((path.parent / DATA).read_text(encoding="utf-8")) == json.loads(as_json(report.to_dict()))
    assert path.read_text(encoding="utf-8").endswith("</html>")


def test_a_folder_that_cannot_be_is_refused_before_the_run(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError, match="--report is .* which is a file; a folder is needed"):
        check_folder(tmp_path / "file")
    with pytest.raises(ArgumentError, match="whose parent folder does not exist"):
        check_folder(tmp_path / "a" / "b")
    with pytest.raises(ArgumentError, match="which cannot be made"):
        check_folder(tmp_path / ("x" * 300))
    check_folder(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_prose_becomes_paragraphs_with_formulas():
    told = sections(
        "Title.\n\nStatement\n---------\nOne :math:`a < b` and **two**.\n\nThree ``x < y``.\n\nTags\n----\nt\n"
    )
    assert [part.title for part in told] == ["Statement", "Tags"]
    assert told[0].html.startswith("<p>One <math")
    assert "<strong>two</strong>" in told[0].html
    assert "<code>x &lt; y</code>" in told[0].html
    assert told[0].html.count("<p>") == 2


def test_markup_in_a_docstring_is_shown_and_not_obeyed():
    assert to_html("a <script> & b") == "<p>a &lt;script&gt; &amp; b</p>"
    assert "script" not in re.findall(r"<(\w+)", mathml(r"\text{<script>}"))
