"""The command ``figures``: a file and a caption for each figure, and a sentence for what it cannot do."""

import sys

import pytest

from psitheory import cli


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
