"""Certified smoothness: formulas where there are, branch and bound in balls for neurons."""

import itertools

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import to_balls
from psitheory.errors import ArgumentError
from psitheory.models import Circle, Cosine, Neuron, Rayleigh
from psitheory.rates import certified_smoothness, largest_curvature
from psitheory.rates.certificate import _balls, _faces, _halves, _positive_definite
from psitheory.rates.whitened import WhitenedNeuron

KINDS = [(a, loss) for a in ("tanh", "softplus", "sine", "identity") for loss in ("squared", "logistic")]
seeds = st.integers(0, 2**16)


def neuron(seed, samples=6, d=3, kind=("tanh", "squared")):
    rng = np.random.default_rng(seed)
    targets = rng.normal(size=samples)
    targets = np.sign(targets) if kind[1] == "logistic" else targets
    return Neuron(rng.normal(size=(samples, d)), targets, activation=kind[0], loss=kind[1])


# -- boxes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, 3])
def test_faces_are_those_of_the_cube(d):
    corners = {
        tuple(middle + sign * radius) for middle, radius in _faces(d) for sign in itertools.product((-1, 1), repeat=d)
    }
    assert corners == set(itertools.product((-1.0, 1.0), repeat=d))
    assert len(_faces(d)) == 2 * d
    for middle, radius in _faces(d):
        assert sorted(radius) == [0] + [1] * (d - 1)
        np.testing.assert_array_equal(np.abs(middle), 1 - radius)


@given(seeds)
def test_halves_are_a_box_cut_in_two_across_its_longest_side(seed):
    rng = np.random.default_rng(seed)
    boxes = np.stack([rng.integers(-8, 9, size=(4, 3)), rng.integers(0, 9, size=(4, 3))], axis=1) / 8
    low, high = _halves(boxes)
    for box, one, other in zip(boxes, low, high, strict=True):
        (low_end, high_end), cut = (box[0] - box[1], box[0] + box[1]), int(np.argmax(box[1]))
        np.testing.assert_array_equal(one[0] - one[1], low_end)
        np.testing.assert_array_equal(other[0] + other[1], high_end)
        middle = np.where(np.arange(3) == cut, box[0], high_end)
        np.testing.assert_array_equal(one[0] + one[1], middle)
        np.testing.assert_array_equal(other[0] - other[1], np.where(np.arange(3) == cut, box[0], low_end))
    for row, box in zip(_balls(boxes), boxes, strict=True):
        for ball, middle, radius in zip(row, *box, strict=True):
            assert ball.contains(arb(middle - radius))
            assert ball.contains(arb(middle + radius))
            assert float(ball.rad()) <= radius * (1 + 2**-20)
            assert abs(float(ball.mid()) - middle) <= radius * 2**-20


@given(seeds, st.integers(1, 3))
def test_a_matrix_is_positive_definite_where_its_eigenvalues_are(seed, d):
    rng = np.random.default_rng(seed)
    matrices = rng.integers(-4, 5, size=(8, d, d))
    matrices = (matrices + np.swapaxes(matrices, 1, 2)) / 2 + 4 * rng.integers(0, 3) * np.eye(d)
    smallest = np.linalg.eigvalsh(matrices)[:, 0]
    clear = np.abs(smallest) > 1e-9
    np.testing.assert_array_equal(_positive_definite(to_balls(matrices))[clear], smallest[clear] > 0)


# -- the Hessian ------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 3), st.sampled_from(KINDS))
def test_the_whitened_hessian_is_the_models(seed, d, kind):
    model, rng = neuron(seed, d=d, kind=kind), np.random.default_rng(seed)
    whitened, w = WhitenedNeuron.of(model), rng.normal(size=d)
    expected = (w @ w) * model.hessian_vector(w, np.eye(d))
    found = whitened.hessian((whitened.root.T @ w)[None])[0]
    condition = np.linalg.cond(whitened.root) ** 2
    assert np.abs(found - expected).max() <= 1e-12 * condition * (1 + np.abs(expected).max())


@given(seeds, st.sampled_from(KINDS))
def test_its_derivative_is_that_of_a_complex_step(seed, kind):
    whitened, rng = WhitenedNeuron.of(neuron(seed, kind=kind)), np.random.default_rng(seed)
    p, x, step = rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), 1e-100
    expected = whitened.hessian(p + 1j * step * x).imag / step
    found = whitened.derivative(p, x)
    condition = np.linalg.cond(whitened.root) ** 2
    assert np.abs(found - expected).max() <= 1e-11 * condition * (1 + np.abs(expected).max()) / np.linalg.norm(p)


@settings(max_examples=5, deadline=None)
@given(seeds, st.sampled_from(KINDS))
def test_in_the_plane_the_bounds_hold_and_are_close(seed, kind):
    model = neuron(seed, d=2, kind=kind)
    found = certified_smoothness(model, most_boxes=4000)
    theta = np.linspace(0, 2 * np.pi, 721)
    seen = largest_curvature(model, np.stack([np.cos(theta), np.sin(theta)], axis=-1)).value
    assert found.kind == "certified"
    assert found.gap <= 0.1 + 1e-12
    assert seen <= found.upper
    assert seen <= found.lower * (1 + 1e-3)  # the search from below is as good as a fine grid
    assert found.smoothness.value == found.upper
    assert found.smoothness.kind == "certified"


def test_in_space_the_bounds_hold():
    model = Neuron(np.vstack([np.eye(3), -np.eye(3)]), np.array([1.0, 0, 0, -1.0, 0, 0]))
    found = certified_smoothness(model, gap=0.5)
    directions = np.random.default_rng(0).normal(size=(500, 3))
    assert found.kind == "certified"
    assert largest_curvature(model, directions).value <= found.upper
    assert found.gap <= 0.5 + 1e-12


def test_what_is_not_reached_is_said():
    found = certified_smoothness(neuron(0), most_boxes=100)
    assert found.kind == "not reached"
    assert found.upper == np.inf
    assert found.gap == 1
    assert found.smoothness.kind == "local"
    assert found.smoothness.value == found.lower > 0
    assert str(found).startswith("not reached: L ≥ ")


def test_a_certificate_tells_how_it_is_known():
    told = str(certified_smoothness(neuron(0, d=2)))
    assert told.startswith("certified: ")
    assert "gap 10.0%, after " in told
    assert str(certified_smoothness(Rayleigh(np.diag([0.0, 3.0])))) == "closed form: L = 6"
    assert str(certified_smoothness(Circle.several_minima())).startswith("upper bound: L ≤ 1")


def test_one_weight_leaves_nothing_to_curve():
    found = certified_smoothness(neuron(0, d=1))
    assert (found.lower, found.upper, found.gap) == (0, 0, 0)


def test_formulas_come_first():
    assert certified_smoothness(Rayleigh(np.diag([0.0, 3.0]))).smoothness.value == 6
    assert certified_smoothness(Cosine(np.array([0.0, 2.0]))).upper == pytest.approx(2 / np.sqrt(3))
    wave = certified_smoothness(Circle.several_minima())
    assert wave.kind == "upper bound"
    assert wave.lower == 0


@pytest.mark.parametrize(
    ("model", "options", "sentence"),
    [
        (neuron(0), {"gap": 0}, "gap is 0; a number between 0 and 1 is needed"),
        (neuron(0, kind=("relu", "squared")), {}, "activation relu, whose kink leaves L infinite"),
        (neuron(0, d=4), {}, "model has d = 4 and 6 samples; at most 3 and 20"),
        (Neuron(np.eye(3), np.zeros(3), eps=1e-3), {}, "model has eps = 0.001"),
        (Neuron(np.array([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]), np.zeros(3)), {}, "covariance is singular"),
        (object(), {}, "one with a formula for L, or a batch-norm neuron, is needed"),
    ],
)
def test_errors_are_one_sentence(model, options, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        certified_smoothness(model, **options)
