"""Checks use one thread of PyTorch, and give the others back."""

import torch
from torch import nn

from psitheory import check_model


def test_threads_are_given_back() -> None:
    before, seen = torch.get_num_threads(), set()
    torch.set_num_threads(2)

    class Counting(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.add(torch.get_num_threads())
            return super().forward(x)

    try:
        check_model(Counting(2, 1), torch.randn(4, 2))
        assert seen == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
