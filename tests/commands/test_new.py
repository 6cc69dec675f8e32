"""``psitheory new``: a theorem to begin with, which holds as it is, also in somebody else's package."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from psitheory import cli, registry, verify
from psitheory.checking import Verdict


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["psitheory", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return call


def test_what_is_written_holds(run, tmp_path):
    code, out, _ = run("new", "mine.py")
    assert code == 0
    assert "psitheory verify mine.py" in out
    report = verify(str(tmp_path / "mine.py"), workers=1)
    assert report.verdict is Verdict.HOLDS
    assert report.claims[0].laws[0].counterfeits[0].verdict is Verdict.REFUTED


def test_nothing_is_overwritten(run, tmp_path):
    (tmp_path / "mine.py").write_text("x = 1")
    code, _, err = run("new", "mine.py")
    assert code == 2
    assert "mine.py', which exists" in err
    assert (tmp_path / "mine.py").read_text() == "x = 1"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mine.txt", "ends in .py"),
        ("my-theorem.py", "letters, digits and _"),
        ("nowhere/mine.py", "the folder .*nowhere' does not exist"),
    ],
)
def test_a_name_that_will_not_do_is_told(run, tmp_path, name, says):
    code, _, err = run("new", name)
    assert code == 2
    assert re.search(says, err)
    assert list(tmp_path.iterdir()) == []


def test_in_a_package_of_its_own_it_reaches_the_report(run, tmp_path, monkeypatch):
    """Through the entry point, as an installed distribution announces it."""
    package = tmp_path / "their_claims"
    package.mkdir()
    run("new", "their_claims/t1.py")
    (package / "__init__.py").write_text(
        "from psitheory.registry import theorems_below\n\n\ndef theorems():\n    return theorems_below(__name__)\n"
    )
    told = tmp_path / "their_claims-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: their-claims\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[psitheory.theorems]\ntheir_claims = their_claims:theorems\n")
    program = "import sys; from psitheory.cli import main; sys.argv = ['psitheory', *sys.argv[1:]]; main()"
    paths = [str(tmp_path), str(Path(registry.__file__).parents[1])]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; {program}", "verify", "T1", "--workers", "1"],
        capture_output=True, text=True, timeout=300, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "T1" in done.stdout
    assert "HOLDS" in done.stdout
