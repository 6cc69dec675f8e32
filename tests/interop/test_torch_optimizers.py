"""Verdicts on PyTorch's optimisers, in both precisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.network import invariant_network
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.interop.torch_optimizer import invariant_loss

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
    "Adadelta": (optim.Adadelta, 1),
    "Lion": (Lion, 1),
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
    "LBFGS": (option(optim.LBFGS, lr=0.1, max_iter=4), "", ""),
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
    ],
)
def test_every_form_is_taken(opt: Any, options: dict[str, Any]) -> None:
    report = check_optimizer(opt, only=[NEURON, EXPONENT], steps=10, **options)
    assert report.subject == "SGD"
    assert report.properties["exponent"] == 2


def test_an_instance_keeps_its_options() -> None:
    given = optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9, weight_decay=1e-3)
    assert check_optimizer(given, only=EXPONENT, steps=10).refuted() == (EXPONENT,)


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


def test_the_loss_is_that_of_the_numpy_network() -> None:
    network = invariant_network(np.dtype(np.float64), 3)
    tensors = [
        torch.tensor(network.layout.view(p.name, network.start), requires_grad=True) for p in network.layout.parts
    ]
    loss = invariant_loss(network, tensors)
    loss.backward()
    found = network.evaluate(network.start)
    flat = np.concatenate([t.grad.numpy().ravel() for t in tensors])
    # sums of 16 samples, two layers deep
    assert float(loss.detach()) == pytest.approx(float(found.loss), rel=1e-13)
    np.testing.assert_allclose(flat, found.gradient, rtol=0, atol=1e-13 * np.abs(flat).max())


@pytest.mark.parametrize(
    ("opt", "options", "error", "says"),
    [
        (lambda params: 3, {}, ArgumentTypeError, "returned 3; a torch.optim.Optimizer is needed$"),
        (optim.SGD, {"rate": 0.0}, ArgumentError, "^rate is 0.0; a positive number is needed$"),
        (option(optim.SGD, lr=0.1), {"rate": 0.1}, ArgumentError, "^rate is 0.1, but .* makes its own optimiser"),
        (optim.SGD, {"model": 3}, ArgumentError, "^model is 3; something with a layout is needed$"),
    ],
)
def test_bad_input_is_named(opt: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        check_optimizer(opt, **options)


def test_what_an_optimiser_raises_is_shown() -> None:
    report = check_optimizer(option(optim.SGD, lr=-1.0), only=[NEURON, EXPONENT])
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "raised ValueError: Invalid learning rate: -1.0" in report.findings[0].observed
