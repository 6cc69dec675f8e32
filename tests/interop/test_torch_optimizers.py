"""What theory says of PyTorch's optimisers, and of others written for it, in both precisions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer

from .precisions import in_turn, shown
from .torch_methods import LAMB, LARS, SAM, Clipped, Lion, Lookahead, option

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
SCALES = "the_scaling_law_holds_at_every_scale"
START = "the_start_is_taken_as_given"
BOTH = [np.float64, np.float32]

torch.set_num_threads(1)
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


@pytest.mark.parametrize(("name", "single"), in_turn(EXPONENTS), ids=shown)
def test_exponents_are_those_of_theory(name: str, single: bool) -> None:
    make, p = EXPONENTS[name]
    report = check_optimizer(make, dtype=BOTH[single], only=[START, NEURON, EXPONENT])
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
    assert any("the free last layer is left out" in note for note in report.notes)


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize(("kind", "limited"), [(LARS, False), (LAMB, True), (option(LAMB, eps=1e-8), True)])
def test_norms_of_tensors_make_a_method_full_for_each_layer(kind: Any, limited: bool, dtype: Any) -> None:
    report = check_optimizer(kind, dtype=dtype, steps=30)
    assert (report.properties["full"], report.properties["exponent"]) == ("each layer", 0)
    assert report.finding(SCALES).verdict is Verdict.HOLDS
    assert ("an eps takes over" in report.properties["scales"]) == limited


class Relative(optim.Optimizer):
    """Steps as long as each row, along its gradient, with an eps under the root, and a decay along weights."""

    def __init__(self, params: Any, lr: float = 0.02, eps: float = 1e-16, decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "eps": eps, "decay": decay})

    @torch.no_grad()
    def step(self) -> None:
        def norm(x: Any) -> Any:
            return x.norm(dim=1, keepdim=True) if x.ndim > 1 else 1.0

        for group in self.param_groups:
            for w in group["params"]:
                along = w.grad / torch.sqrt(norm(w.grad) ** 2 + group["eps"]) + group["decay"] * w
                w.sub_(group["lr"] * norm(w) * along)


@pytest.mark.parametrize(("eps", "decay"), [(1e-16, 0.0), (1e-17, 0.0), (1e-16, 1e-12)])
def test_an_eps_whose_effect_is_just_above_rounding_is_no_break(eps: float, decay: float) -> None:
    law = "classes_do_not_depend_on_the_scale_of_all_weights"
    report = check_optimizer(option(Relative, eps=eps, decay=decay), only=law)
    assert report.refuted() == ((law,) if decay else ())
