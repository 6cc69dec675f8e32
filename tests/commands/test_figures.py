"""The command ``figures``: a file and a caption for each figure, and a sentence for what it cannot do."""

import sys

import pytest

from psitheory import cli
from psitheory.report import drawings


def run(monkeypatch, capsys, *args):
    monkeypatch.setattr(sys, "argv", ["psitheory", "figures", *args])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0, *capsys.readouterr()


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_each_figure_gets_a_file_and_a_caption(monkeypatch, capsys, tmp_path, form):
    out = tmp_path / "new"
    code, said, _ = run(
        monkeypatch, capsys, "A4", "A7", "--out", str(out), "--format", form, "--size", "column", "--grey"
    )
    names = ["A4-rays_and_horizontal_lines", "A7-the_retraction_against_the_exponential_map"]
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{n}.{e}" for n in names for e in (form, "txt"))
    assert code == 0
    assert said.splitlines()[-1] == f"2 figures in {out}; captions lie beside them."


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--format", "gif"], "--format is 'gif'; one of svg, pdf, png is needed"),
        (["--size", "poster"], "--size is 'poster'; one of page, column, slide is needed"),
        (["--seed", "-1"], "--seed is -1; at least 0 is needed"),
        (["--out", "a/b/c"], "--out is 'a/b/c', whose parent folder does not exist; an existing one is needed"),
        (["A1"], "A1 has no figure; psitheory show tells of each claim"),
    ],
)
def test_bad_use_is_told_and_writes_nothing(monkeypatch, capsys, tmp_path, args, sentence):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(monkeypatch, capsys, *args)
    assert (code, sentence in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


BAD = """
import os, sys
import numpy as np
from psitheory import equal, theorem
from psitheory.checking import Exhibit

T1 = theorem("T1", "A theorem with figures", statement="x = x", doc="A theorem.")


@T1.exhibit
def that_ends_the_process(rng):
    os._exit(0)


@T1.exhibit
def that_leaves(rng):
    sys.exit(0)


@T1.exhibit
def that_is_none(rng):
    return 1


@T1.exhibit
def that_does_not_end(rng):
    while True:
        pass


@T1.exhibit
def that_can_be_drawn(rng):
    return Exhibit("curves", "A curve", "Drawn.", {"x": np.arange(5.0), "y": rng.normal(size=5)})
"""


def test_a_figure_that_cannot_be_drawn_costs_no_other(monkeypatch, capsys, tmp_path):
    (tmp_path / "bad.py").write_text(BAD)
    monkeypatch.setattr(drawings, "DRAWING_SECONDS", 0.5)
    code, said, _ = run(monkeypatch, capsys, str(tmp_path / "bad.py"), "--out", str(tmp_path / "out"))
    lines = said.splitlines()
    assert code == 3
    assert [line.split(":")[1].strip() for line in lines if line.startswith("not drawn")] == [
        "that_ends_the_process", "that_leaves", "that_is_none", "that_does_not_end",
    ]  # fmt: skip
    assert "the drawing did not end within 0.5 s" in said
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".svg", ".txt"]
