"""Bounds as data: values against formulas written out, the same in every arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.bibliography import SOURCES
from psitheory.arithmetic import precision, to_balls, to_rationals
from psitheory.errors import ArgumentError
from psitheory.rates.bounds import BOUNDS, DOMINATED, GD, PSI_GD, PSI_SGD, PSI_SGD_DECREASING, PSI_SGD_TUNED, SMOOTH

CONSTANTS = {
    "smoothness": 3.0,
    "gap": 0.5,
    "rate": 0.125,
    "steps": 6,
    "largest_square": 2.0,
    "free": 1,
    "variance": 0.25,
    "scale": 0.25,
    "width": 1.5,
    "dominance": 0.5,
    "drop": 0.75,
    "blocks": 2,
    "lower": 1.5,
    "slope": 0.5,
    "largest_gradient": 2.5,
    "threshold": 0.25,
    "momentum": 0.5,
}


def of(bound, constants=CONSTANTS):
    return {name: constants[name] for name in bound.constants}


@pytest.mark.parametrize("bound", BOUNDS.values(), ids=BOUNDS)
def test_balls_hold_the_value_in_floats(bound):
    with precision(128):
        enclosed = bound(**of(bound, to_balls(CONSTANTS)))
    assert float(enclosed.rad()) < 1e-30
    assert float(bound(**of(bound))) == pytest.approx(float(enclosed), rel=8 * np.finfo(float).eps)


@pytest.mark.parametrize("bound", BOUNDS.values(), ids=BOUNDS)
def test_every_bound_is_described(bound):
    assert bound.formula
    assert bound.bounded
    assert bound.holds
    assert bound.source


def test_exact_values_on_rationals():
    exact = to_rationals(CONSTANTS)
    assert Fraction(str(PSI_GD(**of(PSI_GD, exact)))) == Fraction(1, 2)  # 2·3·½/6
    assert Fraction(str(GD(**of(GD, exact)))) == Fraction(17, 6)  # 2·½·(2 + ⅛)/(6/8)
    assert Fraction(str(PSI_SGD(**of(PSI_SGD, exact)))) == Fraction(4, 3) + Fraction(3, 32)
    assert Fraction(str(DOMINATED(**of(DOMINATED, exact)))) == Fraction(5, 6) ** 6 / 2


def test_free_parameters_count_as_a_norm_of_one():
    small = {"gap": 0.5, "rate": 0.125, "largest_square": 0.25, "steps": 4}
    assert GD(**small, free=0) == pytest.approx(2 * 0.5 * 0.375 / 0.5)
    assert GD(**small, free=2) == pytest.approx(2 * 0.5 / 0.5)


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.01, 10), st.integers(1, 1000))
def test_the_tuned_bound_is_no_smaller_than_the_fixed_one_at_its_rate(smoothness, gap, variance, steps):
    rate = min(1 / smoothness, np.sqrt(2 * gap / (smoothness * steps * variance)))
    fixed = PSI_SGD(smoothness=smoothness, gap=gap, rate=rate, variance=variance, steps=steps)
    tuned = PSI_SGD_TUNED(smoothness=smoothness, gap=gap, variance=variance, steps=steps)
    assert fixed <= tuned * (1 + 1e-12)


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.0, 10), st.integers(1, 400))
def test_the_bound_of_decreasing_rates_is_above_its_sums(smoothness, gap, variance, steps):
    scale = 1 / smoothness
    rates = scale / np.sqrt(np.arange(1, steps + 1))
    exact = (2 * gap + smoothness * variance * (rates**2).sum()) / rates.sum()
    bound = PSI_SGD_DECREASING(smoothness=smoothness, gap=gap, scale=scale, variance=variance, steps=steps)
    assert exact <= bound * (1 + 1e-12)


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.integers(1, 1000))
def test_the_exact_worst_case_in_flat_space_is_no_larger(smoothness, gap, steps):
    constants = {"smoothness": smoothness, "gap": gap, "steps": steps}
    assert SMOOTH(**constants) <= PSI_GD(**constants) * (1 + 1e-12)
    if steps == 1:
        assert SMOOTH(**constants) == pytest.approx(PSI_GD(**constants))


def test_the_constants_are_named():
    with pytest.raises(ArgumentError, match="the bound of PSI-GD was given gap; it needs smoothness, gap, steps"):
        PSI_GD(gap=1.0)


@pytest.mark.parametrize("bound", [b for b in BOUNDS.values() if "steps" in b.constants], ids=lambda b: b.name)
def test_too_few_steps_are_named(bound):
    with pytest.raises(ArgumentError, match=f"^steps is {bound.fewest - 1}; at least {bound.fewest} is needed$"):
        bound(**of(bound, CONSTANTS | {"steps": bound.fewest - 1}))


def test_the_bound_of_linear_convergence_begins_at_the_gap():
    assert DOMINATED(**of(DOMINATED, CONSTANTS | {"steps": 0})) == CONSTANTS["gap"]


@pytest.mark.parametrize("bound", [PSI_GD, GD, SMOOTH], ids=lambda b: b.name)
def test_many_numbers_of_steps_are_bounded_together(bound):
    steps = np.arange(1, 5)
    together = bound(**of(bound, CONSTANTS | {"steps": steps}))
    assert (together == [bound(**of(bound, CONSTANTS | {"steps": int(t)})) for t in steps]).all()


@pytest.mark.parametrize("rate", [0.0, -0.1, 2 / 3, 1.0, np.nan])
@pytest.mark.parametrize("name", ["PSI-GD, sum", "RGD, sum"])
def test_a_rate_beyond_the_reach_of_a_bound_is_named(name, rate):
    sentence = f"^rate is {rate} at smoothness 3.0; 0 < rate < 2/smoothness is needed$"
    with pytest.raises(ArgumentError, match=sentence):
        BOUNDS[name](**of(BOUNDS[name], CONSTANTS | {"rate": rate}))


@pytest.mark.parametrize("bound", BOUNDS.values(), ids=BOUNDS)
def test_every_source_is_a_key_of_the_bibliography_or_words(bound):
    assert bound.source in SOURCES or " " in bound.source


def test_the_exact_worst_case_meets_the_bound_at_one_step_and_two_thirds_of_it_in_the_end():
    gap, smoothness = Fraction(3, 7), Fraction(5, 2)

    def share(steps):
        return SMOOTH(smoothness=smoothness, gap=gap, steps=steps) / PSI_GD(smoothness=smoothness, gap=gap, steps=steps)

    assert share(1) == 1
    assert share(2) == Fraction(4, 5)
    assert 0 < share(10**6) - Fraction(2, 3) < Fraction(1, 10**6)


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0, 1.5, 1.99])
def test_every_rate_below_two_over_the_smoothness_is_taken(share: float) -> None:
    rate = share / 3.0
    assert BOUNDS["PSI-GD, sum"](drop=1.0, rate=rate, smoothness=3.0) == pytest.approx(
        1 / (rate * (1 - share / 2)), rel=1e-12
    )


QUANTITIES = ("G(w_t)", r"\theta", "f^*", r"\angle", r"\nabla")


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_bounded_is_a_quantity_of_the_run_and_the_bound_a_formula_without_it(name: str) -> None:
    bound = BOUNDS[name]
    assert any(quantity in bound.bounded for quantity in QUANTITIES)
    assert not any(quantity in bound.formula for quantity in QUANTITIES)
    assert "\\" not in bound.name + bound.holds
