"""Operations that scale types do not know, on more unknowns than are tried one by one."""

import pytest

torch = pytest.importorskip("torch")

from psitheory.checking import Verdict  # noqa: E402
from psitheory.conformance import check_model  # noqa: E402
from psitheory.symmetry import discover_symmetries  # noqa: E402

nn = torch.nn


class Through(nn.Module):
    def __init__(self, operation):
        super().__init__()
        self.a, self.b, self.operation = nn.Linear(90, 40, bias=False), nn.Linear(40, 7), operation

    def forward(self, x):
        return self.b(torch.tanh(self.operation(self.a(x))))


def gram(z):
    return z.T @ z / len(z)


OPERATIONS = {
    "qr": (lambda z: torch.linalg.qr(z)[0], 1),  # rows alone are more than types can tell
    "matrix exponential": (lambda z: z @ torch.linalg.matrix_exp(1e-2 * gram(z)), 0),
    "inverse beside a constant": (lambda z: z @ torch.linalg.inv(gram(z) + torch.eye(40).to(z)), 0),
    "renorm": (lambda z: torch.renorm(z, 2, 0, 1.0), 0),
    "histogram": (lambda z: z * torch.histc(z.detach(), 5)[0], 0),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_symmetry_is_made_up_and_what_is_not_derived_is_said(name):
    torch.manual_seed(0)
    operation, dimension = OPERATIONS[name]
    x = torch.randn(50, 90)
    found = discover_symmetries(lambda m: m(x.to(m.b.weight)).square().sum(), Through(operation))
    assert found.dimension == dimension
    assert not found.undecided
    if name != "inverse beside a constant":  # which is derived: nothing scales beside a constant
        assert any(note.startswith("not derived: ") and "test_unknown_operations.py:" in note for note in found.notes)


def test_runs_decide_what_is_claimed_where_types_are_a_bound():
    torch.manual_seed(0)
    x = torch.randn(50, 90)
    module = Through(OPERATIONS["qr"][0])
    assert check_model(module, x).properties["a.weight"] == "whole"
    report = check_model(module, x, claims={"a.weight": "rows"})
    assert report.properties["a.weight"] == "rows"
    assert report.verdict is Verdict.HOLDS
    false = Through(lambda z: torch.linalg.qr(z)[0] + 1e-3 * torch.softmax(z, 1))
    assert check_model(false, x, claims={"a.weight": "rows"}).refuted() == ("invariance[a.weight]",)
