"""Bounds and intervals against their formulas written out, in numbers that floats hold exactly; their edges; words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from psitheory.errors import ArgumentError
from psitheory.rates import bounds
from psitheory.rates.confidence import mean_intervals

L, GAP, T = 4.0, 3.0, 6


VALUES: list[tuple[bounds.Bound, dict[str, Any], float]] = [
    (bounds.PSI_GD_SUM, {"drop": 3.0, "rate": 0.25, "smoothness": 4.0}, 3 / (0.25 * (1 - 0.5))),
    (bounds.RGD_SUM, {"drop": 3.0, "rate": 0.125, "smoothness": 4.0}, 3 / (0.125 * (1 - 0.25))),
    (bounds.PSI_GD, {"smoothness": L, "gap": GAP, "steps": T}, 2 * L * GAP / T),
    (bounds.RGD, {"smoothness": L, "gap": GAP, "steps": T}, 2 * L * GAP / T),
    (bounds.SMOOTH, {"smoothness": L, "gap": GAP, "steps": T}, 4 * L * GAP / 17),
    (bounds.GD, {"gap": 3.0, "rate": 0.5, "largest_square": 2.0, "free": 0, "steps": 6}, 2 * 3 * (2 + 3) / 3),
    (bounds.GD, {"gap": 0.25, "rate": 0.5, "largest_square": 0.5, "free": 1, "steps": 6}, 2 * 0.25 * 1 / 3),
    (bounds.GD, {"gap": 3.0, "rate": 0.5, "largest_square": 2.0, "free": 1, "steps": 6}, 2 * 3 * (2 + 3) / 3),
    (bounds.PSI_SGD, {"smoothness": L, "gap": GAP, "rate": 0.125, "variance": 2.0, "steps": T}, 6 / 0.75 + 4 * 0.25),
    (bounds.PSI_SGD_TUNED, {"smoothness": L, "gap": GAP, "variance": 9.0, "steps": T}, 4 + 2 * math.sqrt(4 * 9)),
    (
        bounds.PSI_SGD_DECREASING,
        {"smoothness": L, "gap": GAP, "scale": 0.25, "variance": 2.0, "steps": 8},
        (3 + 4 * 2 / 16 * (1 + math.log(8)) / 2) / (0.25 * 2),
    ),
    (
        bounds.PSI_SGD_WINDOW,
        {"smoothness": L, "width": GAP, "scale": 0.25, "variance": 2.0, "steps": 48},
        (3 + 4 * 2 / 16 * math.log(2) / 2) / (0.25 * (7 - 5)),
    ),
    (bounds.DOMINATED, {"gap": 3.0, "dominance": 1.0, "smoothness": 4.0, "steps": 2}, 3 * 9 / 16),
    (bounds.CLIPPED_TURN, {"rate": 0.5, "threshold": 0.25, "momentum": 0.5, "steps": 2}, 0.125 * 0.75 / 0.5),
    (bounds.RAPIDITY, {"smoothness": L, "gap": GAP, "blocks": 2, "steps": T}, 32 * (1 - math.exp(-6 / 48))),
    (
        bounds.PSI_GD_SHARP,
        {"smoothness": L, "gap": GAP, "blocks": 2, "steps": T},
        25 * 2 / 24 * 16 * (math.sqrt(1 + 96 * 3 / (25 * 2 * 4 * 6)) - 1),
    ),
    (bounds.PSI_GD_TWO_SIDED, {"smoothness": L, "lower": 2.0, "gap": GAP, "steps": T}, 24 / (1 + 5 * 10 / 6)),
    (bounds.ODOMETER, {"smoothness": L, "gap": GAP}, 1.5),
    (bounds.PSI_ARMIJO, {"gap": GAP, "rate": 0.5, "slope": 0.25, "steps": T}, 3 / (0.25 * 0.5 * 6)),
    (
        bounds.GD_ANY_RATE,  # b = 8 > L: nothing crosses
        {"smoothness": L, "width": 3.0, "largest_gradient": 5.0, "rate": 0.5, "largest_square": 4.0, "steps": 5},
        (8 + 6 * (8 + 6)) / 4,
    ),
    (
        bounds.GD_ANY_RATE,  # b = 2 < L
        {"smoothness": L, "width": 3.0, "largest_gradient": 5.0, "rate": 0.5, "largest_square": 1.0, "steps": 5},
        (8 + 6 * (4 + 6 + 2.5)) / 4,
    ),
    (
        bounds.GD_ANY_RATE,  # b = L is not below L
        {"smoothness": L, "width": 3.0, "largest_gradient": 5.0, "rate": 0.5, "largest_square": 2.0, "steps": 5},
        (8 + 6 * (4 + 6)) / 4,
    ),
    (
        bounds.GD_ANY_RATE,  # two times are enough
        {"smoothness": L, "width": 3.0, "largest_gradient": 5.0, "rate": 0.5, "largest_square": 2.0, "steps": 2},
        8 + 6 * (4 + 6),
    ),
]


@pytest.mark.parametrize(("bound", "constants", "value"), VALUES, ids=lambda x: getattr(x, "name", ""))
def test_a_bound_is_its_formula(bound: bounds.Bound, constants: dict[str, Any], value: float) -> None:
    assert float(bound(**constants)) == pytest.approx(value, rel=1e-14)


def test_every_bound_has_its_value_here() -> None:
    assert {bound.name for bound, *_ in VALUES} == set(bounds.BOUNDS)


@pytest.mark.parametrize("bound", bounds.BOUNDS.values(), ids=bounds.BOUNDS)
def test_a_name_is_words_and_a_formula_is_latex(bound: bounds.Bound) -> None:
    latex = set("\\_^$")
    assert bounds.BOUNDS[bound.name] is bound
    assert not latex & set(bound.name)
    assert not latex & set(bound.source)
    assert latex & set(bound.bounded)
    assert latex & set(bound.formula)
    assert bound.formula.count("{") == bound.formula.count("}")
    assert bound.bounded != bound.formula


@pytest.mark.parametrize("bound", [bounds.PSI_GD_SUM, bounds.RGD_SUM], ids=lambda bound: bound.name)
def test_the_sum_speaks_of_every_rate_below_two_over_l(bound: bounds.Bound) -> None:
    for rate in (math.ulp(0.0), 0.25, 0.375, math.nextafter(0.5, 0)):
        assert bound(drop=0.0, rate=rate, smoothness=4.0) == 0
    for rate in (0.5, 1.0, 0.0, -0.125, math.nan):
        with pytest.raises(ArgumentError, match=r"^rate is .* at smoothness 4.0; 0 < rate < 2/smoothness is needed$"):
            bound(drop=1.0, rate=rate, smoothness=4.0)


# -- intervals of means -----------------------------------------------------------------------------------


def halves(runs: int) -> np.ndarray:
    """Return as many zeros as ones, twice; their sample variance is runs / (4 (runs - 1))."""
    column = np.repeat([0.0, 1.0], runs // 2)
    return np.stack([column, column], axis=1)


@pytest.mark.parametrize(("runs", "highest", "error"), [(4096, 1.0, 0.5), (8192, 2.0, 0.01)])
def test_the_radius_is_the_one_of_the_theorem(runs: int, highest: float, error: float) -> None:
    log = math.log(2 / (error / 4))  # δ is error / (2K), K = 2
    radius = math.sqrt(2 * (runs / (4 * (runs - 1))) * log / runs) + 7 * highest * log / (3 * (runs - 1))
    lower, upper = mean_intervals(halves(runs), highest, error=error)
    np.testing.assert_allclose(lower, 0.5 - radius, rtol=1e-13)
    np.testing.assert_allclose(upper, 0.5 + radius, rtol=1e-13)


def test_an_interval_stays_in_the_range_of_its_values() -> None:
    lower, upper = mean_intervals(halves(2), 1.5, error=0.5)
    assert list(lower) == [0, 0]
    assert list(upper) == [1.5, 1.5]


def test_values_may_reach_their_bound_to_rounding_and_no_farther() -> None:
    mean_intervals(np.array([[0.0], [1 + 2.0**-40]]), 1.0, error=0.5)
    for wrong in (1 + 1e-8, -(2.0**-60), math.nan):
        with pytest.raises(ArgumentError, match="outside"):
            mean_intervals(np.array([[0.5], [wrong]]), 1.0, error=0.5)
    for error in (0.0, 1.0, math.nan):
        with pytest.raises(ArgumentError, match="^error is"):
            mean_intervals(halves(4), 1.0, error=error)
    with pytest.raises(ArgumentError, match=r"shape \(4,\)"):
        mean_intervals(np.zeros(4), 1.0, error=0.5)
