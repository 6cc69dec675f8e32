"""Rates: bounds at every time, exponents with intervals, and doubt where there is too little to tell."""

from __future__ import annotations

import re

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_rate
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent

T = np.unique(np.logspace(0, 4, 100).astype(int)).astype(float)
BOUND, EXPONENT = "bound_is_respected", "values_fall_with_the_exponent"


def verdicts(report):
    return {finding.law: finding.verdict for finding in report.findings}


@pytest.mark.parametrize(
    ("values", "exponent", "verdict"),
    [
        (1 / T, 1, Verdict.HOLDS),
        (1 / T, 0.5, Verdict.HOLDS),
        (1 / T, 1.2, Verdict.REFUTED),
        (1 / (T + 5), 1, Verdict.HOLDS),
        (np.log(T + 1) / T, 0.8, Verdict.HOLDS),
        (T**-0.8, 1, Verdict.REFUTED),
        (np.exp(-T / 10), 3, Verdict.HOLDS),
        (1 / T + 1e-3, 1, Verdict.REFUTED),
        (1 / T[:8], 1, Verdict.INCONCLUSIVE),
        (np.full(len(T), 2.0), 0.5, Verdict.REFUTED),
    ],
)
def test_the_exponent_of_a_run(values, exponent, verdict):
    report = check_rate((T[: len(values)], values), exponent=exponent)
    assert report.finding(EXPONENT).verdict is verdict, str(report)


def test_an_exponent_that_the_interval_leaves_open_is_inconclusive():
    rng = np.random.default_rng(0)
    values = np.exp(1.5 * rng.normal(size=20)) / np.logspace(0, 2, 20)
    report = check_rate((np.logspace(0, 2, 20), values), exponent=1)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "a longer run is needed" in report.findings[0].means


def test_values_that_are_rounding_say_nothing_of_the_exponent():
    values = np.maximum(np.exp(-T / 3), 1e-30)
    report = check_rate((T, values), exponent=2)
    assert report.verdict is Verdict.HOLDS
    assert "noise floor" in report.notes[0]


def test_a_bound_is_tried_at_every_time_and_its_tightness_is_told():
    report = check_rate((T, 1 / T), lambda t: 2 / t)
    assert report.verdict is Verdict.HOLDS
    assert report.finding(BOUND).cases == len(T)
    assert report.properties["tightness"] == "0.5 at T=1"


def test_a_bound_that_is_met_to_rounding_holds():
    assert check_rate((T, (0.1 + 0.2) / T), lambda t: 0.3 / t).verdict is Verdict.HOLDS


def test_the_first_time_at_which_a_bound_fails_is_the_witness():
    values = 1 / np.stack([T, T**0.5], axis=1)
    report = check_rate((T, values), lambda t: 1 / t)
    finding = report.finding(BOUND)
    assert finding.verdict is Verdict.REFUTED
    assert finding.smallest == "T=2  run=1"
    assert finding.observed.startswith("0.707107 exceeds 0.5, at ")
    assert report.exit_code == 1


@pytest.mark.parametrize("bound", [2.0, 2 / T, lambda t: 2 / t])
def test_a_bound_is_a_function_an_array_or_a_number(bound):
    assert check_rate((T, 1 / T), bound).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("constant", "verdict"), [(2.0, "HOLDS"), (1.0, "INCONCLUSIVE"), (0.5, "REFUTED")])
def test_a_bound_on_a_mean_is_judged_by_a_confidence_interval(constant, verdict):
    values = np.random.default_rng(0).exponential(size=(len(T), 400)) / T[:, None]
    report = check_rate((T, values), lambda t: constant / t, over="mean")
    assert report.verdict == verdict, str(report)


def test_a_run_may_be_a_trajectory():
    model = Rayleigh(np.diag([0.0, 1.0, 3.0]))
    smoothness = model.smoothness.value
    starts = np.random.default_rng(0).normal(size=(4, 3))
    course = descend(model, PSIGradientDescent(1 / smoothness), starts, steps=300)
    gap = float(np.max(course.loss[0]) - model.minimum)
    assert verdicts(check_rate(course, lambda t: 2 * smoothness * gap / t))[BOUND] is Verdict.HOLDS
    assert verdicts(check_rate(course, lambda t: 1e-3 / t))[BOUND] is Verdict.REFUTED


def test_a_run_may_be_a_function_with_or_without_a_generator():
    assert check_rate(lambda: 1 / T, times=T, bound=1.0).verdict is Verdict.HOLDS
    assert check_rate(lambda rng: (T, rng.uniform(size=len(T)) / T), lambda t: 1 / t).verdict is Verdict.HOLDS


def test_what_a_run_or_a_bound_raises_is_shown_and_the_other_law_goes_on():
    def diverging():
        raise RuntimeError("loss is NaN")

    report = check_rate(diverging, 1.0, exponent=1)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert [f.law for f in report.findings] == [BOUND, EXPONENT]
    assert report.findings[0].observed == "the code under test raised RuntimeError: loss is NaN"
    report = check_rate((T, 1 / T), lambda t: 1 / (t - 2), exponent=1)
    assert report.finding(BOUND).observed.startswith("the code under test raised ZeroDivisionError")
    assert report.finding(BOUND).smallest == "T=2"
    assert report.finding(EXPONENT).verdict is Verdict.HOLDS


def test_a_bound_of_zero_is_respected_by_zero_alone():
    assert check_rate([0.0, 0.0], 0.0).properties["tightness"] == "0 at T=1"
    report = check_rate([0.0, 1.0], 0.0)
    assert report.verdict is Verdict.REFUTED
    assert report.properties["tightness"] == "inf at T=2"


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0])
def test_the_interval_holds_the_exponent_of_a_noisy_power(p):
    values = T**-p * np.exp(0.1 * np.random.default_rng(1).normal(size=len(T)))
    fit = check_rate((T, values), exponent=p - 0.1).properties["exponent"]
    low, high = sorted(-float(x) for x in re.findall(r"-\d+\.?\d*", fit)[1:3])
    assert low < p < high, fit


def test_what_is_not_claimed_is_skipped():
    report = check_rate((T, 1 / T), exponent=1)
    assert report.skipped == {BOUND: "no bound is claimed"}
    assert check_rate((T, 1 / T), 1.0, exponent=2, only=BOUND).refuted() == ()


@pytest.mark.parametrize(
    ("run", "options", "error", "sentence"),
    [
        ((T, 1 / T), {}, ArgumentError, "bound and exponent are missing"),
        ((T, 1 / T[:-1]), {"bound": 1.0}, ArgumentError, "times has the shape"),
        ((T[::-1], 1 / T), {"bound": 1.0}, ArgumentError, "times do not increase"),
        ((T, -1 / T), {"bound": 1.0}, ArgumentError, "values holds -1.0 at T=1, run 0; finite numbers, 0 or more"),
        ((T, T * np.nan), {"bound": 1.0}, ArgumentError, "values holds nan at T=1"),
        ([], {"bound": 1.0}, ArgumentError, "values has the shape"),
        ("abc", {"bound": 1.0}, ArgumentTypeError, "values is 'abc'; an array of real numbers"),
        ((T, 1 / T), {"bound": [1.0, 2.0]}, ArgumentError, "bound has the shape (2,)"),
        ((T, 1 / T), {"bound": lambda: 1}, ArgumentTypeError, "a function of the number of steps is needed"),
        ((T, 1 / T), {"bound": lambda t: "x"}, ArgumentTypeError, "bound is ["),
        ((T, 1 / T), {"bound": np.nan}, ArgumentError, "bound holds NaN"),
        ((T, 1 / T), {"bound": 1.0, "confidence": 1.5}, ArgumentError, "confidence is 1.5; a number between 0 and 1"),
        ((T, 1 / T), {"bound": 1.0, "floor": -1.0}, ArgumentError, "floor is -1.0; zero or a positive number"),
        ((T, 1 / T), {"exponent": "1"}, ArgumentError, "exponent is '1'; a finite number is needed"),
        ((T, 1 / T), {"bound": 1.0, "only": EXPONENT}, ArgumentError, "but no exponent is claimed"),
        (np.ones((3, 2, 2)), {"bound": 1.0}, ArgumentError, "values has the shape (3, 2, 2); (R,) or (R, K)"),
        ((T, 1 / T), {"bound": 1.0, "only": "x"}, UnknownName, "only names the law 'x'"),
        ((T, 1 / T), {"bound": 1.0, "over": "x"}, ArgumentError, "over is 'x'"),
        ((T, 1 / T), {"bound": 1.0, "over": "mean"}, ArgumentError, "a mean over runs needs two"),
        (lambda a, b: 1, {"bound": 1.0}, ArgumentTypeError, "run takes a, b"),
    ],
)
def test_bad_input_is_a_sentence(run, options, error, sentence):
    with pytest.raises(error) as caught:
        check_rate(run, **options)
    assert sentence in str(caught.value)


# -- what is decided by the interval, and what is no run ----------------------------------------------

STEPS = np.unique(np.round(np.logspace(0, 5, 200)).astype(int)).astype(float)


@pytest.mark.parametrize(
    ("values", "verdict", "said"),
    [
        (3 / STEPS, Verdict.HOLDS, "slope -1.00"),
        (STEPS**-0.99, Verdict.REFUTED, "slower than T^-1 by 0.01 at least"),
        (STEPS**-1.01, Verdict.HOLDS, "slope -1.01"),
        (1 / (STEPS + 100), Verdict.HOLDS, "-0.995 in the second half of these decades, so to within 0.005"),
        (1 / (STEPS + 1e4), Verdict.INCONCLUSIVE, "and still changes"),
        (np.log1p(STEPS) / STEPS, Verdict.REFUTED, "slower than T^-1"),
    ],
)
def test_the_interval_decides_and_what_it_leaves_open_is_said(values, verdict, said):
    found = check_rate((STEPS, values), exponent=1).finding("values_fall_with_the_exponent")
    assert found.verdict is verdict
    assert said in found.observed + found.kind


def test_values_that_rounding_took_below_zero_are_admitted_down_to_the_floor():
    values = STEPS**-4 - 1e-17
    assert check_rate((STEPS, values), exponent=3, floor=1e-16).verdict is Verdict.HOLDS
    with pytest.raises(ArgumentError, match="finite numbers, 0 or more, are needed"):
        check_rate((STEPS, values), exponent=3)


def test_an_infinite_bound_says_nothing():
    assert check_rate(1 / STEPS, bound=np.inf).verdict is Verdict.INCONCLUSIVE
    limits = np.where(STEPS > 10, np.inf, 2 / STEPS)
    assert check_rate((STEPS, 1 / STEPS), bound=limits).finding("bound_is_respected").cases == 10


@pytest.mark.parametrize("run", [1 / STEPS + 0j, ["1", "2"], [True, False], np.ma.array([1.0, 5.0], mask=[0, 1])])
def test_what_would_be_read_as_other_numbers_is_refused(run):
    with pytest.raises(ArgumentTypeError, match="values is"):
        check_rate(run, bound=9)


@pytest.mark.parametrize("seed", ["x", -1, 1.5, True, None])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(ArgumentTypeError, match="seed is"):
        check_rate(1 / STEPS, bound=9, seed=seed)
