"""Steps that do what steps before them did have no equations of their own, and which do not is told without types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from psitheory.conformance.optimizers.runs.adapt import runs_of
from psitheory.conformance.optimizers.runs.branches import Branches
from psitheory.conformance.optimizers.runs.network import invariant_network
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.problem import TURNED

STEPS, TURN = 40, 20
NETWORK = invariant_network(np.dtype(float), 0).without_free()
Direction = Callable[[Any, Any, dict[str, Any]], Any]


def method(direction: Direction) -> type[torch.optim.Optimizer]:
    """Return an optimiser whose steps go 0.02 times along a direction of (w, g, state), where t is counted."""

    class Method(torch.optim.Optimizer):
        def __init__(self, params: Any, lr: float = 0.02) -> None:
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:  # type: ignore[override]
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["t"] = state.get("t", 0) + 1
                    p.sub_(direction(p, p.grad, state), alpha=group["lr"])

    return Method


def squares(w: Any) -> Any:
    return w.pow(2).sum(1, keepdim=True)


def momentum(w: Any, g: Any, state: dict[str, Any]) -> Any:
    state["m"] = 0.9 * state.get("m", 0.0) + g  # a tensor of its own in each step
    return state["m"]


def by_a_branch(w: Any, g: Any, state: dict[str, Any]) -> Any:
    return g if state["t"] > TURN else squares(w) * g


def by_a_choice_of_two(w: Any, g: Any, state: dict[str, Any]) -> Any:
    one, other = squares(w) * g, squares(w) * w
    return one if state["t"] <= TURN else other


def by_a_choice_of_numbers(w: Any, g: Any, state: dict[str, Any]) -> Any:
    one, other = float(w.norm()), float(g.norm())
    return g * (one if state["t"] <= TURN else other)


def by_a_power(w: Any, g: Any, state: dict[str, Any]) -> Any:
    return squares(w) ** (1.0 if state["t"] <= TURN else 0.5) * g


def by_a_factor(w: Any, g: Any, state: dict[str, Any]) -> Any:
    return squares(w) * g + w * float(state["t"] > TURN)


def by_a_tensor(w: Any, g: Any, state: dict[str, Any]) -> Any:
    t = torch.tensor(float(state["t"]))
    return torch.where(t > TURN, g, squares(w) * g)


def by_a_place(w: Any, g: Any, state: dict[str, Any]) -> Any:
    both = torch.stack([g, squares(w) * g])
    return both[torch.tensor([int(state["t"] <= TURN)])][0]


def by_signs(w: Any, g: Any, state: dict[str, Any]) -> Any:
    return torch.where(g > 0, squares(w) * g, g / g.abs().max())


NEW = {
    momentum: 2,  # at first there is no momentum
    by_a_branch: TURN + 1,
    by_a_choice_of_two: TURN + 1,
    by_a_choice_of_numbers: TURN + 1,
    by_a_power: TURN + 1,
    by_a_factor: TURN + 1,
    by_a_tensor: TURN + 1,
    by_a_place: TURN + 1,
    by_signs: None,  # whenever signs come that were not there before
}


@pytest.mark.parametrize("direction", NEW)
def test_all_equations_come_by_the_last_step_that_does_something_new(direction: Direction) -> None:
    runs = runs_of(method(direction)).typed(NETWORK)  # type: ignore[attr-defined]
    last = runs.last_new(STEPS, Branches())
    assert last == NEW[direction] or NEW[direction] is None
    some, every = (
        list(runs.of_length(n).run().trace.equations.of(Kind.HARD)) for n in (min(last + TURNED, STEPS), STEPS)
    )
    assert some == every
    assert some or direction is momentum


def test_without_the_watch_of_instructions_a_choice_of_numbers_is_not_seen() -> None:
    class Blind(Branches):
        count = 0  # type: ignore[assignment]

    runs = runs_of(method(by_a_choice_of_numbers)).typed(NETWORK)  # type: ignore[attr-defined]
    assert runs.last_new(STEPS, Blind()) < TURN
