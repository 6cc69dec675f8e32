"""How PyTorch's optimisers are handed over, made to step, and reported where they cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.errors import ArgumentError, ArgumentTypeError

from .torch_methods import option, scheduled

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"
START = "the_start_is_taken_as_given"
BOTH = [np.float64, np.float32]

torch.set_num_threads(1)
optim = torch.optim


@pytest.mark.parametrize(
    ("opt", "options"),
    [
        (optim.SGD, {"rate": 0.1}),
        (optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1), {}),
        (optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1), {"rate": 0.05}),
        (lambda params: optim.SGD(params, lr=torch.tensor(0.1)), {}),
        (lambda params, groups: optim.SGD([{"params": [p], "lr": 0.1} for p in params]), {}),
        (lambda params, lr: optim.SGD(params, lr=lr), {"rate": 0.1}),
        (lambda params, lr=0.1: optim.SGD(params, lr=lr), {}),
    ],
)
def test_every_form_is_taken(opt: Any, options: dict[str, Any]) -> None:
    report = check_optimizer(opt, only=[NEURON, EXPONENT], steps=10, **options)
    assert report.subject == "SGD"
    assert report.properties["exponent"] == 2


def test_an_instance_keeps_its_options() -> None:
    given = optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9, weight_decay=1e-3)
    assert check_optimizer(given, only=EXPONENT, steps=10).refuted() == (EXPONENT,)


SCHEDULES = {
    "steps": lambda opt: optim.lr_scheduler.StepLR(opt, 5, 0.5),
    "by the first rate": lambda opt: optim.lr_scheduler.LambdaLR(opt, lambda t: 1 / (1 + t)),
    "cosine": lambda opt: optim.lr_scheduler.CosineAnnealingLR(opt, 40),
    "cosine down to a rate": lambda opt: optim.lr_scheduler.CosineAnnealingLR(opt, 50, eta_min=0.01),
    "its own rates": lambda opt: optim.lr_scheduler.OneCycleLR(opt, max_lr=0.2, total_steps=200),
    "warm-up": lambda opt: optim.lr_scheduler.LinearLR(opt, 0.1, 1.0, 10),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_neither_forgets_nor_hides_the_scaling_of_the_rate(name: str) -> None:
    report = check_optimizer(scheduled(SCHEDULES[name]), only=[EXPONENT, SCALES])
    assert report.properties["exponent"] == 2
    assert report.properties["types"]["must scale by"] == {"lr": "2"}
    assert report.properties["scales"] == "2^-300 … 2^300"


def test_a_rate_that_steps_change_themselves_has_the_degree_that_it_gets() -> None:
    class Hypergradient(optim.Optimizer):
        def __init__(self, params: Any, lr: float = 0.01, h: float = 1e-5) -> None:
            super().__init__(params, {"lr": lr, "h": h})
            self.last: dict[Any, Any] = {}

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    if p in self.last:
                        group["lr"] = group["lr"] + group["h"] * float((self.last[p] * p.grad).sum())
                    self.last[p] = p.grad.clone()
                    p.sub_(group["lr"] * p.grad)

    report = check_optimizer(lambda params: Hypergradient(params), only=EXPONENT, steps=10)
    assert report.properties["types"]["must scale by"] == {"lr": "2", "h": "4"}


def test_what_a_method_does_with_kernels_of_convolutions_is_seen() -> None:
    class Rows(optim.Optimizer):
        def __init__(self, params: Any, lr: float = 0.05) -> None:
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:
            for p in self.param_groups[0]["params"]:
                square = 1.0 if p.ndim < 2 else (p**2).sum(tuple(range(1, p.ndim)), keepdim=True)
                p.sub_(self.param_groups[0]["lr"] * p.grad * self.of_kernels(p, square))

        def of_kernels(self, p: Any, square: Any) -> Any:
            return square

    class Wrong(Rows):
        def of_kernels(self, p: Any, square: Any) -> Any:
            return square**0.5 if p.ndim == 4 else square

    assert check_optimizer(Rows, only=NEURON, steps=10).verdict is Verdict.HOLDS
    report = check_optimizer(Wrong, steps=10)
    assert report.properties["full"] == "each neuron"
    assert "so it is of matrices alone" in report.sentence


def test_a_step_that_no_optimizer_of_torch_takes_has_its_rate_scaled_too() -> None:
    class Own:
        def __init__(self, params: Any) -> None:
            self.param_groups = [{"params": list(params), "lr": 0.1}]

        @torch.no_grad()
        def step(self) -> None:
            for p in self.param_groups[0]["params"]:
                p.sub_(p.grad, alpha=self.param_groups[0]["lr"])

    assert check_optimizer(lambda params: Own(params), only=EXPONENT).properties["exponent"] == 2


def test_a_method_that_begins_with_steps_that_do_not_move_has_its_exponent() -> None:
    class EveryFourth(optim.SGD):
        @torch.no_grad()
        def step(self, closure: Any = None) -> None:
            self.t = getattr(self, "t", 0) + 1
            for p in self.param_groups[0]["params"]:
                sums = self.state[p].setdefault("sum", torch.zeros_like(p)).add_(p.grad)
                if self.t % 4 == 0:
                    p.sub_(sums, alpha=self.param_groups[0]["lr"])
                    sums.zero_()

    assert check_optimizer(EveryFourth, rate=0.02, only=EXPONENT).properties["exponent"] == 2


@pytest.mark.parametrize("dtype", BOTH)
def test_parameters_gradients_and_buffers_are_in_the_precision_asked_for(dtype: Any) -> None:
    seen = []

    class Watched(optim.Adam):
        def step(self, closure: Any = None) -> Any:
            out = super().step()
            for p in self.param_groups[0]["params"]:
                seen.append({p.dtype, p.grad.dtype, self.state[p]["exp_avg_sq"].dtype})
            return out

    check_optimizer(Watched, dtype=dtype, only=NEURON, steps=3)
    wanted = torch.float64 if dtype is np.float64 else torch.float32
    assert seen.count({wanted}) >= len(seen) - 4  # one step is taken to look at it


def test_what_wants_sparse_gradients_is_given_them_by_rows() -> None:
    report = check_optimizer(optim.SparseAdam, only=EXPONENT, steps=10)
    assert report.properties["exponent"] == 1
    assert report.properties["types"]["must scale by"] == {"lr": "1", "eps": "-1"}


class Refusing(optim.SGD):
    def step(self, closure: Any = None) -> Any:
        raise RuntimeError("no step today")


def test_what_raises_whatever_it_is_given_is_shown() -> None:
    report = check_optimizer(Refusing)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {f.observed for f in report.findings} == {"the code under test raised RuntimeError: no step today"}


class ProjectedFirst(optim.SGD):
    def step(self, closure: Any) -> Any:
        with torch.no_grad():
            for p in self.param_groups[0]["params"][:2]:
                p.div_(p.norm(dim=1, keepdim=True))
        closure()
        return super().step()


def test_a_step_that_projects_before_it_takes_a_gradient_is_flagged() -> None:
    report = check_optimizer(ProjectedFirst, rate=0.1, steps=10)
    assert report.properties["equivariance"] == "class"
    assert report.properties["start"] == "projected"
    assert START in report.refuted()


class Needy(optim.SGD):
    def __init__(self, params: Any, base: Any) -> None:
        super().__init__(params)


class Noisy(optim.SGD):
    def step(self, closure: Any = None) -> Any:
        super().step()
        with torch.no_grad():
            for p in self.param_groups[0]["params"]:
                p.add_(1e-3 * p.norm() * torch.randn_like(p))


def test_torchs_generator_is_seeded_for_each_run_and_restored() -> None:
    before = torch.random.get_rng_state()
    assert check_optimizer(Noisy, rate=0.1, only="runs_repeat").verdict is Verdict.HOLDS
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("opt", "options", "error", "says"),
    [
        (lambda params: 3, {}, ArgumentTypeError, "returned 3; a torch.optim.Optimizer is needed$"),
        (optim.SGD, {"rate": 0.0}, ArgumentError, "^rate is 0.0; a positive number is needed$"),
        (option(optim.SGD, lr=0.1), {"rate": 0.1}, ArgumentError, "^rate is 0.1, but .* makes its own optimiser"),
        (optim.SGD, {"model": 3}, ArgumentError, "^model is 3; something with a layout is needed$"),
        (lambda params, lr: optim.SGD(params, lr=lr), {}, ArgumentError, "^rate is None, but .* without a default; "),
        (
            optim.SGD([{"params": [torch.ones(2)], "lr": rate} for rate in (0.1, 0.2)]),
            {},
            ArgumentError,
            "^opt has groups with lr 0.1 and 0.2; a function of parameters that makes such groups is needed$",
        ),
        (Needy, {}, ArgumentTypeError, "^opt is the class Needy, which needs base; a function of parameters is needed"),
    ],
)
def test_bad_input_is_named(opt: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        check_optimizer(opt, **options)


def test_what_an_optimiser_raises_is_shown() -> None:
    report = check_optimizer(option(optim.SGD, lr=-1.0), only=[NEURON, EXPONENT])
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "raised ValueError: Invalid learning rate: -1.0" in report.findings[0].observed
