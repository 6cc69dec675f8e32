"""Shadow memory of tensors, and constants that scale along: the same code at another scale does the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.torch.interpreter import SKIP, Memory, base_name
from psitheory.scaletypes.torch.optimizers import mark, modules_of
from psitheory.scaletypes.torch.shadow import Shadow
from psitheory.scaletypes.trace import Trace


def test_degrees_are_those_of_the_storage_seen_through_any_view() -> None:
    shadow, t = Shadow(), torch.zeros(3, 4)
    assert not shadow.knows(t)
    shadow.write(t, np.arange(12).reshape(3, 4))
    assert shadow.knows(t[1:])
    for view in (lambda x: x.T, lambda x: x[1:, ::2], lambda x: x.reshape(2, 6), lambda x: x[:, 1], lambda x: x[2, 3]):
        np.testing.assert_array_equal(shadow.ids(view(t)), view(torch.arange(12).reshape(3, 4)).numpy())
    shadow.write(t[:, 1], 7)
    assert shadow.ids(t)[:, 1].tolist() == [7, 7, 7]
    copied = shadow.ids(t)
    copied[...] = 0
    assert shadow.ids(t).any()
    assert not shadow.ids(torch.zeros(2)).any()
    assert not shadow.ids(torch.zeros(0)).size


def test_a_view_as_another_kind_has_the_degrees_of_its_parts() -> None:
    shadow, z = Shadow(), torch.zeros(3, dtype=torch.complex128)
    shadow.write(z, [1, 2, 3])
    assert shadow.ids(torch.view_as_real(z)).tolist() == [[1, 1], [2, 2], [3, 3]]
    x = torch.zeros(3, 2, dtype=torch.float64)
    shadow.write(x, [[1, 1], [2, 2], [3, 3]])
    assert shadow.ids(torch.view_as_complex(x)).tolist() == [1, 2, 3]
    other = torch.zeros(6, dtype=torch.float64)
    shadow.copy_storage(other, x)
    assert shadow.ids(other).tolist() == [1, 1, 2, 2, 3, 3]
    shadow.write(x, 0)
    assert shadow.ids(other).any()
    shadow.write(torch.view_as_complex(x)[1:], [4, 5])
    assert shadow.ids(x).tolist() == [[0, 0], [4, 4], [5, 5]]


def test_a_number_of_a_tensor_keeps_its_degree() -> None:
    trace = Trace(skip=SKIP)
    memory, t = Memory(trace), torch.tensor([2.0])
    a = int(trace.degrees.unknown("a"))
    memory.tag(t, a)
    number = memory.number(t)
    assert isinstance(number, Number)
    assert (float(number), number.degree, number.fixed) == (2.0, a, False)
    for nothing in (torch.zeros(2), torch.tensor(1), 3.0):
        assert memory.number(nothing) is None
    assert not memory.is_fixed(t)
    assert memory.is_fixed(torch.zeros(2))
    assert memory.is_fixed(0.5)
    assert memory.is_fixed(3)
    assert memory.ids(t).tolist() == [a]
    assert memory.ids(0.5) == 0
    assert memory.known_as(torch.ones(2), [a, 0], fixed=False) is not None
    made = memory.known_as(torch.ones(2), [a, 0], fixed=True)
    assert memory.ids(made).tolist() == [a, 0]
    assert memory.is_fixed(made)
    assert [base_name(name) for name in ("add_", "add", "__lshift__")] == ["add", "add", "__lshift__"]


# -- constants that scale along ---------------------------------------------------------------------

X = torch.tensor([0.25, -0.5, 2.0, 0.75], dtype=torch.float64)


def divided(t: Any) -> Any:
    return [x.clone() for x in torch._foreach_add([t.abs()], 0.375)]


ALONG: dict[str, Callable[[Any], Any]] = {
    "added": lambda x: x.abs() + 0.375,
    "added before": lambda x: 0.375 + x.abs(),
    "added in place": lambda x: x.abs().add_(0.375),
    "added to a constant in place": lambda x: torch.full_like(x, 0.375).add_(x.abs()),
    "subtracted from": lambda x: torch.rsub(x.abs(), 0.375),
    "a tensor": lambda x: x.abs() + torch.full((4,), 0.375, dtype=torch.float64),
    "compared": lambda x: torch.where(x > 0.375, x, 2 * x),
    "compared, the other way": lambda x: torch.where(x.le(0.375), x, 2 * x),
    "a list": divided,
    "beside the largest of an axis": lambda x: (x.abs() + 0.375).reshape(2, 2).max(1).values,
}
LIMITED: dict[str, Callable[[Any], Any]] = {
    "clamp": lambda x: x.clamp(-0.375, 0.625),
    "clamp by name": lambda x: x.clamp(min=-0.375, max=0.625),
    "clamp above": lambda x: torch.clamp_min(x, 0.375),
    "clamp below": lambda x: torch.clamp_max(x, 0.375),
    "clamp in place": lambda x: x.clone().clamp_(-0.375, 0.625),
    "clamp by tensors": lambda x: x.clamp(torch.full((4,), -0.375).double(), torch.full((4,), 0.625).double()),
    "maximum": lambda x: torch.maximum(x, torch.tensor(0.375, dtype=torch.float64)),
    "minimum": lambda x: torch.minimum(x, torch.tensor(0.375, dtype=torch.float64)),
}


def at(f: Callable[[Any], Any], scale: float, *, along: bool) -> tuple[Any, np.ndarray]:
    trace = Trace(skip=SKIP)
    a = int(trace.degrees.unknown("a"))
    if along:
        at(f, 1.0, along=False)
        trace.along = frozenset(LINES)
    trace.scaled = {trace.degrees.index(a): float(np.log2(scale))}
    memory, x = Memory(trace), X * scale
    memory.tag(x, a)
    with torch.no_grad(), memory.watching():
        out = f(x)
    LINES.update((e.place, e.kind) for e in trace.equations.found)
    out = out[0] if isinstance(out, list) else out
    return out.numpy(), memory.degrees.ids(out) == a


LINES: set[Any] = set()


@pytest.mark.parametrize("scale", [8.0, 2.0**-30])
@pytest.mark.parametrize("name", ALONG)
def test_what_a_constant_is_added_to_or_compared_with_scales_with_it_along(name: str, scale: float) -> None:
    here, _ = at(ALONG[name], 1.0, along=False)
    there, _ = at(ALONG[name], scale, along=True)
    kept, _ = at(ALONG[name], scale, along=False)
    np.testing.assert_array_equal(there, here * scale)
    assert not np.array_equal(kept, here * scale)


@pytest.mark.parametrize("scale", [8.0, 2.0**-30])
@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_is_met_where_it_was_and_stays_what_it_is(name: str, scale: float) -> None:
    here, scaled = at(LIMITED[name], 1.0, along=False)
    there, of_x = at(LIMITED[name], scale, along=True)
    np.testing.assert_array_equal(of_x, scaled)
    np.testing.assert_array_equal(there, np.where(scaled, here * scale, here))
    assert 0 < scaled.sum() < 4


# -- hyper-parameters -------------------------------------------------------------------------------


def test_hyper_parameters_have_degrees_and_what_is_private_stays_as_it_is() -> None:
    memory = Memory(Trace(skip=SKIP))
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(2))], lr=0.3, betas=(0.7, 0.9), eps=0.1, foreach=True)
    optimizer.__dict__ |= {
        "own": 0.65,
        "base_lr": 0.3,
        "rho": 0.3,
        "_private": 0.65,
        "count": 3,
        "none": 0.0,
        "switch": True,
    }
    mark(optimizer, memory, {"lr": 2.0})
    (group,) = optimizer.param_groups
    assert [type(x) for x in (group["lr"], group["eps"], *group["betas"], optimizer.own)] == [Number] * 5
    assert float(group["lr"]) == pytest.approx(0.6)
    assert len({x.degree for x in (group["lr"], group["eps"], *group["betas"])}) == 4
    assert optimizer.base_lr.degree == group["lr"].degree
    assert optimizer.rho.degree != group["lr"].degree  # the same number by chance
    assert all(x.fixed for x in (group["lr"], group["eps"]))
    assert (group["foreach"], group["fused"], group["capturable"]) == (False, None, False)
    assert [type(vars(optimizer)[name]) for name in ("_private", "count", "none", "switch")] == [
        float,
        int,
        float,
        bool,
    ]


def test_the_modules_of_an_optimiser_are_those_of_its_classes_and_those_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a_package", "a_package.adam", "a_package.rules", "another_package.rules"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))

    class Adam(torch.optim.SGD):
        __module__ = "a_package.adam"

    made = Adam([torch.zeros(1)])
    found = {module.__name__ for module in modules_of([made], lambda: made)}
    assert {"a_package.adam", "a_package.rules", "torch.optim.sgd", __name__} <= found
    assert not found & {"another_package.rules", "builtins", "torch.optim.optimizer"}


def test_a_sparse_tensor_has_the_degrees_of_its_values() -> None:
    shadow, t = Shadow(), torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]).to_sparse(1).coalesce()
    assert not shadow.knows(t)
    shadow.write(t, np.arange(6).reshape(3, 2))
    assert shadow.knows(t)
    assert shadow.ids(t._values()).tolist() == [[2, 3], [4, 5]]
    assert shadow.ids(t).tolist() == [[0, 0], [2, 3], [4, 5]]
