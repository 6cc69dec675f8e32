"""Numbers that lose their bits inside a method are no break of its law; and names that hyper-parameters have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from psitheory.checking import Verdict  # noqa: E402
from psitheory.conformance import check_optimizer  # noqa: E402

EVERY_SCALE = "the_scaling_law_holds_at_every_scale"
EXPONENT = "the_rate_has_a_scaling_exponent"
NEURON = "runs_commute_with_rescaling_of_each_neuron"


class OnTheQuotient(torch.optim.Optimizer):  # type: ignore[misc]
    """w ← w - η‖w‖²g for each row, times a factor, with g in half precision, of which small entries have few bits."""

    def __init__(self, params: Any, lr: float = 0.05) -> None:
        super().__init__(params, {"lr": lr})

    def factor(self, norms: Any) -> Any:
        return 1.0

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for w in self.param_groups[0]["params"]:
            square = w.norm(dim=-1, keepdim=True) ** 2
            free = w.shape[0] == 3
            rate = self.param_groups[0]["lr"] * (1.0 if free else self.factor(square) * square)
            w.sub_(rate * w.grad.half().double())


class LongerAbove(OnTheQuotient):
    def factor(self, norms: Any) -> Any:
        return torch.where(norms > 1.0, 1 + 1e-9, 1.0)


def test_half_precision_limits_a_law_and_is_told_with_its_line() -> None:
    report = check_optimizer(OnTheQuotient, only=[NEURON, EVERY_SCALE])
    assert report.verdict is Verdict.HOLDS
    assert report.finding(NEURON).kind == "overflow-limited"
    assert "few of their bits" in report.finding(NEURON).observed
    assert "test_lost_numbers_and_names.py" in report.finding(NEURON).observed
    assert "numbers overflow below" in report.properties["scales"]


def test_half_precision_is_no_excuse_for_a_threshold_as_small_as_it() -> None:
    assert check_optimizer(LongerAbove, only=NEURON).refuted() == (NEURON,)


def rate_in_single_precision(params: Any) -> Any:
    return torch.optim.SGD(params, lr=torch.tensor(0.05))


def test_a_rate_in_single_precision_ends_the_range() -> None:
    scales = check_optimizer(rate_in_single_precision, only=EVERY_SCALE, steps=10).properties["scales"]
    assert "rounding hides" not in scales
    assert "numbers overflow below" in scales


class ClippedFarAway(torch.optim.SGD):  # type: ignore[misc]
    def step(self, closure: Any = None) -> Any:
        torch.nn.utils.clip_grad_value_(self.param_groups[0]["params"], 1000.0)
        return super().step()


def test_the_clamp_of_many_tensors_at_once_is_told_with_its_line() -> None:
    report = check_optimizer(lambda params: ClippedFarAway(params, lr=0.05), only=EVERY_SCALE, steps=10)
    assert report.refuted() == (EVERY_SCALE,)
    assert "clamp (the constant 1000)" in report.finding(EVERY_SCALE).means


class Uphill(torch.optim.SGD):  # type: ignore[misc]
    """SAM whose step asks for a closure and for gradients, and whose radius happens to be the rate."""

    def __init__(self, params: Any, lr: float = 0.05, rho: float = 0.05) -> None:
        super().__init__(params, lr=lr)
        self.rho = rho

    @torch.no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:
        parameters = self.param_groups[0]["params"]
        norm = torch.sqrt(sum((p.grad**2).sum() for p in parameters))
        kept = [p.clone() for p in parameters]
        for p in parameters:
            p.add_(p.grad * (self.rho / norm))
        with torch.enable_grad():
            closure()
        for p, w in zip(parameters, kept, strict=True):
            p.copy_(w)
        return super().step()


def test_a_step_may_ask_for_gradients_and_for_a_closure_and_names_of_equal_values_are_told_apart() -> None:
    report = check_optimizer(Uphill, only=EXPONENT, steps=10)
    assert report.properties["types"]["must scale by"] == {"rho": "1", "lr": "2"}
    assert report.refuted() == (EXPONENT,)


def test_what_is_used_up_when_a_method_is_made_has_its_name() -> None:
    report = check_optimizer(
        lambda params: torch.optim.Adagrad(params, initial_accumulator_value=0.1),
        claims={"initial_accumulator_value": -2},
        steps=10,
    )
    assert report.exit_code == 0
    assert "initial_accumulator_value with 1/a²" in report.sentence
