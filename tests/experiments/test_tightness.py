"""Searches for tight instances: stored ones replay, new ones are found, none exceeds its bound."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError, UnknownName
from psitheory.experiments import descend
from psitheory.experiments.tightness import SEARCHABLE, search_tightness, stored_tightness
from psitheory.experiments.tightness.staircase import Staircase
from psitheory.models import Circle, Rayleigh
from psitheory.models.functions.rayleigh_mean import RayleighMean
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates import BOUNDS, largest_curvature
from psitheory.rates.bounds import SMOOTH

STORED = stored_tightness()
IDS = [f"{best.bound}, {best.family}, T = {best.steps}" for best in STORED]


def stored(bound, steps, family="four eigenvalues"):
    (found,) = [best for best in STORED if (best.bound, best.steps) == (bound, steps) and family in best.family]
    return found


def test_every_bound_has_stored_instances_at_its_horizons():
    assert set(SEARCHABLE) == set(BOUNDS) - {SMOOTH.name}
    for bound in SEARCHABLE:
        horizons = {best.steps for best in stored_tightness(bound)}
        assert horizons == ({2, 10, 100} if "half" in bound or bound == "GD, any rate" else {1, 2, 10, 100})


@pytest.mark.parametrize("found", STORED, ids=IDS)
def test_what_is_stored_replays_and_exceeds_no_bound(found):
    assert found.replay() == pytest.approx(found.ratio, rel=1e-6)
    assert (0.05 if found.bound == "GD, any rate" else 0.1) < found.ratio <= 1 + 1e-9
    assert found.estimated == (found.steps > 10 and "SGD" in found.bound)


@pytest.mark.parametrize(("steps", "ratio"), [(1, 0.999), (2, 0.5857), (10, 0.4483), (100, 0.426)])
def test_stored_quotients_come_as_close_to_the_bound_of_psi_gd_as_they_did(steps, ratio):
    found = stored("PSI-GD", steps, "six eigenvalues" if steps > 10 else "four eigenvalues")
    assert ratio <= found.ratio <= found.known == pytest.approx(2 * steps / (3 * steps - 1))


@pytest.mark.parametrize("bound", ["PSI-GD", "GD", "RGD"])
@pytest.mark.parametrize("steps", [1, 2, 10, 100])
def test_staircases_come_to_the_exact_worst_case_of_flat_space(bound, steps):
    assert stored(bound, steps, "staircases on").ratio == pytest.approx(2 * steps / (3 * steps - 1), abs=1e-5)


@pytest.mark.parametrize("bound", ["Rapidity descent", "PSI-GD, sharper", "PSI-GD", "RGD"])
@pytest.mark.parametrize("steps", [1, 2, 10, 100])
def test_cliffs_come_to_the_bounds_of_a_one_sided_constant(bound, steps):
    assert stored(bound, steps, "cliffs").ratio > 0.999


def test_no_smooth_function_is_worse_than_the_exact_worst_case():
    """By (2G_t + G_{t+1})/4L ≤ f_t - f_{t+1} on T - 1 steps and G ≤ 2L(f - f*) at the last point."""
    for steps in (1, 2, 10, 100):
        least = SMOOTH(smoothness=1.0, gap=1.0, steps=steps)
        assert least * ((steps - 1) * 3 / 4 + 1 / 2) == pytest.approx(1)


# -- the instances are those of public models ---------------------------------------------------


def test_a_stored_quotient_is_that_of_the_public_model():
    found = stored("PSI-GD", 10)
    model = Rayleigh(np.diag(found.instance["eigenvalues"]))
    seen = descend(model, PSIGradientDescent(0.5), np.array(found.instance["w"]), 10, record=[0, 10])
    assert seen.min_squared_gradient[-1] * 10 / (4 * seen.loss[0]) == pytest.approx(found.ratio, rel=1e-12)


def test_an_expectation_is_that_over_all_mini_batches():
    found = stored("PSI-SGD", 2, "quotients")
    (a, b), share, w = found.instance["noise"], found.instance["share"], np.array(found.instance["w"])
    around = np.array([[a, b], [b, -a]])
    model = RayleighMean(np.diag([0.0, 1.0]) + np.stack([-around, around]))
    rate, squares = share / 2, []
    for i in (0, 1):
        moved = w - rate * (w @ w) * model.evaluate(w, np.array([i])).gradient
        gradient = model.evaluate(moved).gradient
        squares.append((moved @ moved) * (gradient @ gradient))
    start = model.evaluate(w)
    least = min(start.gradient @ start.gradient, np.mean(squares))
    bound = 2 * start.loss / (rate * 2) + 2 * rate * 4 * (a * a + b * b)
    assert found.ratio == pytest.approx(least / bound, rel=1e-9)


# -- staircases ---------------------------------------------------------------------------------

STAIRS = Staircase(0.25, 1 - 0.25**2, 0.2, 3)
BETWEEN = np.linspace(-np.pi, np.pi, 4001)


def test_the_derivatives_of_a_staircase_are_those_of_its_values():
    h = 1e-6
    for order in (0, 1):
        difference = (STAIRS.derivative(BETWEEN + h, order) - STAIRS.derivative(BETWEEN - h, order)) / (2 * h)
        derivative = STAIRS.derivative(BETWEEN, order + 1)
        away = np.abs(difference - derivative)
        # on either side of a kink of the slope the second derivative jumps
        assert np.sort(away)[: -30 if order else None].max() < 1e-6


def test_the_curvature_of_a_staircase_is_at_most_one():
    model = Circle(STAIRS)
    u = np.stack([np.cos(BETWEEN), np.sin(BETWEEN)], axis=-1)[::20]
    top = largest_curvature(model, u).value
    assert 0.99 < top <= 1 + 1e-12
    assert STAIRS.derivative(np.zeros(1), 0) == 0 <= STAIRS.derivative(BETWEEN, 0).min()
    assert STAIRS.start < np.pi


# -- searching ----------------------------------------------------------------------------------

FAMILY = "staircases on the circle"


def test_a_search_finds_what_is_known():
    found = search_tightness("PSI-GD", 2, rng=np.random.default_rng(1), generations=60)
    assert found.ratio == pytest.approx(2 - np.sqrt(2), abs=1e-3)  # in the plane, where the step keeps G
    assert found.replay() == found.ratio


def test_a_search_is_repeatable_and_can_be_told_where_to_look():
    def find():
        return search_tightness(
            "RGD", 2, rng=np.random.default_rng(0), family="staircases on the circle", generations=5
        )

    assert find() == find()
    assert find().ratio > stored("RGD", 2).ratio


def test_only_the_minima_without_noise_have_a_known_worst_case_beside_them():
    assert {best.bound for best in STORED if best.known is not None} == {"PSI-GD", "RGD"}
    assert stored("PSI-GD", 1).known == 1


def test_errors_are_one_sentence():
    rng = np.random.default_rng(0)
    with pytest.raises(UnknownName, match="bound is 'Newton'; one of PSI-GD, "):
        search_tightness("Newton", 1, rng=rng)
    with pytest.raises(UnknownName, match="family is 'lines'; of the bound RGD one of Rayleigh quotients"):
        search_tightness("RGD", 1, rng=rng, family="lines")
    with pytest.raises(ArgumentError, match="steps is 0; a number of at least 1 is needed"):
        search_tightness("PSI-GD", 0, rng=rng)
    with pytest.raises(ArgumentError, match="steps is 3; an even number"):
        search_tightness("PSI-SGD, decreasing rates, second half", 3, rng=rng)
