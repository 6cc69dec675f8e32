"""The command ``check``, and the targets that it takes."""

from __future__ import annotations

import json
import sys

import pytest

from psitheory import cli
from psitheory.conformance.findings import ConformanceReport
from psitheory.conformance.target import check, kind_of, load
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.geometry import Sphere
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent

SUBJECTS = """
import numpy as np
from psitheory.conformance import check_manifold, check_rate
from psitheory.geometry import Sphere
from psitheory.laws.broken_manifolds import SumNorm

class Unit(Sphere):
    def __init__(self):
        super().__init__(2)

class Group:
    sphere = Sphere(3)

right, wrong, number = Sphere(3), SumNorm(3), 3

def made():
    return Sphere(2)

def report():
    times = np.arange(1.0, 40.0)
    return check_rate((times, 1 / times), lambda t: 1 / t)

def refuted():
    return check_manifold(wrong, only="norm_is_the_root_of_the_metric", seed=7)

class Raising(Sphere):
    def dist(self, w, z):
        raise ValueError("by hand")

raising = Raising(3)
"""
LAW = "norm_is_the_root_of_the_metric"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "subjects.py").write_text(SUBJECTS)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "mine.py").write_text("from psitheory.geometry import Sphere\nsphere = Sphere(3)\n")
    (tmp_path / "broken.py").write_text("sphere = 1 / 0\n")
    (tmp_path / "syntax.py").write_text("sphere = (\n")
    (tmp_path / "expected.json").write_text(json.dumps({LAW: "it sums absolute values"}))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in ("package", "package.mine", "subjects", "broken", "syntax"):
        sys.modules.pop(name, None)


@pytest.fixture
def run(folder, monkeypatch, capsys):
    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["psitheory", "check", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return call


@pytest.mark.parametrize(
    ("target", "options", "code"),
    [
        ("subjects.py:right", (), 0),
        ("subjects.py:Group.sphere", (), 0),
        ("subjects.py:made", (), 0),
        ("subjects.py:Unit", (), 0),
        ("subjects.py:report", (), 0),
        ("package.mine:sphere", (), 0),
        ("subjects.py:wrong", (), 1),
        ("subjects.py:wrong", ("--expected", "expected.json"), 0),
        ("subjects.py:raising", (), 3),
    ],
)
def test_the_exit_code_is_the_verdict(run, target, options, code):
    chosen = [] if target.endswith((":report", ":raising")) else ["--only", LAW, "--only", "metric_is_symmetric"]
    chosen = ["--only", "distance_is_symmetric"] if target.endswith(":raising") else chosen
    assert run(target, *chosen, *options)[0] == code


def test_it_says_plainly_that_it_runs_the_code(run):
    _, out, err = run("subjects.py:right", "--only", LAW)
    assert err == "psitheory: running the code of subjects.py:right on this machine, with your rights\n"
    assert out.splitlines()[-1] == "HOLDS  manifold Sphere(d=3): 1 holds"


def test_a_refutation_is_told_with_its_witness(run):
    _, out, _ = run("subjects.py:wrong", "--only", LAW, "--seed", "3")
    assert out.startswith(f"REFUTED  {LAW}   subject: SumNorm(d=3)\n  claimed    ‖x‖² = ⟨x, x⟩\n  observed   ")
    assert f"  replay     psitheory check subjects.py:wrong --seed 3 --only {LAW}\n" in out


def test_a_report_that_the_target_made_keeps_its_own_replay(run):
    _, out, _ = run("subjects.py:refuted")
    assert f"  replay     check_manifold(SumNorm(d=3), only='{LAW}', seed=7)" in out


def test_json_goes_to_a_file_or_alone_to_the_output(run, folder):
    _, out, _ = run("subjects.py:right", "--only", LAW, "--json", "-")
    assert json.loads(out)["verdict"] == "HOLDS"
    run("subjects.py:right", "--only", LAW, "--json", "report.json")
    assert json.loads((folder / "report.json").read_text()) == json.loads(out)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "target is 'nothing'; package.module:name or file.py:name is needed"),
        (["none.py:sphere"], "target names the file 'none.py', which does not exist"),
        (["nowhere.at.all:sphere"], "target names the module 'nowhere.at.all', which is not to be found"),
        (["subjects.py:rigth"], "there is no 'rigth' in 'subjects.py'; close to it: right"),
        (["broken.py:sphere"], "line 1: ZeroDivisionError: division by zero"),
        (["syntax.py:sphere"], "file 'syntax.py' is not Python"),
        (["subjects.py:number"], "target is 3; a manifold, a model"),
        (["subjects.py:right", "--kind", "thing"], "kind is 'thing'; one of manifold, model"),
        (["subjects.py:right", "--only", "thing"], "only names the law 'thing'"),
        (["subjects.py:right", "--expected", "none.json"], "--expected is 'none.json', which cannot be read"),
        (["subjects.py:right", "--json", "no/where.json"], "--json is 'no/where.json', but the folder"),
    ],
)
def test_bad_use_is_a_sentence(run, arguments, sentence):
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert sentence in err.splitlines()[-1]


def test_kinds_are_told_apart():
    assert kind_of(Sphere(3)) == "manifold"
    assert kind_of(Rayleigh([[0.0, 0.0], [0.0, 1.0]])) == "model"
    assert kind_of(GradientDescent(0.1)) == "optimizer"
    assert kind_of((lambda p: p, lambda g, s, p: g)) == "optimizer"
    assert kind_of((lambda w: w @ w, [1.0, 2.0])) == "model"
    assert kind_of(lambda w, gradient, state: w) == "optimizer"
    assert kind_of(lambda params: params) == "optimizer"
    with pytest.raises(ArgumentTypeError, match="a function of one argument; if it is a loss, a pair"):
        kind_of(lambda w: w @ w)
    for other in (3, "text", json, Sphere, object()):
        with pytest.raises(ArgumentTypeError):
            kind_of(other)


def test_check_takes_a_report_as_it_is():
    report = ConformanceReport("run", "rate", ())
    assert check(report) is report
    assert check(lambda: report) is report


def test_load_needs_both_parts():
    for target in (":name", "module:", "module"):
        with pytest.raises(ArgumentError, match="is needed"):
            load(target)
    assert load("psitheory.geometry:Sphere") is Sphere
    with pytest.raises(UnknownName, match="there is no 'Shpere' in 'psitheory.geometry'; close to it: Sphere"):
        load("psitheory.geometry:Shpere")
