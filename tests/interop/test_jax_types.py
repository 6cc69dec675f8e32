"""Scale types of JAX functions: their dimension against what theory counts, their lines, and runs that confirm them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from psitheory.conformance import check_model
from psitheory.interop.jax import loss_function
from psitheory.symmetry.derived import derived

RNG = np.random.default_rng(0)
X, TOKENS = jnp.asarray(RNG.normal(size=(16, 6))), jnp.asarray(RNG.normal(size=(3, 5, 8)))
IMAGES, WORDS = (
    jnp.asarray(RNG.normal(size=(4, 6, 6, 3))),
    jnp.asarray([[1, 2, 3, 4, 5], [5, 5, 1, 2, 2], [3, 4, 4, 1, 1]]),
)
LAYOUT = ("NHWC", "HWIO", "NHWC")


def A(*shape):
    return jnp.asarray(RNG.normal(size=shape) * 0.5 + 0.1)


def bn(h, axes=0):
    return (h - h.mean(axes)) / jnp.sqrt(h.var(axes) + 1e-5)


def ln(h):
    h = h - h.mean(-1, keepdims=True)
    return h * jax.lax.rsqrt(jnp.mean(h**2, -1, keepdims=True) + 1e-6)


def conv(x, k, groups=1):
    return jax.lax.conv_general_dilated(
        x, k.astype(x.dtype), (1, 1), "SAME", dimension_numbers=LAYOUT, feature_group_count=groups
    )


def total(h):
    return jnp.sum(jnp.tanh(h))


def heads(p):
    q, k, v = (jnp.einsum("bnd,dhe->bhne", TOKENS, p[x]) for x in "qkv")
    scores = jnp.einsum("bhik,bhjk->bhij", ln(q), ln(k))
    a = jax.nn.softmax(jnp.where(jnp.tril(jnp.ones((5, 5))) > 0, scores, -1e9), -1)
    return jnp.sum(jnp.sin(jnp.einsum("bhij,bhjk,hkd->bid", a, v, p["o"])))


def packed(p):
    q, k, v = (TOKENS @ w for w in jnp.split(p["qkv"], 3, 1))
    return jnp.sum(jnp.sin(jax.nn.softmax(ln(q) @ ln(k).swapaxes(-1, -2)) @ v @ p["o"]))


def recurrent(p):
    def step(carry, x):
        carry = jnp.tanh(ln(x @ p["x"]) + carry @ p["h"])
        return carry, carry

    return total(jax.lax.scan(step, jnp.zeros((3, 6)), TOKENS.transpose(1, 0, 2))[1])


def experts(p):
    gates = jax.nn.softmax(TOKENS @ p["gate"], -1)
    return total(jnp.einsum("bne,bnef->bnf", gates, ln(jnp.einsum("bnd,edf->bnef", TOKENS, p["experts"]))))


def floored(p):
    h = X @ p["w"] - (X @ p["w"]).mean(0)
    return total(h / jnp.sqrt(jnp.maximum(jnp.mean(h * h, 0), 1e-6)))


def branched(p):
    w = p["w"] / jnp.linalg.norm(p["w"])
    return jax.lax.cond(w[0, 0] > 0, lambda a: total(X @ a), lambda a: jnp.sum(jnp.sin(X @ a)), w)


def depthwise(p):
    h = conv(jax.nn.relu(conv(IMAGES, p["depth"], 3)), p["point"])
    h = jax.lax.reduce_window(bn(h, (0, 1, 2)), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return total(h)


CASES = {
    # name: function, at, dimension up to eps, exact dimension (of embeddings with two rows of eight that nobody reads)
    "BN with an affine map, ReLU": (
        lambda p: jnp.sum(jnp.sin(jax.nn.relu(bn(X @ p["W"]) * p["g"] + p["b"]) @ p["V"])),
        {"W": A(6, 5), "g": A(5), "b": A(5), "V": A(5, 2)}, 10, 5,
    ),
    "BN of a transpose": (lambda p: jnp.sum(jnp.tanh(bn(X @ p["W"].T)) @ p["V"]), {"W": A(5, 6), "V": A(5, 2)}, 5, 0),
    "leaky ReLU": (
        lambda p: jnp.sum(jnp.cos(jax.nn.leaky_relu(X @ p["a"], 0.1) @ p["b"])), {"a": A(6, 5), "b": A(5, 4)}, 5, 5,
    ),
    "QK-norm, values trade": (heads, {"q": A(8, 2, 4), "k": A(8, 2, 4), "v": A(8, 2, 4), "o": A(2, 4, 3)}, 12, 8),
    "packed projection": (packed, {"qkv": A(8, 12), "o": A(4, 3)}, 6, 4),
    "depthwise, pointwise, pooled": (depthwise, {"depth": A(3, 3, 1, 6), "point": A(1, 1, 6, 4)}, 10, 6),
    "embedding": (lambda p: total(ln(p["E"][WORDS] @ p["w"])), {"E": A(7, 8), "w": A(8, 4)}, 13 + 16, 8 + 16),
    "recurrent": (recurrent, {"x": A(8, 6), "h": A(6, 6)}, 1, 0),
    "experts": (experts, {"gate": A(8, 2), "experts": A(2, 8, 6)}, 2, 0),
    "weight norm": (
        lambda p: total(X @ (p["W"] / jnp.linalg.norm(p["W"], axis=0) * jnp.exp(p["s"]))),
        {"W": A(6, 5), "s": A(5)}, 5, 5,
    ),
    "a penalty on one": (
        lambda p: jnp.sum(jnp.tanh(bn(X @ p["W"])) @ p["V"]) + 0.3 * jnp.sum(p["V"] ** 2),
        {"W": A(6, 5), "V": A(5, 2)}, 5, 0,
    ),
    "a penalty on all": (
        lambda p: total(bn(X @ p["W"])) + 0.3 * sum(jnp.sum(w**2) for w in p.values()), {"W": A(6, 5)}, 0, 0,
    ),
    "recomputed": (lambda p: total(jax.checkpoint(lambda w: bn(X @ w))(p["w"])), {"w": A(6, 5)}, 5, 0),
    "vmapped": (
        lambda p: total(jax.vmap(lambda x: (x @ p["w"]) / jnp.linalg.norm(x @ p["w"]))(X)), {"w": A(6, 5)}, 1, 1,
    ),
    "a floor": (floored, {"w": A(6, 5)}, 5, 5),
    "a branch": (branched, {"w": A(6, 5)}, 1, 1),
    "a parameter in the exponent": (lambda p: total(X @ p["w"] ** p["p"]), {"w": jnp.abs(A(6, 5)), "p": A()}, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_types_derive_the_symmetries_of_a_jax_function(name):
    f, at, up_to_eps, exact = CASES[name]
    types = loss_function(f, at).types({})
    assert (types.up_to_eps.dimension, types.exact.dimension) == (up_to_eps, exact)
    assert not types.missing


@pytest.mark.parametrize("name", ["BN of a transpose", "leaky ReLU", "embedding", "experts"])
def test_runs_confirm_what_is_derived_with_and_without_its_constants(name):
    f, at, _, _ = CASES[name]
    assert derived(loss_function(f, at), np.random.default_rng(0)).confirmed


def test_the_line_of_an_eps_is_the_users_also_where_jax_keeps_what_it_traced_before():
    jnp.var(X)  # JAX keeps the jaxpr of this line

    def f(p):
        h = X @ p["W"]
        return total(h / jnp.sqrt(jnp.var(h) + 1e-5))

    types = loss_function(f, {"W": A(6, 5)}).types({})
    (eps,) = types.eps
    assert Path(eps.place.file).name == "test_jax_types.py"
    assert eps.place.line == f.__code__.co_firstlineno + 2


def test_check_model_takes_the_types_of_a_pytree_and_tells_what_decay_does():
    f, at, _, _ = CASES["BN of a transpose"]
    found = check_model(f, at).properties
    assert found["W"] == "rows up to eps"
    assert found["weight decay"] == {"pure rate": ["W"], "regularises": ["V"]}


def test_a_large_jax_model_is_judged_by_its_types_alone():
    sizes = [6, 60, 60, 8]
    at = [A(a, b) for a, b in pairwise(sizes)]

    def f(ws):
        h = X
        for w in ws[:-1]:
            h = jax.nn.relu(bn(h @ w))
        return jnp.sum(jnp.sin(h @ ws[-1]))

    found = check_model(f, at).properties
    assert [found[name] for name in "01"] == ["columns up to eps"] * 2
    assert found["2"] == "none"


def test_a_function_that_cannot_be_traced_is_judged_by_samples_with_a_note():
    def f(p):
        w = p["w"] / jnp.linalg.norm(p["w"])
        return total(X @ w) if w[0, 0] > 0 else jnp.sum(jnp.sin(X @ w))

    report = check_model(f, {"w": A(6, 2)})
    assert report.properties["w"] == "whole"
    assert any("no scale types" in note for note in report.notes)
