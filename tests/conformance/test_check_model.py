"""Which parameters are scale-invariant, on models and losses of which theory says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, UnknownName
from psitheory.layout import Layout, free
from psitheory.models import BatchNormMLP, Circle, Cosine, Neuron, NormalisedLayer, Perceptron, Rayleigh
from psitheory.models.counter import WithL2
from psitheory.models.interface import Evaluation

RNG = np.random.default_rng(0)
X, LABELS, Y = RNG.normal(size=(12, 3)), RNG.integers(0, 2, 12), RNG.normal(size=(12, 1))
POSITIONS = RNG.normal(size=(12, 5, 3))
TRADE = "only by trading: gamma1 entries +1, beta1 entries +1, V columns −1"
RELU_TRADE = "only by trading: W rows +1, b entries +1, v entries −1"

seeds = st.integers(0, 2**20)


def network(**options):
    return BatchNormMLP(X, LABELS, classes=2, **({"hidden": (3, 2)} | options))


def layer(norm, **options):
    return NormalisedLayer(POSITIONS if norm == "instance" else X, Y, norm, **({"hidden": 6} | options))


def levels(report, *names):
    return (
        {name: report.properties[name] for name in names}
        if names
        else {name: value for name, value in report.properties.items() if isinstance(value, str)}
    )


def head(h):
    """Return a loss of hidden activations (N, units) that is neither even nor odd."""
    c = np.linspace(-1, 1, h.size).reshape(h.shape)
    return float(np.mean((np.tanh(h) - c) ** 2))


def batch_norm(z, eps=0.0):
    z = z - z.mean(axis=0)
    return z / np.sqrt((z * z).mean(axis=0) + eps)


def layer_norm(z, eps=0.0):
    return batch_norm(z.T, eps).T


LINEAR = {"W": np.arange(12.0).reshape(4, 3) % 5, "b": np.zeros(4)}
"""A point at which entries and biases are zero: nothing may be read off there."""


# -- what theory says -----------------------------------------------------------------------------------


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
def test_a_joint_group_is_blocks_of_rows_or_is_left_out(transposed):
    def f(p):
        z = X @ (p["W"] if transposed else p["W"].T) + p["b"]
        return head(np.hstack([layer_norm(z[:, :3]), layer_norm(z[:, 3:])]))

    w = np.arange(18.0).reshape(6, 3) ** 2 % 7
    report = check_model(f, {"W": w.T if transposed else w, "b": np.zeros(6)})
    slices = "columns" if transposed else "rows"
    assert report.properties["W"] == f"only jointly: W 2 blocks of {slices} +1, b 2 blocks of entries +1"
    joint = {"names": ["W", "b"], "rows": False, "blocks": 2, "up_to_eps": False}
    assert report.properties["groups"] == ([] if transposed else [joint])


# -- signs ----------------------------------------------------------------------------------------------


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


# -- an eps, and what is none ---------------------------------------------------------------------------


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


# -- no effect ------------------------------------------------------------------------------------------


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


# -- precision ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_float32_is_judged_as_such(norm):
    normalise, x = {"batch": batch_norm, "layer": layer_norm}[norm], X.astype(np.float32)
    report = check_model(
        lambda p: np.float32(head(normalise(x @ p["W"].T))), {"W": LINEAR["W"].astype(np.float32)}, claims={"W": 1}
    )
    assert report.properties["W"] == {"batch": "rows", "layer": "whole"}[norm]
    assert report.verdict is Verdict.HOLDS


def test_a_function_that_leaves_float64_on_the_way_is_noticed():
    x = X.astype(np.float32)
    report = check_model(lambda p: head(batch_norm(x @ p["W"].astype(np.float32).T)), {"W": np.ones((4, 3))})
    assert report.properties["W"] == "rows"
    assert any("float32" in note for note in report.notes)


@pytest.mark.parametrize("seed", [3, 8, 10])
def test_single_precision_is_noticed_where_steps_are_equal_and_their_differences_vanish(seed):
    x = X.astype(np.float32)

    def loss(p):
        w = p["W"].astype(np.float32)
        return float(np.sin(x @ (w / np.linalg.norm(w, axis=1, keepdims=True)).T).mean())

    assert check_model(loss, {"W": X[:3, :3]}, seed=seed).properties["W"] == "rows"


def test_entries_that_count_only_beside_whole_numbers_have_an_effect():
    def loss(p):  # as PyTorch's orthogonal parametrisation reads the signs on its diagonal
        return float(np.sin(X @ p["W"].T).sum() * np.prod(np.trunc(p["sign"])))

    assert check_model(loss, {"W": X[:2, :3], "sign": np.resize([1.0, -1.0], 30)}).properties["W"] == "none"


def test_a_loss_that_is_rounded_to_float32_at_the_end_is_judged_as_such():
    report = check_model(lambda p: np.float32(head(batch_norm(X @ p["W"].T))), {"W": np.ones((4, 3)) + X[:4, :3]})
    assert report.properties["W"] == "rows"
    assert "evaluated in float32: f returns it" in report.notes


# -- state and randomness -------------------------------------------------------------------------------


def test_a_random_loss_is_refuted_and_nothing_else_is_said():
    rng = np.random.default_rng(0)
    report = check_model(lambda p: head(batch_norm(X @ p["W"].T)) + 1e-9 * rng.normal(), {"W": np.ones((4, 3))})
    assert report.refuted() == ("loss_depends_on_the_weights_alone",)
    assert report.properties == {}
    assert [note for note in report.notes if "not tried" not in note] == []


def test_an_object_that_keeps_state_starts_afresh_each_time():
    class Running:
        """Batch norm by running means, which every call moves."""

        mean = np.zeros(4)

        def __call__(self, p):
            z = X @ p["W"].T
            self.mean = 0.9 * self.mean + 0.1 * z.mean(axis=0)
            return head((z - self.mean) / z.std(axis=0))

    report = check_model(Running(), {"W": np.ones((4, 3))})
    assert report.properties["W"] == "rows"
    assert any("fresh copy" in note for note in report.notes)


# -- claims, expectations, choices ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("rows", Verdict.REFUTED),
        (4, Verdict.REFUTED),
        ("2 blocks of rows", Verdict.HOLDS),
        (2, Verdict.HOLDS),
        ("whole", Verdict.HOLDS),
        ("none", Verdict.REFUTED),
        ("no effect", Verdict.REFUTED),
        ("whole up to eps", Verdict.HOLDS),
    ],
)
def test_claims_are_judged(claim, verdict):
    def f(p):
        return head(np.hstack([layer_norm(X @ w.T) for w in p["W"].reshape(2, 3, 3)]))

    report = check_model(f, {"W": np.arange(18.0).reshape(6, 3) ** 2}, claims={"W": claim})
    assert report.properties["W"] == "2 blocks of rows"
    assert report.finding("invariance[W]").verdict is verdict


def test_a_refutation_carries_a_witness_that_shows_it():
    model = WithL2(Rayleigh(np.diag([1.0, 2.0])), 0.5)
    finding = check_model(model).finding("invariance[w1]")
    assert finding.witness["scale"] == "2"
    w = np.array([float.fromhex(x) for x in finding.witness["w"]])
    assert abs(model.evaluate(2 * w).loss - model.evaluate(w).loss) > 0.01
    assert "w1 × 2" in finding.smallest
    assert finding.replay == "check_model(WithL2, …, only='invariance[w1]', seed=0)"


def test_expected_failures_are_strict():
    model = WithL2(network(), 1e-3)
    reasons = {f"invariance[W{i}]": "it decays" for i in (1, 2)}
    assert check_model(model, expected=reasons).verdict is Verdict.HOLDS
    assert check_model(network(), expected=reasons).verdict is Verdict.REFUTED


def test_laws_can_be_chosen():
    report = check_model(network(), only="invariance[W2]")
    assert [finding.law for finding in report.findings] == ["invariance[W2]"]
    with pytest.raises(UnknownName, match=r"only names 'invariance\[Q\]'"):
        check_model(network(), only="invariance[Q]")


def test_equal_seeds_give_equal_reports():
    one, two = (check_model(network(), seed=3).to_json() for _ in range(2))
    assert one == two


def test_a_wrong_gradient_is_refuted():
    f = lambda w: float(np.tanh(w[0] / w[1]))  # noqa: E731
    right = lambda w: (1 - np.tanh(w[0] / w[1]) ** 2) * np.array([1 / w[1], -w[0] / w[1] ** 2])  # noqa: E731
    at = np.array([1.0, 2.0])
    law = "gradient_is_that_of_the_loss"
    assert check_model(f, at, gradient=right).finding(law).verdict is Verdict.HOLDS
    assert check_model(f, at, gradient=lambda w: right(w) * (1 + 1e-5)).finding(law).verdict is Verdict.REFUTED


# -- code that raises, bad input ------------------------------------------------------------------------


def test_code_that_raises_is_told_with_law_and_input_and_the_others_run():
    def f(p):
        if np.abs(p["W"]).max() > 30:
            raise OverflowError("weights are too large")
        return head(batch_norm(X @ p["W"].T)) + head(batch_norm(X @ p["U"].T))

    report = check_model(f, {"W": np.ones((4, 3)), "U": np.ones((4, 3))})
    finding = report.finding("invariance[W]")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "raised OverflowError: weights are too large" in finding.observed
    assert finding.smallest.startswith("W × ")
    assert report.properties["U"] == "rows"
    assert report.finding("invariance[U]").verdict is Verdict.HOLDS


def test_a_gradient_that_raises_decides_nothing_and_the_others_run():
    report = check_model(
        lambda p: head(batch_norm(X @ p["W"].T)), {"W": np.ones((4, 3))}, gradient=lambda p: {"W": 1 / 0}
    )
    finding = report.finding("gradient_is_that_of_the_loss")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "ZeroDivisionError" in finding.observed
    assert report.properties["W"] == "rows"


@pytest.mark.parametrize(
    ("f", "at", "options", "error", "says"),
    [
        (3, np.ones(2), {}, ArgumentTypeError, "f is 3; a Model or a function"),
        (np.sum, None, {}, ArgumentTypeError, "at is None"),
        (lambda w, z: 0.0, np.ones(2), {}, ArgumentTypeError, "cannot be called with one argument"),
        (lambda w: w, np.ones(2), {}, ArgumentTypeError, r"returned an array of shape \(2,\); a loss must be one"),
        (lambda w: None, np.ones(2), {}, ArgumentTypeError, "returned None"),
        (lambda w: "no", np.ones(2), {}, ArgumentTypeError, "one real number"),
        (lambda w: 1j, np.ones(2), {}, ArgumentTypeError, "one real number"),
        (lambda w: np.nan, np.ones(2), {}, ArgumentError, "finite loss"),
        (lambda w: np.inf, np.ones(2), {}, ArgumentError, "finite loss"),
        (lambda w: 1 / 0, np.ones(2), {}, ArgumentError, "raised ZeroDivisionError at the example point"),
        (np.sum, np.array([1.0, np.nan]), {}, ArgumentError, "not finite"),
        (np.sum, {"W": np.zeros((0, 3))}, {}, ArgumentError, "size zero"),
        (np.sum, np.zeros(0), {}, ArgumentError, "size zero"),
        (np.sum, {"W": "x"}, {}, ArgumentTypeError, "array of real numbers"),
        (np.sum, {"W": np.ones(2, complex)}, {}, ArgumentTypeError, "array of real numbers"),
        (np.sum, {}, {}, ArgumentError, "no parameters"),
        (np.sum, np.ones(2), {"inputs": X}, ArgumentTypeError, "inputs is for modules"),
        (np.sum, np.ones(2), {"claims": {"V": "rows"}}, UnknownName, "claims names the parameter 'V'"),
        (np.sum, np.ones(2), {"claims": {"w": "sideways"}}, ArgumentError, "claims\\['w'\\] is 'sideways'"),
        (np.sum, np.ones(2), {"gradient": 3}, ArgumentTypeError, "gradient is 3"),
        (np.sum, np.ones(2), {"expected": {"invariance[w]": ""}}, ArgumentError, "reason"),
    ],
)
def test_bad_input_is_told_in_a_sentence(f, at, options, error, says):
    with pytest.raises(error, match=says) as caught:
        check_model(f, at, **options)
    assert isinstance(caught.value, PsitheoryError)
    assert "\n" not in str(caught.value)


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
