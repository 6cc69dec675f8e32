"""Parameters of which some entries are read by index, some by a slice, and some not at all."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.symmetry import discover_symmetries  # noqa: E402
from psitheory.symmetry.derived import confirmed, derived  # noqa: E402
from psitheory.symmetry.function import as_loss_function  # noqa: E402

nn = torch.nn
WORDS, D = 40, 20


class Words(nn.Module):
    """A table of which a slice is the head, too."""

    def __init__(self, head):
        super().__init__()
        self.table, self.head = nn.Embedding(WORDS, D), head
        self.norm, self.mix = nn.LayerNorm(D), nn.Linear(D, D)

    def forward(self, tokens):
        x = torch.tanh(self.table(tokens))
        return torch.tanh(self.norm(self.mix(x))) @ self.table.weight[self.head].T


@pytest.mark.parametrize("tokens", [[0, 1, 2], [21, 22, 23], [38, 0, 21]])
@pytest.mark.parametrize("head", [slice(20, None), slice(None, 20), slice(5, 25)])
def test_entries_without_effect_are_those_that_neither_reads(tokens, head):
    torch.manual_seed(0)
    index = torch.tensor([tokens])
    found = discover_symmetries(lambda m: m(index).square().sum(), Words(head))
    read = {*tokens, *range(WORDS)[head]}
    assert found.dimension == D * (WORDS - len(read)) + 1  # and the stream before the norm, up to its eps
    assert found.exact_dimension == found.dimension - 1


def test_a_row_that_is_falsely_said_to_have_no_effect_is_found_by_runs():
    torch.manual_seed(0)
    index = torch.tensor([[0, 1, 2]])
    function = as_loss_function(lambda m: m(index).square().sum(), Words(slice(20, None)))
    found = derived(function, np.random.default_rng(0))
    algebra = found.types.exact
    assert confirmed(function, found.bases, algebra, np.random.default_rng(1))[0]
    algebra.unread["table.weight"][2] = True
    assert not confirmed(function, found.bases, algebra, np.random.default_rng(1))[0]
