"""Searches for tight instances: stored ones replay, new ones are found, none exceeds its bound."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError, UnknownName
from psitheory.experiments import descend
from psitheory.experiments.tightness import SEARCHABLE, known_ratio, replayed, search_tightness, stored_tightness
from psitheory.models import Rayleigh
from psitheory.models.rayleigh_mean import RayleighMean
from psitheory.optimizers import PSIGradientDescent

STORED = {(found.bound, found.steps): found for found in stored_tightness()}


def test_every_bound_has_stored_instances_at_its_horizons():
    for bound in SEARCHABLE:
        horizons = {steps for name, steps in STORED if name == bound}
        assert horizons == ({2, 10, 100} if "half" in bound else {1, 2, 10, 100})


@pytest.mark.parametrize("found", STORED.values(), ids=[f"{bound}, T = {steps}" for bound, steps in STORED])
def test_no_instance_exceeds_its_bound(found):
    assert 0.1 < found.ratio <= 1 + 1e-9
    assert found.estimated == (found.steps > 10 and "SGD" in found.bound)


@pytest.mark.parametrize(("steps", "ratio"), [(1, 0.999), (2, 0.5857), (10, 0.42), (100, 0.36)])
def test_stored_instances_of_psi_gd_come_as_close_as_they_did(steps, ratio):
    found = STORED["PSI-GD", steps]
    assert found.ratio >= ratio
    assert found.ratio <= found.known == pytest.approx(2 * steps / (3 * steps - 1))


def test_a_stored_instance_is_that_of_the_public_model():
    found = STORED["PSI-GD", 10]
    model = Rayleigh(np.diag(found.instance["eigenvalues"]))
    seen = descend(model, PSIGradientDescent(0.5), np.array(found.instance["w"]), 10, record=[0, 10])
    assert seen.min_squared_gradient[-1] * 10 / (4 * seen.loss[0]) == pytest.approx(found.ratio, rel=1e-12)


def test_an_expectation_is_that_over_all_mini_batches():
    found = STORED["PSI-SGD", 2]
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


def test_a_search_finds_what_is_known():
    found = search_tightness("PSI-GD", 2, rng=np.random.default_rng(1), generations=60)
    assert found.ratio == pytest.approx(2 - np.sqrt(2), abs=1e-3)  # in the plane, where the step keeps G
    assert replayed("PSI-GD", 2, found.instance) == found.ratio


def test_a_search_is_repeatable():
    one, other = (search_tightness("GD", 1, rng=np.random.default_rng(0), generations=5) for _ in range(2))
    assert one == other


def test_only_psi_gd_has_a_known_worst_case_beside_it():
    assert known_ratio("PSI-GD", 1) == 1
    assert known_ratio("GD", 1) is None


def test_errors_are_one_sentence():
    with pytest.raises(UnknownName, match="bound is 'Newton'; one of PSI-GD, "):
        search_tightness("Newton", 1, rng=np.random.default_rng(0))
    with pytest.raises(ArgumentError, match="steps is 0; a number of at least 1 is needed"):
        search_tightness("PSI-GD", 0, rng=np.random.default_rng(0))
    with pytest.raises(ArgumentError, match="steps is 3; an even number"):
        search_tightness("PSI-SGD, decreasing rates, second half", 3, rng=np.random.default_rng(0))
