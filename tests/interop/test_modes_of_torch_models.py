"""Modes, state, losses and forms of PyTorch's modules, and bad input."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError
from psitheory.interop.torch import exact_network
from psitheory.symmetry import discover_symmetries

from .torch_layers import (
    BATCH,
    REST,
    TOKENS,
    VECTORS,
    checked,
    dense,
    levels,
    mean_square,
)

torch.set_num_threads(1)


def test_where_no_line_of_ones_own_runs_that_of_the_module_is_told() -> None:
    report = check_model(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Linear(6, 2)).double(), VECTORS.double())
    assert any("in 1 (BatchNorm1d) at modules/batchnorm.py:" in note for note in report.notes)


def test_modes_are_told_apart_and_rewritten_statistics_are_noticed() -> None:
    torch.manual_seed(1)
    module = dense(nn.BatchNorm1d(6)).double()
    module(3 + 2 * VECTORS.double())
    before = {name: x.clone() for name, x in module.state_dict().items()}
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == "rows up to eps"
    assert report.properties["eval"]["0.weight"] == "none"
    assert any("train mode rewrites 1.running_mean, 1.running_var" in note for note in report.notes)
    module.eval()
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == "none"
    assert report.properties["train"]["0.weight"] == "rows up to eps"
    assert all(torch.equal(x, before[name]) for name, x in module.state_dict().items())
    assert not module.training


def test_random_masks_are_noticed_and_excuse_nothing() -> None:
    report = checked(lambda: dense(nn.BatchNorm1d(6), nn.Dropout(0.5)), VECTORS)
    assert report.verdict is Verdict.HOLDS
    assert report.properties["0.weight"] == "rows up to eps"
    assert any("train mode draws random numbers" in note for note in report.notes)
    assert not any("eval mode draws" in note for note in report.notes)


def test_a_mask_that_drops_a_neuron_for_all_samples_does_not_hide_it() -> None:
    one = torch.ones(1, 4)
    report = checked(lambda: nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Dropout(0.5), nn.Linear(3, 1)), one)
    assert levels(report) == {"0.weight": "none", "0.bias": "none", "3.weight": "none", "3.bias": "none"}


def test_random_numbers_from_elsewhere_are_refuted() -> None:
    rng = np.random.default_rng(0)

    class Noisy(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * (1 + 1e-3 * rng.normal())

    report = checked(lambda: nn.Sequential(Noisy(4, 3), nn.Tanh()), VECTORS)
    assert report.refuted() == ("loss_depends_on_the_weights_alone",)
    assert report.properties == {}


@pytest.mark.parametrize("mode", [True, False])
def test_rounding_that_comes_out_otherwise_each_time_is_no_state(mode: bool) -> None:
    rng = np.random.default_rng(0)  # as sums are that depend on where arrays lie in memory

    class Unaligned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(5, 4, generator=torch.Generator().manual_seed(1)))

        def forward(self, x: Tensor) -> Tensor:
            rounded = 1 + 2**-51 * torch.from_numpy(rng.uniform(-1, 1, size=(len(x), 5)))
            return torch.tanh(F.normalize(x.double() @ self.weight.double().T, dim=0, eps=0) * rounded)

    module = Unaligned().train(mode)
    report = check_model(module, VECTORS)
    assert report.verdict is Verdict.HOLDS
    assert report.properties["weight"] == "rows"
    assert not {"train", "eval"} & set(report.properties)
    assert not any("fresh copy" in note for note in report.notes)
    assert discover_symmetries(lambda m: m(VECTORS).square().sum(), module).dimension == 5


def test_a_forward_pass_that_rewrites_parameters_is_noticed() -> None:
    report = checked(lambda: nn.Sequential(nn.Embedding(7, 4, max_norm=1.0), nn.Linear(4, 2)), TOKENS)
    assert any("rewrites 0.weight" in note for note in report.notes)


def test_state_outside_buffers_starts_afresh() -> None:
    class Counting(nn.Linear):
        calls = 0

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            return F.layer_norm(super().forward(x), (3,)) + 0.1 * self.calls

    torch.manual_seed(0)
    module = Counting(4, 3, bias=False).double()
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["weight"] == "whole up to eps"
    assert any("fresh copy" in note for note in report.notes)
    assert module.calls == 0


def test_outputs_are_looked_at_beside_the_loss() -> None:
    torch.manual_seed(0)
    module = nn.Linear(4, 3, bias=False).double()
    report = check_model(
        module, inputs=VECTORS.double(), loss=lambda out: F.normalize(out, dim=-1).sum(0).square().sum()
    )
    assert report.properties["weight"] == "whole"
    assert report.properties["outputs"] == {"weight": "none"}


def test_without_a_loss_the_outputs_count() -> None:
    torch.manual_seed(0)
    report = check_model(dense(nn.BatchNorm1d(6)).double(), VECTORS.double())
    assert levels(report) == BATCH | REST


def test_losses_of_named_tensors() -> None:
    x = VECTORS.double()

    def loss(p: dict[str, Tensor]) -> Tensor:
        z = x @ p["W"].T
        return mean_square(torch.tanh((z - z.mean(0)) / z.std(0)) @ p["V"].T)

    report = check_model(loss, {"W": torch.eye(4, dtype=torch.float64) + 1, "V": torch.ones(2, 4, dtype=torch.float64)})
    assert levels(report) == {"W": "rows", "V": "none"}


def test_inputs_by_name_targets_and_a_loss_module() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.n = nn.Linear(4, 3, bias=False), nn.BatchNorm1d(3)

        def forward(self, x: Tensor, shift: Tensor) -> Tensor:
            return torch.tanh(self.n(self.a(x)) + shift)

    torch.manual_seed(0)
    labels = torch.arange(16) % 3
    report = check_model(
        Two(), inputs={"x": VECTORS, "shift": torch.ones(3)}, targets=labels, loss=nn.CrossEntropyLoss()
    )
    assert report.properties["a.weight"] == "rows up to eps"


def test_a_frozen_parameter_and_one_that_is_not_used() -> None:
    torch.manual_seed(0)
    module = dense(nn.BatchNorm1d(6)).double()
    module[0].weight.requires_grad_(False)
    module.register_parameter("spare", nn.Parameter(torch.ones(3, dtype=torch.float64)))
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == "rows up to eps"
    assert report.properties["spare"] == "no effect"
    assert not module[0].weight.requires_grad


def test_layers_that_wait_for_a_first_input() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.LazyLinear(6), nn.LazyBatchNorm1d(), nn.Tanh())
    report = check_model(module, inputs=VECTORS)
    assert report.properties["0.weight"] == "rows up to eps"
    assert isinstance(module[0].weight, nn.parameter.UninitializedParameter)  # it is left as it came
    module[2].register_module("unused", nn.LazyLinear(2))
    with pytest.raises(ArgumentError, match=r"2.unused of Sequential still waits for a first input after a call"):
        check_model(module, inputs=VECTORS)


def test_symmetries_of_a_module_are_discovered() -> None:
    torch.manual_seed(0)
    found = discover_symmetries(exact_network(hidden=(3,)), VECTORS.double())
    assert [str(g) for g in found.generators] == ["0.weight[0] +1", "0.weight[1] +1", "0.weight[2] +1"]


class Raises(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        raise KeyError("mask")


@pytest.mark.parametrize(
    ("module", "options", "error", "says"),
    [
        (nn.Linear(4, 2), {}, ArgumentTypeError, "inputs is None"),
        (nn.Linear(4, 2), {"inputs": VECTORS, "loss": lambda out: out}, ArgumentTypeError, r"shape \(16, 2\); a loss"),
        (nn.Linear(4, 2), {"inputs": VECTORS, "loss": lambda out: 3}, ArgumentTypeError, "loss returned 3"),
        (nn.Linear(5, 2), {"inputs": VECTORS}, ArgumentError, "Linear raised RuntimeError on the inputs"),
        (Raises(4, 2), {"inputs": VECTORS}, ArgumentError, "Raises raised KeyError on the inputs: 'mask'"),
        (nn.ReLU(), {"inputs": VECTORS}, ArgumentError, "no parameters"),
        (nn.Linear(4, 2), {"inputs": VECTORS * torch.inf, "loss": mean_square}, ArgumentError, "finite loss"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    module: nn.Module, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        check_model(module, **options)
    assert isinstance(caught.value, PsitheoryError)
    assert "\n" not in str(caught.value)


def test_parameters_of_size_zero_are_named() -> None:
    module = nn.Linear(4, 2)
    module.register_parameter("empty", nn.Parameter(torch.zeros(0, 3)))
    with pytest.raises(ArgumentError, match=r"parameter 'empty' has the shape \(0, 3\)"):
        check_model(module, inputs=VECTORS)


def test_eval_mode_is_looked_at_off_the_start_of_its_running_means() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 2))
    report = check_model(net, VECTORS)
    assert report.properties["0.weight"] == "rows up to eps"
    assert report.properties["eval"]["0.weight"] == "none"  # (Wx + b - mean)/σ: the mean does not scale with W and b
    assert "eval mode is looked at after 3 forward passes in train mode" in report.notes
    assert not net[1].running_mean.any()
    with torch.no_grad():
        net(VECTORS)
    assert not any("after 3 forward passes" in note for note in check_model(net, VECTORS).notes)


def test_layers_that_are_frozen_in_eval_mode_stay_so_while_others_are_trained() -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 6), nn.BatchNorm1d(6))
    module[1].eval()
    report = check_model(module, VECTORS, loss=mean_square)
    assert [report.properties[f"{k}.weight"] for k in (0, 3)] == ["none", "rows up to eps"]
    assert any("in eval mode, as they came, while others are trained: 1" in note for note in report.notes)
    assert [layer.training for layer in module] == [True, False, True, True, True]


def holding(what: object) -> nn.Module:
    module = dense(nn.BatchNorm1d(6))
    module.held = what
    return module


@dataclass
class Answer:
    logits: Tensor
    kind: str = "plain"


class Slopes(nn.Module):
    """Outputs and their derivatives in the inputs, which need a graph."""

    def __init__(self) -> None:
        super().__init__()
        self.net = dense(nn.BatchNorm1d(6))

    def forward(self, x: Tensor) -> Tensor:
        x = x.clone().requires_grad_()
        y = self.net(x)
        (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        return torch.cat([y, slope], 1)


class Answers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = dense(nn.BatchNorm1d(6))

    def forward(self, x: Tensor) -> Answer:
        return Answer(self.net(x))


def test_what_takes_gradients_on_its_way_is_derived_and_answers_may_be_dataclasses() -> None:
    torch.manual_seed(1)
    report = check_model(Slopes(), VECTORS)
    assert report.properties["net.0.weight"] == "rows up to eps"
    assert not any("not derived" in note for note in report.notes)
    assert check_model(Answers(), VECTORS).properties["net.0.weight"] == "rows up to eps"


def test_sparse_gradients_and_lists_of_tensors_are_taken() -> None:
    torch.manual_seed(1)
    table = nn.Sequential(nn.Embedding(6, 4, sparse=True), nn.LayerNorm(4), nn.Linear(4, 2))
    assert check_model(table, torch.tensor([[0, 1, 2], [3, 4, 0]])).properties["0.weight"] == "rows up to eps"
    at = {"layers": [torch.randn(4, 3), torch.randn(2, 4)]}
    report = check_model(lambda p: (p["layers"][0] / p["layers"][0].norm()).sum() * p["layers"][1].sum(), at)
    assert report.properties["layers/0"] == "whole"


@pytest.mark.parametrize(
    ("make", "at", "words"),
    [
        (lambda: dense(nn.BatchNorm1d(6)).eval(), VECTORS[:0], "the module returned empty tensors"),
        (lambda: dense(nn.BatchNorm1d(6)).to("meta"), VECTORS, "is on the device meta; parameters that have values"),
        (lambda: holding(Lock()), VECTORS, "cannot be copied, TypeError: cannot pickle '_thread.lock' object"),
        (lambda: mean_square, [torch.ones(2)], "a tensor, or a mapping of names to tensors, is needed"),
    ],
)
def test_what_cannot_be_judged_is_said_in_a_sentence(make: Any, at: Any, words: str) -> None:
    with pytest.raises(PsitheoryError, match=words):
        check_model(make(), at)
