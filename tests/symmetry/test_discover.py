"""Scaling symmetries of functions whose algebra is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError
from psitheory.layout import Layout, free
from psitheory.models import BatchNormMLP, Perceptron, Rayleigh
from psitheory.models.counter import WithL2
from psitheory.symmetry import discover_symmetries

seeds = st.integers(0, 2**20)


def network(seed, *, activation="tanh", affine=False, hidden=(3, 2), eps=0.0, dtype=float):
    rng = np.random.default_rng(seed)
    inputs, labels = rng.normal(size=(15, 3)).astype(dtype), rng.integers(0, 2, 15)
    return BatchNormMLP(inputs, labels, hidden=hidden, activation=activation, affine=affine, eps=eps, classes=2)


def perceptron(seed, activation="relu", hidden=3):
    rng = np.random.default_rng(seed)
    return Perceptron(rng.normal(size=(9, 4)), rng.normal(size=9), hidden=hidden, activation=activation)


def names(found):
    return [str(g) for g in found.generators]


@given(seeds)
@settings(max_examples=15)
def test_each_batch_norm_neuron_has_one_generator_its_in_weights(seed):
    found = discover_symmetries(network(seed), seed=seed)
    assert names(found) == ["W1[0] +1", "W1[1] +1", "W1[2] +1", "W2[0] +1", "W2[1] +1"]
    assert found.exact
    assert found.gap > 1e4


@given(seeds)
@settings(max_examples=15)
def test_affine_parameters_and_relu_give_a_second_one(seed):
    found = discover_symmetries(network(seed, activation="relu", affine=True, hidden=(3,)), seed=seed)
    trades = [f"gamma1[{i}] +1, beta1[{i}] +1, V[:, {i}] −1" for i in range(3)]
    assert names(found) == ["W1[0] +1", "W1[1] +1", "W1[2] +1", *trades]


@given(seeds)
@settings(max_examples=15)
def test_relu_neurons_trade_and_tanh_neurons_do_not(seed):
    expected = [f"W[{i}] +1, b[{i}] +1, v[{i}] −1" for i in range(3)]
    assert names(discover_symmetries(perceptron(seed), seed=seed)) == expected
    assert names(discover_symmetries(perceptron(seed, "tanh"), seed=seed)) == []


@given(seeds)
@settings(max_examples=10)
def test_an_eps_and_a_weak_decay_leave_no_generator(seed):
    assert names(discover_symmetries(network(seed, eps=1e-5), seed=seed)) == []
    assert names(discover_symmetries(WithL2(network(seed), 1e-9), seed=seed)) == []


def monomial(p, q):
    """Return f = F(x^q y^-p z), which has the plane of exponents orthogonal to (q, -p, 1)."""
    return lambda w: np.sin(np.log(np.abs(w[0])) * q - np.log(np.abs(w[1])) * p + np.log(np.abs(w[2])))


@given(seeds, st.integers(-3, 3), st.integers(1, 3))
@settings(max_examples=25)
def test_exponents_of_a_monomial(seed, p, q):
    """No other direction is told, and none is lost without a word: rounding may leave one undecided."""
    found = discover_symmetries(monomial(p, q), np.array([1.0, 2.0, 0.5]), seed=seed)
    assert found.dimension + len(found.undecided) == 2
    np.testing.assert_array_equal(found.matrix @ [q, -p, 1], np.zeros(found.dimension))


@pytest.mark.parametrize(("p", "q"), [(0, 1), (-3, 2), (2, 3)])
def test_both_directions_of_a_monomial_are_found(p, q):
    found = discover_symmetries(monomial(p, q), np.array([1.0, 2.0, 0.5]), seed=0)
    assert found.dimension == 2
    np.testing.assert_array_equal(found.matrix @ [q, -p, 1], [0, 0])


def test_by_differences_without_a_gradient():
    x = np.random.default_rng(0).normal(size=(6, 2))

    def f(p):
        return float(np.mean(np.maximum(x @ p["W"].T + p["b"], 0) @ p["v"]) ** 2)

    found = discover_symmetries(f, {"W": np.ones((2, 2)), "b": np.zeros(2), "v": np.ones(2)})
    assert names(found) == ["W[0] +1, b[0] +1, v[0] −1", "W[1] +1, b[1] +1, v[1] −1"]


def test_a_bias_before_batch_norm_is_a_generator_of_its_own():
    x, y = np.random.default_rng(0).normal(size=(2, 10))

    def f(w):
        z = w[0] * x + w[1] * x**2 + w[2]
        z = (z - z.mean()) / z.std()
        return np.mean((np.tanh(z) - y) ** 2)

    assert names(discover_symmetries(f, np.array([1.0, 1.0, 0.0]))) == ["w[0] +1, w[1] +1", "w[2] +1"]


def test_a_neuron_dead_in_all_samples_is_seen_through():
    model = perceptron(0)
    rng = np.random.default_rng(1)
    points = rng.normal(size=(60, model.layout.n))
    model.layout.view("b", points)[:, 1] = -40
    found = discover_symmetries(model, samples=points)
    assert len(found.rejected) >= 5
    assert any("W[1, 0]" in str(r.generator) for r in found.rejected)
    assert names(found) == [f"W[{i}] +1, b[{i}] +1, v[{i}] −1" for i in range(3)]
    assert not found.undecided


def test_float32_is_judged_as_such():
    found = discover_symmetries(lambda w: np.float32(np.tanh(w[0] * w[1])), np.ones(2, np.float32), seed=3)
    assert names(found) == ["w[0] +1, w[1] −1"]


def test_samples_that_are_mostly_rounding_leave_directions_undecided():
    x = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)

    def f(w):
        return np.float32(1e4) + np.float32(np.mean(np.tanh(x @ w / np.linalg.norm(w))))

    found = discover_symmetries(f, np.ones(2, np.float32))
    assert found.dimension == 0
    assert len(found.undecided) >= 1
    assert "no certified scaling symmetries" in str(found)
    assert "precise enough" in found.notes[-1]


def test_all_directions_of_a_constant_are_symmetries():
    assert discover_symmetries(lambda w: 1.0, np.ones(3)).dimension == 3


def test_more_than_a_thousand_parameters():
    found = discover_symmetries(network(0, activation="relu", affine=True, hidden=(200,)), seed=0)
    assert found.layout.n == 1402
    assert found.dimension == 400
    assert all(g.is_integer for g in found.generators)


def test_the_report_reads_and_serialises():
    found = discover_symmetries(Rayleigh(np.diag([1.0, 2.0])))
    assert str(found).splitlines()[0] == (
        "Rayleigh: 1 scaling symmetry of 2 parameters, certified bit for bit under powers of two"
    )
    assert found.to_dict()["generators"] == [{"kind": "joint", "terms": {"w1": 1.0}}]
    assert found.exhibit.kind == "symmetries"
    np.testing.assert_array_equal(found.exhibit.arrays["values"], found.singular_values)


def test_equal_seeds_give_equal_results():
    one, two = (discover_symmetries(network(1), seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.singular_values, two.singular_values)


def test_state_is_started_afresh():
    class Counting:
        calls = 0

        def __call__(self, w):
            self.calls += 1
            return np.tanh(w[0] * w[1]) + self.calls

    f = Counting()
    found = discover_symmetries(f, np.ones(2))
    assert names(found) == ["w[0] +1, w[1] −1"]
    assert "fresh copy" in found.notes[0]
    assert f.calls == 0


@pytest.mark.parametrize(
    ("f", "at", "options", "error", "says"),
    [
        (3, np.ones(2), {}, ArgumentTypeError, "f is 3; a Model or a function"),
        (np.sum, None, {}, ArgumentTypeError, "at is None"),
        (lambda w, z: 0.0, np.ones(2), {}, ArgumentTypeError, "cannot be called with one argument"),
        (lambda w: w, np.ones(2), {}, ArgumentTypeError, "returned an array of shape"),
        (lambda w: "no", np.ones(2), {}, ArgumentTypeError, "one real number"),
        (lambda w: np.nan, np.ones(2), {}, ArgumentError, "finite loss"),
        (lambda w: 1 / 0, np.ones(2), {}, ArgumentError, "raised ZeroDivisionError at the example point"),
        (np.sum, np.array([1.0, np.inf]), {}, ArgumentError, "not finite"),
        (np.sum, {"W": np.zeros((0, 3))}, {}, ArgumentError, "size zero"),
        (np.sum, {"W": "x"}, {}, ArgumentTypeError, "array of real numbers"),
        (np.sum, {}, {}, ArgumentError, "no parameters"),
        (np.sum, np.ones(2), {"samples": 0}, ArgumentError, "positive number of samples"),
        (np.sum, np.ones(2), {"samples": np.ones((4, 3))}, ArgumentTypeError, "an array"),
        (np.sum, np.ones(2), {"gradient": lambda w: np.ones(3)}, ArgumentError, "gradient returned the shape"),
        (lambda w: np.random.random(), np.ones(2), {}, ArgumentError, "and then .* at the example point"),  # noqa: NPY002
        (np.sum, np.ones(2), {"gradient": lambda w: 1 / 0}, ArgumentError, "raised ZeroDivisionError at every point"),
        (np.sum, np.ones(2), {"gradient": lambda w: w * np.nan}, ArgumentError, "gradient is finite at none of 12"),
    ],
)
def test_bad_input_is_told_in_a_sentence(f, at, options, error, says):
    with pytest.raises(error, match=says) as caught:
        discover_symmetries(f, at, **options)
    assert isinstance(caught.value, PsitheoryError)


def test_a_layout_says_what_a_function_takes():
    layout = Layout(free("x", 2), free("y", 1))
    found = discover_symmetries(lambda w: np.tanh(w[0] * w[2]) + w[1], layout)
    assert names(found) == ["x[0] +1, y −1"]


def test_differences_that_would_take_too_many_evaluations_are_refused_before_they_start():
    calls = []

    def f(w):
        calls.append(1)
        return np.tanh(np.asarray(w) @ np.asarray(w))  # what leaves for a plain array has no scale types

    with pytest.raises(ArgumentError) as caught:
        discover_symmetries(f, np.ones(2000))
    assert str(caught.value) == (
        "f has 2,000 parameters and no gradient, so that differences would take 16,080,000 evaluations "
        "(8,000 at each of 2,010 samples), more than 2,000,000; gradient=, or a PyTorch or JAX function, is needed"
    )
    with pytest.raises(ArgumentError, match="16,000,000 evaluations"):
        discover_symmetries(f, np.ones(2000), samples=np.ones((2000, 2000)))
    assert len(calls) < 200


def test_with_a_gradient_there_may_be_more_parameters():
    found = discover_symmetries(lambda w: w[0] * w[1], np.ones(710), gradient=lambda w: w[1::-1].tolist() + [0.0] * 708)
    assert found.dimension == 709


def test_a_sample_near_an_eigenvector_whose_rounding_does_not_move_with_it_hides_no_symmetry():
    # 1 − f loses digits there, and f rounds alike an ulp away: 17 of 60 seeds found nothing
    dimensions = [discover_symmetries(Rayleigh(np.diag([1.0, 2.0])), seed=seed).dimension for seed in range(40)]
    assert dimensions == [1] * 40


def test_a_threshold_far_up_is_seen():
    x = np.random.default_rng(0).normal(size=(9, 3))

    def loss(w):
        size = np.linalg.norm(w)
        return float(np.sin(x @ w / size).sum()) * (1 if size < 1e6 else 1.1)

    found = discover_symmetries(loss, np.array([1.0, 2.0, -1.0]))
    assert (found.dimension, len(found.undecided)) == (0, 1)


@pytest.mark.parametrize("seed", [108, 0])
def test_differences_that_agree_by_luck_are_no_better_than_the_last_bit_of_the_loss(seed):
    def rayleigh(w):
        return (w @ np.diag([1.0, 2.0]) @ w) / (w @ w)

    found = discover_symmetries(rayleigh, np.array([1.0, 2.0]), seed=seed)
    assert [dict(g.terms) for g in found.generators] == [{"w": 1.0}]
