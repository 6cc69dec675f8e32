"""Values that are invariant while the gradient that training follows is not theirs: told, and no symmetry is lost."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional as F  # noqa: E402

from psitheory.conformance import check_model  # noqa: E402
from psitheory.symmetry import discover_symmetries  # noqa: E402
from tests.interop.torch_zoo import VECTORS, L, M  # noqa: E402


class StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        return g


def network(hidden):
    torch.manual_seed(0)
    return M(lambda s, x: s.h(hidden(s, x)), a=L(4, 5, bias=False), h=L(5, 2))


TRUE = {
    "norm": (lambda s, x: torch.tanh(s.a(x) / s.a.weight.norm()), "whole", 1),
    "relu": (lambda s, x: torch.relu(s.a(x)), "only by trading", 5),
    "kinks everywhere": (lambda s, x: torch.relu(torch.sin(50 * s.a(x))), "none", 0),
}
LEFT_OUT = {
    "norm": (lambda s, x: torch.tanh(s.a(x) / s.a.weight.norm().detach()), "whole", 1),
    "norms of rows": (
        lambda s, x: torch.tanh(F.linear(x, s.a.weight / s.a.weight.detach().norm(dim=1, keepdim=True))),
        "rows",
        5,
    ),
    "half of a relu": (lambda s, x: torch.relu(s.a(x)) + torch.relu(s.a(x)).detach(), "only by trading", 5),
    "signs": (lambda s, x: torch.tanh(F.linear(x, StraightThrough.apply(s.a.weight))), "rows", 20),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_symmetries_are_those_of_the_values_and_the_gradient_is_told(name):
    hidden, level, count = LEFT_OUT[name]
    report = check_model(network(hidden), VECTORS)
    assert report.properties["a.weight"].startswith(level)
    (note,) = (note for note in report.notes if note.startswith("the gradient with respect to a.weight is not that"))
    assert (f"detached at interop/{__name__.rpartition('.')[2]}.py:" in note) == (name != "signs")
    assert note.endswith("is not what the loss does when a.weight is scaled") or name == "signs"
    found = discover_symmetries(network(hidden), VECTORS)
    assert found.dimension == count
    assert not found.undecided


@pytest.mark.parametrize("name", TRUE)
def test_of_a_true_gradient_nothing_is_said(name):
    hidden, level, count = TRUE[name]
    report = check_model(network(hidden), VECTORS)
    assert report.properties["a.weight"].startswith(level)
    assert not any("gradient" in note for note in report.notes)
    assert discover_symmetries(network(hidden), VECTORS).dimension == count


def test_a_gradient_that_is_given_and_wrong_is_not_believed():
    def loss(w):
        return np.tanh(w[0] * w[1]) + w[2]

    def forgets(w):
        return np.array([0.0, 0.0, 1.0])

    found = discover_symmetries(loss, np.array([1.0, 2.0, 0.5]), gradient=forgets)
    assert [dict(g.terms) for g in found.generators] == [{"w[0]": 1.0, "w[1]": -1.0}]
    assert any(note.startswith("the gradient with respect to w is not that of the loss") for note in found.notes)


def test_null_directions_that_hold_only_together_are_one_symmetry():
    """A branch on the sign of a sum of all neurons: each row alone moves it, all of them together do not."""

    def forward(s, x):
        z = s.a(x)
        return s.h(torch.where(z.sum(1, keepdim=True) > 0, torch.relu(z), -z))

    torch.manual_seed(0)
    found = discover_symmetries(M(forward, a=L(4, 5, bias=False), h=L(5, 2, bias=False)), VECTORS)
    assert [dict(g.terms) for g in found.generators] == [{"a.weight": 1.0, "h.weight": -1.0}]
    assert found.rejected
    assert not found.undecided
