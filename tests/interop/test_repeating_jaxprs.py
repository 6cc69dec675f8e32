"""Steps of a jaxpr that do what steps before them did ask for nothing new, and which do not is told without types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from psitheory.conformance.optimizers.runs.adapt import runs_of
from psitheory.conformance.optimizers.runs.branches import Branches
from psitheory.conformance.optimizers.runs.network import invariant_network
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.problem import TURNED
from psitheory.scaletypes.solver import Elimination

STEPS, TURN = 40, 20
NETWORK = invariant_network(np.dtype(float), 0).without_free()
Direction = Callable[[Any, Any, Any], Any]


def pair(direction: Direction) -> Any:
    """Return a pair whose steps go 0.02 times along a direction of (w, g, t), where t is counted from 1."""

    def update(grads: Any, t: Any, params: Any) -> Any:
        return jax.tree.map(lambda g, w: -0.02 * direction(w, g, t + 1), grads, params), t + 1

    return optax.GradientTransformation(lambda params: jnp.zeros([], jnp.int32), update)


def squares(w: Any) -> Any:
    return jnp.sum(w * w, axis=-1, keepdims=True)


def by_a_choice_of_two(w: Any, g: Any, t: Any) -> Any:
    return jnp.where(t <= TURN, squares(w) * g, squares(w) * w)


def by_a_branch(w: Any, g: Any, t: Any) -> Any:
    return jax.lax.cond(t > TURN, lambda w, g: g, lambda w, g: squares(w) * g, w, g)


def by_a_factor(w: Any, g: Any, t: Any) -> Any:
    return squares(w) * g + w * (t > TURN)


def by_a_power(w: Any, g: Any, t: Any) -> Any:
    return squares(w) ** jnp.where(t <= TURN, 1.0, 0.5) * g


def by_a_place(w: Any, g: Any, t: Any) -> Any:
    return jnp.stack([g, squares(w) * g])[jnp.array([0, 1])[(t <= TURN).astype(int)]]


def by_a_power_of_a_constant(w: Any, g: Any, t: Any) -> Any:
    return squares(w) * g / (1 - 0.9**t)


CASES = {
    optax.adam(0.02): TURN,
    pair(by_a_choice_of_two): TURN + 1,
    pair(by_a_branch): TURN + 1,
    pair(by_a_factor): TURN + 1,
    pair(by_a_power): TURN + 1,
    pair(by_a_place): TURN + 1,
    pair(by_a_power_of_a_constant): TURN,
}


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_asked_for_comes_by_the_last_step_that_does_something_new(case: Any) -> None:
    runs: Any = runs_of(case).typed(NETWORK)  # type: ignore[attr-defined]
    last = runs.last_new(STEPS, Branches())
    assert last == CASES[case] or last < TURN == CASES[case]
    some, every = (runs.of_length(n).run().trace.equations for n in (min(last + TURNED, STEPS), STEPS))
    for kinds in ((Kind.HARD,), tuple(Kind)):
        known = Elimination(e.terms for e in some.of(*kinds))
        assert not any(known.reduce(e.terms) for e in every.of(*kinds))
