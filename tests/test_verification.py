"""``verify``: the same report from any number of workers, from scripts and from notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

import psitheory
from psitheory.checking import Report, Verdict
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from tests.theorem_files import HOLDS, INCONCLUSIVE, REFUTED


@pytest.fixture
def files(tmp_path):
    names = []
    for name, text in (("holds.py", HOLDS), ("refuted.py", REFUTED), ("undecided.py", INCONCLUSIVE)):
        (tmp_path / name).write_text(text)
        names.append(str(tmp_path / name))
    return names


def timeless(report: Report) -> list:
    """Return what a report says, without how long it took."""
    claims = []
    for claim in report.claims:
        laws = [replace(law, evidence=tuple(replace(e, seconds=0) for e in law.evidence)) for law in claim.laws]
        claims.append(replace(claim, laws=tuple(laws), seconds=0))
    return claims


def test_the_report_does_not_depend_on_the_number_of_workers(files):
    alone, together = (psitheory.verify(files, workers=n, seed=3) for n in (1, 2))
    assert [claim.verdict for claim in alone.claims] == [Verdict.HOLDS, Verdict.REFUTED, Verdict.INCONCLUSIVE]
    assert timeless(alone) == timeless(together)
    assert alone.exit_code == 1


def test_theorems_are_given_as_objects_files_or_both(files):
    from psitheory.registry import theorems_in_file

    (mine,) = theorems_in_file(files[1])
    report = psitheory.verify([files[0], mine, files[2]], workers=2)
    assert [claim.id for claim in report.claims] == ["T1", "T2", "T3"]
    assert timeless(psitheory.verify(mine)) == timeless(report)[1:2]


def test_progress_is_told_of_each_claim_once(files):
    told = []
    report = psitheory.verify(files, workers=2, progress=lambda i, claim: told.append((i, claim.id)))
    assert sorted(told) == [(i, claim.id) for i, claim in enumerate(report.claims)]


def test_the_environment_names_what_numbers_depend_on(files):
    environment = psitheory.verify(files[0]).environment
    assert {"psitheory", "python", "numpy", "scipy", "sympy", "python-flint", "hypothesis", "blas"} <= set(environment)
    assert all(isinstance(value, str) and value for value in environment.values())


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"effort": "fast"}, ArgumentError, "^effort is 'fast'; one of quick, standard, deep is needed$"),
        ({"effort": ["quick"]}, ArgumentError, r"^effort is \['quick'\]; one of quick, standard, deep is needed$"),
        ({"seed": -1}, ArgumentTypeError, "^seed is -1; a non-negative integer is needed$"),
        ({"seed": 1.5}, ArgumentTypeError, "^seed is 1.5; a non-negative integer is needed$"),
        ({"workers": 0}, ArgumentTypeError, "^workers is 0; a positive integer is needed$"),
        ({"chapter": "Z"}, UnknownName, "^chapter 'Z' has no claim here"),
    ],
)
def test_options_out_of_range_are_told(files, options, error, sentence):
    with pytest.raises(error, match=sentence):
        psitheory.verify(files, **options)


def test_a_script_without_a_main_guard_may_verify(files, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import psitheory\nprint('once', psitheory.verify({files!r}, workers=2).verdict)\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "once REFUTED\n"


def test_children_leave_no_trace_in_the_environment(files):
    before, main = dict(os.environ), sys.modules["__main__"]
    psitheory.verify(files, workers=2)
    assert dict(os.environ) == before
    assert sys.modules["__main__"] is main
