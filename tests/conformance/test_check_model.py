"""Which parameters are scale-invariant, on models and losses of which theory says it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.models import BatchNormMLP, Circle, Cosine, Neuron, NormalisedLayer, Perceptron, Rayleigh
from tests.conformance.small_models import (
    LINEAR,
    RNG,
    X,
    Y,
    batch_norm,
    head,
    layer,
    layer_norm,
    levels,
    network,
)

TRADE = "only by trading: gamma1 entries +1, beta1 entries +1, V columns −1"
RELU_TRADE = "only by trading: W rows +1, b entries +1, v entries −1"

seeds = st.integers(0, 2**20)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (network(), {"W1": "rows", "W2": "rows", "V": "none", "c": "none"}),
        (
            network(hidden=(3,), activation="relu", affine=True),
            {"W1": "rows", "gamma1": TRADE, "beta1": TRADE, "V": TRADE, "c": "none"},
        ),
        (
            network(hidden=(3,), affine=True),
            {"W1": "rows", "gamma1": "none", "beta1": "none", "V": "none", "c": "none"},
        ),
        (layer("batch", bias=True), {"W": "rows", "b": "no effect", "V": "none"}),
        (layer("instance", bias=True), {"W": "rows", "b": "no effect", "V": "none"}),
        (layer("layer"), {"W": "whole", "V": "none"}),
        (layer("layer", bias=True), {"W": "whole", "V": "none"}),
        (layer("group"), {"W": "2 blocks of rows", "V": "none"}),
        (layer("group", groups=3, hidden=9), {"W": "3 blocks of rows", "V": "none"}),
        (layer("rms"), {"W": "whole", "V": "none"}),
        (layer("weight", bias=True), {"W": "rows", "g": "none", "b": "none", "V": "none"}),
        (Perceptron(X, Y[:, 0], hidden=3), {"W": RELU_TRADE, "b": RELU_TRADE, "v": RELU_TRADE}),
        (Perceptron(X, Y[:, 0], hidden=3, activation="tanh"), {"W": "none", "b": "none", "v": "none"}),
        (Rayleigh(np.diag([1.0, 2.0, 3.0])), {"w1": "whole"}),
        (Neuron(X, Y[:, 0]), {"w1": "whole"}),
        (Cosine([1.0, 2.0]), {"w1": "whole"}),
        (Circle.several_minima(), {"w1": "whole"}),
    ],
)
def test_our_own_models_are_as_theory_says(model, expected):
    report = check_model(model)
    assert report.verdict is Verdict.HOLDS, str(report)
    assert levels(report) == expected


@given(seeds)
@settings(max_examples=10)
def test_the_levels_do_not_depend_on_the_data_or_the_seed(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 1))
    report = check_model(NormalisedLayer(x, y, "layer", hidden=5, bias=True), seed=seed)
    assert levels(report) == {"W": "whole", "V": "none"}
    report = check_model(BatchNormMLP(x, y, hidden=(4,), loss="squared", affine=True, activation="relu"), seed=seed)
    assert levels(report) == {"W1": "rows", "gamma1": TRADE, "beta1": TRADE, "V": TRADE, "c": "none"}


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda p: head(batch_norm(X @ p["W"].T + p["b"])), {"W": "rows", "b": "no effect"}),
        (
            lambda p: head(layer_norm(X @ p["W"].T + p["b"])),
            {"W": "only jointly: W +1, b +1", "b": "only jointly: W +1, b +1"},
        ),
        (lambda p: head(X @ p["W"].T + p["b"]), {"W": "none", "b": "none"}),
        (lambda p: head(layer_norm(X @ p["W"].T) + p["b"]), {"W": "whole", "b": "none"}),
        (lambda p: head(batch_norm(X @ p["W"].T) + 0 * p["b"]), {"W": "rows", "b": "no effect"}),
        (  # the first two neurons alone are normalised
            lambda p: head(np.hstack([batch_norm(X @ p["W"][:2].T), X @ p["W"][2:].T + p["b"][2:]])),
            {"W": "rows 0–1 only", "b": "entries 0–1 without effect"},
        ),
    ],
)
def test_functions_of_named_arrays_at_a_special_point(f, expected):
    assert levels(check_model(f, LINEAR)) == expected


def test_a_residual_connection_ties_two_layers():
    def f(p):
        return head(batch_norm(X @ p["A"].T + X**2 @ p["B"].T))

    shared = "only jointly: A rows +1, B rows +1"
    report = check_model(f, {"A": np.ones((4, 3)), "B": np.ones((4, 3))})
    assert levels(report) == {"A": shared, "B": shared}
    assert report.properties["groups"] == [{"names": ["A", "B"], "rows": False, "blocks": 4, "up_to_eps": False}]


def test_keys_and_queries_trade():
    def f(p):
        scores = (X @ p["Q"].T) @ (X @ p["K"].T).T
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        return head(weights / weights.sum(axis=1, keepdims=True))

    rng = np.random.default_rng(0)
    trade = "only by trading: Q rows +1, K rows −1"
    assert levels(check_model(f, {n: rng.normal(size=(2, 3)) for n in "QK"})) == {"Q": trade, "K": trade}


def test_powers_other_than_one_make_no_group():
    def f(p):
        return float(np.tanh(p["a"] ** 2 / p["b"]).sum())

    report = check_model(f, {"a": np.ones(1), "b": np.ones(1)})
    assert levels(report)["a"] == "only jointly: a +1, b +2"
    assert report.properties["groups"] == []


def test_groups_are_what_an_optimiser_takes():
    groups = check_model(network()).properties["groups"]
    assert groups == [
        {"name": "W1", "rows": True, "blocks": 3, "axis": 0, "up_to_eps": False},
        {"name": "W2", "rows": True, "blocks": 2, "axis": 0, "up_to_eps": False},
    ]


@pytest.mark.parametrize("transposed", [False, True])
def test_a_joint_group_has_blocks_along_an_axis_of_each_part(transposed):
    def f(p):
        z = X @ (p["W"] if transposed else p["W"].T) + p["b"]
        return head(np.hstack([layer_norm(z[:, :3]), layer_norm(z[:, 3:])]))

    w = np.arange(18.0).reshape(6, 3) ** 2 % 7
    report = check_model(f, {"W": w.T if transposed else w, "b": np.zeros(6)})
    slices = "columns" if transposed else "rows"
    assert report.properties["W"] == f"only jointly: W 2 blocks of {slices} +1, b 2 blocks of entries +1"
    along = {"axis": [1, 0]} if transposed else {}
    assert report.properties["groups"] == [
        {"names": ["W", "b"], "rows": False, "blocks": 2, **along, "up_to_eps": False}
    ]


def test_a_joint_group_of_slices_that_lie_apart_is_left_out():
    def f(p):
        z = X @ p["W"].T + p["b"]
        return head(np.hstack([layer_norm(z[:, ::2]), layer_norm(z[:, 1::2])]))

    report = check_model(f, {"W": np.arange(18.0).reshape(6, 3) ** 2 % 7, "b": np.zeros(6)})
    assert report.properties["W"].startswith("only jointly: ")
    assert report.properties["groups"] == []


@pytest.mark.parametrize(
    ("f", "even"),
    [
        (lambda p: head(batch_norm(X @ p["W"].T) ** 2), True),
        (lambda p: head(batch_norm(X @ p["W"].T)), False),
        (lambda p: head(np.maximum(batch_norm(X @ p["W"].T), 0)), False),
    ],
)
def test_signs_may_change_where_the_head_is_even_alone(f, even):
    report = check_model(f, {"W": np.ones((4, 3))})
    assert report.properties["W"] == "rows"
    assert report.properties["signs"] == {"W": even}


def test_no_effect_is_told_from_a_very_weak_one():
    def f(size):
        return lambda p: head(batch_norm(X @ p["W"].T)) + size * float(np.tanh(p["b"]).sum())

    assert check_model(f(0.0), LINEAR).properties["b"] == "no effect"
    assert check_model(f(1e-12), LINEAR).properties["b"] == "none"


def test_columns_without_effect_are_named():
    report = check_model(
        lambda p: head(batch_norm(X[:, :2] @ p["W"][:, :2].T) * p["g"]), {"W": np.ones((4, 3)), "g": 1.0}
    )
    assert report.properties["W"] == "rows"
    report = check_model(lambda p: head(X[:, :2] @ p["W"][:, :2].T), {"W": np.ones((4, 3))})
    assert report.properties["W"] == "columns 2 without effect"
    assert report.properties["groups"] == []


@pytest.mark.parametrize("size", [1.0, 7.0])
@pytest.mark.parametrize("seed", range(4))
def test_rows_beside_a_bias_are_rows_though_digits_are_lost_where_they_shrink(size: float, seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=20)

    def loss(w: Any) -> Any:
        z = x @ w["W"].T + w["b"]
        z = (z - z.mean(0)) / z.std(0)
        return np.mean((np.tanh(z) @ w["head"] - y) ** 2)

    at = {"W": rng.normal(size=(2, 3)), "b": size * rng.normal(size=2), "head": rng.normal(size=2)}
    found = check_model(loss, at, seed=seed).properties
    assert (found["W"], found["b"], found["head"]) == ("rows", "no effect", "none")


def test_columns_that_scale_against_each_other_do_not_scale_alone() -> None:
    head = RNG.normal(size=(2, 3))

    def gated(w: Any) -> Any:
        return np.cos((X @ w["W"][:, :2] * (X @ w["W"][:, 2:])) @ head).sum()

    def halved(w: Any) -> Any:
        values, gates = w["W"][:, :2], w["W"][:, 2:]
        return gated({"W": np.concatenate([values, gates / np.linalg.norm(gates)], 1)})

    at = {"W": RNG.normal(size=(3, 4))}
    assert check_model(gated, at).properties["W"] == "none"
    assert check_model(halved, at).properties["W"] == "columns 2–3 only"
