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


def _dispatch(module, x):
    """Send each token to one expert; some get none."""
    chosen, out = module[0](x).argmax(-1), x.new_zeros(len(x), 4)
    for j, expert in enumerate(module[1:]):
        where = torch.nonzero(chosen == j)[:, 0]
        out = out.index_add(0, where, expert(x[where]))
    return out


EMPTY = {
    "index_add": lambda none, y: y.index_add(0, torch.zeros(0, dtype=torch.long), none),
    "scatter_add": lambda none, y: y.scatter_add(0, torch.zeros(0, 5, dtype=torch.long), none),
    "index_put": lambda none, y: y.index_put((torch.zeros(0, dtype=torch.long),), none),
    "accumulated": lambda none, y: y.index_put((torch.zeros(0, dtype=torch.long),), none, accumulate=True),
    "masked_scatter": lambda none, y: y.masked_scatter(torch.zeros(6, 5, dtype=torch.bool), none),
    "gather at zero": lambda none, y: y.gather(0, torch.zeros(3, 5, dtype=torch.long)),
    "product": lambda none, y: torch.cat([y, none.prod(0, keepdim=True).expand_as(y)], -1),
    "joined": lambda none, y: torch.cat([none, y]) + none.sum() + none.norm(),
    "contracted": lambda none, y: y[:5] + none.T @ none,
}


@pytest.mark.parametrize("name", EMPTY)
def test_what_has_no_entries_asks_for_nothing(name):
    """A product of no factors is 1, which does not scale; sums and places of none leave all as it is."""
    x = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    module = nn.Linear(4, 5, bias=False)

    def normalised(m):
        y = EMPTY[name](m(x[:0]), m(x))
        return torch.tanh(y / y.norm()).square().sum()

    found = derived(as_loss_function(normalised, module), np.random.default_rng(0))
    assert found.confirmed
    assert not found.types.missing
    assert found.types.exact.dimension == (name != "product")


def test_experts_without_tokens_are_derived():
    torch.manual_seed(3)
    x = torch.randn(5, 3)
    module = nn.ModuleList([nn.Linear(3, 4), *(nn.Linear(3, 4, bias=False) for _ in range(4))])
    used = {int(j) for j in module[0](x).argmax(-1)}
    assert len(used) < 4
    found = derived(as_loss_function(lambda m: torch.tanh(_dispatch(m, x)).sum(), module), np.random.default_rng(0))
    assert not found.types.missing
