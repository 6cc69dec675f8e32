"""The kit on optimisers: what theory says of ours, and methods that break each law, with the witness that shows it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizer import LAWS
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.layout import Layout, free
from psitheory.models import Rayleigh
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
START = "the_start_is_taken_as_given"
LEVELS = ("each neuron", "blocks of rows", "each layer", "all weights")


def rows(layout: Layout, factors: np.ndarray) -> np.ndarray:
    return np.asarray(layout.expand(factors))


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
    assert report.properties == {
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


# -- an eps is told from a true break -------------------------------------------------------------


@pytest.mark.parametrize(("make", "p"), [(Adam, 1), (RMSprop, 1), (Adagrad, 1)])
def test_an_eps_limits_the_exponent_and_its_range(make: Any, p: int) -> None:
    report = check_optimizer(make(0.01, eps=1e-6), only=[EXPONENT, SCALES], steps=30)
    assert report.properties["exponent"] == p
    assert report.finding(EXPONENT).kind == "eps-limited"
    assert "it vanishes with eps" in report.notes[0]
    assert report.finding(SCALES).verdict is Verdict.HOLDS
    low, high = report.properties["scales"].split(" … ")
    assert low == "2^-300"
    assert "an eps takes over above" in high


def hidden_adam(decay: float) -> Any:
    def step(w: Any, g: Any, state: Any, rate: float = 0.01) -> Any:
        m, v, t = state or (0, 0, 0)
        g, t = g + decay * w, t + 1
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        return w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), (m, v, t)

    return step


def test_an_eps_that_cannot_be_removed_is_told_by_its_power_law() -> None:
    report = check_optimizer(hidden_adam(0), only=EXPONENT, steps=30)
    assert report.properties["exponent"] == 1
    assert "dies out like the power 1 of the scale towards small weights" in report.finding(EXPONENT).observed


@pytest.mark.parametrize("decay", [1e-6, 1e-8, 1e-10])
def test_an_l2_term_as_small_as_the_eps_beside_it_is_not_excused(decay: float) -> None:
    assert check_optimizer(hidden_adam(decay), only=EXPONENT, steps=30).refuted() == (EXPONENT,)


def psi_with_l2(decay: float) -> Any:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        return w - rate * layout.times_squared_norms(w, g + decay * w)

    return step


@pytest.mark.parametrize("decay", [1e-4, 1e-8, 1e-12])
def test_a_weak_l2_term_inside_the_quotient_step_is_refuted(decay: float) -> None:
    report = check_optimizer(psi_with_l2(decay), only=NEURON, steps=10)
    assert report.refuted() == (NEURON,)


@pytest.mark.parametrize(("decay", "dtype"), [(1e-16, np.float64), (1e-8, np.float32)])
def test_an_l2_term_below_rounding_is_found_where_it_grows(decay: float, dtype: Any) -> None:
    report = check_optimizer(psi_with_l2(decay), only=SCALES, dtype=dtype, steps=10)
    assert report.refuted() == (SCALES,)
    assert "a weak term" in report.finding(SCALES).means


@pytest.mark.parametrize("eps", [1e-8, 1e-12])
def test_an_eps_beside_the_norms_is_an_excuse_with_a_range(eps: float) -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        return w - rate * g * rows(layout, layout.norms(w) ** 2 + eps)

    report = check_optimizer(step, only=[NEURON, SCALES], steps=10)
    assert report.verdict is Verdict.HOLDS
    assert report.finding(NEURON).kind == "eps-limited"
    assert "(an eps takes over below)" in report.properties["scales"]


def test_a_normalised_step_with_an_eps_is_no_false_alarm_in_either_precision() -> None:
    def lamb(w: Any, g: Any, layout: Layout, rate: float = 0.05) -> Any:
        u = g / (np.abs(g) + g.dtype.type(1e-8))
        return w - g.dtype.type(rate) * u * rows(layout, layout.norms(w) / layout.norms(u))

    for dtype in (np.float64, np.float32):
        assert check_optimizer(lamb, only=[NEURON, SCALES], dtype=dtype, steps=30).verdict is Verdict.HOLDS


# -- methods that break one law -------------------------------------------------------------------


def late(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.1) -> Any:
    """PSI-GD for three steps, then gradient descent."""
    return w - rate * (layout.times_squared_norms(w, g) if t < 3 else g)


def much_later(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.1) -> Any:
    """PSI-GD for twenty steps, then gradient descent."""
    return w - rate * (layout.times_squared_norms(w, g) if t < 20 else g)


def by_all_weights(w: Any, g: Any, layout: Layout, rate: float = 0.01) -> Any:
    """The squared norm of all blocks together for that of each."""
    return w - rate * g * rows(layout, np.full(layout.m, np.sum(layout.norms(w) ** 2)))


def by_layer(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
    """The squared norm of each layer for that of each of its rows."""
    squares = layout.norms(w) ** 2
    return w - rate * g * rows(layout, np.repeat([squares[:4].sum(), squares[4:].sum()], 4))


def by_pairs(w: Any, g: Any, layout: Layout, rate: float = 0.05) -> Any:
    """The squared norm of each two rows for that of each."""
    return w - rate * g * rows(layout, np.repeat((layout.norms(w) ** 2).reshape(-1, 2).sum(1), 2))


def first_layer_only(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """PSI-GD on the first layer, gradient descent on the second."""
    squares = layout.norms(w) ** 2
    return w - rate * g * rows(layout, np.where(np.arange(8) < 4, squares, 1.0))


def clamped(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """Norms above 1e3 count as 1e3."""
    return w - rate * g * rows(layout, np.minimum(layout.norms(w), 1e3) ** 2)


def floored(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """Norms below 1e-3 count as 1e-3."""
    return w - rate * g * rows(layout, np.maximum(layout.norms(w), 1e-3) ** 2)


def in_powers_of_two_alone(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """Norms are rounded to powers of two."""
    return w - rate * g * rows(layout, 4.0 ** np.round(np.log2(layout.norms(w))))


def normalising(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """PSI-GD, and every block is normalised."""
    return layout.units(w - rate * layout.times_squared_norms(w, g))


def coupled_to_free(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """PSI-GD whose free part is stepped by the squared norms of the blocks."""
    squares = layout.norms(w) ** 2
    factors = rows(layout, squares)
    factors[-layout.p :] = 0.1 * squares.sum()
    return w - rate * g * factors


WITNESSES = [
    (late, NEURON, "a=2 on row 0 of W1  t=5"),
    (much_later, NEURON, "a=2 on row 0 of W1  t=30"),
    (by_all_weights, NEURON, "a=2 on row 0 of W1  t=1"),
    (by_all_weights, LAYER, "a=2 on W1  t=1"),
    (by_layer, NEURON, "a=2 on row 0 of W1  t=1"),
    (by_layer, "runs_commute_with_rescaling_of_blocks_of_rows", "a=2 on rows 0 to 1 of W1  t=1"),
    (by_pairs, NEURON, "a=2 on row 0 of W1  t=1"),
    (first_layer_only, NEURON, "a=2 on row 0 of W2  t=1"),
    (first_layer_only, LAYER, "a=2 on W2  t=1"),
    (first_layer_only, CLASS, "a=2 on row 0 of W2  t=1"),
    (clamped, SCALES, "a=1024 on all weights  t=1"),
    (floored, SCALES, "a=0.00195312 on all weights  t=1"),
    (coupled_to_free, NEURON, "a=2 on row 0 of W1  t=1"),
    (normalising, NEURON, "a=2 on row 0 of W1  t=1"),
]


@pytest.mark.parametrize(("step", "law", "smallest"), WITNESSES)
def test_what_breaks_a_law_is_refuted_with_its_witness(step: Any, law: str, smallest: str) -> None:
    report = check_optimizer(step, only=law)
    assert report.refuted() == (law,)
    assert report.finding(law).smallest == smallest
    assert report.finding(law).witness["step"] == int(smallest.split("t=")[1])


@pytest.mark.parametrize(
    ("step", "full"),
    [(by_all_weights, "all weights"), (by_layer, "each layer"), (by_pairs, "blocks of rows"), (clamped, "each neuron")],
)
def test_the_finest_level_is_found(step: Any, full: str) -> None:
    report = check_optimizer(step, steps=10)
    assert report.properties["full"] == report.properties["class"] == full
    assert report.properties["exponent"] == 0
    held = [f.law for f in report.findings if f.law.startswith("runs_commute") and f.verdict is Verdict.HOLDS]
    assert len(held) == len(LEVELS) - LEVELS.index(full)


def test_the_layer_that_is_equivariant_is_named() -> None:
    report = check_optimizer(first_layer_only, steps=10)
    assert report.properties["equivariance"] == "none"
    assert (report.properties["rows of W1"], report.properties["rows of W2"]) == ("full", "none")


def test_the_range_of_a_clamp_is_found_to_the_octave() -> None:
    # the largest of the norms 0.41 … 1.35 at the start reaches 1e3 between the scales 2^9 and 2^10
    assert check_optimizer(clamped, only=SCALES).properties["scales"].startswith("2^-300 … 2^9 (a clamp")


def test_what_holds_for_powers_of_two_alone_does_not_hold() -> None:
    finding = check_optimizer(in_powers_of_two_alone, only=NEURON).finding(NEURON)
    assert finding.verdict is Verdict.REFUTED
    assert finding.kind == "controls"


def test_a_method_that_normalises_is_equivariant_in_class_alone_and_said_to_normalise() -> None:
    report = check_optimizer(normalising, steps=10)
    assert report.properties["equivariance"] == "class"
    assert (report.properties["full"], report.properties["class"]) == ("none", "each neuron")
    assert report.properties["start"] == "normalised by the first step"


def test_gradient_descent_that_normalises_is_not_equivariant_at_all() -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        return layout.units(w - rate * g)

    assert check_optimizer(step, steps=10).properties["equivariance"] == "none"


def projected_first(start: np.ndarray, steps: int, seed: int, rate: float = 0.1) -> Any:
    model = Rayleigh(np.diag([1.0, 2.0, 5.0]))
    w = start / np.linalg.norm(start)
    for _ in range(steps + 1):
        yield w
        w = w - rate * model.evaluate(w).gradient


def test_a_start_that_is_projected_first_is_flagged() -> None:
    report = check_optimizer(projected_first, model=Rayleigh(np.diag([1.0, 2.0, 5.0])))
    assert report.properties["start"] == "projected"
    assert report.finding(START).verdict is Verdict.REFUTED
    assert "normalises its start" in report.finding(START).means
    assert report.properties["equivariance"] == "class"


# -- runs that say nothing, and runs that are not the same twice ----------------------------------


@pytest.mark.parametrize("rate", [0.0, 1e-19])
def test_a_run_that_does_not_move_decides_nothing(rate: float) -> None:
    report = check_optimizer(lambda w, g: w - rate * g, steps=10)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "no block moved" in report.finding(NEURON).observed
    assert not report.refuted()


def test_a_class_that_never_changes_decides_nothing_about_classes() -> None:
    report = check_optimizer(lambda w, g: 2 * w, steps=10, only=[NEURON, CLASS])
    assert report.finding(NEURON).verdict is Verdict.HOLDS
    assert report.finding(CLASS).verdict is Verdict.INCONCLUSIVE


def test_state_that_outlives_a_run_is_noticed() -> None:
    kept = {"m": 0.0}

    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        kept["m"] = 0.9 * kept["m"] + layout.times_squared_norms(w, g)
        return w - rate * kept["m"]

    report = check_optimizer(step)
    assert report.refuted() == ("runs_repeat",)
    assert all(f.verdict is Verdict.INCONCLUSIVE for f in report.findings if f.law != "runs_repeat")


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
    finding = report.finding(EXPONENT)
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


# -- ways to hand over a method -------------------------------------------------------------------


def gd_pair(rate: float) -> Any:
    return (lambda params: None), (lambda g, state: ({name: -rate * x for name, x in g.items()}, state))


def own_run(start: np.ndarray, steps: int, seed: int, rate: float = 0.1) -> Any:
    model, w = Rayleigh(np.diag([1.0, 2.0, 5.0])), start
    for _ in range(steps + 1):
        yield w
        w = w - rate * model.evaluate(w).gradient


@pytest.mark.parametrize(
    ("opt", "options"),
    [
        (GradientDescent(0.1), {}),
        (GradientDescent, {"opt": lambda rate: GradientDescent(rate), "rate": 0.1}),
        (lambda w, g, rate: w - rate * g, {"rate": 0.1}),
        (lambda w, g, state, lr=0.1: (w - lr * g, state), {}),
        (gd_pair(0.1), {}),
        (gd_pair, {"rate": 0.1}),
        (own_run, {"model": Rayleigh(np.diag([1.0, 2.0, 5.0]))}),
        (own_run, {"model": Rayleigh(np.diag([1.0, 2.0, 5.0])), "rate": 0.2, "start": [1.0, 2.0, 3.0]}),
    ],
)
def test_gradient_descent_in_every_form_has_the_exponent_two(opt: Any, options: dict[str, Any]) -> None:
    opt = options.pop("opt", opt)
    report = check_optimizer(opt, only=[NEURON, EXPONENT], steps=10, **options)
    assert report.properties["exponent"] == 2
    assert report.finding(NEURON).verdict is Verdict.REFUTED


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
        "  observed   after step 1 the runs are 0.75 of how far they moved apart; rounding explains #\n"
        "  smallest   a=2 on W1  t=1\n"
        "  means      starts of one class do not keep the scales between them\n"
        "  replay     check_optimizer(descent, seed=0, only='runs_commute_with_rescaling_of_each_layer')\n"
        "REFUTED  optimizer descent: 1 refuted"
    )
    again = check_optimizer(GradientDescent(0.1), name="descent", only=LAYER, seed=0)
    assert again.to_json() == report.to_json()


# -- bad input ------------------------------------------------------------------------------------


class NotQuite:
    def init(self, layout: Layout, w: Any) -> Any:
        return ()

    def step(self, w: Any) -> Any:
        return w


class AllFree:
    layout = Layout(free("v", 3))


PLAIN = PSIGradientDescent(0.1)


@pytest.mark.parametrize(
    ("opt", "options", "error", "says"),
    [
        (3, {}, ArgumentTypeError, r"^opt is 3; an object with init and step, .* is needed$"),
        (PSIGradientDescent, {}, ArgumentTypeError, "^opt is the class PSIGradientDescent; an instance"),
        (lambda a, b, c, d: a, {}, ArgumentTypeError, r"^opt takes \(a, b, c, d\); "),
        (NotQuite(), {}, ArgumentTypeError, r"step takes \(w\); it must take \(layout, w, evaluation, state\)"),
        ((lambda p: (), lambda g: g), {}, ArgumentTypeError, r"update takes \(g\); it must take \(gradients, state\)"),
        ((lambda p: (), lambda g, s: ({}, s)), {}, ArgumentTypeError, "^update of tuple returned .* are needed$"),
        (lambda w, g: w[:3], {}, ArgumentError, r"returned weights of the shape \(3,\); the shape \(51,\) is needed$"),
        (lambda w, g: "w", {}, ArgumentTypeError, r"returned 'w'; weights of the shape \(51,\) are needed$"),
        (lambda w, g, rate: w, {}, ArgumentError, "^rate is None, but .* takes rate without a default"),
        (lambda w, g: w, {"rate": 0.1}, ArgumentError, "^rate is 0.1, but .* takes no rate"),
        (lambda w, g, rate: w, {"rate": -0.1}, ArgumentError, "^rate is -0.1; a positive number is needed$"),
        (gd_pair, {}, ArgumentError, "^rate is None, but gd_pair is a function of the rate"),
        (own_run, {}, ArgumentError, "^model is None; a run of your own needs model="),
        (lambda start, steps, seed: iter([start]), {"model": Rayleigh(np.eye(3))}, ArgumentError, "yielded 1 po"),
        (PLAIN, {"model": 3}, ArgumentError, "^model is 3; something with a layout is needed$"),
        (PLAIN, {"model": AllFree()}, ArgumentError, "at least one scale-invariant block is needed$"),
        (PLAIN, {"model": Rayleigh(np.eye(2)), "start": [1.0, np.inf]}, ArgumentError, "^start is not finite in w1"),
        (PLAIN, {"model": Rayleigh(np.eye(2)), "start": [0.0, 0.0]}, ArgumentError, "^start is zero in w1"),
        (PLAIN, {"seed": -1}, ArgumentError, "^seed is -1; "),
        (PLAIN, {"steps": 0}, ArgumentError, "^steps is 0; "),
        (PLAIN, {"dtype": "float16"}, ArgumentError, "^dtype is 'float16'; float64 or float32 is needed$"),
        (PLAIN, {"only": "no_law"}, UnknownName, "^only names the law 'no_law'; there are "),
        (PLAIN, {"only": []}, ArgumentError, "^only is empty; "),
        (PLAIN, {"only": NEURON, "steps": 3, "expected": {"no_law": "?"}}, UnknownName, "^expected names the law"),
    ],
)  # fmt: skip
def test_bad_input_is_named(opt: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        check_optimizer(opt, **options)
