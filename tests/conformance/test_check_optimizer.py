"""The kit on optimisers: what theory says of ours, runs that say nothing, and how a finding reads."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.check import LAWS
from psitheory.layout import Layout
from psitheory.optimizers import (
    LARS,
    Adagrad,
    Adam,
    BarzilaiBorwein,
    Clipped,
    GradientDescent,
    HeavyBall,
    Nesterov,
    NormalisedDescent,
    Polyak,
    PSIGradientDescent,
    PSIMomentum,
    RMSprop,
    SignDescent,
    adamw,
)

NEURON = "runs_commute_with_rescaling_of_each_neuron"
LAYER = "runs_commute_with_rescaling_of_each_layer"
CLASS = "classes_do_not_depend_on_the_scale_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"
LEVELS = ("each neuron", "blocks of rows", "each layer", "all weights")


# -- what theory says -----------------------------------------------------------------------------

EQUIVARIANT = {
    "PSI-GD": PSIGradientDescent(0.1),
    "PSI-GD with decoupled decay": PSIGradientDescent(0.1, decay=0.01),
    "PSI-GD with a schedule": PSIGradientDescent(lambda t: 0.1 / (1 + t)),
    "PSI momentum in tangent units": PSIMomentum(0.05, 0.9),
    "PSI momentum in gradient units": PSIMomentum(0.01, 0.5, units="gradient"),
    "PSI momentum with decay in tangent units": PSIMomentum(0.05, 0.9, coupled_decay=0.01),
    "LARS": LARS(0.05),
}


@pytest.mark.parametrize("name", EQUIVARIANT)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_methods_of_the_quotient_are_full_for_each_neuron_at_all_scales(name: str, dtype: Any) -> None:
    report = check_optimizer(EQUIVARIANT[name], dtype=dtype, steps=30 if dtype is np.float64 else 10)
    assert report.verdict is Verdict.HOLDS
    assert len(report.findings) == len(LAWS)
    top = 300 if dtype is np.float64 else 30
    assert {name: x for name, x in report.properties.items() if name != "types"} == {
        "equivariance": "full",
        "full": "each neuron",
        "class": "each neuron",
        "start": "as given",
        "exponent": 0.0,
        "scales": f"2^-{top} … 2^{top}",
    }


EXPONENTS = {
    "GD": (GradientDescent(0.1), 2),
    "GD with a schedule": (GradientDescent(lambda t: 0.1 / (1 + t)), 2),
    "heavy ball": (HeavyBall(0.05, 0.9), 2),
    "Nesterov": (Nesterov(0.05, 0.9), 2),
    "Barzilai-Borwein, by the rate of its first step": (BarzilaiBorwein(0.01), 2),
    "Adam without eps": (Adam(0.01, eps=0), 1),
    "RMSprop without eps": (RMSprop(0.01, eps=0), 1),
    "Adagrad without eps": (Adagrad(0.01, eps=0), 1),
    "Padam without eps": (Adam(0.01, eps=0, roots=2), 1.5),
    "sign": (SignDescent(0.01), 1),
    "normalised": (NormalisedDescent(0.05), 1),
    "normalised by block": (NormalisedDescent(0.05, per="block"), 1),
    "Polyak": (Polyak(0.0), 0),
}


@pytest.mark.parametrize("name", EXPONENTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_exponents_of_the_rate_are_those_of_theory_at_all_scales(name: str, dtype: Any) -> None:
    optimizer, p = EXPONENTS[name]
    report = check_optimizer(optimizer, dtype=dtype, steps=30 if dtype is np.float64 else 10)
    assert report.properties["exponent"] == p
    assert report.finding(EXPONENT).verdict is Verdict.HOLDS
    assert report.finding(EXPONENT).kind == "powers of two"
    assert report.finding(SCALES).verdict is Verdict.HOLDS
    assert report.properties["equivariance"] == "none"
    assert {f"runs_commute_with_rescaling_of_{v.replace(' ', '_')}" for v in LEVELS} <= set(report.refuted())


NO_EXPONENT = {
    "L2 in the gradient": (
        GradientDescent(0.1, coupled_decay=1e-4),
        "p = 2 without coupled_decay, and with coupled_decay scaled by a^-2",
    ),
    "decoupled decay": (GradientDescent(0.1, decay=1e-4), "p = 2 without decay, and with decay scaled by a^-2"),
    "AdamW": (adamw(0.01, decay=0.01), "p = 1 without decay, and with decay scaled by a^-1"),
    "Adam with L2": (
        Adam(0.01, coupled_decay=1e-3),
        "p = 1 without coupled_decay, and with coupled_decay scaled by a^-2",
    ),
    "clipping": (Clipped(0.1, 0.5), ""),
}


@pytest.mark.parametrize("name", NO_EXPONENT)
def test_decay_and_clipping_leave_no_exponent_of_the_rate_alone(name: str) -> None:
    optimizer, words = NO_EXPONENT[name]
    report = check_optimizer(optimizer, only=EXPONENT)
    assert report.refuted() == (EXPONENT,)
    assert report.properties["exponent"] is None
    assert words in report.finding(EXPONENT).observed


@given(st.floats(0.05, 0.5))
@example(0.359375)
@settings(max_examples=3, deadline=None)
def test_a_preconditioner_v_to_the_power_q_has_the_exponent_2_minus_2q(q: float) -> None:
    def step(w: Any, g: Any, v: Any, rate: float = 0.02) -> Any:
        v = g * g + (0 if v is None else v)
        return w - rate * g / v**q, v

    report = check_optimizer(step, only=EXPONENT, steps=30)
    assert report.finding(EXPONENT).verdict is Verdict.HOLDS
    assert report.properties["exponent"] == pytest.approx(2 - 2 * q, abs=1e-12)


# -- runs that say nothing, and runs that are not the same twice ----------------------------------


@pytest.mark.parametrize("rate", [0.0, 1e-19])
def test_a_run_that_does_not_move_decides_nothing(rate: float) -> None:
    report = check_optimizer(lambda w, g: w - rate * g, steps=10)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "no block moved" in report.finding(NEURON).observed
    assert not report.refuted()


def test_a_class_that_never_changes_decides_nothing_about_classes() -> None:
    report = check_optimizer(lambda w, g: 2 * w, steps=10, only=[NEURON, CLASS])
    assert report.finding(NEURON).verdict is Verdict.INCONCLUSIVE
    assert report.finding(CLASS).verdict is Verdict.INCONCLUSIVE


def test_state_that_outlives_a_run_is_noticed() -> None:
    kept = {"m": 0.0}

    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        kept["m"] = 0.9 * kept["m"] + layout.times_squared_norms(w, g)
        return w - rate * kept["m"]

    report = check_optimizer(step)
    assert report.refuted() == ("runs_repeat",)
    assert all(f.verdict is Verdict.INCONCLUSIVE for f in report.findings if f.law != "runs_repeat")


@pytest.mark.parametrize(
    ("first", "later", "verdict"), [(2**-50, 2**-48, "HOLDS"), (2**-38, 0, "REFUTED"), (2**-50, 2**-20, "REFUTED")]
)
def test_rounding_that_comes_out_otherwise_each_time_is_no_state(first: float, later: float, verdict: str) -> None:
    rng = np.random.default_rng(0)  # as sums are that depend on where arrays lie in memory

    def step(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.1) -> Any:
        moved = w - rate * layout.times_squared_norms(w, g)
        return moved * (1 + (first if t < 5 else later) * rng.uniform(-1, 1, size=w.shape))

    report = check_optimizer(step, steps=10, only=["runs_repeat", NEURON])
    assert report.finding("runs_repeat").verdict is Verdict[verdict]
    assert report.finding(NEURON).verdict is (Verdict.HOLDS if verdict == "HOLDS" else Verdict.INCONCLUSIVE)


def test_noise_is_the_same_in_every_run_from_whichever_generator_it_comes() -> None:
    def own(w: Any, g: Any, layout: Layout, rng: np.random.Generator, rate: float = 0.1) -> Any:
        noise = layout.scale(layout.norms(w), rng.normal(size=w.shape))
        return w - rate * layout.times_squared_norms(w, g) + 1e-3 * noise

    def legacy(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        noise = layout.scale(layout.norms(w), np.random.normal(size=w.shape))  # noqa: NPY002
        return w - rate * layout.times_squared_norms(w, g) + 1e-3 * noise

    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for step in (own, legacy):
        assert check_optimizer(step, only=["runs_repeat", NEURON], steps=10).verdict is Verdict.HOLDS
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_what_the_code_raises_is_shown_with_law_and_input_and_other_laws_go_on() -> None:
    def step(w: Any, g: Any, rate: float = 0.1) -> Any:
        if np.abs(w).max() > 8:
            raise RuntimeError("weights too large")
        return w - rate * g

    report = check_optimizer(step, steps=10)
    finding = report.finding("the_scaling_law_holds_at_every_scale")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the code under test raised RuntimeError: weights too large"
    assert finding.smallest.startswith("a=")
    assert report.finding(NEURON).verdict is Verdict.REFUTED


def test_a_run_that_diverges_is_judged_by_what_came_before() -> None:
    wild = PSIMomentum(0.05, 0.9, units="gradient")  # overflows by itself before the thirtieth step
    report = check_optimizer(wild, only=NEURON)
    assert report.verdict is Verdict.HOLDS
    with np.errstate(all="ignore"):
        nothing = check_optimizer(lambda w, g: w * np.nan, only=NEURON)
    assert nothing.verdict is Verdict.INCONCLUSIVE
    assert "no longer finite" in nothing.finding(NEURON).observed


# -- reports -----------------------------------------------------------------------------------


def test_an_expected_failure_is_strict() -> None:
    expected = {NEURON: "gradient descent is no method of the quotient"}
    assert check_optimizer(GradientDescent(0.1), only=NEURON, expected=expected, steps=10).verdict is Verdict.HOLDS
    assert check_optimizer(PSIGradientDescent(0.1), only=NEURON, expected=expected, steps=10).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", [1, 2])
def test_verdicts_do_not_hang_on_the_seed(seed: int) -> None:
    assert check_optimizer(PSIGradientDescent(0.1), seed=seed, steps=10).verdict is Verdict.HOLDS
    assert check_optimizer(Adam(0.01), seed=seed, only=EXPONENT, steps=30).properties["exponent"] == 1


def test_a_finding_reads_and_replays() -> None:
    report = check_optimizer(GradientDescent(0.1), name="descent", only=LAYER)
    # how much rounding explains hangs on the order of sums in a matrix product
    assert re.sub(r"explains \S+", "explains #", str(report)) == (
        "REFUTED  runs_commute_with_rescaling_of_each_layer   subject: descent\n"
        "  claimed    w_t(a·w_0) = a·w_t(w_0)\n"
        "  observed   after step 1 the runs are 0.75 times as far apart as they moved; rounding explains #\n"
        "  smallest   a=2 on W1  t=1\n"
        "  means      starts of one class do not keep the scales between them\n"
        "  replay     check_optimizer(descent, seed=0, only='runs_commute_with_rescaling_of_each_layer')\n"
        "REFUTED  optimizer descent: 1 refuted"
    )
    again = check_optimizer(GradientDescent(0.1), name="descent", only=LAYER, seed=0)
    assert again.to_json() == report.to_json()
