"""Text of any kind costs no file and no verdict, and nothing that a user writes acts on the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from psitheory.errors import ArgumentError, said, shown
from psitheory.report.files import check_writable, write_whole
from psitheory.report.prose import mathml, to_html
from tests.theorem_files import HOLDS

STRANGE = HOLDS.replace('"The square of a sum"', r'"∑ \ud800 \x00 \x1b[31m ' + "x" * 400 + '"')


def _verify(folder: Path, *, close: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    (folder / "mine.py").write_text(STRANGE)
    command = f"exec '{sys.executable}' -m psitheory verify mine.py --json out.json --report page --workers 1 {close}"
    env = {**os.environ, **environment}
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, env=env, timeout=120, check=False)


@pytest.mark.skipif(os.name == "nt", reason="a shell is needed")
@pytest.mark.parametrize(
    ("close", "environment"),
    [
        ("", {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}),
        ("", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}),
        (">&-", {}),
        ("2>&-", {}),
    ],
    ids=["cp1252", "ascii", "no stdout", "no stderr"],
)
def test_files_are_whole_whatever_can_be_printed(tmp_path: Path, close: str, environment: dict[str, str]) -> None:
    done = _verify(tmp_path, close=close, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    (claim,) = json.loads((tmp_path / "out.json").read_text())["claims"]
    assert claim["title"].startswith("∑ \ud800 \x00")
    assert "</html>" in (tmp_path / "page" / "report.html").read_text()
    assert close == ">&-" or b"1 holds" in done.stdout


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


def test_what_has_no_text_is_told_all_the_same() -> None:
    assert said(Mute()) == "(its text cannot be had: ValueError)"
    assert shown(Mute()) == "(an object of Mute, whose repr raises ValueError)"


@pytest.mark.parametrize("name", ["a" * 400, "a\0b"])
def test_a_name_that_no_file_can_have_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match="^--json is '.*, which no file can be called: .+$"):
        check_writable(tmp_path / name, "--json")


def test_a_long_name_that_a_file_can_have_is_taken(tmp_path: Path) -> None:
    write_whole(tmp_path / ("a" * 250), "x", "--json")
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 250]


@pytest.mark.parametrize("latex", [r"\href{javascript:alert(1)}{x}", r"\style{background:url(//x)}{x}"])
def test_a_formula_neither_links_nor_loads(latex: str) -> None:
    assert "javascript:" not in mathml(latex)
    assert "style=" not in mathml(latex)
    assert "href=" not in to_html(f":math:`{latex}`")


def test_any_character_may_stand_in_a_doc() -> None:
    assert to_html("a\x000\x00b <script>") == "<p>a0b &lt;script&gt;</p>"
