"""Batch-norm networks: derivatives, invariance, ensembles, dead neurons."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls
from psitheory.errors import ArgumentError, ArgumentTypeError, DeadNeuron, UnknownName
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.networks.mlp import BatchNormMLP

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def network(seed, hidden=(3, 2), n=6, d=2, loss="cross-entropy", **options):
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % 3 if loss == "cross-entropy" else rng.normal(size=(n, 2))
    model = BatchNormMLP(rng.normal(size=(n, d)), targets, hidden=hidden, loss=loss, **options)
    return model, rng


def points(model, rng, lead=()):
    """Return weights off every special point: gamma and the biases are random too."""
    return rng.normal(size=(*lead, model.layout.n))


def written_out(model, w, batch=None):
    """The loss by the definition, one weight vector at a time."""
    rows = slice(None) if batch is None else batch
    h = model.inputs[rows]
    for i in range(1, len(model.hidden) + 1):
        z = h @ model.layout.view(f"W{i}", w).T
        z = (z - z.mean(0)) / np.sqrt(z.var(0) + model.eps)
        if model.affine:
            z = z * model.layout.view(f"gamma{i}", w) + model.layout.view(f"beta{i}", w)
        h = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "softplus": lambda x: np.log1p(np.exp(x))}[
            model.activation
        ](z)
    out = h @ model.layout.view("V", w).T + model.layout.view("c", w)
    if model.loss == "squared":
        return np.mean(np.sum((out - model.targets[rows].reshape(len(out), -1)) ** 2, axis=1))
    chosen = np.take_along_axis(out, model.targets[rows][:, None], axis=1)[:, 0]
    return np.mean(np.log(np.exp(out).sum(1)) - chosen)


@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("eps", [0.0, 0.25])
@pytest.mark.parametrize("activation", ["tanh", "relu", "softplus"])
def test_the_loss_is_its_definition(loss, affine, eps, activation):
    model, rng = network(0, loss=loss, affine=affine, eps=eps, activation=activation)
    w = points(model, rng, (4,))
    for batch in (None, np.array([4, 0, 1, 5])):
        found = model.evaluate(w, batch).loss
        np.testing.assert_allclose(found, [written_out(model, x, batch) for x in w], rtol=1e-12)


@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
@pytest.mark.parametrize(
    ("hidden", "options"),
    [((2,), {}), ((2, 2), {"affine": True, "activation": "softplus"}), ((1, 2, 1), {"affine": True, "eps": 0.5})],
)
def test_derivatives_are_those_of_the_loss(loss, hidden, options):
    model, rng = network(1, hidden, n=4, loss=loss, **options)
    w, x = points(model, rng), points(model, rng)
    check_derivatives(model, w, x)
    check_derivatives(model, w, x, batch=np.array([3, 0, 1]))


@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu"])
@pytest.mark.parametrize("batch", [None, np.array([0, 2, 3, 4])])
def test_hessian_vector_products_are_complex_steps_of_the_gradient(activation, batch):
    model, rng = network(2, affine=True, activation=activation)
    w, x = points(model, rng, (11,)), points(model, rng, (11,))
    found = model.hessian_vector(w, x, batch)
    expected = complex_step_hessian_vector(lambda z: model.evaluate(z, batch).gradient, w, x)
    # two backpropagations of some ten operations each, amplified by small variances
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max(), rtol=0)
    for k in range(11):
        np.testing.assert_array_equal(model.hessian_vector(w[k], x[k], batch), found[k])


@settings(max_examples=30)
@given(seeds, st.lists(st.integers(-300, 300), min_size=5, max_size=5))
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
def test_powers_of_two_scale_bit_for_bit(affine, loss, seed, k):
    model, rng = network(seed, affine=affine, loss=loss)
    w, a = points(model, rng, (2,)), np.ldexp(1.0, k)
    one, other = model.evaluate(w), model.evaluate(model.layout.scale(a, w))
    np.testing.assert_array_equal(one.loss, other.loss)
    np.testing.assert_array_equal(model.layout.scale(1 / a, one.gradient), other.gradient)


def test_powers_of_two_scale_bit_for_bit_in_float32():
    model, rng = network(3)
    model = BatchNormMLP(model.inputs.astype(np.float32), model.targets, hidden=(3, 2))
    w = points(model, rng, (2,)).astype(np.float32)
    a = np.ldexp(np.float32(1), [30, -30, 0, 7, -20])
    one, other = model.evaluate(w), model.evaluate(model.layout.scale(a, w))
    np.testing.assert_array_equal(one.loss, other.loss)
    np.testing.assert_array_equal(model.layout.scale(1 / a, one.gradient), other.gradient)


def test_euler_holds_and_eps_breaks_the_invariance():
    for eps in (0.0, 0.1):
        model, rng = network(4, eps=eps, affine=True)
        w = points(model, rng, (3,))
        gradient = model.evaluate(w).gradient
        defect = np.abs(model.layout.dots(w, gradient)).max()
        scale = (model.layout.norms(w) * model.layout.norms(gradient)).max()
        assert (defect < 1e-14 * scale) == (eps == 0)


def test_the_smallest_variance_may_meet_an_eps_at_any_scale():
    model, rng = network(5, (2,), eps=1.0)
    w = points(model, rng)
    tiny, huge = (model.evaluate(model.layout.scale(np.full(2, a), w)) for a in (1e-200, 1e200))
    unscaled = BatchNormMLP(model.inputs, model.targets, hidden=(2,))
    np.testing.assert_allclose(huge.loss, unscaled.evaluate(w).loss, rtol=1e-14)
    flat = written_out(unscaled, w) * 0 + model.evaluate(model.layout.scale(np.full(2, 1e-100), w)).loss
    np.testing.assert_allclose(tiny.loss, flat, rtol=1e-14)


@pytest.mark.parametrize("lead", [(1,), (3,), (21,), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_batch_of_runs_equals_the_loop_bit_for_bit(lead, dtype):
    model, rng = network(6, affine=True)
    w = points(model, rng, lead).astype(dtype)
    whole = model.evaluate(w)
    assert whole.loss.shape == lead
    assert whole.loss.dtype == whole.gradient.dtype == dtype
    for index in np.ndindex(lead):
        alone = model.evaluate(w[index])
        assert alone.loss.dtype == dtype
        np.testing.assert_array_equal(whole.loss[index], alone.loss)
        np.testing.assert_array_equal(whole.gradient[index], alone.gradient)


def test_the_order_in_memory_of_an_ensemble_does_not_matter():
    model, rng = network(6)
    w = points(model, rng, (2, 3))
    turned = np.asfortranarray(w)
    np.testing.assert_array_equal(model.evaluate(turned).gradient, model.evaluate(w).gradient)
    np.testing.assert_array_equal(model.hessian_vector(turned, turned), model.hessian_vector(w, w))


def test_every_run_may_have_its_own_batch():
    model, rng = network(7, n=9)
    w = points(model, rng, (11,))
    batch = rng.permuted(np.broadcast_to(np.arange(9), (11, 9)), axis=1)[:, :5]
    whole = model.evaluate(w, batch)
    for k in range(11):
        alone = model.evaluate(w[k], batch[k])
        np.testing.assert_array_equal(whole.loss[k], alone.loss)
        np.testing.assert_array_equal(whole.gradient[k], alone.gradient)


def test_balls_enclose_the_floats():
    model, rng = network(8, (2,), n=4)
    w = points(model, rng)
    with precision(200):
        enclosed = to_balls(model).evaluate(to_balls(w))
        assert enclosed.loss[()].rad() < 1e-40
        np.testing.assert_allclose(model.evaluate(w).loss, float(enclosed.loss[()].mid()), rtol=1e-14)


def test_large_logits_neither_overflow_nor_lose_the_loss():
    model, rng = network(9)
    w = points(model, rng)
    w[model.layout.n - 9 :] *= 1e4
    evaluation = model.evaluate(w)
    assert np.isfinite(evaluation.loss)
    assert np.isfinite(evaluation.gradient).all()


@pytest.mark.parametrize("offset", [0.0, 0.1, 1e6])
def test_a_dead_neuron_is_named(offset):
    model, rng = network(10)
    inputs = model.inputs.copy()
    inputs[:, 1] = offset + 1
    w = points(model, rng, (3,))
    model.layout.view("W1", w)[1, 2] = [0.0, 3.0]
    with pytest.raises(DeadNeuron, match="neuron 2 of W1 is dead: .* all 6 samples"):
        BatchNormMLP(inputs, model.targets, hidden=(3, 2)).evaluate(w)
    assert np.isfinite(BatchNormMLP(inputs, model.targets, hidden=(3, 2), eps=0.1).evaluate(w).loss).all()


def test_a_deep_dead_neuron_is_named():
    model, rng = network(11, (2, 3), activation="relu", affine=True)
    w = points(model, rng)
    model.layout.view("beta1", w)[...] = -1e3
    with pytest.raises(DeadNeuron, match="neuron 0 of W2"):
        model.evaluate(w)


def test_starts_are_seeded_and_shaped():
    model, _ = network(12, affine=True)
    w = model.initial(np.random.default_rng(1), (2, 3))
    assert w.shape == (2, 3, model.layout.n)
    np.testing.assert_array_equal(w, model.initial(np.random.default_rng(1), (2, 3)))
    assert (model.layout.view("gamma1", w) == 1).all()
    assert (model.layout.view("c", w) == 0).all()
    assert (model.layout.norms(w) > 0).all()


X, Y = np.eye(3), np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        ((X, Y), {"hidden": ()}, ArgumentError, "hidden is"),
        ((X, Y), {"hidden": True}, ArgumentError, "hidden is"),
        ((X, Y), {"hidden": (0,)}, ArgumentError, "hidden is"),
        ((X, Y), {"activation": "step"}, UnknownName, "activation is 'step'"),
        ((X, Y), {"loss": "hinge"}, UnknownName, "loss is 'hinge'"),
        ((X, Y[:2]), {}, ArgumentError, "targets has 2 rows; 3"),
        ((X, Y - 1), {}, ArgumentError, "labels from -1 to 0"),
        ((X, Y), {"classes": 1}, ArgumentError, "labels from 0 to 1"),
        ((X, Y * 1.0), {}, ArgumentTypeError, "integer labels"),
        ((X * np.nan, Y), {}, ArgumentError, "inputs holds an entry that is not finite"),
        ((X[0], Y), {}, ArgumentError, "inputs has the shape"),
        ((X, Y), {"eps": -1.0}, ArgumentError, "eps is -1"),
        ((X, Y), {"eps": "no"}, ArgumentTypeError, "eps is 'no'; zero or a positive number"),
        ((X, Y), {"eps": np.nan}, ArgumentError, "eps is nan; zero or a positive number"),
        ((X, Y), {"classes": "a"}, ArgumentError, "classes is 'a'; a positive integer, or None, is needed"),
        ((X, Y), {"classes": 3.0}, ArgumentError, "classes is 3.0; a positive integer"),
        ((X, [[1], [1, 2], 3]), {}, ArgumentTypeError, "integer labels"),
        ((X, 3.0), {"loss": "squared"}, ArgumentError, r"targets has the shape \(\); numbers \(N,\) or \(N, k\)"),
        ((X, np.ones((3, 2, 2))), {"loss": "squared"}, ArgumentError, r"targets has the shape \(3, 2, 2\); numbers"),
        ((X, [[1], [1, 2], 3]), {"loss": "squared"}, ArgumentTypeError, "targets is "),
    ],
)
def test_bad_input_is_named(arguments, options, error, says):
    with pytest.raises(error, match=says):
        BatchNormMLP(*arguments, **{"hidden": (2,), **options})


def test_threads_do_not_share_their_scratch_memory():
    model, rng = network(13, affine=True)
    starts = [points(model, rng, (40,)) for _ in range(4)]
    expected = [model.evaluate(w) for w in starts]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda w: [model.evaluate(w) for _ in range(20)][-1], starts))
    for one, two in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one.gradient, two.gradient)


def test_results_outlive_the_next_evaluation():
    model, rng = network(14, affine=True)
    w, z = points(model, rng, (2, 30))
    first = model.evaluate(w)
    loss, gradient = first.loss.copy(), first.gradient.copy()
    model.evaluate(z)
    np.testing.assert_array_equal(first.loss, loss)
    np.testing.assert_array_equal(first.gradient, gradient)


@pytest.mark.parametrize("copied", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy])
def test_a_network_can_be_sent_and_copied_after_use(copied):
    model, rng = network(15)
    w = points(model, rng)
    before = model.evaluate(w)
    np.testing.assert_array_equal(copied(model).evaluate(w).gradient, before.gradient)


def test_a_number_is_the_width_of_one_hidden_layer():
    assert BatchNormMLP(X, Y, hidden=3).layout == BatchNormMLP(X, Y, hidden=(3,)).layout
