"""PSI-SGD for PyTorch: its formula, its groups, and what our own kit says of it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from psitheory.checking import Verdict
from psitheory.conformance import check_model, check_optimizer
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.interop.torch import PSISGD, exact_network

torch.set_num_threads(1)
BOTH = [np.float64, np.float32]


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "weight_decay": 0.01}])
def test_our_kit_finds_it_full_for_each_neuron_at_all_scales(dtype: Any, options: dict[str, float]) -> None:
    report = check_optimizer(lambda params, groups: PSISGD(params, 0.05, groups=groups, **options), dtype=dtype)
    assert report.verdict is Verdict.HOLDS
    top = 300 if dtype is np.float64 else 30
    assert (report.properties["full"], report.properties["scales"]) == ("each neuron", f"2^-{top} … 2^{top}")


@pytest.mark.parametrize(("kind", "level"), [("whole", "each layer"), (2, "blocks of rows"), ("free", "none")])
def test_coarser_groups_are_full_at_their_own_level(kind: Any, level: str) -> None:
    def make(params: Any, groups: Any) -> Any:
        return PSISGD(params, 0.01, groups=[kind if group == "rows" else group for group in groups])

    assert check_optimizer(make, steps=10).properties["full"] == level


def stepped(kind: Any, shape: tuple[int, ...], steps: int, **options: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights after some steps, and the same by the formula, on f(w) = <c, w> + <w, w>/2."""
    rng = np.random.default_rng(0)
    start, c = rng.normal(size=shape), rng.normal(size=shape)
    p = torch.nn.Parameter(torch.tensor(start))
    optimizer = PSISGD([p], 0.001, groups=[kind], **options)
    w, m = start.copy(), np.zeros(shape)
    beta, decay = options.get("momentum", 0.0), options.get("weight_decay", 0.0)
    for _ in range(steps):
        optimizer.zero_grad()
        ((torch.tensor(c) * p).sum() + (p * p).sum() / 2).backward()
        optimizer.step()
        gradient = c + w
        count = {"rows": shape[0], "whole": 1, "free": 0}.get(kind, kind)
        rows = w.reshape(max(count, 1), -1)
        squares = np.sum(rows * rows, axis=1, keepdims=True) if count else np.ones((1, 1))
        m = beta * m + (squares * gradient.reshape(rows.shape)).reshape(shape)
        w = (1 - 0.001 * (decay if count else 0)) * w - 0.001 * m
    return p.detach().numpy(), w


@pytest.mark.parametrize("kind", ["rows", "whole", "free", 2])
@pytest.mark.parametrize("shape", [(4, 3), (4, 2, 3, 3), (4,)])
@pytest.mark.parametrize(
    "options", [{}, {"momentum": 0.9}, {"weight_decay": 0.1}, {"momentum": 0.5, "weight_decay": 0.2}]
)
def test_steps_are_their_formula(kind: Any, shape: tuple[int, ...], options: dict[str, float]) -> None:
    found, formula = stepped(kind, shape, 5, **options)
    np.testing.assert_allclose(found, formula, rtol=1e-13, atol=1e-14)


def test_norms_at_the_ends_of_single_precision_neither_over_nor_underflow() -> None:
    for size in (1e-30, 1e30):
        p = torch.nn.Parameter(size * torch.tensor([[3.0, 4.0]]))
        p.grad = torch.tensor([[-4.0, 3.0]]) / size
        PSISGD([p], 0.1, groups=["rows"]).step()
        expected = size * np.array([[3.0 + 0.1 * 25 * 4, 4.0 - 0.1 * 25 * 3]])
        np.testing.assert_allclose(p.detach().numpy() / size, expected / size, rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_forms_its_norms_in_single(dtype: Any) -> None:
    p = torch.nn.Parameter(torch.tensor([[300.0, 400.0]], dtype=dtype))  # the squared norm overflows sixteen bits
    p.grad = torch.tensor([[-0.004, 0.003]], dtype=dtype)
    PSISGD([p], 0.1, groups=["rows"]).step()
    assert p.dtype == dtype
    np.testing.assert_allclose(p.detach().float().numpy(), [[400.0, 325.0]], rtol=2**-7)


def test_state_dicts_carry_buffers_and_groups() -> None:
    def run(optimizer: Any, p: Any, steps: int) -> None:
        for _ in range(steps):
            p.grad = torch.cos(p.detach())
            optimizer.step()

    p = torch.nn.Parameter(torch.arange(1.0, 7.0).reshape(2, 3))
    optimizer = PSISGD([("w", p)], 0.01, groups={"w": "rows"}, momentum=0.9)
    run(optimizer, p, 3)
    q = torch.nn.Parameter(p.detach().clone())
    again = PSISGD([("w", q)], 0.5, groups={"w": "whole"})
    again.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    run(optimizer, p, 3)
    run(again, q, 3)
    assert torch.equal(p, q)


def test_a_closure_is_called_and_its_loss_returned() -> None:
    p = torch.nn.Parameter(torch.tensor([[1.0, 2.0]]))
    optimizer = PSISGD([p], 0.1, groups=["rows"])

    def closure() -> Any:
        optimizer.zero_grad()
        loss = p[0, 0] / p.norm()
        loss.backward()
        return loss

    first, second = optimizer.step(closure), optimizer.step(closure)
    assert second.detach() < first.detach()


def test_what_check_model_finds_is_what_it_takes() -> None:
    torch.manual_seed(0)
    network = exact_network().double()
    x, y = torch.randn(20, 4, dtype=torch.float64), torch.randn(20, 2, dtype=torch.float64)
    report = check_model(network, x)
    optimizer = PSISGD(network.named_parameters(), 0.02, groups=report.properties["groups"])
    kinds = {name: group["blocks"] for group in optimizer.param_groups for name in group["param_names"]}
    assert kinds == {"0.weight": 5, "3.weight": 3, "6.weight": 0, "6.bias": 0}

    def losses(scale: float) -> list[float]:
        copied = copy.deepcopy(network)
        with torch.no_grad():
            copied[0].weight.mul_(scale)
        optimizer = PSISGD(copied.named_parameters(), 0.02, groups=report.properties["groups"], momentum=0.5)
        out = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = (copied(x) - y).square().mean()
            loss.backward()
            optimizer.step()
            out.append(float(loss.detach()))
        return out

    assert losses(1.0) == losses(2.0**20)
    assert losses(1.0)[-1] < losses(1.0)[0]


def conv_network() -> Any:
    """Return a network with PyTorch's own batch norm, whose eps matters little beside large weights."""
    torch.manual_seed(1)
    layers = [nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(64, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 3)).double()


def test_a_convolutional_network_with_batch_norm_is_trained_by_what_check_model_finds_of_it() -> None:
    network = conv_network()
    x, y = torch.randn(12, 2, 6, 6, dtype=torch.float64), torch.arange(12) % 3
    groups = check_model(network, x).properties["groups"]
    assert {name for group in groups for name in group.get("names", [group.get("name")])} == {
        *("0.weight", "4.weight"),
        *("1.weight", "1.bias"),  # the second batch norm makes them a block
    }

    def last_loss(make: Any, scale: float) -> float:
        copied = copy.deepcopy(network)
        with torch.no_grad():
            copied[0].weight.mul_(scale)
            copied[4].weight.mul_(scale)
        optimizer = make(copied)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.5)
        for _ in range(10):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(copied(x), y)
            loss.backward()
            optimizer.step()
            schedule.step()
        return float(loss.detach())

    def psi(copied: Any) -> Any:
        return PSISGD(copied.named_parameters(), 0.05, groups=groups, momentum=0.9, weight_decay=0.01)

    def sgd(copied: Any) -> Any:
        return torch.optim.SGD(copied.parameters(), lr=0.05, momentum=0.9)

    # an eps of 1e-5 beside variances of 2^20 and more
    assert last_loss(psi, 2.0**10) == pytest.approx(last_loss(psi, 2.0**14), rel=1e-8)
    assert abs(last_loss(sgd, 1.0) / last_loss(sgd, 2.0**4) - 1) > 0.1


def test_a_parameter_without_a_gradient_stays_and_a_shared_one_moves_once() -> None:
    a, b = nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)
    a.weight.requires_grad_(False)
    network = nn.Sequential(a, b, b)
    before = [p.detach().clone() for p in network.parameters()]
    optimizer = PSISGD(network.named_parameters(), 0.1, groups={"0.weight": "rows", "1.weight": "rows"}, momentum=0.5)
    network(torch.ones(2, 3)).square().sum().backward()
    step = b.weight.grad * b.weight.detach().square().sum(1, keepdim=True)
    optimizer.step()
    assert torch.equal(a.weight, before[0])
    torch.testing.assert_close(b.weight.detach(), before[1] - 0.1 * step)


def test_groups_of_torchs_own_kind_keep_their_rates() -> None:
    p, q = torch.nn.Parameter(torch.tensor([[3.0, 4.0]])), torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = PSISGD([{"params": [p], "blocks": "rows", "lr": 0.01}, {"params": [q], "blocks": "free"}], lr=0.1)
    p.grad, q.grad = torch.tensor([[-4.0, 3.0]]), torch.tensor([1.0])
    optimizer.step()
    torch.testing.assert_close(p.detach(), torch.tensor([[4.0, 3.25]]))
    torch.testing.assert_close(q.detach(), torch.tensor([0.9]))


def test_parameters_that_scale_jointly_share_their_norm() -> None:
    w, b = torch.nn.Parameter(torch.tensor([[3.0, 0.0]])), torch.nn.Parameter(torch.tensor([4.0]))
    w.grad, b.grad = torch.tensor([[0.0, 1.0]]), torch.tensor([0.0])
    groups = [{"names": ["w", "b"], "rows": False, "blocks": 1, "up_to_eps": False}]
    PSISGD([("w", w), ("b", b)], 0.1, groups=groups).step()
    np.testing.assert_allclose(w.detach().numpy(), [[3.0, -2.5]], rtol=1e-6)


def test_blocks_lie_along_an_axis_of_each_parameter() -> None:
    """Columns of one and entries of the other: the step from scaled weights is the scaled step."""
    made = torch.Generator().manual_seed(0)
    numbers = [torch.randn(shape, generator=made, dtype=torch.float64) for shape in ((3, 4), (4,), (3, 4), (4,))]
    group = {"names": ["w", "b"], "blocks": 2, "axis": [1, 0]}
    scale = torch.tensor([8.0, 8.0, 0.25, 0.25]).double()
    after = []
    for a in (torch.ones(4).double(), scale):
        named = [(name, torch.nn.Parameter(x * a)) for name, x in zip("wb", numbers[:2], strict=True)]
        for (_, p), g in zip(named, numbers[2:], strict=True):
            p.grad = g / a
        PSISGD(named, 0.1, groups=[group]).step()
        after.append([p.detach() for _, p in named])
    lengths = (numbers[0].square().sum(0) + numbers[1].square()).reshape(2, 2).sum(1).repeat_interleave(2)
    for x, scaled, before, g in zip(*after, numbers[:2], numbers[2:], strict=True):
        assert torch.equal(x * scale, scaled)
        torch.testing.assert_close(x, before - 0.1 * lengths * g)


def test_blocks_along_another_axis() -> None:
    p = torch.nn.Parameter(torch.tensor([[3.0, 1.0], [4.0, 0.0]]))
    p.grad = torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    PSISGD([("w", p)], 0.1, groups=[{"name": "w", "blocks": 2, "axis": 1}]).step()
    np.testing.assert_allclose(p.detach().numpy(), [[3.0, 1.0], [4.0, -0.1]], rtol=1e-6)


def parameter(*shape: int) -> Any:
    return torch.nn.Parameter(torch.ones(shape))


@pytest.mark.parametrize(
    ("params", "options", "error", "says"),
    [
        ([parameter(2, 2)], {}, ArgumentError, "^groups is None; "),
        ([parameter(2, 2)], {"groups": ["rows", "free"]}, ArgumentError, "^groups has 2 entries; 1, "),
        ([parameter(2, 2)], {"groups": ["columns"]}, ArgumentError, "^blocks is 'columns'; 'rows', 'whole', 'free' or"),
        ([parameter(3, 2)], {"groups": [2]}, ArgumentError, "^blocks is 2, but a parameter has 3 rows; a divisor"),
        ([parameter(0, 2)], {"groups": ["rows"]}, ArgumentError, "^blocks is 'rows', but a parameter has 0 rows"),
        ([parameter(2, 2)], {"groups": {"w": "rows"}}, ArgumentTypeError, "^params has no names"),
        ([("w", parameter(2, 2))], {"groups": {"v": "rows"}}, UnknownName, "^groups names 'v'; there are w"),
        (
            [("w", parameter(2, 2))],
            {"groups": [{"name": "w"}]},
            ArgumentError,
            "^groups holds .*; a name, or names, and",
        ),
        (
            [("w", parameter(2, 2))],
            {"groups": [{"name": "w", "blocks": 2, "axis": 2}]},
            ArgumentError,
            r"^axis is 2, but a parameter has the shape \(2, 2\); one of its axes is needed$",
        ),
        (
            [("w", parameter(2, 2)), ("b", parameter(2))],
            {"groups": [{"names": ["w", "b"], "blocks": 2, "axis": [1]}]},
            ArgumentError,
            r"^axis is \[1\]; one for each of 2 parameters is needed$",
        ),
        ([parameter(2, 2)], {"groups": "rows"}, ArgumentTypeError, "^groups is 'rows'; a sequence or a mapping"),
        ([parameter(2, 2)], {"groups": ["rows"], "lr": 0.0}, ArgumentError, "^lr is 0.0; a positive number is needed$"),
        ([parameter(2, 2)], {"groups": ["rows"], "momentum": 1.0}, ArgumentError, "^momentum is 1.0; a factor in"),
        ([parameter(2, 2)], {"groups": ["rows"], "weight_decay": -1.0}, ArgumentError, "^weight_decay is -1.0; zero"),
        (
            [{"params": [parameter(2, 2)], "blocks": "rows"}],
            {"groups": ["rows"]},
            ArgumentError,
            "^groups is given beside",
        ),
    ],
)
def test_bad_input_is_named(params: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        PSISGD(params, **options)


def test_a_zero_block_is_named() -> None:
    p = torch.nn.Parameter(torch.tensor([[1.0, 2.0], [0.0, 0.0]]))
    p.grad = torch.ones_like(p)
    with pytest.raises(ArgumentError, match=r"^block 1 of a parameter of the shape \(2, 2\) is zero or NaN"):
        PSISGD([p], groups=["rows"]).step()
