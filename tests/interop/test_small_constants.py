"""Constants beside weights, at and next to where they begin to count as small: the same in every framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import torch

from psitheory.interop.jax import _enable_x64
from tests.symmetry import test_rules_of_numpy_models as in_numpy

from . import test_rules_of_jax_models as in_jax
from . import torch_operations as in_torch

NOTHING, EPS, FLOOR, BROKEN = "nothing", "eps", "floor", "broken"
"""What a constant does: it breaks no symmetry; one that holds without it; one as far down as it; every one."""

SMALLEST, LARGEST, BEYOND = 1e-300, 0.01, float(np.nextafter(0.01, 1))
ADDED = {0.0: NOTHING, SMALLEST: EPS, LARGEST: EPS, BEYOND: BROKEN, -LARGEST: EPS, -BEYOND: BROKEN, 3.0: BROKEN}
FROM_BELOW = {
    0.0: NOTHING, SMALLEST: FLOOR, LARGEST: FLOOR, BEYOND: BROKEN, -SMALLEST: BROKEN, -3.0: BROKEN,
}  # fmt: skip
FROM_ABOVE = {0.0: NOTHING, SMALLEST: BROKEN, LARGEST: BROKEN, -LARGEST: BROKEN, 3.0: BROKEN}
COMPARED = {0.0: NOTHING, SMALLEST: BROKEN, LARGEST: BROKEN, -3.0: BROKEN}
INFINITE = {float("inf"): NOTHING, float("-inf"): NOTHING}

Rule = Callable[[Any, float], Any]
IN_TORCH: dict[str, tuple[Rule, dict[float, str]]] = {
    "x + c": (lambda x, c: x.abs() + c, ADDED),
    "c + x": (lambda x, c: c + x.abs(), ADDED),
    "c - x": (lambda x, c: c - x.abs(), ADDED),
    "x + tensor": (lambda x, c: x.abs() + torch.tensor(c, dtype=torch.float64), ADDED),
    "add to 0 of it": (
        lambda x, c: torch.add(x, torch.tensor(c, dtype=torch.float64), alpha=0),
        {3.0: NOTHING, 0.0: NOTHING},
    ),
    "clamp(min)": (lambda x, c: x.clamp(min=c), FROM_BELOW | INFINITE),
    "clamp_min": (lambda x, c: torch.clamp_min(x, c), FROM_BELOW | INFINITE),
    "clamp(max)": (lambda x, c: x.clamp(max=c), FROM_ABOVE | INFINITE),
    "clamp_max": (lambda x, c: torch.clamp_max(x, c), FROM_ABOVE | INFINITE),
    "maximum": (lambda x, c: torch.maximum(x, torch.tensor(c, dtype=torch.float64)), FROM_BELOW),
    "maximum, turned": (lambda x, c: torch.fmax(torch.tensor(c, dtype=torch.float64), x), FROM_BELOW),
    "minimum": (lambda x, c: torch.minimum(x, torch.tensor(c, dtype=torch.float64)), FROM_ABOVE),
    "minimum, turned": (lambda x, c: torch.fmin(torch.tensor(c, dtype=torch.float64), x), FROM_ABOVE),
    "x > c": (lambda x, c: torch.where(x > c, 1.0, 2.0), COMPARED),
    "c <= x": (lambda x, c: torch.where(torch.tensor(c, dtype=torch.float64) <= x, 1.0, 2.0), COMPARED),
    "threshold": (lambda x, c: torch.threshold(x, 0.0, c), {0.0: NOTHING, LARGEST: BROKEN}),
    "threshold at it": (lambda x, c: torch.threshold(x, c, 0.0), {0.0: NOTHING, LARGEST: BROKEN}),
}


def of_a_namespace(xp: Any) -> dict[str, tuple[Rule, dict[float, str]]]:
    """Return what JAX and NumPy have in common."""
    return {
        "x + c": (lambda x, c: xp.abs(x) + c, ADDED),
        "c - x": (lambda x, c: c - xp.abs(x), ADDED),
        "maximum": (lambda x, c: xp.maximum(x, c), FROM_BELOW),
        "maximum, turned": (lambda x, c: xp.maximum(c, x), FROM_BELOW),
        "minimum": (lambda x, c: xp.minimum(x, c), FROM_ABOVE),
        "minimum, turned": (lambda x, c: xp.minimum(c, x), FROM_ABOVE),
    }


IN_JAX = of_a_namespace(jnp) | {"x > c": (lambda x, c: jnp.where(x > c, 1.0, 2.0), COMPARED)}
IN_NUMPY = of_a_namespace(np)


def in_double_precision(f: Any, w: Any) -> Any:
    with _enable_x64(True):
        return in_jax.typed(f, w)


CASES = [
    pytest.param(typed, rule, value, what, id=f"{framework}: {name}, c = {value:g}")
    for framework, typed, rules in (
        ("torch", in_torch.typed, IN_TORCH), ("jax", in_double_precision, IN_JAX), ("numpy", in_numpy.typed, IN_NUMPY),
    )
    for name, (rule, table) in rules.items()
    for value, what in table.items()
]  # fmt: skip
W = np.array([0.75, -1.25, 2.0])


@pytest.mark.parametrize(("typed", "rule", "value", "what"), CASES)
def test_a_constant_is_an_eps_a_floor_or_breaks_every_symmetry(typed: Any, rule: Rule, value: float, what: str) -> None:
    types, _ = typed(lambda x: rule(x, value), {"w": W})
    assert types.exact.dimension == (3 if what in (NOTHING, FLOOR) else 0)
    assert types.up_to_eps.dimension == (0 if what == BROKEN else 3)
    size = [abs(value)] if what in (EPS, FLOOR) else []
    assert [abs(d.constant or 0) for d in types.eps] == (size if what == EPS else [])
    assert [d.constant for d in types.floors] == (size if what == FLOOR else [])
    assert [abs(c) for c in types.constants] == size
    assert not types.missing
