"""Scale types of functions written in NumPy: their dimension against what theory counts, and runs that confirm them."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance import check_model
from psitheory.symmetry.derived import derived
from psitheory.symmetry.function import as_loss_function

RNG = np.random.default_rng(0)
X, TOKENS = RNG.normal(size=(16, 6)), RNG.normal(size=(3, 5, 8))
WORDS = np.array([[1, 2, 3, 4, 5], [5, 5, 1, 2, 2], [3, 4, 4, 1, 1]])


def A(*shape):
    return RNG.normal(size=shape) * 0.5 + 0.1


def bn(h):
    return (h - h.mean(0)) / np.sqrt(h.var(0) + 1e-5)


def ln(h):
    h = h - h.mean(-1, keepdims=True)
    return h / np.sqrt((h**2).mean(-1, keepdims=True) + 1e-6)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def total(h):
    return np.sum(np.tanh(h))


def attention(p):
    q, k, v = (TOKENS @ p[c] for c in "qkv")
    a = softmax(np.einsum("bik,bjk->bij", ln(q), ln(k)))
    return np.sum(np.sin(np.einsum("bij,bjk->bik", a, v) @ p["o"]))


def packed(p):
    q, k, v = (TOKENS @ p["qkv"][:, 4 * i : 4 * i + 4] for i in range(3))
    return np.sum(np.sin(softmax(ln(q) @ ln(k).swapaxes(-1, -2)) @ v @ p["o"]))


def leaky(p):
    z = X @ p["a"]
    return np.sum(np.cos(np.where(z > 0, z, 0.1 * z) @ p["b"]))


def floored(p):
    h = X @ p["w"] - (X @ p["w"]).mean(0)
    return total(h / np.sqrt(np.maximum((h * h).mean(0), 1e-6)))


def branched(p):
    w = p["w"] / np.linalg.norm(p["w"])
    return total(X @ w) if w[0, 0] > 0 else np.sum(np.sin(X @ w))


def in_place(p):
    z = X @ p["w"]
    z -= z.mean(0)
    z /= np.sqrt(z.var(0) + 1e-5)
    return total(z)


CASES = {
    # name: function, at, dimension up to eps, exact dimension (of embeddings with two rows of eight that nobody reads)
    "BN with an affine map, ReLU": (
        lambda p: np.sum(np.sin(np.maximum(bn(X @ p["W"]) * p["g"] + p["b"], 0) @ p["V"])),
        {"W": A(6, 5), "g": A(5), "b": A(5), "V": A(5, 2)}, 10, 5,
    ),
    "BN of a transpose": (lambda p: np.sum(np.tanh(bn(X @ p["W"].T)) @ p["V"]), {"W": A(5, 6), "V": A(5, 2)}, 5, 0),
    "an array": (lambda w: total(bn(X @ w)), A(6, 5), 5, 0),
    "leaky ReLU": (leaky, {"a": A(6, 5), "b": A(5, 4)}, 5, 5),
    "QK-norm": (attention, {"q": A(8, 8), "k": A(8, 8), "v": A(8, 8), "o": A(8, 3)}, 10, 8),
    "packed projection": (packed, {"qkv": A(8, 12), "o": A(4, 3)}, 6, 4),
    "embedding": (lambda p: total(ln(p["E"][WORDS] @ p["w"])), {"E": A(7, 8), "w": A(8, 4)}, 13 + 16, 8 + 16),
    "weight norm": (
        lambda p: total(X @ (p["W"] / np.linalg.norm(p["W"], axis=0) * np.exp(p["s"]))),
        {"W": A(6, 5), "s": A(5)}, 5, 5,
    ),
    "a penalty on one": (
        lambda p: np.sum(np.tanh(bn(X @ p["W"])) @ p["V"]) + 0.3 * np.sum(p["V"] ** 2),
        {"W": A(6, 5), "V": A(5, 2)}, 5, 0,
    ),
    "a penalty on all": (lambda p: total(bn(X @ p["W"])) + 0.3 * np.sum(p["W"] ** 2), {"W": A(6, 5)}, 0, 0),
    "joined": (
        lambda p: total(bn(np.concatenate([X @ p["a"], X @ p["b"]], 1) @ p["c"])),
        {"a": A(6, 3), "b": A(6, 2), "c": A(5, 4)}, 9, 5,
    ),
    "a floor": (floored, {"w": A(6, 5)}, 5, 5),
    "a branch": (branched, {"w": A(6, 5)}, 1, 1),
    "in place": (in_place, {"w": A(6, 5)}, 5, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_types_derive_the_symmetries_of_a_numpy_function_and_runs_confirm_them(name):
    f, at, up_to_eps, exact = CASES[name]
    found = derived(as_loss_function(f, at), np.random.default_rng(0))
    assert found.confirmed
    assert (found.types.up_to_eps.dimension, found.types.exact.dimension) == (up_to_eps, exact)


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (lambda p: total(np.linalg.eigvalsh(p["w"] @ p["w"].T)), "eigvalsh has no rule"),
        (lambda p: total(np.asarray(p["w"]) / np.linalg.norm(p["w"])), "its values leave"),
    ],
)
def test_what_cannot_be_followed_is_named_and_runs_decide(f, why):
    function = as_loss_function(f, {"w": A(6, 6)})
    assert function.types is None
    assert any(why in note for note in function.notes)


def test_an_array_that_others_share_is_not_changed_in_place():
    def f(p):
        z = X @ p["w"]
        row = z[0]
        row *= 2
        return total(z / np.linalg.norm(z))

    assert as_loss_function(f, {"w": A(6, 5)}).types is None


def test_a_large_numpy_model_is_judged_by_its_types_alone():
    at = {"a": A(6, 60), "b": A(60, 60), "c": A(60, 2)}

    def f(p):
        h = np.maximum(bn(X @ p["a"]), 0)
        return np.sum(np.sin(np.maximum(bn(h @ p["b"]), 0) @ p["c"]))

    found = check_model(f, at).properties
    assert (found["a"], found["b"], found["c"]) == ("columns up to eps", "columns up to eps", "none")
    assert found["weight decay"] == {"pure rate": ["a", "b"], "regularises": ["c"]}
