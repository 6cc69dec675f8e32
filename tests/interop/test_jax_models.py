"""Verdicts on losses written in JAX: pytrees of parameters, float32 unless asked otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError
from psitheory.interop.jax import loss_function
from psitheory.symmetry import discover_symmetries

from .precisions import in_turn, shown

RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 4)).astype(np.float32)
Y = RNG.normal(size=(16, 2)).astype(np.float32)
IMAGES = RNG.normal(size=(4, 3, 6, 6)).astype(np.float32)


def single(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a loss that computes in float32, whatever it is given."""
    return lambda p: f(jax.tree.map(lambda x: x.astype(jnp.float32), p)).astype(jnp.float32)


def mean_square(out: Any) -> Any:
    return jnp.mean((out - Y[: len(out), : out.shape[-1]]) ** 2)


def batch_norm(z: Any, eps: float = 1e-5) -> Any:
    return (z - z.mean(0)) / jnp.sqrt(z.var(0) + eps)


def layer_norm(z: Any, eps: float = 1e-5) -> Any:
    return (z - z.mean(-1, keepdims=True)) / jnp.sqrt(z.var(-1, keepdims=True) + eps)


def rms_norm(z: Any, eps: float = 1e-6) -> Any:
    return z * jax.lax.rsqrt(jnp.mean(z * z, -1, keepdims=True) + eps)


def group_norm(z: Any, eps: float = 1e-5) -> Any:
    return layer_norm(z.reshape(len(z), 2, 3), eps).reshape(len(z), 6)


def network(normalise: Callable[[Any], Any], activation: Callable[[Any], Any] = jnp.tanh) -> Callable[[Any], Any]:
    """Return a loss in the manner of flax: kernels are (inputs, outputs)."""

    def loss(p: Any) -> Any:
        h = normalise(X @ p["Dense_0"]["kernel"] + p["Dense_0"]["bias"])
        h = activation(h * p["Norm_0"]["scale"] + p["Norm_0"]["bias"])
        return mean_square(h @ p["Dense_1"]["kernel"] + p["Dense_1"]["bias"])

    return loss


def parameters(dtype: Any = np.float32) -> Any:
    rng = np.random.default_rng(1)
    return jax.tree.map(
        lambda x: jnp.asarray(x, dtype),
        {
            "Dense_0": {"kernel": rng.normal(size=(4, 6)) / 2, "bias": np.zeros(6)},
            "Norm_0": {"scale": np.ones(6), "bias": np.zeros(6)},
            "Dense_1": {"kernel": rng.normal(size=(6, 2)), "bias": np.zeros(2)},
        },
    )


def levels(report: Any) -> dict[str, str]:
    return {k: v for k, v in report.properties.items() if isinstance(v, str)}


KERNEL, BIAS = "Dense_0/kernel", "Dense_0/bias"
REST = dict.fromkeys(("Norm_0/scale", "Norm_0/bias", "Dense_1/kernel", "Dense_1/bias"), "none")
TRADE = "only by trading: Dense_1/kernel rows +1, Norm_0/bias entries −1, Norm_0/scale entries −1"
RELU = dict.fromkeys(("Norm_0/scale", "Norm_0/bias", "Dense_1/kernel"), TRADE) | {"Dense_1/bias": "none"}
LAYER = "only jointly: Dense_0/bias +1, Dense_0/kernel +1 up to eps"
GROUPS = "only jointly: Dense_0/bias 2 blocks of entries +1, Dense_0/kernel 2 blocks of columns +1 up to eps"

CASES: dict[str, tuple[Callable[[Any], Any], dict[str, str]]] = {
    "batch norm": (network(batch_norm), {KERNEL: "columns up to eps", BIAS: "no effect"} | REST),
    "batch norm and relu": (
        network(batch_norm, jax.nn.relu),
        {KERNEL: "columns up to eps", BIAS: "no effect"} | RELU,
    ),
    "batch norm without eps": (network(lambda z: batch_norm(z, 0.0)), {KERNEL: "columns", BIAS: "no effect"} | REST),
    "eps beside a deviation": (
        network(lambda z: (z - z.mean(0)) / (z.std(0) + 1e-5)),
        {KERNEL: "columns up to eps", BIAS: "no effect"} | REST,
    ),
    "layer norm": (network(layer_norm), {KERNEL: LAYER, BIAS: LAYER} | REST),
    "rms norm": (network(rms_norm), {KERNEL: LAYER, BIAS: LAYER} | REST),
    "group norm": (network(group_norm), {KERNEL: GROUPS, BIAS: GROUPS} | REST),
    "no norm": (network(lambda z: jnp.tanh(z)), {KERNEL: "none", BIAS: "none"} | REST),
}


@pytest.mark.parametrize(("name", "in_single"), in_turn(CASES), ids=shown)
def test_layers_are_as_theory_says(name: str, *, in_single: bool) -> None:
    precision = single if in_single else lambda f: f
    loss, expected = CASES[name]
    report = check_model(precision(loss), parameters())
    assert report.verdict is Verdict.HOLDS
    assert levels(report) == expected


def test_an_eps_is_known_by_taking_it_out() -> None:
    limit = check_model(network(batch_norm), parameters()).properties["eps"][KERNEL]
    assert limit["how"] == "gone when the eps is taken out"


def test_where_nothing_can_be_traced_an_eps_is_known_by_its_rate() -> None:
    def branching(p: Any) -> Any:
        loss = network(batch_norm)(p)
        return loss if loss < 1e9 else 2 * loss

    limit = check_model(branching, parameters()).properties["eps"][KERNEL]
    assert limit["how"] == "dies out as an eps does"
    assert limit["exponent"] == pytest.approx(-2, abs=0.05)
    assert limit["defect"]["2**-4"] > 100 * limit["defect"]["2**0"] > 1e4 * limit["defect"]["2**4"] > 0


@pytest.mark.parametrize("precision", [single, lambda f: f], ids=["float32", "float64"])
@pytest.mark.parametrize("decay", [1e-3, 1e-5])
@pytest.mark.parametrize("eps", [0.0, 1e-5])
def test_a_weak_decay_is_no_eps(decay: float, eps: float, precision: Callable[[Any], Any]) -> None:
    def loss(p: Any) -> Any:
        return network(lambda z: batch_norm(z, eps))(p) + decay * jnp.sum(p["Dense_0"]["kernel"] ** 2)

    report = check_model(precision(loss), parameters(), claims={KERNEL: 1}, only=f"invariance[{KERNEL}]")
    assert report.properties[KERNEL] == "none"
    assert report.verdict is Verdict.REFUTED


def test_weight_norm_and_a_cosine() -> None:
    def loss(p: Any) -> Any:
        w = p["g"][:, None] * p["v"] / jnp.linalg.norm(p["v"], axis=1, keepdims=True)
        h = jnp.tanh(X @ w.T)
        c = p["c"] / jnp.linalg.norm(p["c"], axis=1, keepdims=True)
        return mean_square(h @ c.T)

    rng = np.random.default_rng(0)
    at = {"g": jnp.ones(3), "v": jnp.asarray(rng.normal(size=(3, 4))), "c": jnp.asarray(rng.normal(size=(2, 3)))}
    assert levels(check_model(loss, at)) == {"c": "rows", "g": "none", "v": "rows"}


def test_a_convolution_before_batch_norm() -> None:
    def loss(p: Any) -> Any:
        z = jax.lax.conv(IMAGES.astype(p["W"].dtype), p["W"], (1, 1), "VALID") + p["b"][:, None, None]
        z = (z - z.mean((0, 2, 3), keepdims=True)) / jnp.sqrt(z.var((0, 2, 3), keepdims=True) + 1e-5)
        return jnp.mean((jnp.tanh(z) - 0.1 * jnp.arange(4.0)[:, None, None]) ** 2)

    at = {"W": jnp.asarray(RNG.normal(size=(4, 3, 3, 3)), jnp.float32), "b": jnp.zeros(4)}
    assert levels(check_model(loss, at)) == {"W": "rows up to eps", "b": "no effect"}


class Layer(NamedTuple):
    """Parameters in a named tuple."""

    w: Any
    b: Any


def test_pytrees_of_other_kinds_and_leaves_that_are_no_floats() -> None:
    def loss(p: Any) -> Any:
        layers, steps = p
        h = jnp.tanh(batch_norm(X @ layers[0].w.T + layers[0].b, 0.0))
        return mean_square(h @ layers[1].w.T + layers[1].b) / steps

    rng = np.random.default_rng(0)
    one, two = (Layer(jnp.asarray(rng.normal(size=shape)), jnp.zeros(shape[0])) for shape in ((3, 4), (2, 3)))
    report = check_model(loss, ([one, two], 3))
    assert list(levels(report).values()) == ["rows", "no effect", "none", "none"]


@jax.tree_util.register_pytree_with_keys_class
class Module:
    """Parameters in a class that is registered, as libraries of layers have them."""

    def __init__(self, w: Any, b: Any) -> None:
        self.w, self.b = w, b

    def tree_flatten_with_keys(self) -> Any:
        return [(jax.tree_util.GetAttrKey(name), getattr(self, name)) for name in ("w", "b")], None

    @classmethod
    def tree_unflatten(cls, _: None, leaves: Any) -> Any:
        return cls(*leaves)


def test_classes_that_are_pytrees_are_taken_apart() -> None:
    rng = np.random.default_rng(0)
    at = Module(jnp.asarray(rng.normal(size=(2, 4))), jnp.zeros(2))
    report = check_model(lambda p: mean_square(jnp.tanh(batch_norm(X @ p.w.T + p.b, 0.0))), at)
    assert levels(report) == {"w": "rows", "b": "no effect"}


def test_a_loss_that_branches_on_values_runs_as_it_is() -> None:
    def loss(w: Any) -> Any:
        return jnp.tanh(w[0] / w[1]) if float(w[0]) > 0 else jnp.tanh(w[0] / w[1]) + 0.0

    assert levels(check_model(loss, jnp.array([1.0, 2.0]))) == {"w": "whole"}


def test_numpy_arrays_for_a_loss_that_computes_in_jax_are_judged_in_float64() -> None:
    x = jnp.asarray(X)

    def loss(p: Any) -> Any:
        z = x @ p["W"].T + p["b"]
        z = (z - z.mean(0)) * jax.lax.rsqrt(z.var(0))
        return jnp.mean((jnp.tanh(z) @ p["v"] - 1) ** 2)

    at = {"W": RNG.normal(size=(3, 4)), "b": RNG.normal(size=3), "v": RNG.normal(size=3)}
    report = check_model(loss, at)
    assert [report.properties[name] for name in at] == ["rows", "no effect", "none"]


def test_a_loss_that_goes_through_numpy_and_ends_in_jax_is_judged_in_float64_too() -> None:
    def loss(p: Any) -> Any:
        z = np.tanh(X @ (p["W"] / np.linalg.norm(p["W"], axis=1, keepdims=True)).T)
        return jnp.mean((jnp.asarray(z @ np.ones(3)) - 1) ** 2)

    report = check_model(loss, {"W": RNG.normal(size=(3, 4))})
    assert report.properties["W"] == "rows"


def test_precision_is_put_back() -> None:
    before = jax.config.jax_enable_x64
    check_model(network(batch_norm), parameters(), only=f"invariance[{KERNEL}]")
    assert jax.config.jax_enable_x64 == before


def test_symmetries_are_discovered() -> None:
    found = discover_symmetries(lambda p: jnp.tanh(p["a"] * p["b"]) + p["c"] ** 2, {n: jnp.ones(()) for n in "abc"})
    assert [str(g) for g in found.generators] == ["a +1, b −1"]


@pytest.mark.parametrize(
    ("f", "at", "error", "says"),
    [
        (lambda w: w, jnp.ones(3), ArgumentTypeError, r"returned an array of shape \(3,\)"),
        (lambda w: None, jnp.ones(3), ArgumentTypeError, "returned None"),
        (lambda w: (w.sum(), w), jnp.ones(3), ArgumentTypeError, "must be one real number"),
        (lambda w: w.sum() * jnp.nan, jnp.ones(3), ArgumentError, "finite loss"),
        (lambda w: w["a"], jnp.ones(3), ArgumentError, "at the example point"),
        (lambda w, z: w.sum(), jnp.ones(3), ArgumentTypeError, "cannot be called with one argument"),
        (lambda w: w.sum(), jnp.ones((0, 3)), ArgumentError, "size zero"),
        (lambda w: w.sum(), jnp.array([1.0, jnp.inf]), ArgumentError, "not finite"),
        (lambda w: 0.0, {"n": jnp.arange(3)}, ArgumentError, "no parameters"),
        (lambda w: abs(w).sum(), jnp.ones(3) * 1j, ArgumentTypeError, r"at\['w'\] is complex \(complex"),
        (3, jnp.ones(3), ArgumentTypeError, "f is 3"),
    ],
)
def test_bad_input_is_told_in_a_sentence(f: Any, at: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        check_model(f, at)
    assert isinstance(caught.value, PsitheoryError)
    assert "\n" not in str(caught.value)


def _by_powers(w: Any) -> Any:
    """The direction to which powers of a matrix turn, by a loop that has no derivative backwards."""

    def turned(state: Any) -> Any:
        v, k = state
        v = w["W"] @ v
        return v / jnp.linalg.norm(v), k + 1

    v, _ = jax.lax.while_loop(lambda state: state[1] < 5, turned, (jnp.ones(3), 0))
    return jnp.sum(jnp.tanh(v + jnp.arange(3.0)))


@jax.custom_vjp
def _told_backwards(x: Any) -> Any:
    return x


_told_backwards.defvjp(lambda x: (x, None), lambda _, g: (g if g.sum() > 0 else 2 * g,))


def test_what_has_no_derivative_backwards_is_judged_by_its_values() -> None:
    report = check_model(_by_powers, {"W": np.random.default_rng(0).normal(size=(3, 3))})
    assert report.properties["W"] == "whole"
    assert any(note.startswith("without gradients: ValueError: Reverse-mode") for note in report.notes)


def test_a_backward_pass_that_branches_on_values_is_a_gradient() -> None:
    function = loss_function(lambda w: jnp.sum(jnp.tanh(_told_backwards(w))), jnp.ones(3))
    assert function.gradients is not None
    assert not any("without gradients" in note for note in function.notes)
