"""Laws, domains and files that do not end or kill their process cost themselves alone; nothing outlives the program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import psitheory
from psitheory.checking import Report, Verdict
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.limits import BOARD_SIZE, TimeUp, limit, limited, read
from tests.theorem_files import HOLDS

posix = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")

SECOND = """
@T1.law(x=st.integers(0, 3))
def second(x):
    "x is x."
    return equal(x, x)

@second.counterfeit
def wrong(x):
    "x is its successor."
    return equal(x, x + 1)
"""
BODY = "    return equal((x + 1) * (x + 1), x * x + 2"
DOMAIN = "st.integers(-50, 50)"


def with_body(line: str) -> str:
    return HOLDS.replace(BODY, f"    {line}\n{BODY}") + SECOND


def with_domain(expression: str) -> str:
    return HOLDS.replace(DOMAIN, f"st.integers(0, 3).map(lambda x: {expression})") + SECOND


def verified(folder: Path, text: str, **options: object) -> Report:
    (folder / "mine.py").write_text(text)
    return psitheory.verify(folder / "mine.py", **{"workers": 1, "case_limit": 0.5, **options})


IN_PYTHON, IN_C = "while True: pass", "sum(iter(int, 1))"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (with_body(IN_PYTHON), "a case in rationals did not end within 0.5 s"),
        (with_body(IN_C), "a case in rationals did not end within 0.5 s"),
        (with_body("while True: print('x' * 100)"), "a case in rationals did not end within 0.5 s"),
        (
            HOLDS.replace("    return equal((x + 1) * (x + 1), x * x + 1)", "    " + IN_PYTHON) + SECOND,
            "a case in rationals did not end within 0.5 s",
        ),
        (with_domain(IN_C), "a draw from the domain of 'x' did not end within 0.5 s"),
        (with_domain("next(y for y in iter(int, 1) if y)"), "a draw from the domain of 'x' did not end within 0.5 s"),
        pytest.param(
            with_body("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
            "the process that ran it was ended by signal 9 (SIGKILL)",
            marks=posix,
        ),
        pytest.param(
            with_body("import ctypes; ctypes.string_at(0)"),
            "the process that ran it was ended by signal 11 (SIGSEGV)",
            marks=posix,
        ),
    ],
    ids=["loop", "C loop", "prints", "counterfeit", "domain in C", "domain", "killed", "segfault"],
)
def test_a_law_that_does_not_come_back_costs_itself_alone(tmp_path: Path, text: str, told: str) -> None:
    report = verified(tmp_path, text)
    first, second = report.claims[0].laws
    assert first.verdict is Verdict.INCONCLUSIVE
    assert told in first.note
    assert second.verdict is Verdict.HOLDS


def test_what_was_found_before_the_limit_stands(tmp_path: Path) -> None:
    loops_on_floats = with_body("while isinstance(x, float): pass").replace(DOMAIN, "st.floats(1, 2)")
    (law, _) = verified(tmp_path, loops_on_floats).claims[0].laws
    assert {e.kind: e.verdict for e in law.evidence}["rationals"] is Verdict.HOLDS
    assert law.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("line", [IN_PYTHON, IN_C])
def test_a_file_that_does_not_load_is_told(tmp_path: Path, line: str) -> None:
    with pytest.raises(ArgumentError, match=r"mine.py' cannot be loaded: .*loading did not end within 0.5 s$"):
        verified(tmp_path, f"{line}\n{HOLDS}")


@pytest.mark.parametrize("limit", [-1, float("nan"), float("inf"), "3", True])
def test_a_limit_is_a_number_of_seconds(limit: object) -> None:
    with pytest.raises(ArgumentTypeError, match="^case_limit is .*; seconds, or 0 for no limit, are needed$"):
        psitheory.verify("A1", case_limit=limit)  # type: ignore[arg-type]


def test_with_no_limit_one_worker_runs_in_this_process(tmp_path: Path) -> None:
    text = HOLDS.replace(BODY, f"    import os; os.environ['SEEN_IN'] = str(os.getpid())\n{BODY}")
    verified(tmp_path, text, case_limit=0)
    assert os.environ.pop("SEEN_IN") == str(os.getpid())


@posix
def test_a_theorem_that_is_an_object_is_watched_too(tmp_path: Path) -> None:
    from psitheory.registry import theorems_in_file

    (tmp_path / "mine.py").write_text(with_body(IN_PYTHON))
    (mine,) = theorems_in_file(tmp_path / "mine.py")
    assert "did not end within 0.2 s" in psitheory.verify(mine, case_limit=0.2).claims[0].laws[0].note


def _loop_seen_on(board: memoryview) -> None:
    with limited("a piece"):
        assert read(board)[0] > 0
        assert read(board)[1] == "a piece"
        while True:
            pass


@posix
def test_a_piece_is_seen_on_the_board_and_the_alarm_ends_it() -> None:
    board = memoryview(bytearray(BOARD_SIZE))
    before = signal.getsignal(signal.SIGALRM)
    with limit(0.05, board):
        with pytest.raises(TimeUp, match="^a piece did not end within 0.05 s$"):
            _loop_seen_on(board)
        assert read(board) == (0.0, "")
    assert signal.getsignal(signal.SIGALRM) is before


# -- the end of the program -----------------------------------------------------------------------------

START = (  # nohup, and what a shell starts in the background, ignore these
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "signal.signal(signal.SIGHUP, signal.SIG_DFL)\nfrom psitheory import cli\n"
)
MARK = "import os, pathlib, time; pathlib.Path(f'at-{os.getpid()}').touch(); "


def _start(folder: Path, text: str, *options: str) -> subprocess.Popen[str]:
    (folder / "done.py").write_text(HOLDS.replace("T1", "T2"))
    (folder / "slow.py").write_text(text)
    command = [sys.executable, "-c", START + "cli.main()", "verify", "done.py", "slow.py", "--workers", "1", *options]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _pid_of_worker(folder: Path, run: subprocess.Popen[str]) -> int:
    while not (found := list(folder.glob("at-*"))):
        assert run.poll() is None
        time.sleep(0.02)
    return int(found[0].name.removeprefix("at-"))


def _ends(pid: int, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_at_once_and_what_was_done_is_kept(tmp_path: Path, number: signal.Signals) -> None:
    with _start(tmp_path, with_body(MARK + IN_C), "--json", "out.json", "--report", "page") as run:
        worker = _pid_of_worker(tmp_path, run)
        run.send_signal(number)
        out, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert errors == "psitheory: interrupted\n"
    written = json.loads((tmp_path / "out.json").read_text())
    assert [(claim["id"], claim["verdict"]) for claim in written["claims"]] == [("T2", "HOLDS")]
    assert written["summary"]["unfinished"] == ["T1"]
    assert "Interrupted before T1 was done." in out
    assert (tmp_path / "page" / "report.html").exists()
    assert [path.name for path in tmp_path.glob(".*")] == []
    assert _ends(worker)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux is asked to end children")
def test_no_worker_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    with _start(tmp_path, with_body(MARK + IN_C)) as run:
        worker = _pid_of_worker(tmp_path, run)
        run.kill()
        run.communicate(timeout=60)
    assert _ends(worker)
