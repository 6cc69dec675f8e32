"""Classes of equivalent starts, judged beside control runs."""

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.experiments import ClassComparison, compare_classes
from psitheory.geometry import PSIQuotient
from psitheory.models import Rayleigh
from psitheory.models.named import named_model
from psitheory.optimizers import GradientDescent, PSIGradientDescent

SPACE = Rayleigh(np.diag([0.0, 1.0, 3.0]))
START = np.array([0.3, -1.0, 2.0])


def compare(method, scales, steps=100, *, model=SPACE, start=START, **options):
    return compare_classes(model, method, start, np.asarray(scales), steps, rng=np.random.default_rng(0), **options)


def test_psi_gd_keeps_classes_at_powers_of_two_bit_for_bit_and_elsewhere_beside_its_controls():
    seen = compare(PSIGradientDescent(0.1), [[4.0], [0.3], [1e5]])
    assert seen.verdict is Verdict.HOLDS
    assert seen.largest[0] == 0 < seen.largest[1] <= seen.allowed < 1e-12


def test_gd_does_not_keep_them():
    seen = compare(GradientDescent(0.1), [3.0])
    assert seen.verdict is Verdict.REFUTED
    assert seen.largest[0] > 0.1
    assert str(seen).startswith(
        "REFUTED: over 100 steps the classes of equivalent starts are at most 1.2 apart; 8 starts"
    )


def test_distances_are_those_of_two_runs_made_by_hand():
    seen = compare(GradientDescent(0.1), [3.0], steps=3, record=[1, 3])
    w, z, found = START, 3 * START, []
    for t in range(1, 4):
        w, z = (x - 0.1 * SPACE.evaluate(x).gradient for x in (w, z))
        if t != 2:
            found.append(PSIQuotient(SPACE.layout).dist(w, z))
    np.testing.assert_allclose(seen.distances, [found], rtol=1e-12)
    assert seen.controls.shape == (8, 2)


def test_a_network_has_a_scale_for_each_neuron():
    model, start = named_model("digits", rows=32, hidden=(4,))
    w, a = start(np.random.default_rng(1)), 10 ** np.random.default_rng(2).uniform(-2, 2, (2, 4))
    assert compare(PSIGradientDescent(0.2), a, 20, model=model, start=w).verdict is Verdict.HOLDS
    assert compare(GradientDescent(0.2), a, 20, model=model, start=w).verdict is Verdict.REFUTED


def test_what_does_not_move_or_is_chaotic_or_breaks_decides_nothing():
    at_rest = compare(PSIGradientDescent(0.1), [3.0], start=np.array([1.0, 0.0, 0.0]))
    assert at_rest.verdict is Verdict.INCONCLUSIVE
    times, zero = np.array([0, 9]), np.zeros((1, 2))
    assert ClassComparison(times, zero, zero + 1e-5, moved=1.0).verdict is Verdict.INCONCLUSIVE
    assert ClassComparison(times, zero + np.nan, zero, moved=1.0).verdict is Verdict.INCONCLUSIVE
    broken = compare(GradientDescent(1e200), [1e-150], steps=5)
    assert broken.verdict is Verdict.INCONCLUSIVE


def test_ten_times_the_controls_are_allowed():
    times, control = np.array([0, 9]), np.full((2, 2), 1e-12)
    assert ClassComparison(times, 9.9 * control, control, moved=1.0).verdict is Verdict.HOLDS
    assert ClassComparison(times, 10.1 * control, control, moved=1.0).verdict is Verdict.REFUTED


def test_float32_starts_are_judged_by_their_own_ulp():
    seen = compare(PSIGradientDescent(0.1), [0.3], start=START.astype(np.float32))
    assert seen.verdict is Verdict.HOLDS
    assert 1e-9 < seen.controls.max() < 1e-6


@pytest.mark.parametrize("rng", [None, 0])
def test_without_a_generator_there_are_no_controls(rng):
    with pytest.raises(ArgumentTypeError, match=f"^rng is {rng}; a numpy.random.Generator is needed"):
        compare_classes(SPACE, PSIGradientDescent(0.1), START, np.array([2.0]), 5, rng=rng)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"controls": 0}, "controls is 0; at least one control run"),
        ({"start": np.ones((2, 3))}, r"start has the shape \(2, 3\); one vector \(3,\)"),
        ({"a": [-1.0]}, "a holds .*; every scale must be positive"),
    ],
)
def test_errors_are_one_sentence(options, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        compare(PSIGradientDescent(0.1), options.pop("a", [2.0]), **options)
