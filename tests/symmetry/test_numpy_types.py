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


def written(put):
    out = np.ones((6, 6))
    put(out)
    return out


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
    "a trace": (lambda p: total(p["w"] / np.sqrt(np.trace(p["w"] @ p["w"].T) + 1e-8)), {"w": A(4, 3)}, 1, 0),
    "places of the largest": (
        lambda p: total(np.take_along_axis(bn(X @ p["w"]), np.argsort(X @ p["w"], axis=0), 0)[:5]),
        {"w": A(6, 20)}, 20, 0,
    ),
    "a place among channels": (
        lambda p: total(bn(X @ p["w"])[np.arange(16), np.argmax(X @ p["w"], axis=1)]), {"w": A(6, 4)}, 1, 0,
    ),
    "line by line": (lambda p: total(np.apply_along_axis(bn, 0, X @ p["w"])), {"w": A(6, 4)}, 4, 0),
    "quartiles": (lambda p: total(X @ p["w"] / np.ptp(X @ p["w"], axis=0)), {"w": A(6, 4)}, 4, 4),
    "orthogonal columns": (lambda p: total(np.linalg.qr(p["w"])[0]), {"w": A(6, 4)}, 4, 4),
    "orthogonal columns of a wide matrix": (  # of the last one the first three leave the sign, and others are not read
        lambda p: total(np.linalg.qr(p["w"])[0]), {"w": A(4, 6)}, 6, 6,
    ),
    "what is above them": (
        lambda p: total(np.linalg.qr(p["w"])[1] / np.linalg.norm(p["w"], axis=0)), {"w": A(4, 6)}, 6, 6,
    ),
    "above them, by rows": (
        lambda p: total(np.linalg.qr(p["w"])[1] / np.linalg.norm(p["w"], axis=1)[:, None]), {"w": A(4, 6)}, 1, 1,
    ),
    "columns of a pseudo-inverse": (lambda p: total(p["w"] @ np.linalg.pinv(p["w"])), {"w": A(6, 4)}, 4, 4),
    "rows of a pseudo-inverse": (lambda p: total(np.linalg.pinv(p["w"]) @ p["w"]), {"w": A(4, 6)}, 4, 4),
    "its other side": (lambda p: total(np.linalg.pinv(p["w"]) * np.linalg.norm(p["w"], axis=1)), {"w": A(6, 4)}, 1, 1),
    "a pseudo-inverse of rank 1": (
        lambda p: total(np.linalg.pinv(p["u"][:, None] * p["v"]) * p["u"] * np.linalg.norm(p["v"])),
        {"u": A(3), "v": A(5)}, 2, 2,
    ),
    "a pseudo-inverse, as a whole": (
        lambda p: total(np.linalg.pinv(p["w"]) * np.linalg.norm(p["w"])), {"w": A(6, 4)}, 1, 1,
    ),
    "a filter": (
        lambda p: total(ln(np.stack([np.convolve(x, p["k"]) for x in X])) * p["g"]), {"k": A(3), "g": A(1)}, 1, 0,
    ),
    "a spectrum": (lambda p: total(np.abs(np.fft.fft(p["k"])) / np.linalg.norm(p["k"])), {"k": A(8)}, 1, 1),
    "singular values": (lambda p: total(np.linalg.svd(p["w"])[1] / np.linalg.norm(p["w"])), {"w": A(4, 3)}, 1, 1),
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
        (lambda p: total(written(lambda out: np.copyto(out, p["w"]))), "copyto in place"),
        (lambda p: total(written(lambda out: np.add.at(out, 0, p["w"][0]))), "add in place"),
        (lambda p: total(np.asarray(p["w"]) / np.linalg.norm(p["w"])), "its values leave"),
    ],
)
def test_what_cannot_be_followed_is_named_and_runs_decide(f, why):
    function = as_loss_function(f, {"w": A(6, 6)})
    assert function.types is None
    assert any(why in note for note in function.notes)


def test_what_is_no_multiple_is_not_derived_and_must_stay():
    found = derived(as_loss_function(lambda p: total(np.round(p["w"] / np.abs(p["w"]).max(), 1)), {"w": A(4, 3)}), RNG)
    assert (found.types.up_to_eps.dimension, found.types.missing) == (1, ())
    found = derived(as_loss_function(lambda p: total(np.round(p["w"], 1)), {"w": A(4, 3)}), RNG)
    assert found.types.up_to_eps.dimension == 0
    assert any("not derived: round" in text for text in found.types.missing)


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
