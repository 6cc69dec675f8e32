"""Subjects, makers and laws that end their process, or never end, cost themselves alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from psitheory import cli

posix = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")

SUBJECTS = """
import os, pathlib, signal, sys
import numpy as np
from psitheory.geometry import Sphere

class Sphere_(Sphere):
    def __init__(self, code, name="dist"):
        super().__init__(3)
        self.code = code

    def dist(self, w, z):
        exec(self.code)
        return super().dist(w, z)

    def __repr__(self):
        raise RuntimeError("no words")

exits, leaves, ends = Sphere_("sys.exit(0)"), Sphere_("os._exit(0)"), Sphere_("raise GeneratorExit")
class Killed(Sphere):
    def transport(self, *arguments):
        os.kill(os.getpid(), signal.SIGKILL)

kills = Killed(3)
forks = Sphere_("if not os.fork(): pathlib.Path(f'at-{os.getpid()}').touch(); signal.pause()")

def exiting():
    sys.exit(0)

def raising():
    raise ValueError("by hand")

def killed(w, gradient, state):
    os.kill(os.getpid(), signal.SIGKILL)

def leaving(w, gradient, state):
    os._exit(0)

def endless(w, gradient, state):
    while True:
        print("x")

class Strange:
    def __getattr__(self, name):
        raise RuntimeError("by hand")

strange = Strange()
silent = (lambda w: sys.exit(0) if np.linalg.norm(w) > 3 else 1.0, np.ones(3))
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    (tmp_path / "subjects.py").write_text(SUBJECTS)
    monkeypatch.chdir(tmp_path)

    def call(*args: str, limit: float = 60) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["psitheory", *args, "--case-limit", str(limit)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    yield call
    sys.modules.pop("subjects", None)


LAW = "transport_is_linear"
TWO = ["--only", "distance_is_symmetric", "--only", "metric_is_symmetric"]


@pytest.mark.parametrize("name", ["exits", "leaves", "ends"])
def test_a_method_that_would_end_the_process_costs_its_law_alone(run, tmp_path: Path, name: str) -> None:
    code, out, _ = run("check", f"subjects.py:{name}", *TWO, "--json", "out.json")
    verdicts = {f["law"]: f["verdict"] for f in json.loads((tmp_path / "out.json").read_text())["findings"]}
    assert code == 3
    assert verdicts == {"distance_is_symmetric": "INCONCLUSIVE", "metric_is_symmetric": "HOLDS"}
    assert "the code under test raised EndedItself" in out


@posix
def test_a_law_on_which_the_process_is_lost_is_undecided_and_the_others_are_tried(run) -> None:
    code, out, _ = run("check", "subjects.py:kills", "--only", LAW, *TWO)
    assert code == 3
    assert out.startswith(f"INCONCLUSIVE  {LAW} ")
    assert "raised EndedItself: the method transport: the process that ran it was ended by signal 9 (SIGKILL)\n" in out
    assert "HOLDS  metric_is_symmetric" in out
    assert "HOLDS  distance_is_symmetric" in out


@posix
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("killed", "ended by signal 9 (SIGKILL)"),
        ("leaving", "LeftTheProcess: os._exit(0) was called"),
        ("endless", "a step of the optimiser did not end within 4 s"),
        ("strange", "RuntimeError: by hand"),
        ("silent", "EndedItself: SystemExit: 0"),
    ],
)
def test_what_decides_nothing_is_undecided_with_a_file(run, tmp_path: Path, name: str, told: str) -> None:
    code, out, _ = run("check", f"subjects.py:{name}", "--json", "out.json", limit=4 if name == "endless" else 60)
    assert code == 3
    assert told in out
    assert json.loads((tmp_path / "out.json").read_text())["verdict"] == "INCONCLUSIVE"


@pytest.mark.parametrize(("name", "told"), [("exiting", "SystemExit: 0"), ("raising", "ValueError: by hand")])
def test_a_maker_that_makes_nothing_is_bad_use(run, name: str, told: str) -> None:
    code, out, err = run("check", f"subjects.py:{name}")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].endswith(told)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks")
def test_what_a_subject_forks_ends_with_it(run, tmp_path: Path) -> None:
    assert run("check", "subjects.py:forks", *TWO[:2])[0] in (0, 3)
    forked = [int(path.name.removeprefix("at-")) for path in tmp_path.glob("at-*")]
    assert forked
    until = time.monotonic() + 10
    while (alive := [pid for pid in forked if _runs(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


# -- laws, in the commands that run few cases -----------------------------------------------------------

CASE = ["replay", "kills.py", "twice", "--witness", '{"x": 1}', "--kind", "rationals"]
KILLS = """
import os, signal
from hypothesis import strategies as st
from psitheory import equal, theorem
from psitheory.strategies import points, psi_models

T1 = theorem("T1", "Nothing is left", statement="w = w")

@T1.law(x=st.integers(0, 3))
def twice(x):
    "A number is itself."
    os.kill(os.getpid(), signal.SIGKILL)

@T1.law(model=psi_models(), w=points("model"))
def itself(model, w):
    "A point is itself."
    os.kill(os.getpid(), signal.SIGKILL)
    return equal(w, w)
"""


@posix
def test_a_law_that_kills_its_process_can_still_be_shown_and_its_case_is_undecided(run, tmp_path: Path) -> None:
    (tmp_path / "kills.py").write_text(KILLS)
    code, out, _ = run("show", "kills.py")
    assert code == 0
    assert "undecided: the process that ran it was ended by signal 9 (SIGKILL)" in " ".join(out.split())
    code, out, _ = run(*CASE)
    assert code == 3
    assert out.startswith("INCONCLUSIVE  twice ")
    assert "note       the process that ran it was ended by signal 9 (SIGKILL)" in out


@pytest.mark.parametrize("command", [["show", "kills.py"], ["certify", "kills.py"], CASE])
def test_a_file_that_does_not_load_is_a_sentence(run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "kills.py").write_text("while True: pass\n")
    code, out, err = run(*command, limit=0.5)
    assert (code, out) == (2, "")
    assert "did not end within 0.5 s" in err


# -- libraries of theorems that are installed -----------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a library of which each law kills its process, for every process that looks for libraries here."""
    (tmp_path / "deadly.py").write_text(KILLS + "\ndef theorems():\n    return (T1,)\n")
    info = tmp_path / "deadly-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[psitheory.theorems]\ndeadly = deadly:theorems\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", ""), os.getcwd()]))


@posix
@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (["show", "T1"], 0, "undecided: the process that ran it was ended by signal 9 (SIGKILL)"),
        (["replay", "T1", *CASE[2:]], 3, "the process that ran it was ended by signal 9 (SIGKILL)"),
        (["certify", "T1:itself"], 3, "has none: the process that ran it was ended by signal 9 (SIGKILL)"),
    ],
)
def test_laws_of_installed_libraries_are_run_in_a_watched_process(
    installed: None, tmp_path: Path, command: list[str], code: int, told: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "psitheory", *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert told in " ".join(done.stdout.split())
