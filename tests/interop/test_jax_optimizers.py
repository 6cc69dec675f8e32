"""Verdicts on optimisers in pairs of functions, on JAX arrays: optax's, and hand-written ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"
BOTH = [np.float64, np.float32]


def descent(rate: Any) -> Any:
    def update(gradients: Any, state: Any) -> Any:
        return jax.tree.map(lambda g: -rate * g, gradients), state

    return (lambda params: ()), update


def psi_descent(rate: Any) -> Any:
    """PSI-GD on the parts called W, descent on the rest."""

    def update(gradients: Any, state: Any, params: Any) -> Any:
        def one(name: str, g: Any) -> Any:
            square = jnp.sum(params[name] ** 2, axis=-1, keepdims=True) if name.startswith("W") else 1.0
            return -rate * square * g

        return {name: one(name, g) for name, g in gradients.items()}, state

    return (lambda params: ()), update


def adam(rate: Any, eps: float = 1e-8) -> Any:
    def init(params: Any) -> Any:
        return jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params), 0

    def update(gradients: Any, state: Any, params: Any) -> Any:
        m, v, t = state
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)

        def one(m: Any, v: Any) -> Any:
            return -rate * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + eps)

        return jax.tree.map(one, m, v), (m, v, t)

    return init, update


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize(("make", "rate", "p"), [(descent, 0.1, 2), (adam, 0.01, 1)])
def test_exponents_are_those_of_theory(make: Any, rate: float, p: int, dtype: Any) -> None:
    factory = check_optimizer(make, rate=rate, dtype=dtype, only=[NEURON, EXPONENT], steps=30)
    pair = check_optimizer(make(rate), dtype=dtype, only=[NEURON, EXPONENT], steps=30)
    assert factory.properties["exponent"] == pair.properties["exponent"] == p
    assert factory.refuted() == pair.refuted() == (NEURON,)


@pytest.mark.parametrize("dtype", BOTH)
def test_psi_descent_is_full_for_each_neuron(dtype: Any) -> None:
    report = check_optimizer(psi_descent, rate=0.1, dtype=dtype, steps=30)
    assert report.verdict is Verdict.HOLDS
    assert report.properties["full"] == "each neuron"


def test_runs_are_in_the_precision_asked_for() -> None:
    seen, before = set(), jax.config.jax_enable_x64

    def update(gradients: Any, state: Any) -> Any:
        seen.update(str(g.dtype) for g in jax.tree.leaves(gradients))
        return jax.tree.map(lambda g: -0.1 * g, gradients), state

    for dtype in BOTH:
        seen.clear()
        check_optimizer(((lambda params: ()), update), dtype=dtype, only="runs_repeat", steps=3)
        assert seen == {np.dtype(dtype).name}
    assert jax.config.jax_enable_x64 == before


def test_what_cannot_be_traced_runs_as_it_is() -> None:
    def update(gradients: Any, state: Any) -> Any:
        if float(sum(jnp.sum(g * g) for g in gradients.values())) == 0:
            raise RuntimeError("no gradient")
        return {name: -0.1 * np.asarray(g) for name, g in gradients.items()}, state

    report = check_optimizer(((lambda params: None), update), only=EXPONENT, steps=3)
    assert report.properties["exponent"] == 2


OPTAX = {
    "sgd": (2, 0.1, {}),
    "sgd with momentum": (2, 0.05, {"momentum": 0.9}),
    "adam": (1, 0.01, {}),
    "rmsprop": (1, 0.01, {}),
    "lion": (1, 0.01, {"weight_decay": 0.0}),
    "adamw": (None, 0.01, {"weight_decay": 1e-2}),
    "radam": (None, 0.01, {}),
    "lars": (0, 0.05, {"weight_decay": 0.0}),
    "lamb": (0, 0.01, {}),
    "adafactor": (0, 0.01, {}),
}


@pytest.mark.parametrize("name", OPTAX)
def test_optax(name: str) -> None:
    optax = pytest.importorskip("optax")
    p, rate, options = OPTAX[name]
    kind = getattr(optax, name.split()[0])
    report = check_optimizer(lambda rate: kind(rate, **options), rate=rate, name=name)
    assert report.properties["exponent"] == p
    assert report.properties["full"] == ("each layer" if p == 0 else "none")


MORE = {
    "novograd": (1, 0.01),  # one second moment a tensor, a squared norm of gradients
    "sign_sgd": (1, 0.01),
    "adamax": (1, 0.01),
    "nadam": (1, 0.01),
    "adabelief": (1, 0.01),
    "adadelta": (1, 1.0),  # all its parameters have defaults
    "rprop": (1, 0.01),  # its first step does not move
    "optimistic_gradient_descent": (2, 0.1),
    "fromage": (0, 0.01),
    "yogi": (None, 0.01),  # its second moment starts at 1e-6
}


@pytest.mark.parametrize("name", MORE)
def test_more_of_optax(name: str) -> None:
    optax = pytest.importorskip("optax")
    p, rate = MORE[name]
    assert check_optimizer(getattr(optax, name), rate=rate, only=EXPONENT).properties["exponent"] == p


def test_chains_and_wrappers_of_optax() -> None:
    optax = pytest.importorskip("optax")
    made = {
        "clipped for a while": (lambda r: optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(r)), 0.1, None),
        "noise of a fixed size": (lambda r: optax.noisy_sgd(r, key=0), 0.1, None),
        "scheduled": (lambda r: optax.sgd(optax.cosine_decay_schedule(r, 50)), 0.1, 2),
        "every third step": (lambda r: optax.MultiSteps(optax.sgd(r), 3), 0.1, 2),
        "every fourth step": (lambda r: optax.chain(optax.apply_every(4), optax.sgd(r)), 0.1, 2),
        "injected": (lambda r: optax.inject_hyperparams(optax.adam)(learning_rate=r), 0.01, 1),
    }
    for name, (make, rate, p) in made.items():
        assert check_optimizer(make, rate=rate, only=EXPONENT).properties["exponent"] == p, name


def test_losses_are_given_to_updates_that_ask_for_them() -> None:
    optax = pytest.importorskip("optax")
    # (f / |grad f|^2) grad f scales as the weights do, if one number rescales them all and there are no free ones;
    # later gradients are so small that optax takes no step
    polyak = optax.polyak_sgd(max_learning_rate=np.inf)
    assert check_optimizer(polyak, only=EXPONENT, steps=10).properties["exponent"] == 0
    assert check_optimizer(polyak, only=EXPONENT).refuted() == (EXPONENT,)
    assert check_optimizer(optax.lbfgs, only=["runs_repeat", NEURON], steps=3).refuted() == (NEURON,)


@pytest.mark.parametrize("name", ["value", "grad", "value_fn"])
def test_each_may_be_asked_for_by_name(name: str) -> None:
    seen: list[Any] = []
    body = f"def update(gradients, state, params, *, {name}):\n    seen.append({name})\n    return gradients, state"
    scope: dict[str, Any] = {"seen": seen}
    exec(body, scope)
    check_optimizer(((lambda params: ()), scope["update"]), only="runs_repeat", steps=1)
    assert seen
