"""Models on which samples alone were wrong: floors, two eps, complex numbers, precision, modes, residual blocks."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from psitheory.conformance import check_model
from psitheory.errors import ArgumentTypeError
from tests.interop.torch_zoo import IMAGES, VECTORS, L, M, P

torch.set_num_threads(1)


def test_a_hard_coded_eps_beside_a_removable_one():
    torch.manual_seed(0)
    model = M(
        lambda s, x: s.n(s.b(torch.tanh(F.layer_norm(s.a(x), (6,), eps=1e-5)))), a=L(4, 6, bias=False), b=L(6, 5),
        n=nn.LayerNorm(5),
    )  # fmt: skip
    report = check_model(model, VECTORS)
    assert report.properties["a.weight"] == "whole up to eps"
    assert report.properties["weight decay"]["pure rate"] == ["a.weight"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_floor_under_a_variance_is_told_with_its_line(seed):
    def forward(s, x):
        z = s.a(x) - s.a(x).mean(0)
        return s.b(torch.tanh(z / torch.sqrt(torch.clamp((z * z).mean(0), min=1e-5))))

    torch.manual_seed(0)
    report = check_model(M(forward, a=L(4, 6, bias=False), b=L(6, 2)), VECTORS, seed=seed)
    assert report.properties["a.weight"] == "rows"
    assert any("a floor of 1e-05, so from a scale on: clamp" in note for note in report.notes)


def test_complex_parameters_are_refused_in_a_sentence():
    with pytest.raises(ArgumentTypeError, match="parameter 'c' is complex"):
        check_model(M(lambda s, x: (x * s.c).real, c=nn.Parameter(torch.randn(4, dtype=torch.complex64))), VECTORS)


def test_a_single_precision_module_is_said_to_be_judged_in_double():
    report = check_model(nn.Sequential(L(4, 5, bias=False), nn.RMSNorm(5), nn.Tanh(), L(5, 2)), VECTORS)
    assert any("judged in float64" in note for note in report.notes)
    assert report.properties["0.weight"] == "whole up to eps"
    assert "tanh" in report.properties["breaks"]["1.weight"]


def test_eval_mode_is_kept_for_a_batch_of_one():
    report = check_model(nn.Sequential(L(4, 6), nn.BatchNorm1d(6)).eval(), VECTORS[:1])
    assert any("judged in eval mode alone" in note for note in report.notes)


def test_exact_trades_stand_beside_what_holds_up_to_an_eps():
    torch.manual_seed(0)
    model = M(
        lambda s, x: F.relu(s.n2(s.c2(F.relu(s.n1(s.c1(x))))) + x).mean((2, 3)),
        c1=nn.Conv2d(3, 4, 3, padding=1, bias=False), n1=nn.BatchNorm2d(4),
        c2=nn.Conv2d(4, 3, 3, padding=1, bias=False), n2=nn.BatchNorm2d(3), g=P(1),
    )  # fmt: skip
    found = check_model(model, IMAGES).properties
    assert found["c2.weight"] == "rows up to eps"
    assert found["exactly"]["c2.weight"].startswith("only by trading: n1.weight entries +1")


class Clipped(nn.Module):
    def __init__(self, max_norm):
        super().__init__()
        self.table = nn.Embedding(6, 4, max_norm=max_norm)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        return torch.tanh(self.head(self.table(x)))


def test_rows_that_max_norm_clips_have_no_scale_from_its_length_on():
    torch.manual_seed(0)
    rows = torch.tensor([0, 1, 2, 3, 4, 5, 1, 2])
    report = check_model(Clipped(0.1), rows)
    assert report.properties["table.weight"] == "rows up to eps"
    assert any("rows longer than max_norm = 0.1 are clipped to it" in note for note in report.notes)
    assert any("eps 1e-07: embedding_renorm" in note for note in report.notes)
    longer = check_model(Clipped(100.0), rows)
    assert longer.properties["table.weight"] == "none"
    assert "embedding_renorm" in longer.properties["breaks"]["table.weight"]
