"""What begins after the steps that are compared one by one is seen where powers of two agree bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.layout import Layout

NEURON, EXPONENT = "runs_commute_with_rescaling_of_each_neuron", "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"


def warming_up(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.02) -> Any:
    """Descend on the quotient for 15 steps, then as it comes."""
    return w - rate * g * (layout.expand(layout.norms(w) ** 2) if t < 15 else 1.0)


def decaying(w: Any, g: Any, state: Any, t: int, rate: float = 0.01, eps: float = 1e-8) -> Any:
    """RMSprop whose weights decay from step 20 on."""
    v = 0.9 * (0 if state is None else state) + 0.1 * g * g
    return (w * (1 - 0.1 * rate) if t >= 20 else w) - rate * g / (np.sqrt(v) + eps), v


@pytest.mark.parametrize(("opt", "law", "step"), [(warming_up, NEURON, 16), (decaying, EXPONENT, 21)])
def test_what_begins_later_breaks_the_law_and_its_line_is_named(opt: Any, law: str, step: int) -> None:
    report = check_optimizer(opt, only=(law, EXPONENT), steps=10)
    assert report.refuted() == tuple(dict.fromkeys((law, EXPONENT)))
    found = int(report.finding(law).smallest.partition("t=")[2].split()[0])
    assert step <= found <= step + 16
    assert "so it is of the first steps alone: by step" in report.sentence
    assert "rate" in report.sentence.rpartition("optimizer_later.py")[2]


@pytest.mark.parametrize(("decay", "dtype"), [(0.0, np.float64), (0.1, np.float64), (0.1, np.float32)])
def test_what_begins_later_beside_an_eps_that_cannot_be_removed_is_told_by_types(decay: float, dtype: Any) -> None:
    def hidden(w: Any, g: Any, t: int, rate: float = 0.01) -> Any:
        return w * (1 - (decay if t >= 20 else 0.0) * rate) - rate * g / (np.abs(g) + 1e-8)

    report = check_optimizer(hidden, only=EXPONENT, steps=10, dtype=dtype)
    assert report.properties["exponent"] == (None if decay else 1.0)
    told = bool(decay) and dtype is np.float64
    assert ("so it is of the first steps alone: by step 50" in report.sentence) == told


@pytest.mark.parametrize("wrong", [False, True])
def test_what_begins_later_beside_an_eps_in_code_without_types_shows_where_rounding_swallows_that(wrong: bool) -> None:
    def untyped(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.02) -> Any:
        norms = np.frombuffer(layout.norms(w).tobytes())  # of which nothing is known
        return w - rate * g * layout.expand(norms ** (1 if wrong and t >= 15 else 2) + 1e-9)

    report = check_optimizer(untyped, only=NEURON, steps=10)
    assert "not derived" in report.sentence
    assert report.refuted() == ((NEURON,) if wrong else ())


@pytest.mark.parametrize("limit", [1e3, 1e6])
def test_a_limit_that_is_met_later_is_no_break(limit: float) -> None:
    def clipped(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.02) -> Any:
        size = np.minimum(layout.norms(w) ** 2, limit if t < 15 else 6.0)
        return w - rate * g * layout.expand(size)

    report = check_optimizer(clipped, only=(NEURON, EXPONENT), steps=10)
    assert report.properties["exponent"] == 0.0
    assert "on constants or comparisons may part runs" in report.sentence


def test_a_comparison_that_turns_out_otherwise_later_is_no_break() -> None:
    def clipped(w: Any, g: Any, t: int, rate: float = 0.01) -> Any:
        size = float(np.linalg.norm(g))
        return w - rate * g / (1.0 if size < (1e-4 if t < 15 else 2.0) else size)

    report = check_optimizer(clipped, only=EXPONENT, steps=10)
    assert report.properties["exponent"] == 1.0
    assert "on constants or comparisons may part runs" in report.sentence


def test_half_floats_that_get_small_later_are_no_break() -> None:
    def halved(w: Any, g: Any, t: int, rate: float = 0.02) -> Any:
        by = 2.0 ** (10 - max(0, t - 12))
        return w - rate * (g * by).astype(np.float16).astype(float) / by

    report = check_optimizer(halved, only=EXPONENT, steps=10)
    assert report.properties["exponent"] == 2.0
    assert "on numbers that overflow or vanish at" in report.sentence


def test_powers_of_two_that_end_in_an_overflow_are_no_break() -> None:
    def growing(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        return 1e4 * (w - rate * g * layout.expand(layout.norms(w) ** 2))

    assert check_optimizer(growing, only=NEURON, steps=10).refuted() == ()


def named(w: Any, g: Any, t: int, rate: float = 0.02, least: float = 1e-6) -> Any:
    return w - np.maximum(rate * 0.5**t, least) * np.sign(g)


def by_numpy(w: Any, g: Any, t: int, rate: float = 0.02) -> Any:
    return w - np.maximum(rate * 0.5**t, 1e-6) * np.sign(g)


def by_python(w: Any, g: Any, t: int, rate: float = 0.02) -> Any:
    step = max(rate * 0.5**t, 1e-6)
    return w - step * np.sign(g)


def beside_a_factor(w: Any, g: Any, t: int, rate: float = 0.02, boost: float = 2.3, least: float = 1e-6) -> Any:
    return w - boost * np.clip(rate * 0.5**t, least, 1e6) * np.sign(g)


@pytest.mark.parametrize("shrinking", [named, by_numpy, by_python, beside_a_factor])
def test_a_limit_that_is_taken_in_place_of_a_step_is_no_term_of_its_own(shrinking: Any) -> None:
    report = check_optimizer(shrinking, only=EXPONENT, steps=10)
    assert report.properties["exponent"] == 1.0
    assert "on constants or comparisons may part runs" in report.sentence


def test_a_decay_that_begins_later_beside_a_limit_breaks_the_law() -> None:
    def limited(w: Any, g: Any, t: int, rate: float = 0.02, least: float = 1e-9, decay: float = 0.5) -> Any:
        return (w * (1 - decay * rate) if t >= 15 else w) - np.maximum(rate, least) * np.sign(g)

    assert check_optimizer(limited, only=EXPONENT, steps=10).refuted() == (EXPONENT,)


@pytest.mark.parametrize("drifts", [False, True])
def test_a_constant_that_comes_later_is_a_drift_beside_weights_and_an_eps_beside_norms(drifts: bool) -> None:
    def shifting(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.02) -> Any:
        norms = layout.norms(w)
        if not drifts and t > 20:
            norms = norms + 1e-4
        w = w - rate * g * layout.expand(norms**2)
        return w + 1e-4 if drifts and t > 20 else w

    report = check_optimizer(shifting, only=NEURON, steps=10)
    assert report.refuted() == ((NEURON,) if drifts else ())


def with_an_eps(later: float, p: int = 1, decay: float = 0.0) -> Any:
    """Return steps along the gradient's direction beside an eps, which is another one from step 60 on, with a decay."""

    def step(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.02) -> Any:
        towards = g / layout.expand(layout.norms(g) + (1e-8 if t < 60 else later))
        if p == 0:
            towards = towards * layout.expand(layout.norms(w))
        if t >= 60:
            towards = towards + decay * w
        return w - rate * towards

    return step


@pytest.mark.parametrize(("later", "told"), [(1e-8, False), (3e-4, True)])
def test_an_eps_that_grows_later_is_told(later: float, told: bool) -> None:
    report = check_optimizer(with_an_eps(later), only=EXPONENT)
    assert report.properties["exponent"] == 1
    assert ("from step 100 on constants or comparisons may part runs" in report.sentence) == told
    assert ("e-08 of the motion" in report.finding(EXPONENT).observed) == (not told)


def test_an_eps_that_grows_later_beyond_what_is_small_breaks_the_law() -> None:
    assert check_optimizer(with_an_eps(1.0, p=0), only=NEURON).refuted() == (NEURON,)


def test_a_decay_that_begins_later_beside_an_eps_is_named_with_its_line() -> None:
    report = check_optimizer(with_an_eps(1e-8, decay=0.01), only=EXPONENT)
    assert report.properties["exponent"] is None
    assert "by step 100 runs break it, at sum" in report.sentence
    assert "towards = towards + decay * w" in report.sentence


def test_of_runs_that_are_no_numbers_nothing_is_claimed() -> None:
    def step(w: Any, g: Any, t: int, rate: float = 0.02) -> Any:
        return w - rate * g * (np.inf if t == 2 else 1.0)

    report = check_optimizer(step, only=EXPONENT)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.sentence == "step: by step 3 its weights are not finite, so that nothing is claimed of it"


def test_of_steps_after_a_run_has_overflown_nothing_is_claimed() -> None:
    def step(w: Any, g: Any, t: int, layout: Layout, rate: float = 0.02) -> Any:
        last = np.inf if t == 40 else 1.0
        return w - rate * last * layout.times_squared_norms(w, g)

    report = check_optimizer(step, only=[NEURON, SCALES])
    assert report.properties["scales"] == "2^-300 … 2^300"
    assert report.sentence.endswith("by step 100 its weights are not finite, so that nothing is claimed of later steps")
