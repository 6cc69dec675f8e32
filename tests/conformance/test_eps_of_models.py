"""An eps is told from a weak true break of its size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.layout import Layout, free
from psitheory.models import Cosine
from psitheory.models.counter import WithL2
from psitheory.models.interface import Evaluation
from tests.conformance.small_models import (
    X,
    Y,
    batch_norm,
    head,
    levels,
    network,
)


def test_an_eps_that_can_be_taken_out_is_known_by_that():
    report = check_model(network(eps=1e-5))
    assert levels(report, "W1", "W2") == {"W1": "rows up to eps", "W2": "rows up to eps"}
    assert set(report.refuted()) == {"invariance[W1]", "invariance[W2]"}
    for limit in report.properties["eps"].values():
        assert limit["how"] == "gone when the eps is taken out"
        assert limit["exponent"] == pytest.approx(-2, abs=0.02)
        defects = [limit["defect"][f"2**{k}"] for k in (-4, 0, 4)]
        assert defects[0] > 100 * defects[1] > 1e4 * defects[2] > 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("normalised", "exponent"),
    [
        (lambda z: batch_norm(z, z.dtype.type(1e-5)), -2),
        (lambda z: (z - z.mean(0)) / (z.std(0) + z.dtype.type(1e-5)), -1),
    ],
)
def test_an_eps_that_cannot_be_taken_out_is_known_by_its_rate(normalised, exponent, dtype):
    x = X.astype(dtype)
    at = {"W": np.ones((4, 3), dtype)}
    report = check_model(lambda p: np.asarray(head(normalised(x @ p["W"].T)), dtype), at)
    assert report.properties["W"] == "rows up to eps"
    assert report.properties["eps"]["W"]["how"] == "gone when the eps is taken out"
    report = check_model(lambda p: np.asarray(head(normalised(x @ np.array(p["W"]).T)), dtype), at)  # not followed
    assert report.properties["W"] == "rows up to eps"
    assert report.properties["eps"]["W"]["how"] == "dies out as an eps does"
    assert report.properties["eps"]["W"]["exponent"] == pytest.approx(exponent, abs=0.1)
    assert report.verdict is Verdict.HOLDS


def test_an_eps_that_is_no_small_thing_is_told_as_such():
    report = check_model(lambda p: head(batch_norm(X @ p["W"].T, 0.5)), {"W": np.ones((4, 3))})
    assert report.properties["W"] == "none"
    assert report.properties["eps"]["W"]["how"].endswith("large at the weights' own scale")
    assert report.properties["eps"]["W"]["exponent"] == pytest.approx(-2, abs=0.05)


@pytest.mark.parametrize("decay", [1e-3, 1e-6, 1e-9, 1e-12])
def test_a_weak_decay_is_no_eps_with_or_without_one(decay):
    for eps in (0.0, 1e-5):
        report = check_model(WithL2(network(hidden=(3,), eps=eps), decay))
        assert report.properties["W1"] == "none"
        assert report.finding("invariance[W1]").verdict is Verdict.REFUTED
        assert "eps" not in report.properties


WEAK = {
    "decay": lambda w: np.sum(w**2),
    "absolute decay": lambda w: np.sum(np.abs(w)),
    "logarithm": lambda w: np.log(np.sum(w**2)),
    "what saturates": lambda w: np.tanh(np.sum(w**2) / 10),
    "what ends": lambda w: np.exp(-np.sum(w**2) / 10),
    "a direct path": lambda w: np.sum(np.tanh(X @ w.T)),
    "a slow root": lambda w: -(np.sum(w**2) ** -0.25),
}


@pytest.mark.parametrize("term", WEAK)
@pytest.mark.parametrize(("size", "eps"), [(1e-4, 1e-5), (1e-6, 1e-5), (1e-4, 0.0), (1e-7, 0.0), (1e-10, 0.0)])
def test_a_weak_true_break_of_the_size_of_an_eps_is_not_excused(term, size, eps):
    """The defect of eps = 1e-5 at the weights' own scale is about 1e-5."""
    report = check_model(
        lambda p: head(batch_norm(X @ p["W"].T, eps)) + size * WEAK[term](p["W"]), {"W": np.ones((4, 3))}
    )
    assert report.properties["W"] == "none"
    assert "eps" not in report.properties


@dataclass(frozen=True, eq=False)
class Leaky:
    """A cosine whose ``eps`` multiplies a logarithm."""

    eps: float = 1e-6
    layout: Layout = field(default_factory=lambda: Layout(free("w", 3)))

    def evaluate(self, w, batch=None):
        seen = Cosine([1.0, 2.0, 3.0]).evaluate(w)
        square = np.sum(w * w, axis=-1)
        loss = seen.loss + self.eps * np.log(square)
        return Evaluation(loss, seen.gradient + 2 * self.eps * w / square[..., None])

    def hessian_vector(self, w, x):
        raise NotImplementedError


def test_a_break_that_is_gone_with_the_eps_but_never_dies_out_is_none():
    assert check_model(Leaky()).properties["w"] == "none"
    assert check_model(Leaky(0.0)).properties["w"] == "whole"


@pytest.mark.parametrize("term", WEAK)
@pytest.mark.parametrize("eps", [0.0, 1e-5])
def test_a_weak_true_break_in_float32_is_not_excused(term, eps):
    x, y = X.astype(np.float32), np.float32(0.1)

    def f(p):
        h = np.tanh(batch_norm(x @ p["W"].T, np.float32(eps)))
        return np.float32(np.mean((h - y) ** 2, dtype=np.float32) + np.float32(1e-3 * WEAK[term](p["W"])))

    assert check_model(f, {"W": np.ones((4, 3), np.float32)}).properties["W"] == "none"


def test_a_network_that_is_nearly_linear_does_not_trade_up_to_an_eps():
    """Near zero tanh is the identity up to a cube, and the defect of a trade dies out at the rate of an eps."""

    def f(p):
        return float(np.mean((np.tanh(X @ p["W"].T) @ p["v"] - Y[:, 0]) ** 2))

    assert levels(check_model(f, {"W": 1e-2 * np.ones((4, 3)), "v": np.ones(4)})) == {"W": "none", "v": "none"}


def test_a_floor_under_the_norm_limits_the_scales_and_not_the_level():
    def f(p):
        z = X @ p["W"].T
        return head(z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-6))

    report = check_model(f, {"W": np.ones((4, 3))})
    assert report.properties["W"] == "whole"
    assert report.properties["scales"] == {"W": "2**-16 to 2**300"}


@pytest.mark.parametrize("seed", [100, 103, 104, 105, 107])
def test_an_eps_in_float32_is_found_from_any_start(seed: int) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)

    def loss(w: Any) -> float:
        z = x @ w["W"].T
        z = (z - z.mean(0)) / np.sqrt(z.var(0) + np.float32(1e-5))
        return float(np.mean(np.tanh(z) @ w["head"]))

    rng = np.random.default_rng(seed)
    at = {"W": rng.normal(size=(2, 3)).astype(np.float32), "head": rng.normal(size=2).astype(np.float32)}
    assert check_model(loss, at).properties["W"] == "rows up to eps"


LENGTHS = {
    "norm": lambda w: np.linalg.norm(w, axis=1, keepdims=True),
    "norm of each row": lambda w: np.stack([np.linalg.norm(row, keepdims=True) for row in w]),
    "median": lambda w: np.median(np.abs(w), 1, keepdims=True),
    "joined": lambda w: np.concatenate([np.abs(w).max(1, keepdims=True)]),
    "chosen": lambda w: np.where(w[:, :1] > 0, w[:, :1], -w[:, :1]),
    "contracted": lambda w: np.einsum("ij,ij->i", w, w)[:, None],
}


@pytest.mark.parametrize("name", LENGTHS)
def test_an_eps_beside_what_a_function_of_numpy_returns_is_taken_out(name):
    w = np.random.default_rng(0).normal(size=(3, 5))
    degree = 2 if name == "contracted" else 1
    report = check_model(lambda v: np.sum(np.cos(v["W"] / (LENGTHS[name](v["W"]) + 1e-6) ** (1 / degree))), {"W": w})
    assert report.properties["W"] == "rows up to eps"
    assert report.properties["eps"]["W"]["how"] == "gone when the eps is taken out"


def test_an_array_of_one_small_number_is_an_eps_too():
    w = np.random.default_rng(0).normal(size=(3, 5))
    eps = np.full(3, 1e-6)
    report = check_model(lambda v: np.sum(np.cos(v["W"].T / (np.linalg.norm(v["W"], axis=1) + eps))), {"W": w})
    assert report.properties["W"] == "rows up to eps"
    assert report.properties["eps"]["W"]["how"] == "gone when the eps is taken out"
