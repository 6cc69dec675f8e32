"""Parameters with two names, and parameters that are views of one memory."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from psitheory.checking import Verdict  # noqa: E402
from psitheory.conformance import check_model  # noqa: E402
from psitheory.errors import ArgumentError  # noqa: E402


def tied():
    torch.manual_seed(0)
    one, two = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
    two.weight = one.weight
    return nn.Sequential(one, nn.BatchNorm1d(4), two, nn.BatchNorm1d(4), nn.Linear(4, 2))


INPUTS = torch.randn(16, 4, generator=torch.Generator().manual_seed(0))


def test_a_tied_parameter_may_be_claimed_under_each_of_its_names():
    report = check_model(tied(), inputs=INPUTS, claims={"2.weight": "rows up to eps"}, only="invariance[2.weight]")
    assert report.properties["tied"] == {"2.weight": "0.weight"}
    (finding,) = report.findings
    assert (finding.law, finding.verdict) == ("invariance[0.weight]", Verdict.HOLDS)
    report = check_model(tied(), inputs=INPUTS, claims={"2.weight": "none"}, only="invariance[0.weight]")
    assert report.findings[0].verdict is Verdict.REFUTED


def test_claims_of_one_tensor_must_agree():
    with pytest.raises(ArgumentError, match="one tensor twice"):
        check_model(tied(), inputs=INPUTS, claims={"0.weight": "rows", "2.weight": "none"})


class Views(nn.Module):
    def __init__(self, start):
        super().__init__()
        memory = torch.randn(12, 4, generator=torch.Generator().manual_seed(1))
        self.a, self.b = nn.Parameter(memory[:6]), nn.Parameter(memory[start : start + 6])

    def forward(self, x):
        return functional.linear(x, self.a).relu() + functional.linear(x, self.b)


def test_views_that_overlap_are_refused_and_neighbours_are_not():
    with pytest.raises(ArgumentError, match="'a' and 'b' are different views of the same memory"):
        check_model(Views(4), inputs=INPUTS)
    assert check_model(Views(6), inputs=INPUTS).properties["a"] == "none"
