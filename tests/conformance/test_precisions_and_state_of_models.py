"""Losses in single precision, losses that round, draw random numbers, or keep state."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.errors import ArgumentError
from psitheory.symmetry import discover_symmetries
from tests.conformance.small_models import (
    LINEAR,
    X,
    batch_norm,
    head,
    layer_norm,
)


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


def test_a_random_loss_is_refuted_and_nothing_else_is_said():
    rng = np.random.default_rng(0)
    report = check_model(lambda p: head(batch_norm(X @ p["W"].T)) + 1e-9 * rng.normal(), {"W": np.ones((4, 3))})
    assert report.refuted() == ("loss_depends_on_the_weights_alone",)
    assert report.properties == {}
    assert [note for note in report.notes if "not tried" not in note] == []


def test_rounding_that_comes_out_otherwise_each_time_is_no_state():
    rng = np.random.default_rng(0)  # as sums are that depend on where arrays lie in memory

    def loss(size):
        return lambda p: head(batch_norm(X @ p["W"].T)) * (1 + size * rng.uniform(-1, 1))

    report = check_model(loss(2**-51), {"W": X[:4, :3]})
    assert report.properties["W"] == "rows"
    assert discover_symmetries(loss(2**-51), {"W": X[:4, :3]}).dimension == 4
    assert check_model(loss(2**-40), {"W": X[:4, :3]}).refuted() == ("loss_depends_on_the_weights_alone",)
    with pytest.raises(ArgumentError, match="a loss of the parameters alone is needed"):
        discover_symmetries(loss(2**-40), {"W": X[:4, :3]})


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
