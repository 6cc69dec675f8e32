"""The batch-norm neuron."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls
from psitheory.errors import ArgumentError, ArgumentTypeError, DeadNeuron, UnknownName
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.layers.activations import NAMES
from psitheory.models.networks.neuron import Neuron

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)
kinds = {"activation": st.sampled_from(NAMES), "loss": st.sampled_from(["squared", "logistic"])}


def instance(seed, n=6, d=3, lead=(), **options):
    rng = np.random.default_rng(seed)
    model = Neuron(rng.normal(size=(n, d)), rng.choice([-1.0, 1.0], size=n), **options)
    return model, rng.normal(size=(*lead, d)), rng.normal(size=(*lead, d))


@settings(max_examples=40)
@given(seeds, st.fixed_dictionaries(kinds), st.sampled_from([0, 0.1]), st.sampled_from([None, [0, 2, 3, 3]]))
def test_derivatives_are_those_of_the_loss(seed, options, eps, batch):
    check_derivatives(*instance(seed, eps=eps, **options), batch)


@given(seeds, st.fixed_dictionaries(kinds), st.sampled_from([0, 0.1]))
def test_loss_is_that_of_batch_norm(seed, options, eps):
    model, w, _ = instance(seed, eps=eps, **options)
    with precision(200):
        h = to_balls(model.inputs) @ to_balls(w)
        mean = sum(h) / 6
        deviation = (sum((x - mean) ** 2 for x in h) / 6 + to_balls(float(eps))).sqrt()
        phi = {
            "tanh": lambda x: x.tanh(),
            "relu": lambda x: x if x > 0 else 0 * x,
            "softplus": lambda x: (1 + x.exp()).log(),
            "sine": lambda x: x.sin(),
            "identity": lambda x: x,
        }[options["activation"]]
        head = {"squared": lambda a, y: (a - y) ** 2, "logistic": lambda a, y: (1 + (-a * y).exp()).log()}
        a = [phi((x - mean) / deviation) for x in h]
        value = sum(head[options["loss"]](x, float(y)) for x, y in zip(a, model.targets, strict=True)) / 6
        assert to_balls(model).evaluate(to_balls(w)).loss[()].overlaps(value)
        found = model.evaluate(w)
        # z has a relative error of about 2(d + 1)·ulp·‖X‖‖w‖/(√N σ), and the loss a slope of at most 2(|z| + 1)
        condition = np.linalg.norm(model.inputs) * np.linalg.norm(w) / float(deviation)
        assert abs(found.loss - float(value)) <= 100 * np.finfo(float).eps * condition
        assert abs(found.statistics["mean"] - float(mean)) <= 1e-13
        assert abs(found.statistics["deviation"] - float(deviation)) <= 1e-13


@given(seeds, st.fixed_dictionaries(kinds), st.integers(-300, 300))
def test_powers_of_two_scale_bit_for_bit(seed, options, k):
    model, w, x = instance(seed, lead=(3,), **options)
    one, other = model.evaluate(w), model.evaluate(np.ldexp(w, k))
    assert (one.loss == other.loss).all()
    assert (np.ldexp(one.gradient, -k) == other.gradient).all()
    assert (np.ldexp(model.hessian_vector(w, x), -2 * k) == model.hessian_vector(np.ldexp(w, k), x)).all()


@given(seeds, st.integers(-30, 30))
def test_powers_of_two_scale_bit_for_bit_in_float32(seed, k):
    model, w, x = instance(seed, lead=(3,))
    w, x = w.astype(np.float32), x.astype(np.float32)
    one, other = model.evaluate(w), model.evaluate(np.ldexp(w, k))
    assert one.loss.dtype == one.gradient.dtype == model.hessian_vector(w, x).dtype == np.float32
    assert (one.loss == other.loss).all()
    assert (np.ldexp(one.gradient, -k) == other.gradient).all()


@given(seeds, st.fixed_dictionaries(kinds))
def test_an_eps_spoils_the_invariance(seed, options):
    model, w, _ = instance(seed, eps=0.1, **options)
    assert model.evaluate(w).loss != model.evaluate(4 * w).loss


@given(seeds)
def test_euler_identities_hold_in_balls(seed):
    model, w, _ = (to_balls(part) for part in instance(seed))
    gradient = model.evaluate(w).gradient
    assert (w @ gradient).contains(0)
    assert all(x.contains(0) for x in model.hessian_vector(w, w) + gradient)


@given(seeds, st.fixed_dictionaries(kinds), st.sampled_from([0, 0.1]))
def test_the_complex_step_gives_the_same_hessian(seed, options, eps):
    model, w, x = instance(seed, lead=(2,), eps=eps, **options)
    stepped = complex_step_hessian_vector(lambda z: model.evaluate(z).gradient, w, x)
    closed = model.hessian_vector(w, x)
    # two roundings of one formula; the pre-activations' condition enters twice
    deviation = model.evaluate(w).statistics["deviation"].min()
    condition = np.linalg.norm(model.inputs) * (np.linalg.norm(w) + np.linalg.norm(x)) / deviation
    np.testing.assert_allclose(stepped, closed, rtol=0, atol=1e-14 * condition**4 * (1 + np.abs(closed).max()))


def test_an_ensemble_equals_the_loop_with_shared_and_with_own_batches():
    model, w, x = instance(1, n=8, lead=(2, 3))
    own = np.random.default_rng(0).integers(0, 8, size=(2, 3, 5))
    for batch in (None, np.array([1, 2, 2, 7]), own):
        found, product = model.evaluate(w, batch), model.hessian_vector(w, x, batch)
        assert found.loss.shape == (2, 3)
        for i in np.ndindex(2, 3):
            mine = batch if batch is None or batch.ndim == 1 else batch[i]
            single = model.evaluate(w[i], mine)
            np.testing.assert_allclose(found.loss[i], single.loss, rtol=1e-13)
            np.testing.assert_allclose(found.gradient[i], single.gradient, rtol=0, atol=1e-13)
            np.testing.assert_allclose(product[i], model.hessian_vector(w[i], x[i], mine), rtol=0, atol=1e-11)
            np.testing.assert_allclose(found.statistics["mean"][i], single.statistics["mean"], atol=1e-14)


@pytest.mark.parametrize("eps", [0, 1e-5])
@pytest.mark.parametrize("size", [1e-280, 1e-170, 1.0, 1e170, 1e280])
def test_extreme_weights_have_the_gradient_of_the_formula(size, eps):
    model, w, _ = instance(4, eps=eps)
    found = model.evaluate(w * size)
    with precision(300):
        exact = to_balls(model).evaluate(to_balls(w * size))
        expected = np.array([float(x) for x in exact.gradient])
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found.gradient, expected, rtol=1e-11)


def test_extreme_inputs_do_not_overflow_and_overflow_is_never_a_zero_gradient():
    model, w, _ = instance(4)
    np.testing.assert_allclose(
        Neuron(model.inputs * 2.0**800, model.targets).evaluate(w).gradient, model.evaluate(w).gradient
    )
    with np.errstate(all="ignore"):
        assert np.isnan(Neuron(model.inputs * 2.0**1020, model.targets).evaluate(w * 2.0**100).gradient).all()
        assert np.isnan(model.evaluate(np.array([np.inf, 1.0, 1.0])).gradient).all()


def test_a_dead_neuron_is_named_with_its_trajectory():
    constant = Neuron([[0.1, 1.0], [0.1, 2.0], [0.1, 4.0]], [0.0, 1.0, 2.0])
    with pytest.raises(DeadNeuron, match="the neuron is dead: its weights give all samples"):
        constant.evaluate(np.array([1.0, 0.0]))
    with pytest.raises(DeadNeuron, match="the neuron is dead in trajectory 1, 2: "):
        constant.evaluate(np.array([[[1.0, 1.0]] * 3, [[1.0, 1.0], [1.0, -1e-3], [1.0, 0.0]]]))
    with pytest.raises(DeadNeuron):
        to_balls(constant).evaluate(to_balls(np.array([1.0, 0.0])))
    # 0.1 + 0.2 − 0.3·1 is rounding in every row: a variance, but of noise
    x = np.array([[0.1, 0.2, 0.3], [0.7, 0.1, 0.8], [0.3, 0.6, 0.9]])
    with pytest.raises(DeadNeuron):
        Neuron(x, [0.0, 1.0, 2.0]).evaluate(np.array([1.0, 1.0, -1.0]))


def test_features_of_very_different_size_are_not_taken_for_dead():
    model = Neuron([[1e20, 1.0], [2e20, -1.0], [0.0, 0.5]], [0.0, 1.0, 2.0])
    assert np.isfinite(model.evaluate(np.array([0.0, 1.0])).loss)


def test_with_an_eps_a_constant_neuron_is_a_true_critical_point():
    model = Neuron([[1.0], [1.0]], [0.0, 1.0], eps=0.1)
    assert model.evaluate(np.array([3.0])).gradient == 0
    assert Neuron([[1.0]], [0.0], eps=0.1).evaluate(np.array([3.0])).loss == 0


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([1.0], [1.0]), {}, ArgumentError, r"inputs has the shape \(1,\)"),
        (([[1.0], [2.0]], [1.0]), {}, ArgumentError, r"targets has the shape \(1,\)"),
        (([[np.nan], [2.0]], [1.0, 1.0]), {}, ArgumentError, "inputs holds an entry that is not finite"),
        (([[1.0]], [1.0]), {}, DeadNeuron, "inputs holds 1 sample; batch norm with eps = 0 needs two"),
        (([[1.0], [2.0]], [1.0, 0.0]), {"loss": "logistic"}, ArgumentError, "a number other than 1 and -1"),
        (([[1.0], [2.0]], [1.0, 0.0]), {"eps": -1.0}, ArgumentError, "eps is -1.0; zero or a positive number"),
        (
            ([[1.0], [2.0]], [1.0, 0.0]),
            {"eps": "x"},
            ArgumentTypeError,
            "eps is 'x'; zero or a positive number is needed",
        ),
        (([[1.0], [2.0]], [1.0, 0.0]), {"activation": "step"}, UnknownName, "activation is 'step'"),
        (([[1.0], [2.0]], [1.0, 0.0]), {"loss": "hinge"}, UnknownName, "loss is 'hinge'"),
    ],
)
def test_bad_models_are_named(arguments, options, error, message):
    with pytest.raises(error, match=message):
        Neuron(*arguments, **options)


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        ([0.5, 1.0], ArgumentError, "an array of integers, the indices of samples, is needed"),
        ([0, 6], ArgumentError, "indices from 0 to 5 are needed"),
        ([-1, 2], ArgumentError, "indices from 0 to 5 are needed"),
        ([3], DeadNeuron, "batch holds 1 sample"),
    ],
)
def test_bad_batches_are_named(batch, error, message):
    model, w, _ = instance(0)
    with pytest.raises(error, match=message):
        model.evaluate(w, batch)


def test_weights_of_the_wrong_width_are_named():
    with pytest.raises(ArgumentError, match="its last axis must be 3"):
        instance(0)[0].evaluate(np.ones(2))
