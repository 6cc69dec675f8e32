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


def targets(z):
    return torch.randn(50, 40, generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(z)


def fitted(z):
    """Return what of fixed targets is spanned by the columns of z, whatever their lengths."""
    return z @ (torch.linalg.pinv(z, rtol=1e-9) @ targets(z))


OPERATIONS = {
    "pseudo-inverse that cuts": (fitted, 1, True),  # rows alone are more than types can tell
    "least squares": (lambda z: z @ torch.linalg.lstsq(z, targets(z)).solution, 40, False),
    "pseudo-inverse": (lambda z: z @ (torch.linalg.pinv(z) @ targets(z)), 40, False),
    "histogram": (lambda z: z * torch.histc(z.detach(), 5)[0], 0, True),
    "qr": (lambda z: torch.linalg.qr(z)[0], 40, False),
    "matrix exponential": (lambda z: z @ torch.linalg.matrix_exp(1e-2 * gram(z)), 0, False),
    "inverse beside a constant": (lambda z: z @ torch.linalg.inv(gram(z) + torch.eye(40).to(z)), 0, False),
    "renorm of some rows": (lambda z: torch.renorm(z, 2, 0, 1.0), 0, False),
    "renorm of all rows": (lambda z: torch.renorm(z, 2, 0, 0.05), 1, False),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_symmetry_is_made_up_and_what_is_not_derived_is_said(name):
    torch.manual_seed(0)
    operation, dimension, told = OPERATIONS[name]
    x = torch.randn(50, 90)
    found = discover_symmetries(lambda m: m(x.to(m.b.weight)).square().sum(), Through(operation))
    assert found.dimension == dimension
    assert not found.undecided
    said = [note for note in found.notes if note.startswith("not derived: ")]
    assert bool(said) == told
    assert all("test_unknown_operations.py:" in note for note in said)


def test_runs_decide_what_is_claimed_where_types_are_a_bound():
    torch.manual_seed(0)
    x = torch.randn(50, 90)
    module = Through(fitted)
    assert check_model(module, x).properties["a.weight"] == "whole"
    report = check_model(module, x, claims={"a.weight": "rows"})
    assert report.properties["a.weight"] == "rows"
    assert report.verdict is Verdict.HOLDS
    false = Through(lambda z: fitted(z) + 1e-3 * torch.softmax(z, 1))
    assert check_model(false, x, claims={"a.weight": "rows"}).refuted() == ("invariance[a.weight]",)
