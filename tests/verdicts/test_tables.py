"""No false theorem of the tables holds or is proved; what sampling and climbing reach is refuted; truths hold."""

from __future__ import annotations

import pytest

from psitheory import Verdict, verify
from psitheory.checking import LawReport

from . import (
    false_about_rates,
    false_about_sizes,
    false_at_edges,
    false_beyond_samples,
    false_in_code,
    false_in_places,
    true_but_delicate,
    true_in_python,
    true_theorems,
)
from .stated import Stated

FALSE = [
    *false_about_sizes.FALSE,
    *false_about_rates.FALSE,
    *false_in_code.FALSE,
    *false_in_places.FALSE,
    *false_at_edges.FALSE,
]
TRUE = [*true_theorems.TRUE, *true_but_delicate.TRUE, *true_in_python.TRUE]
REACHED = [stated for stated in FALSE if stated.within_reach]
BEYOND = [stated for stated in FALSE if not stated.within_reach]


def law_report(stated: Stated, seed: int = 0) -> LawReport:
    return verify(stated.theorem, effort="quick", seed=seed).claims[0].laws[0]


def name(stated: Stated) -> str:
    return stated.name


def test_the_tables_are_long_and_name_each_theorem_once() -> None:
    names = [stated.name for stated in (*FALSE, *false_beyond_samples.FALSE, *TRUE)]
    assert len(set(names)) == len(names)
    assert len(FALSE) >= 105
    assert len(TRUE) >= 50


@pytest.mark.parametrize("stated", REACHED, ids=name)
def test_what_can_be_reached_is_refuted(stated: Stated) -> None:
    """A search is by chance, and one in ten may miss: what the first draws miss the second and the third find."""
    report = law_report(stated)
    reports = [report] if report.verdict is Verdict.REFUTED else [law_report(stated, seed) for seed in (1, 2)]
    assert all(report.verdict is Verdict.REFUTED for report in reports), report.note
    assert not any(report.proof for report in (report, *reports))


@pytest.mark.parametrize("seed", [1, 4])  # in the one other numbers must move after T, in the other T comes late
def test_what_only_long_runs_show_is_refuted_from_other_draws(seed: int) -> None:
    theorem = next(stated.theorem for stated in REACHED if stated.name == "twenty_over_t_squared")
    assert verify(theorem, effort="quick", seed=seed).claims[0].laws[0].verdict is Verdict.REFUTED


@pytest.mark.parametrize("stated", BEYOND, ids=name)
def test_what_cannot_be_reached_does_not_hold_and_is_not_proved(stated: Stated) -> None:
    report = law_report(stated)
    assert report.verdict is not Verdict.HOLDS, report.scope
    assert report.grade is None


@pytest.mark.parametrize("stated", false_beyond_samples.FALSE, ids=name)
def test_what_no_sample_refutes_is_not_proved(stated: Stated) -> None:
    report = law_report(stated)
    assert report.grade != "proved", report.scope
    assert not report.proof


@pytest.mark.parametrize("stated", TRUE, ids=name)
def test_what_is_true_holds(stated: Stated) -> None:
    report = law_report(stated)
    assert report.verdict is Verdict.HOLDS, report.note
