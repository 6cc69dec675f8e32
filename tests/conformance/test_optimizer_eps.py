"""An eps is told from a true break, however weak and however late."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.check import LAWS
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.layout import Layout
from psitheory.optimizers import (
    Adagrad,
    Adam,
    RMSprop,
)

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"


def rows(layout: Layout, factors: np.ndarray) -> np.ndarray:
    return np.asarray(layout.expand(factors))


@pytest.mark.parametrize(("make", "p"), [(Adam, 1), (RMSprop, 1), (Adagrad, 1)])
def test_an_eps_limits_the_exponent_and_its_range(make: Any, p: int) -> None:
    report = check_optimizer(make(0.01, eps=1e-6), only=[EXPONENT, SCALES], steps=30)
    assert report.properties["exponent"] == p
    assert report.finding(EXPONENT).kind == "eps-limited"
    assert "it vanishes if this scales along: eps (eps = 1e-06)" in report.notes[0]
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


def test_a_hidden_eps_is_told_with_its_line() -> None:
    report = check_optimizer(hidden_adam(0), only=EXPONENT, steps=30)
    assert report.properties["exponent"] == 1
    assert "eps (the constant 1e-08) at conformance/test_optimizer_eps.py" in report.finding(EXPONENT).observed


def test_where_there_are_no_types_an_eps_is_told_by_its_power_law() -> None:
    def step(w: Any, g: Any, state: Any, rate: float = 0.01) -> Any:
        w, g = (np.array([float(x) for x in z]) for z in (w, g))
        return hidden_adam(0)(w, g, state, rate)

    report = check_optimizer(step, only=EXPONENT, steps=30)
    assert report.properties["exponent"] == 1
    assert "dies out like the power 1 of the scale towards small weights" in report.finding(EXPONENT).observed
    assert "not derived: a number leaves its array by float" in report.sentence


@pytest.mark.parametrize(
    ("read", "by"),
    [
        (lambda g: np.frombuffer(g), "frombuffer"),
        (lambda g: np.ndarray(g.shape, float, g), "ndarray"),
        (lambda g: np.frombuffer(memoryview(g)), "frombuffer"),
        (lambda g: np.frombuffer(g.tobytes()), "tobytes"),
        (lambda g: np.frombuffer(bytes(g)), "tobytes"),
        (lambda g: np.frombuffer(g.data), "data"),
        (lambda g: np.ctypeslib.as_array((ctypes.c_double * len(g)).from_address(g.ctypes.data)).copy(), "ctypes"),
    ],
)
def test_numbers_that_are_read_from_memory_have_no_types_and_runs_decide(read: Any, by: str) -> None:
    def step(w: Any, g: Any, state: Any, rate: float = 0.01) -> Any:
        return hidden_adam(0)(w, read(g), state, rate)

    report = check_optimizer(step, only=EXPONENT, steps=30)
    assert report.properties["exponent"] == 1
    assert f"not derived: numbers leave their array by {by} at conformance/test_optimizer_eps.py" in report.sentence


def test_half_precision_limits_a_law_of_arrays_and_is_told_with_its_line() -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        return w - (rate * g * layout.expand(layout.norms(w) ** 2)).astype(np.float16).astype(float)

    report = check_optimizer(step, only=[NEURON, "the_scaling_law_holds_at_every_scale"])
    assert report.properties["full"] == "each neuron"
    assert report.finding(NEURON).kind == "overflow-limited"
    assert "few of their bits" in report.finding(NEURON).observed
    assert "test_optimizer_eps.py" in report.finding(NEURON).observed


def test_an_operation_without_degrees_is_named_with_its_line() -> None:
    def step(w: Any, g: Any, state: Any, rate: float = 0.01) -> Any:
        fraction, whole = np.modf(g)
        return w - rate * (fraction + whole), state

    report = check_optimizer(step, only=EXPONENT, steps=5)
    assert report.properties["exponent"] == 2
    assert "not derived: modf at conformance/test_optimizer_eps.py" in report.sentence


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


def normalised(w: Any, g: Any, layout: Layout, rate: float = 0.05, eps: float = 1e-8) -> Any:
    return w - rate * g * rows(layout, layout.norms(w) / (layout.norms(g) + eps))


def test_an_eps_is_an_excuse_at_every_level_with_free_weights_too() -> None:
    laws = [law for law in LAWS if law.startswith("runs_commute")]
    report = check_optimizer(normalised, only=laws, steps=10)
    assert report.verdict is Verdict.HOLDS
    assert {finding.kind for finding in report.findings} == {"eps-limited"}


def test_where_runs_without_an_eps_fail_there_is_no_excuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Derived, "gap", lambda *_, **__: np.inf)
    assert check_optimizer(normalised, only=NEURON, steps=10).refuted() == (NEURON,)


# -- what an eps must not hide --------------------------------------------------------------------


def adam_until(turn: int, after: Any) -> Any:
    """Adam with an eps that nobody can remove, until its direction becomes ``after(w, g, u)``."""

    def step(w: Any, g: Any, state: Any, t: int, rate: float = 0.01) -> Any:
        m, v = state or (0, 0)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        u = (m / (1 - 0.9 ** (t + 1))) / (np.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8)
        return w - rate * (u if t < turn else after(w, g, u)), (m, v)

    return step


def gradient(w: Any, g: Any, u: Any) -> Any:
    return g


def decayed(w: Any, g: Any, u: Any) -> Any:
    return u + 1e-3 * w


@pytest.mark.parametrize("after", [gradient, decayed])
@pytest.mark.parametrize(("turn", "t"), [(6, 1), (60, 100)])  # types see the first, which no eps excuses then
def test_a_break_that_comes_after_that_of_an_eps_is_found(after: Any, turn: int, t: int) -> None:
    finding = check_optimizer(adam_until(turn, after), only=EXPONENT).finding(EXPONENT)
    assert finding.verdict is Verdict.REFUTED
    assert finding.smallest.endswith(f"t={t}")


def test_a_late_break_beside_an_eps_that_can_be_removed_is_shown_without_it() -> None:
    def step(w: Any, g: Any, v: Any, t: int, rate: float = 0.01, eps: float = 1e-8) -> Any:
        v = 0.9 * (0 if v is None else v) + 0.1 * g * g
        return w - rate * (g if t >= 20 else g / (np.sqrt(v) + eps)), v

    finding = check_optimizer(step, only=EXPONENT).finding(EXPONENT)
    assert finding.verdict is Verdict.REFUTED
    assert finding.smallest.endswith("t=30")


def test_clipping_that_ends_within_the_run_is_no_eps() -> None:
    def step(w: Any, g: Any, rate: float = 0.1) -> Any:
        return w - rate * g * min(1.0, 1.0 / (np.linalg.norm(g) + 1e-6))

    assert check_optimizer(step, only=EXPONENT).refuted() == (EXPONENT,)


@pytest.mark.parametrize("size", [1e-6, 1e-9])
def test_a_constant_beside_the_gradient_is_no_eps(size: float) -> None:
    def step(w: Any, g: Any, rate: float = 0.01) -> Any:
        g = g + size * np.cos(np.arange(len(w)))
        return w - rate * g / (np.abs(g) + 1e-8)

    assert check_optimizer(step, only=EXPONENT, steps=30).refuted() == (EXPONENT,)


@pytest.mark.parametrize("size", [1e-4, 1e-8])
def test_a_drift_that_dies_out_beside_large_weights_is_no_eps(size: float) -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        return w - rate * layout.times_squared_norms(w, g) + size * np.cos(np.arange(len(w)))

    assert check_optimizer(step, only=NEURON, steps=30).refuted() == (NEURON,)


@pytest.mark.parametrize("size", [1e-4, 1e-8])
def test_a_shrinkage_by_a_fixed_length_is_no_eps(size: float) -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        return w - rate * layout.times_squared_norms(w, g) - size * np.sign(w)

    assert check_optimizer(step, only=NEURON, steps=30).refuted() == (NEURON,)


def lamb_by_row(w: Any, g: Any, state: Any, layout: Layout, rate: float = 0.03) -> Any:
    m, v, t = state or (0, 0, 0)
    m, v, t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g, t + 1
    u = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6)
    return w - rate * u * rows(layout, layout.norms(w) / layout.norms(u)), (m, v, t)


def rms_inside(w: Any, g: Any, v: Any, rate: float = 0.01) -> Any:
    v = 0.9 * (0 if v is None else v) + 0.1 * g * g
    return w - rate * g / np.sqrt(v + 1e-8), v


# 1: its eps leaves steps of full length; 3: its effect grows beyond what is linear; 6: chaos takes it to its end
@pytest.mark.parametrize(
    ("step", "law", "seed"), [(lamb_by_row, NEURON, 1), (rms_inside, EXPONENT, 3), (lamb_by_row, NEURON, 6)]
)
def test_what_a_hidden_eps_grows_to_within_a_run_is_no_false_alarm(step: Any, law: str, seed: int) -> None:
    report = check_optimizer(step, only=law, seed=seed)
    assert report.verdict is Verdict.HOLDS
    assert report.finding(law).kind == "eps-limited"


def test_code_that_raises_once_its_eps_is_taken_away_lives_on_it() -> None:
    def inverted(w: Any, g: Any, v: Any, rate: float = 0.01, eps: float = 1e-8) -> Any:
        if eps < 1e-20:
            raise np.linalg.LinAlgError("Singular matrix")
        v = 0.9 * (0 if v is None else v) + 0.1 * g * g
        return w - rate * g / (np.sqrt(v) + eps), v

    report = check_optimizer(inverted, only=EXPONENT, steps=10)
    assert report.properties["exponent"] == 1
    assert report.finding(EXPONENT).kind == "eps-limited"
