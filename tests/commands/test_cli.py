"""The command line: verdicts as exit codes, one sentence for bad use, JSON whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from psitheory import cli
from psitheory.report import files as report_files
from tests.theorem_files import HOLDS, INCONCLUSIVE, REFUTED


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in (("holds.py", HOLDS), ("refuted.py", REFUTED), ("undecided.py", INCONCLUSIVE)):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Run the command line in this process; return its exit code, its output and its errors."""
    monkeypatch.delenv("COLUMNS", raising=False)  # processes that share the tests are given one

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["psitheory", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return call


# -- verify ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "code"),
    [
        (["holds.py"], 0),
        (["refuted.py"], 1),
        (["undecided.py"], 3),
        (["undecided.py", "holds.py"], 3),
        (["undecided.py", "refuted.py", "holds.py"], 1),
    ],
)
def test_the_exit_code_is_the_verdict(run, targets, code):
    assert run("verify", *targets, "--workers", "1")[0] == code


def test_a_claim_that_holds_takes_one_line_and_a_summary(run):
    code, out, err = run("verify", "holds.py")
    lines = re.sub(r"\d+\.\d( seconds)?", "*", out).splitlines()
    heads = [
        "id",
        "title",
        "verdict",
        "proved",
        "held",
        "rationals",
        "balls",
        "floats",
        "residual",
        "counterfeits",
        "seconds",
    ]
    assert lines[0].split() == heads
    assert re.fullmatch(r"T1  The square of a sum  HOLDS +1 +\d+ +\d+ +\d+ +0 +1/1 +\*", lines[1])
    assert lines[-1] == "1 claim: 1 holds. HELD 1 law. Effort quick, seed 0, *."
    assert (code, err) == (0, "")


def test_a_refuted_law_is_told_with_a_command_that_replays_it(run):
    _, out, _ = run("verify", "refuted.py")
    block = out[out.index("REFUTED  small") :].splitlines()
    assert block[0] == "REFUTED  small   claim: T2, Small numbers"
    assert [line.split()[0] for line in block[1:6]] == ["claimed", "observed", "smallest", "means", "replay"]
    assert "21 exceeds 20" in block[2]
    assert block[3].split() == ["smallest", "x=21"]
    command = shlex.split(block[5].removeprefix("  replay     "))
    assert command[0] == "psitheory"
    code, out, _ = run(*command[1:])
    assert code == 1
    assert out.splitlines()[:2] == ["REFUTED  small   on this input, in rationals", "  observed   21 exceeds 20"]


def test_plain_output_has_neither_colours_nor_boxes(run):
    _, out, _ = run("verify", "holds.py", "refuted.py", "undecided.py")
    assert not re.search("[\x1b\u2500-\u257f]", out)
    assert all(line == line.rstrip() for line in out.splitlines())


def test_the_seed_is_told_and_repeats_the_run(run):
    first, second = (run("verify", "refuted.py", "--seed", "7")[1] for _ in range(2))
    timeless = [re.sub(r"\d+\.\d( seconds)?", "*", out) for out in (first, second)]
    assert timeless[0] == timeless[1]
    assert "seed 7" in first


# -- JSON -----------------------------------------------------------------------------------------


def test_json_is_written_beside_the_table(run, folder):
    code, out, _ = run("verify", "holds.py", "refuted.py", "--json", "report.json")
    report = json.loads((folder / "report.json").read_text())
    assert code == 1
    assert "T1" in out
    assert [claim["verdict"] for claim in report["claims"]] == ["HOLDS", "REFUTED"]
    assert {"id", "title", "chapter", "source", "verdict", "grade", "laws"} <= set(report["claims"][0])
    (law,) = report["claims"][0]["laws"]
    assert {"name", "verdict", "evidence", "counterfeits"} <= set(law)
    assert {"kind", "verdict", "cases"} <= set(law["evidence"][0])
    assert {"name", "verdict", "witness"} <= set(law["counterfeits"][0])
    assert report["summary"]["claims"] == 2
    assert "numpy" in report["environment"]
    assert [path.name for path in folder.glob(".report*")] == []


def test_json_to_a_dash_is_all_that_is_printed(run):
    code, out, err = run("verify", "undecided.py", "--json", "-")
    assert code == 3
    assert json.loads(out)["summary"]["inconclusive"] == 1
    assert err == ""


def test_a_case_is_replayed_from_the_json(run):
    run("verify", "refuted.py", "--json", "report.json")
    code, out, _ = run("replay", "refuted.py", "small", "--witness", "@report.json")
    assert (code, out.splitlines()[0]) == (1, "REFUTED  small   on this input, in rationals")
    code, out, _ = run("replay", "refuted.py", "tiny", "--witness", "@report.json")
    assert (code, out.splitlines()[1]) == (1, "  observed   2 exceeds 1")


@pytest.mark.parametrize("target", ["no/such/folder/report.json", ".", "/dev/null"])
def test_a_json_target_is_refused_before_the_run(run, folder, target):
    (folder / "loud.py").write_text("raise SystemExit('it ran')\n")
    code, out, err = run("verify", "loud.py", "--json", target)
    assert (code, out) == (2, "")
    assert err.startswith(f"psitheory: --json is '{target}', ")
    assert err.count("\n") == 1


def test_an_old_report_survives_a_write_that_fails(folder, monkeypatch):
    target = folder / "report.json"
    target.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_files.os, "fsync", full)
    with pytest.raises(report_files.ArgumentError, match=r"cannot be written: No space left on device"):
        report_files.write_whole(target, "new", "--json")
    assert target.read_text() == "old"
    assert [path.name for path in folder.glob(".report*")] == []


# -- bad use --------------------------------------------------------------------------------------


REPLAY = ["replay", "holds.py", "binomial", "--case-limit", "0", "--witness"]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["verify", "no.py"], "target 'no.py' does not exist; a Python file that defines a theorem is needed"),
        (["verify", "holds.py::T9"], "target 'holds.py::T9' names no theorem of the file; close to it: T1"),
        (["verify", "holds.py", "--effort", "x"], "effort is 'x'; one of quick, standard, deep is needed"),
        (["verify", "holds.py", "--seed", "-1"], "seed is -1; a non-negative integer is needed"),
        (["verify", "holds.py", "--workers", "0"], "workers is 0; a positive integer is needed"),
        (["verify", "holds.py", "--chapter", "Z"], "chapter 'Z' has no claim here; there are T (own)"),
        (["show", "no.py"], "target 'no.py' does not exist; a Python file that defines a theorem is needed"),
        (
            ["replay", "holds.py", "x", "--witness", "{}"],
            "law 'x' is not one of holds.py; there are forgets_the_middle,",
        ),
        ([*REPLAY, "{}"], "witness gives nothing; binomial needs x"),
        ([*REPLAY, '{"y": 1}'], "witness gives y; binomial needs x"),
        ([*REPLAY, '{"x": 1}', "--kind", "k"], "kind is 'k'; one of formal vectors, symbols, rationals"),
        ([*REPLAY, "@no.json"], "witness '@no.json' names a file that cannot be read"),
        ([*REPLAY, "{"], "witness is not JSON"),
        ([*REPLAY, '{"x": {"opaque": "f"}}'], "witness holds"),
        ([*REPLAY, '{"x": {"float": "?"}}'], "witness cannot be run through binomial"),
    ],
)
def test_bad_use_gets_one_sentence(run, args, sentence):
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.startswith(f"psitheory: {sentence}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("domains", "sentence"),
    [
        ("x=points('w')", "a domain refers to the input 'w'; drawn before it were none"),
        ("model=psi_models(), x=points('modle')", "drawn before it were model (where"),
        ("model=psi_models(), x=points('modle')", "did you mean 'model'?"),
    ],
)
def test_a_domain_that_names_no_input_is_an_error_at_once(run, folder, domains, sentence):
    named = HOLDS.replace("x=st.integers(-50, 50)", domains)
    if "model" in domains:
        named = named.replace("(x):", "(model, x):")
    (folder / "bad.py").write_text("from psitheory.strategies import points, psi_models\n" + named)
    code, _, err = run("verify", "bad.py")
    assert code == 2
    assert sentence in " ".join(err.split())


@pytest.mark.parametrize(
    ("domain", "sentence"),
    [("st.integers().map(lambda x: 1 // 0)", "the domain of 'x' raised ZeroDivisionError: ")],
)
def test_a_domain_that_cannot_be_drawn_from_is_told_and_the_other_claims_still_run(run, folder, domain, sentence):
    (folder / "bad.py").write_text(HOLDS.replace("st.integers(-50, 50)", domain))
    (folder / "good.py").write_text(HOLDS.replace("T1", "T2"))
    code, out, _ = run("verify", "bad.py", "good.py")
    assert code == 3
    assert sentence in " ".join(out.split())
    assert "2 claims: 1 holds, 1 inconclusive" in out


@pytest.mark.parametrize("args", [["--nonsense"], ["verify", "--seed", "x"], ["replay", "holds.py"], ["nothing"]])
def test_an_option_that_does_not_exist_is_bad_use(run, args):
    code, _, err = run(*args)
    assert code == 2
    assert "Error: " in err
    assert "Traceback" not in err


def test_a_failure_of_the_program_is_no_verdict(run, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("psitheory.commands.verify.verify_entries", broken)
    code, _, err = run("verify", "holds.py")
    assert code == cli.FAILED
    assert "RuntimeError: a bug" in err


# -- claims, show, version ------------------------------------------------------------------------


def test_claims_are_listed_as_a_table_and_as_json(run):
    code, table, _ = run("claims")
    assert code == 0
    listed = json.loads(run("claims", "--json")[1])
    assert [line.split()[0] for line in table.splitlines()] == ["id", *(claim["id"] for claim in listed)]
    assert {"A3", "A4", "A6", "A7", "B1", "C1"} <= {claim["id"] for claim in listed}
    for claim in listed:
        assert claim["statement"]
        assert all(law["counterfeits"] for law in claim["laws"]), claim["id"]


def test_a_claim_is_shown_with_its_bibtex(run):
    code, out, _ = run("show", "A4")
    assert code == 0
    assert out.startswith("A4  ")
    assert "@inproceedings{Yi22," in out
    for heading in ("Statement", "Assumptions", "Laws"):
        assert f"\n{heading}" in out


def test_it_is_told_for_what_a_law_is_proved_or_why_it_is_not(run):
    _, proved, _ = run("show", "B1")
    assert "proved in every dimension, for 1 and 2 blocks" in " ".join(proved.split())
    _, tried, _ = run("show", "holds.py")
    assert "not tried on formal vectors: the domain of x offers none" in " ".join(tried.split())


def test_a_theorem_of_ones_own_is_shown(run):
    _, out, _ = run("show", "holds.py")
    assert "(x+1)^2 = x^2 + 2x + 1" in out
    assert "x is whole" in out
    assert "forgets_the_middle: The middle term is left out." in out


def test_the_version_is_printed(run):
    assert re.fullmatch(r"psitheory \d+\.\d+\.\d+\n", run("--version")[1])


# -- terminals ------------------------------------------------------------------------------------


def test_the_package_runs_as_a_module_with_workers_of_its_own(folder):
    args = [sys.executable, "-m", "psitheory", "verify", "holds.py", "undecided.py", "--workers", "2"]
    ran = subprocess.run(args, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (3, "")


def test_columns_are_kept_to_and_the_next_steps_follow(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "72")
    lines = run("verify", "holds.py", "--workers", "1")[1].splitlines()
    assert max(map(len, lines)) <= 72
    assert lines[-3:] == [
        "Next:",
        "  psitheory show holds.py                    what it claims, and why",
        "  psitheory verify holds.py --report report  its evidence as a page",
    ]
    monkeypatch.setenv("COLUMNS", "wide")
    assert "Next:" not in run("verify", "holds.py", "--workers", "1")[1]


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_told_not_to(folder, environment, coloured):
    import pty

    parent, child = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "psitheory", "verify", "holds.py"]
    env = clean | {"TERM": "xterm-256color", "COLUMNS": "80"} | environment
    done = subprocess.run(command, cwd=folder, stdout=child, stderr=subprocess.DEVNULL, env=env, check=False)
    os.close(child)
    text = os.read(parent, 100_000).decode()
    os.close(parent)
    assert done.returncode == 0
    assert bool(re.search(r"\x1b\[[\d;]*3[0-7]m", text)) is coloured
    assert all(len(re.sub(r"\x1b\[[\d;]*m", "", line)) <= 80 for line in text.splitlines())


@pytest.mark.skipif(os.name == "nt", reason="a shell is needed")
def test_a_reader_that_stops_early_does_not_change_the_verdict(folder):
    line = f"{shlex.quote(sys.executable)} -m psitheory verify refuted.py | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full device is needed")
def test_a_full_disk_is_a_sentence():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "psitheory", "claims"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "psitheory: the standard output cannot be written: No space left on device\n"


def test_an_interruption_is_told_and_is_no_verdict(folder, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("psitheory.commands.verify.verify_entries", interrupted)
    monkeypatch.setattr(sys, "argv", ["psitheory", "verify", "holds.py"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 130
    assert capsys.readouterr().err == "psitheory: interrupted\n"
