"""Verdicts on PyTorch's optimisers, in both precisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.errors import ArgumentError, ArgumentTypeError

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"
START = "the_start_is_taken_as_given"
BOTH = [np.float64, np.float32]

torch.set_num_threads(1)


class Lion(torch.optim.Optimizer):
    """The sign of a momentum, with decoupled decay."""

    def __init__(self, params: Any, lr: float = 0.01, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * (0.9 * m + 0.1 * p.grad).sign())
                m.mul_(0.99).add_(0.01 * p.grad)


class LARS(torch.optim.Optimizer):
    """Steps in proportion to the norm of each tensor, without an eps."""

    def __init__(self, params: Any, lr: float = 0.05, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                decay = group["weight_decay"]
                ratio = p.norm() / (p.grad.norm() + decay * p.norm())
                p.sub_(group["lr"] * ratio * (p.grad + decay * p))


class LAMB(torch.optim.Optimizer):
    """Adam's direction, in proportion to the norm of each tensor."""

    def __init__(self, params: Any, lr: float = 0.01, eps: float = 1e-6, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["t"] = t = state.get("t", 0) + 1
                m = state.setdefault("m", torch.zeros_like(p)).mul_(0.9).add_(0.1 * p.grad)
                v = state.setdefault("v", torch.zeros_like(p)).mul_(0.999).add_(0.001 * p.grad**2)
                u = (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + group["eps"]) + group["weight_decay"] * p
                p.sub_(group["lr"] * p.norm() / u.norm() * u)


class SAM(torch.optim.SGD):
    """SGD by the gradient a way uphill, as it is usually written: it asserts a closure, and steps twice."""

    def __init__(self, params: Any, lr: float = 0.1, rho: float = 0.05, adaptive: bool = False) -> None:
        super().__init__(params, lr=lr)
        self.rho, self.adaptive = rho, adaptive

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        assert closure is not None, "SAM needs a closure"
        parameters = [p for group in self.param_groups for p in group["params"]]
        size = [p.abs() if self.adaptive else torch.ones_like(p) for p in parameters]
        norm = torch.stack([(s * p.grad).norm() for s, p in zip(size, parameters, strict=True)]).norm()
        kept = [p.clone() for p in parameters]
        for p, s in zip(parameters, size, strict=True):
            p.add_(s * s * p.grad, alpha=self.rho / float(norm))
        with torch.enable_grad():
            closure()
        for p, w in zip(parameters, kept, strict=True):
            p.copy_(w)
        super().step()


class Clipped(torch.optim.SGD):
    """SGD whose gradient is clipped at a norm."""

    def __init__(self, params: Any, lr: float = 0.1, threshold: float = 1.0) -> None:
        super().__init__(params, lr=lr)
        self.threshold = threshold

    def step(self, closure: Any = None) -> Any:
        torch.nn.utils.clip_grad_norm_(self.param_groups[0]["params"], self.threshold)
        return super().step()


class Lookahead(torch.optim.SGD):
    """SGD that goes halfway back to where it was five steps ago."""

    def step(self, closure: Any = None) -> None:
        for p in self.param_groups[0]["params"]:
            self.state[p].setdefault("slow", p.detach().clone())
        super().step()
        self.t = getattr(self, "t", 0) + 1
        for p in self.param_groups[0]["params"]:
            if self.t % 5 == 0:
                with torch.no_grad():
                    p.copy_(self.state[p]["slow"].add_(p - self.state[p]["slow"], alpha=0.5))


class Scheduled:
    """An optimiser and its schedule in one, no optimiser of torch itself."""

    def __init__(self, optimizer: Any, schedule: Any) -> None:
        self.optimizer, self.schedule = optimizer, schedule

    @property
    def param_groups(self) -> Any:
        return self.optimizer.param_groups

    def step(self) -> None:
        self.optimizer.step()
        self.schedule.step()


def scheduled(make: Callable[[Any], Any], kind: Any = torch.optim.SGD, lr: float = 0.1) -> Callable[[Any], Any]:
    def factory(params: Any) -> Scheduled:
        optimizer = kind(params, lr=lr)
        return Scheduled(optimizer, make(optimizer))

    return factory


def option(kind: Any, **options: Any) -> Callable[[Any], Any]:
    return lambda params: kind(params, **options)


optim = torch.optim

EXPONENTS = {
    "SGD": (option(optim.SGD, lr=0.1), 2),
    "momentum": (option(optim.SGD, lr=0.05, momentum=0.9), 2),
    "dampened momentum": (option(optim.SGD, lr=0.05, momentum=0.9, dampening=0.5), 2),
    "Nesterov": (option(optim.SGD, lr=0.05, momentum=0.9, nesterov=True), 2),
    "Adam": (option(optim.Adam, lr=0.01), 1),
    "AMSGrad": (option(optim.Adam, lr=0.01, amsgrad=True), 1),
    "AdamW without decay": (option(optim.AdamW, lr=0.01, weight_decay=0), 1),
    "Adamax": (option(optim.Adamax, lr=0.01), 1),
    "NAdam": (option(optim.NAdam, lr=0.01), 1),
    "RMSprop": (option(optim.RMSprop, lr=0.01), 1),
    "centred RMSprop with momentum": (option(optim.RMSprop, lr=0.01, centered=True, momentum=0.9), 1),
    "Adagrad": (option(optim.Adagrad, lr=0.01), 1),
    "Rprop": (option(optim.Rprop, lr=0.01), 1),
    # (u/v)^(1/2) g with u of the squared steps, which are a sign times the root of eps at first: scale-free
    "Adadelta": (optim.Adadelta, 1),
    "ASGD without decay": (option(optim.ASGD, lr=0.1, lambd=0.0), 2),
    "fused SGD": (option(optim.SGD, lr=0.1, momentum=0.9, fused=True), 2),
    "SGD uphill, tensor by tensor": (option(optim.SGD, lr=0.01, maximize=True, foreach=False), 2),
    "fused Adam": (option(optim.Adam, lr=0.01, fused=True), 1),
    "Adam by foreach": (option(optim.Adam, lr=0.01, foreach=True), 1),
    "Adagrad with a decay of the rate": (option(optim.Adagrad, lr=0.01, lr_decay=0.1), 1),
    "Lion": (Lion, 1),
    "Lookahead": (option(Lookahead, lr=0.1), 2),
    # clipped at every step it is the normalised method
    "always clipped": (option(Clipped, lr=100.0, threshold=1e-4), 1),
    # its way uphill is relative, w² g / |w g|: the gradient is taken at a multiple of the same point
    "adaptive SAM": (option(SAM, rho=0.5, adaptive=True), 2),
}


@pytest.mark.parametrize("name", EXPONENTS)
@pytest.mark.parametrize("dtype", BOTH)
def test_exponents_are_those_of_theory(name: str, dtype: Any) -> None:
    make, p = EXPONENTS[name]
    report = check_optimizer(make, dtype=dtype, only=[START, NEURON, EXPONENT])
    assert report.properties["exponent"] == p
    assert report.refuted() == (NEURON,)


NO_EXPONENT = {
    "SGD with L2": (option(optim.SGD, lr=0.1, weight_decay=1e-4), "p = 2 without weight_decay", "a^-2"),
    "Adam with L2": (option(optim.Adam, lr=0.01, weight_decay=1e-2), "p = 1 without weight_decay", "a^-2"),
    "AdamW": (option(optim.AdamW, lr=0.01), "p = 1 without weight_decay", "a^-1"),
    "Lion with decay": (option(Lion, weight_decay=0.01), "p = 1 without weight_decay", "a^-1"),
    "ASGD": (option(optim.ASGD, lr=0.1), "p = 2 without lambd", "a^-2"),
    "RAdam": (option(optim.RAdam, lr=0.01), "after step 10", ""),  # unadapted for five steps
    "LBFGS": (option(optim.LBFGS, lr=0.1, max_iter=4), "", ""),  # 2 or 1 on the first step, 0 after
    "Muon": (optim.Muon, "p = 1 without weight_decay", "a^-1"),
    "NAdam, decoupled": (
        option(optim.NAdam, lr=0.01, weight_decay=0.01, decoupled_weight_decay=True),
        "p = 1 without weight_decay",
        "a^-1",
    ),
    "RMSprop with L2": (option(optim.RMSprop, lr=0.01, weight_decay=1e-3), "p = 1 without weight_decay", "a^-2"),
    # the ratio of norms makes a decoupled decay of what would be one inside the gradient: a^-2 in LARS, where it
    # stands beside the gradient
    "LARS with decay": (option(LARS, weight_decay=1e-3), "p = 0 without weight_decay", "a^-2"),
    "LAMB with decay": (option(LAMB, weight_decay=0.01), "p = 0 without weight_decay", ""),
    "SAM": (SAM, "", ""),  # its way uphill is of a fixed length
    "clipped for a while": (Clipped, "", ""),
    "Adagrad with a first accumulator": (option(optim.Adagrad, lr=0.01, initial_accumulator_value=0.1), "", ""),
}


@pytest.mark.parametrize("name", NO_EXPONENT)
def test_those_without_an_exponent_are_told_why(name: str) -> None:
    make, words, power = NO_EXPONENT[name]
    report = check_optimizer(make, only=EXPONENT)
    assert report.refuted() == (EXPONENT,)
    assert words in report.finding(EXPONENT).observed
    assert power in report.finding(EXPONENT).observed


@pytest.mark.parametrize("decay", [1e-6, 1e-8, 1e-12])
def test_a_weak_l2_term_is_found_beside_any_eps(decay: float) -> None:
    for make in (option(optim.SGD, lr=0.1, weight_decay=decay), option(optim.Adam, lr=0.01, weight_decay=decay)):
        assert check_optimizer(make, only=EXPONENT, steps=30).refuted() == (EXPONENT,)


@pytest.mark.parametrize("dtype", BOTH)
def test_adafactor_is_full_for_each_layer_between_its_floors(dtype: Any) -> None:
    report = check_optimizer(option(optim.Adafactor, lr=0.01), dtype=dtype)
    assert (report.properties["full"], report.properties["class"]) == ("each layer", "each layer")
    assert report.properties["exponent"] == 0
    low, high = report.properties["scales"].split(",")[0].split(" … ")
    # the root mean square of the second layer, about 0.5, meets the floor 1e-3 of eps two octaves of ten below
    assert low == "2^-8"
    assert "a clamp" in high
    assert report.finding(SCALES).verdict is Verdict.REFUTED


def test_rprop_is_limited_by_its_step_sizes() -> None:
    report = check_optimizer(option(optim.Rprop, lr=0.01), only=[EXPONENT, SCALES])
    assert "step_sizes" in report.notes[0]
    assert "a clamp" in report.properties["scales"]


def test_an_eps_ends_the_range_of_adam() -> None:
    report = check_optimizer(option(optim.Adam, lr=0.01), only=[EXPONENT, SCALES])
    assert report.finding(EXPONENT).kind == "eps-limited"
    assert report.finding(SCALES).verdict is Verdict.HOLDS
    assert report.properties["scales"].startswith("2^-300 … 2^1")
    assert report.properties["scales"].endswith("(an eps takes over above)")


def test_what_refuses_vectors_is_tried_on_matrices() -> None:
    report = check_optimizer(option(optim.Muon, lr=0.01, weight_decay=0.0), only=EXPONENT)
    assert report.properties["exponent"] == 1  # exact for powers of two, though it orthogonalises in sixteen bits
    assert report.finding(EXPONENT).kind == "powers of two"
    assert "the free last layer is left out" in report.notes[0]


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


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize(("kind", "limited"), [(LARS, False), (LAMB, True), (option(LAMB, eps=1e-8), True)])
def test_norms_of_tensors_make_a_method_full_for_each_layer(kind: Any, limited: bool, dtype: Any) -> None:
    report = check_optimizer(kind, dtype=dtype, steps=30)
    assert (report.properties["full"], report.properties["exponent"]) == ("each layer", 0)
    assert report.finding(SCALES).verdict is Verdict.HOLDS
    assert ("an eps takes over" in report.properties["scales"]) == limited


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
    assert report.properties["scales"] == "2^-300 … 2^300"


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


def test_what_wants_sparse_gradients_is_shown_to_raise() -> None:
    report = check_optimizer(optim.SparseAdam)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {f.observed for f in report.findings} == {
        "the code under test raised RuntimeError: SparseAdam does not support dense gradients, please consider Adam "
        "instead"
    }


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
