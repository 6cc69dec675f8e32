"""The command sweep: what it prints, its exit codes, one sentence for bad use, and an end at a signal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from psitheory import cli

SPEC = 'steps = {steps}\nseeds = 6\nchunk = 2\nmodel = "circle"\n[optimizer]\nname = "psi-gd"\nrate = [0.1, 0.2]\n'


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line in an empty folder; return its exit code, its output and its errors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.toml").write_text(SPEC.format(steps=5), encoding="utf-8")

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["psitheory", "sweep", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return call


def test_it_says_what_became_of_the_cells(run):
    code, out, err = run("spec.toml", "--store", "out")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "12 cells in 6 chunks, of which 6 were run now: 12 under way."
    code, out, err = run("spec.toml", "--store", "out")
    assert "of which 0 were run now" in out


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("other.toml", "--store", "out"), "spec is 'other.toml', which cannot be read as TOML: No such file"),
        (("spec.toml", "--store", "out", "--workers", "0"), "--workers is 0; a positive integer is needed"),
        (
            ("spec.toml", "--store", "out", "--workers", "2", "--dask", "tcp://a:1"),
            "--workers and --dask are both given",
        ),
        (("spec.toml", "--store", "spec.toml"), "store is 'spec.toml', which cannot be made a folder: File exists"),
    ],
)
def test_bad_use_is_one_sentence(run, args, sentence):
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.startswith(f"psitheory: {sentence}")
    assert err.count("\n") == 1


START = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored by what nohup starts
from psitheory import cli
cli.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(tmp_path, number, code):
    spec, store = tmp_path / "spec.toml", tmp_path / "out"
    spec.write_text(SPEC.format(steps=2000), encoding="utf-8")
    command = [sys.executable, "-c", START, "sweep", str(spec), "--store", str(store), "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        while run.poll() is None and not (store / "chunks").exists():
            time.sleep(0.01)
        run.send_signal(number)
        _, err = run.communicate(timeout=60)
    assert run.returncode == code
    assert f"psitheory: stopped; what is in {store} is whole, and the same command goes on" in err
    assert not list(store.rglob(".*"))


def test_it_draws_what_the_store_holds(run, tmp_path):
    (tmp_path / "spec.toml").write_text(
        "target = 1e-3\nscale = [1, 2]\nweights = true\n" + SPEC.format(steps=50), encoding="utf-8"
    )
    for show, more in (("steps", ()), ("minimum", ("--x", "scale", "--y", "rate")), ("exponent", ("--at", "rate=0.1"))):
        code, out, err = run("spec.toml", "--store", "out", "--figure", f"{show}.svg", "--show", show, *more)
        assert (code, err) == (0, "")
        assert out.splitlines()[-1].startswith(f"{show}.svg: ")
        assert (tmp_path / f"{show}.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--show", "colours"), "--show is 'colours'; one of steps, minimum, exponent is needed"),
        (("--figure", "no/where.png"), "--figure is 'no/where.png', but the folder"),
        (("--figure", "a.doc"), "--figure is 'a.doc'; a file name ending in one of"),
        (("--window", "3"), "--window is '3'; LOW:HIGH is needed"),
        (("--at", "rate"), "--at is 'rate'; AXIS=VALUE is needed"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_refused_before_anything_runs(run, tmp_path, args, sentence):
    code, _, err = run("spec.toml", "--store", "out", *args)
    assert code == 2
    assert err.startswith(f"psitheory: {sentence}")
    assert not (tmp_path / "out").exists()
