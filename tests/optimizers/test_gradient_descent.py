"""GD and PSI-GD against their formulas in rationals, and their rates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import SymbolTable, to_balls, to_floats, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, PerBlock, PSIGradientDescent

LAYOUT = Layout.of([2, 3], 1)
whole = st.integers(-8, 8).map(float)
positive = st.integers(1, 8).map(float)


def evaluation(gradient: Any) -> Evaluation:
    return Evaluation(0.0, gradient)


@given(st.lists(positive, min_size=6, max_size=6), st.lists(whole, min_size=6, max_size=6), st.integers(1, 9))
def test_a_step_is_its_formula_exactly(w: list[float], g: list[float], k: int) -> None:
    eta = Fraction(k, 7)
    r2 = [w[0] ** 2 + w[1] ** 2] * 2 + [w[2] ** 2 + w[3] ** 2 + w[4] ** 2] * 3 + [1]
    psi = [Fraction(x) - eta * int(r) * int(y) for x, r, y in zip(w, r2, g, strict=True)]
    flat = [Fraction(x) - eta * int(y) for x, y in zip(w, g, strict=True)]
    point, gradient = to_rationals(np.array(w)), to_rationals(np.array(g))
    for method, expected in ((PSIGradientDescent(eta), psi), (GradientDescent(eta), flat)):
        found, _ = method.step(LAYOUT, point, evaluation(gradient), ())
        assert [Fraction(int(x.p), int(x.q)) for x in found] == expected


@given(
    st.lists(st.floats(0.1, 10), min_size=6, max_size=6),
    st.lists(st.floats(-10, 10), min_size=6, max_size=6),
    st.lists(st.integers(-300, 300), min_size=2, max_size=2),
)
def test_psi_gd_commutes_with_powers_of_two_bit_for_bit(w: list[float], g: list[float], k: list[int]) -> None:
    point, gradient, a = np.array(w), np.array(g), np.ldexp(1.0, k)
    method = PSIGradientDescent(0.3)
    step = lambda w, g: method.step(LAYOUT, w, evaluation(g), ())[0]  # noqa: E731
    np.testing.assert_array_equal(
        step(LAYOUT.scale(a, point), LAYOUT.scale(1 / a, gradient)), LAYOUT.scale(a, step(point, gradient))
    )


@pytest.mark.parametrize("method", [GradientDescent, PSIGradientDescent])
def test_rates_of_every_kind_agree(method: Any) -> None:
    w, g = np.linspace(1, 2, 18).reshape(3, 6), np.linspace(-1, 1, 18).reshape(3, 6)
    expected = method(0.25).step(LAYOUT, w, evaluation(g), ())[0]
    for rate in (np.float64(0.25), np.full(3, 0.25), Fraction(1, 4), np.array(0.25)):
        np.testing.assert_array_equal(method(rate).step(LAYOUT, w, evaluation(g), ())[0], expected)
    for rate in (fmpq(1, 4), Fraction(1, 4), to_rationals(np.full(3, 0.25))):
        found, _ = method(rate).step(LAYOUT, to_rationals(w), evaluation(to_rationals(g)), ())
        np.testing.assert_allclose(to_floats(found), expected, rtol=1e-14)
    for rate in (arb("0.25"), 0.25, to_balls(np.full(3, 0.25))):
        found, _ = method(rate).step(LAYOUT, to_balls(w), evaluation(to_balls(g)), ())
        np.testing.assert_allclose(to_floats(found), expected, rtol=1e-14)


@pytest.mark.parametrize("method", [GradientDescent, PSIGradientDescent])
def test_each_run_has_its_own_rate(method: Any) -> None:
    w, g, rates = np.ones((2, 6)), np.arange(12.0).reshape(2, 6), np.array([0.1, 0.7])
    found, _ = method(rates).step(LAYOUT, w, evaluation(g), ())
    for k in range(2):
        alone, _ = method(float(rates[k])).step(LAYOUT, w[k], evaluation(g[k]), ())
        np.testing.assert_array_equal(found[k], alone)


@pytest.mark.parametrize("method", [GradientDescent, PSIGradientDescent])
def test_a_schedule_is_asked_for_the_rate_of_each_step(method: Any) -> None:
    w, g = np.ones(6), np.arange(6.0)
    scheduled = method(lambda t: 0.5 / (t + 1))
    state = scheduled.init(LAYOUT, w)
    x = w
    for t in range(4):
        w, state = scheduled.step(LAYOUT, w, evaluation(g), state)
        x, none = method(0.5 / (t + 1)).step(LAYOUT, x, evaluation(g), ())
        np.testing.assert_array_equal(w, x)
        assert none == ()


@pytest.mark.parametrize("method", [GradientDescent, PSIGradientDescent])
def test_a_symbol_may_be_a_rate(method: Any) -> None:
    table = SymbolTable()

    def inputs() -> tuple[Any, Any]:
        return np.array([table.real("x"), table.real("y")], dtype=object), table.positive("eta")

    inputs()
    table.close()
    w, eta = inputs()
    found, _ = method(eta).step(Layout.of([2]), w, evaluation(w), ())
    factor = w[0] * w[0] + w[1] * w[1] if method is PSIGradientDescent else 1
    assert (found == w - w * (eta * factor)).all()


@pytest.mark.parametrize("method", [GradientDescent, PSIGradientDescent])
@pytest.mark.parametrize("single", [np.float64(0.1), 0.1, np.array([0.1, 0.2])])
def test_float32_stays_float32(method: Any, single: Any) -> None:
    found, _ = method(single).step(LAYOUT, np.ones((2, 6), np.float32), evaluation(np.ones((2, 6), np.float32)), ())
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    "rate", [0, -1.0, float("nan"), float("inf"), np.array([1.0, 0.0]), fmpq(-1), arb(0), arb("nan")]
)
@pytest.mark.parametrize("method", [GradientDescent, PSIGradientDescent])
def test_a_rate_that_is_not_positive_is_named(method: Any, rate: Any) -> None:
    with pytest.raises(ArgumentError, match=r"rate is .*; a positive number is needed"):
        method(rate)
    scheduled = method(lambda _: rate)
    with pytest.raises(ArgumentError, match=r"rate\(0\) is .*; a positive number is needed"):
        scheduled.step(LAYOUT, np.ones(6), evaluation(np.ones(6)), scheduled.init(LAYOUT, np.ones(6)))


@pytest.mark.parametrize("rate", ["fast", None, True, 1j, [0.1], np.array(["a"])])
def test_a_rate_that_is_no_number_is_named(rate: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=r"rate is .*; a positive number, or a NumPy array of such, is needed"):
        GradientDescent(rate)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (PerBlock(np.array([0.5, -0.5]), 1.0), r"rate\.blocks is .*; a positive number is needed"),
        (PerBlock(np.array([0.5, 0.25]), 0.0), r"rate\.free is .*; a positive number is needed"),
    ],
)
def test_rates_of_single_blocks_are_positive_too(rate: Any, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        GradientDescent(rate)


def test_a_ball_that_reaches_below_zero_may_be_a_rate() -> None:
    assert PSIGradientDescent(arb(1, 2)).rate.contains(0)


@pytest.mark.parametrize("of_w", [np.float32, np.float64])
@pytest.mark.parametrize("of_gradient", [np.float32, np.float64])
def test_a_step_is_as_precise_as_what_it_is_made_of(of_w: Any, of_gradient: Any) -> None:
    w, gradient = np.full(6, 1 / 3, of_w), np.full(6, 1 / 7, of_gradient)
    after, _ = GradientDescent(0.5).step(LAYOUT, w, evaluation(gradient), GradientDescent(0.5).init(LAYOUT, w))
    expected = w - 0.5 * gradient
    assert after.dtype == expected.dtype
    np.testing.assert_array_equal(after, expected)
