"""Thresholds that change a step by less than the one per cent of a range: they end it all the same, with their line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_optimizer  # noqa: E402

EVERY_SCALE = "the_scaling_law_holds_at_every_scale"


class OnTheQuotient(torch.optim.Optimizer):  # type: ignore[misc]
    """w ← w - η‖w‖²∇f for each row, times a factor of each row that its norm decides."""

    def __init__(self, params: Any, lr: float = 0.05) -> None:
        super().__init__(params, {"lr": lr})

    def factor(self, norms: Any) -> Any:
        raise NotImplementedError

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for w in self.param_groups[0]["params"]:
            norms = w.norm(dim=-1, keepdim=True)
            w.sub_(self.param_groups[0]["lr"] * norms**2 * self.factor(norms) * w.grad)


class LongerAboveTen(OnTheQuotient):
    def factor(self, norms: Any) -> Any:
        return 1 + 1e-3 * (norms > 10)


class LongerAboveTensorOfTens(OnTheQuotient):
    def factor(self, norms: Any) -> Any:
        return torch.where(norms > torch.full_like(norms, 10.0), 1.001, 1.0)


class LongerBelow(OnTheQuotient):
    def factor(self, norms: Any) -> Any:
        return torch.where(norms < 1e-3, 1.5, 1.0)


@pytest.mark.parametrize("kind", [LongerAboveTen, LongerAboveTensorOfTens, LongerBelow])
def test_a_threshold_ends_the_range_however_little_it_changes(kind: Any) -> None:
    report = check_optimizer(kind, steps=10, only=EVERY_SCALE)
    assert report.refuted() == (EVERY_SCALE,), str(report)
    assert "(threshold (" in report.sentence
    assert "test_weak_thresholds.py" in report.sentence


def test_without_a_threshold_there_is_no_end() -> None:
    class Plain(OnTheQuotient):
        def factor(self, norms: Any) -> Any:
            return 1.0 + 0.0 * (norms > 10)  # it turns, and nothing comes of it

    report = check_optimizer(Plain, steps=10, only=EVERY_SCALE)
    assert report.exit_code == 0, str(report)
    assert report.properties["scales"] == "2^-300 … 2^300"


def above_ten(w: np.ndarray, g: np.ndarray, state: Any, lr: float = 0.05, *, layout: Any) -> np.ndarray:
    norms = layout.norms(w)
    return w - lr * layout.expand(norms**2 * np.where(norms > 10, 1.001, 1.0)) * g


def test_so_it_is_in_numpy() -> None:
    report = check_optimizer(above_ten, steps=10, only=EVERY_SCALE)
    assert report.refuted() == (EVERY_SCALE,), str(report)
    assert "threshold" in report.sentence


def in_a_band(w: np.ndarray, g: np.ndarray, state: Any, lr: float = 0.05, eps: float = 1e-12, *, layout: Any) -> Any:
    norms = layout.norms(w)
    factor = np.where((norms > 2.0**10) & (norms < 2.0**11.5), 1 + 1e-6, 1.0)
    return w - lr * layout.expand(factor * norms**2 + eps) * g


def test_a_weak_band_between_two_thresholds_is_found_beside_an_eps() -> None:
    report = check_optimizer(in_a_band, steps=10, only=EVERY_SCALE)
    assert report.refuted() == (EVERY_SCALE,), str(report)
    assert "threshold (the constant 2.0 ** 10 = 1024)" in report.sentence


def test_an_eps_without_a_band_is_none() -> None:
    def outside(w: Any, g: Any, state: Any, lr: float = 0.05, eps: float = 1e-12, *, layout: Any) -> Any:
        norms = layout.norms(w)
        factor = np.where((norms > 2.0**10) & (norms < 2.0**11.5), 1 + 0 * norms, 1.0)
        return w - lr * layout.expand(factor * norms**2 + eps) * g

    report = check_optimizer(outside, steps=10, only=EVERY_SCALE)
    assert report.exit_code == 0, str(report)
