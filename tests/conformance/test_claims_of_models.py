"""Claims about models are judged; code that raises and bad input are told."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, UnknownName
from psitheory.models import Rayleigh
from psitheory.models.counter import WithL2
from tests.conformance.small_models import (
    X,
    batch_norm,
    head,
    layer_norm,
    network,
)


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


def _signs(p):
    return head(X @ np.sign(p["W"]).T)


def _cross_ratios(p):
    logs = np.log(np.abs(p["W"]))
    return head(logs - logs.mean(axis=0) - (logs - logs.mean(axis=0)).mean(axis=1, keepdims=True))


def _columns_alone(p):
    return head(p["W"] / np.linalg.norm(p["W"], axis=0))


@pytest.mark.parametrize(
    ("f", "claim", "verdict"),
    [
        *[(f, claim, Verdict.HOLDS) for f in (_signs, _cross_ratios) for claim in ("rows", 1)],
        (_columns_alone, "rows", Verdict.REFUTED),
        (_columns_alone, "whole", Verdict.HOLDS),
    ],
)
def test_columns_that_scale_by_themselves_deny_nothing_of_rows(f, claim, verdict):
    """Of rows and columns neither is finer: a claim of one is tried, whatever the other does."""
    report = check_model(f, {"W": np.random.default_rng(1).normal(size=(2, 3))}, claims={"W": claim})
    assert report.finding("invariance[W]").verdict is verdict


@pytest.mark.parametrize(("claim", "verdict"), [(2, Verdict.REFUTED), ("whole", Verdict.HOLDS)])
def test_rows_that_nothing_reads_make_up_no_equal_blocks_with_the_others(claim, verdict):
    """Four rows, of which one is not read, have two groups of rows; those are no two blocks of two."""

    def f(p):
        read = p["table"][[0, 2, 3]]
        return head(read / np.sqrt(np.sum(read * read)))

    report = check_model(f, {"table": np.random.default_rng(2).normal(size=(4, 3))}, claims={"table": claim})
    assert report.finding("invariance[table]").verdict is verdict
    assert all(group["blocks"] == 1 for group in report.properties["groups"])
