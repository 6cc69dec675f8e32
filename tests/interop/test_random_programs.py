"""Programs at random, of views, writes in place, sums and products: types follow them as their derivatives say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.interop import test_rules_in_typed_steps as of_steps
from tests.interop import torch_operations as of_models
from tests.scaletypes.operation_law import Draw, Operation, holds

Step = Callable[[list[Any]], Any]
"""Makes one more tensor of those that there are."""

VIEWS: list[Callable[[Any], Any]] = [
    lambda x: x.T, lambda x: x[1:], lambda x: x[:, :1], lambda x: x[::2], lambda x: x.reshape(-1, 1),
    lambda x: x[-1:].expand(2, -1), lambda x: x.unsqueeze(1)[:, 0], lambda x: x.flip(0), lambda x: x.T[1:].T,
    lambda x: x.reshape(x.shape[1], -1), lambda x: x.narrow(1, x.shape[1] - 1, 1), lambda x: x.diagonal()[None],
]  # fmt: skip
ENTRYWISE: list[Callable[[Any], Any]] = [torch.abs, torch.square, torch.neg, torch.reciprocal, torch.clone]
OF_ROWS: list[Callable[[Any, Any], Any]] = [torch.mul, torch.div, torch.add]


def _written(x: Any, y: Any) -> Any:
    """Return a copy with the first row of another in place of its last."""
    out = x.clone()
    out[-1, : y.shape[1]] = y[0, : x.shape[1]]
    return out


def _scaled(x: Any, y: Any) -> Any:
    """Return a copy of which one column was multiplied through a view."""
    out = x.clone()
    out.T[0].mul_(y[0, 0])
    out[:1].square_()
    return out


def _joined(x: Any, y: Any) -> Any:
    return torch.cat([x, y[:1, :1].expand(1, x.shape[1])])


def _product(x: Any, y: Any) -> Any:
    k = min(x.shape[1], y.shape[0])
    return x[:, :k] @ y[:k]


def _summed(x: Any, y: Any) -> Any:
    return x * y[:1].sum(1, keepdim=True)


PAIRS: list[Callable[[Any, Any], Any]] = [_written, _scaled, _joined, _product, _summed]
PAIRS += [lambda x, y, f=f: f(x, y[:1, :1]) for f in OF_ROWS]
PAIRS += [lambda x, y, f=f: f(x[: y.shape[0], : y.shape[1]], y[: x.shape[0], : x.shape[1]]) for f in OF_ROWS[:2]]


def program(draw: Draw) -> Operation:
    """Return a program of a few steps, whose results are all returned."""
    steps: list[tuple[Callable[..., Any], tuple[int, ...]]] = []
    count = 2
    for k in range(int(draw.rng.integers(2, 6))):
        f = draw.one(*draw.one(VIEWS, ENTRYWISE, PAIRS, PAIRS))
        places = tuple(map(int, draw.rng.integers(0, count + k, 2)))
        steps.append((f, places[:1] if f in VIEWS or f in ENTRYWISE else places))

    def run(*parameters: Any) -> list[Any]:
        made = list(parameters)
        for f, places in steps:
            made.append(f(*(made[k] for k in places)))
        return [x * 1 for x in made[count:]]

    return Operation(run, [draw.shape() for _ in range(count)])


@pytest.mark.parametrize("seed", range(30))
def test_types_of_models_follow_a_program(seed: int) -> None:
    holds(program(Draw(seed)), of_models.typed, of_models.run)


@pytest.mark.parametrize("seed", range(30, 50))
def test_types_of_steps_follow_a_program(seed: int) -> None:
    holds(program(Draw(seed)), of_steps.types_in_torch, of_models.run)
