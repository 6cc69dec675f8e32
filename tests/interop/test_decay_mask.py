"""On which parameters weight decay is a pure rate, beside neighbours on which it is none."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_model  # noqa: E402
from psitheory.conformance.models.decay import decay_of  # noqa: E402
from psitheory.conformance.models.levels import Level  # noqa: E402
from psitheory.conformance.models.scaling import Outcome  # noqa: E402
from psitheory.conformance.models.typed import SlicedFamily  # noqa: E402
from psitheory.layout import Layout, free  # noqa: E402

nn = torch.nn
L = nn.Linear
TOKENS = torch.tensor([[0, 1, 2], [2, 3, 1]])
EVERY_TOKEN = torch.tensor([[0, 1, 2], [4, 3, 1], [5, 6, 0]])


def x(columns=4):
    return torch.randn(8, columns, generator=torch.Generator().manual_seed(1))


def decay(module, inputs):
    properties = check_model(module, inputs).properties
    return properties["weight decay"], properties["weight decay because"]


def kind(found, name):
    """Return under which heading a parameter stands: under one alone."""
    (heading,) = [what for what, names in found.items() if any(name == n or name in n for n in names if n)]
    return heading


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


class Words(nn.Module):
    def __init__(self, normalise):
        super().__init__()
        self.table = nn.Embedding(7, 5)
        self.norm = nn.LayerNorm(5) if normalise else nn.Identity()
        self.out = nn.Linear(5, 3)

    def forward(self, tokens):
        return self.out(torch.tanh(self.norm(self.table(tokens))))


def test_rows_of_an_embedding_that_these_inputs_do_not_read_are_named_and_decide_nothing():
    found, why = decay(Words(normalise=True), TOKENS)
    assert "table.weight" in found["pure rate"]
    assert "rows 4–6 have no effect on these inputs" in why["table.weight"]
    _, why = decay(Words(normalise=True), EVERY_TOKEN)
    assert "no effect" not in why["table.weight"]


def test_rows_that_are_not_read_make_no_rate_of_rows_that_have_a_scale():
    found, why = decay(Words(normalise=False), TOKENS)
    assert "table.weight" in found["regularises"]
    assert why["table.weight"] == "rows 4–6 without effect: the other entries have a scale"


class Stream(nn.Module):
    """A residual stream from a table, which scales with what is added to it."""

    def __init__(self):
        super().__init__()
        self.table, self.inner, self.outer = nn.Embedding(7, 4), nn.Linear(4, 5), nn.Linear(5, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, tokens):
        x = self.table(tokens)
        x = x + self.outer(torch.tanh(self.inner(nn.functional.layer_norm(x, (4,)))))
        return self.head(nn.functional.layer_norm(x, (4,)))


def test_rows_that_are_not_read_go_along_with_what_the_others_scale_with():
    """The others have no scale of their own, which is not to say that they have a fixed one."""
    torch.manual_seed(0)
    report = check_model(Stream(), TOKENS)
    together = ["table.weight", "outer.weight", "outer.bias"]
    assert (
        report.properties["table.weight"] == "only jointly: table.weight +1, outer.weight +1, outer.bias +1 up to eps"
    )
    assert report.properties["weight decay"]["pure rate together"] == [together]
    assert {"names": together, "rows": False, "blocks": 1, "up_to_eps": True} in report.properties["groups"]


class Layers(nn.Module):
    """A layer with a bias before a normalisation: both may be scaled together."""

    def __init__(self):
        super().__init__()
        self.a, self.norm, self.b = nn.Linear(4, 6), nn.LayerNorm(6, elementwise_affine=False), nn.Linear(6, 2)

    def forward(self, z):
        return self.b(torch.tanh(self.norm(self.a(z))))


def test_a_frozen_parameter_is_not_decayed_and_hinders_what_only_scales_with_it():
    found, _ = decay(Layers(), x())
    assert found["pure rate together"] == [["a.weight", "a.bias"]]
    layers = Layers()
    layers.a.bias.requires_grad_(False)
    found, why = decay(layers, x())
    assert found == {"frozen": ["a.bias"], "regularises": ["a.weight", "b.weight", "b.bias"]}
    assert "a.bias stays, since it is frozen" in why["a.weight"]


def test_a_bias_that_is_frozen_at_zero_hinders_nothing():
    layers = Layers()
    nn.init.zeros_(layers.a.bias).requires_grad_(False)
    found, why = decay(layers, x())
    assert found["pure rate"] == ["a.weight"]
    assert "frozen at zero" in why["a.weight"]


def test_frozen_parameters_are_none_to_decay_whatever_their_level():
    net = nn.Sequential(nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))
    assert decay(net, x())[0]["pure rate"] == ["0.weight"]
    net[0].weight.requires_grad_(False)
    assert "pure rate" not in decay(net, x())[0]


class WithBuffer(nn.Module):
    """A layer whose bias is a buffer, which decay leaves alone."""

    def __init__(self, bias):
        super().__init__()
        self.a, self.norm = nn.Linear(4, 6, bias=False), nn.LayerNorm(6, elementwise_affine=False)
        self.register_buffer("bias", bias)

    def forward(self, z):
        return torch.tanh(self.norm(self.a(z) + self.bias))


def test_a_buffer_beside_a_weight_fixes_its_scale_unless_it_is_zero():
    assert decay(WithBuffer(torch.ones(6)), x())[0] == {"pure rate": ["a.weight"]}  # what all share is taken off
    assert decay(WithBuffer(torch.arange(6.0)), x())[0] == {"regularises": ["a.weight"]}
    assert decay(WithBuffer(torch.zeros(6)), x())[0] == {"pure rate": ["a.weight"]}


class Partly(nn.Module):
    """Gains of which only some are read, rows of which only some are normalised."""

    def __init__(self):
        super().__init__()
        self.a, self.norm, self.b = nn.Linear(4, 6, bias=False), nn.LayerNorm(3), nn.Linear(6, 2)
        self.gain, self.unread = nn.Parameter(torch.randn(6)), nn.Linear(3, 3)

    def forward(self, z):
        y = self.a(z)
        y = torch.cat([self.norm(y[:, :3]), y[:, 3:]], 1)
        return torch.sigmoid(self.b(torch.tanh(y) * self.gain)[:, :1])


def test_parts_that_are_scaled_in_part_are_not_called_a_rate_and_what_nothing_reads_is_told():
    found, why = decay(Partly(), x())
    assert found["no effect"] == ["unread.weight", "unread.bias"]
    assert "pure rate" not in found
    assert kind(found, "a.weight") == "regularises"
    assert "the other entries have a scale" in why["a.weight"]
    assert "b.weight" in found["regularises"]


class Tied(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.table, self.norm, self.head = nn.Embedding(7, 5), nn.LayerNorm(5), nn.Linear(5, 7, bias=False)
        if head:
            self.head.weight = self.table.weight

    def forward(self, tokens):
        return self.head(self.norm(self.table(tokens)))


def test_an_embedding_that_is_the_head_as_well_is_no_rate_though_alone_it_is_one():
    assert "table.weight" in decay(Tied(head=False), EVERY_TOKEN)[0]["pure rate"]
    found, why = decay(Tied(head=True), EVERY_TOKEN)
    assert "table.weight" in found["regularises"]
    assert "made up for" in why["table.weight"]


class Twice(nn.Module):
    """One weight used twice before a normalisation: of degree two, so that one factor changes nothing."""

    def __init__(self, relu):
        super().__init__()
        self.a, self.norm, self.relu = nn.Linear(5, 5, bias=False), nn.LayerNorm(5), relu

    def forward(self, z):
        return self.norm(self.a(self.relu(self.a(z))))


def test_a_weight_that_is_used_twice_may_be_a_rate_as_a_whole():
    assert "a.weight" in decay(Twice(torch.relu), x(5))[0]["pure rate"]
    assert "a.weight" in decay(Twice(torch.tanh), x(5))[0]["regularises"]


def mapped(*layers):
    class Mapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.f = nn.Sequential(*layers)

        def forward(self, z):
            return nn.functional.normalize(self.f(z), dim=1)

    return Mapped()


def test_a_layer_and_its_bias_decay_together_where_the_next_layer_makes_up_for_it_or_has_no_scale_itself():
    """A ReLU layer is only traded by neurons; where the next one may be scaled alone, it may be as a whole, too."""
    found, _ = decay(mapped(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3, bias=False)), x())
    assert found == {"pure rate": ["f.2.weight"], "pure rate together": [["f.0.weight", "f.0.bias"]]}
    net = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3), nn.BatchNorm1d(3))
    assert decay(net, x())[0]["pure rate together"] == [["0.weight", "0.bias"]]


def test_of_two_groups_that_share_a_bias_one_is_told_and_without_a_normalisation_none():
    found, _ = decay(mapped(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)), x())
    assert found["pure rate together"] == [["f.2.weight", "f.2.bias"]]
    assert found["regularises"] == ["f.0.weight", "f.0.bias"]
    assert "pure rate together" not in decay(nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)), x())[0]


class Kernel(nn.Module):
    """Linear attention, where queries and keys may each be scaled, and their channels be traded."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(4, 3) for _ in range(3))

    def forward(self, z):
        q, k = self.q(z).square(), self.k(z).square()
        return q @ (k.T @ self.v(z)) / (q @ k.sum(0))[:, None]


def test_wholes_are_told_before_channels_that_can_be_scaled_in_part():
    found, _ = decay(Kernel(), x())
    assert found["pure rate together"] == [["q.weight", "q.bias"], ["k.weight", "k.bias"]]


class Places(nn.Module):
    """Words and places that are added: rows of places are left over, and are no reason to leave out the words."""

    def __init__(self):
        super().__init__()
        self.words, self.places, self.norm, self.out = nn.Embedding(7, 4), nn.Embedding(8, 4), nn.LayerNorm(4), L(4, 3)

    def forward(self, tokens):
        return self.out(self.norm(self.words(tokens) + self.places.weight[: tokens.shape[1]]))


def test_a_parameter_stands_under_one_heading():
    for module in (Places(), Residual()):
        found, why = decay(module, EVERY_TOKEN if isinstance(module, Places) else x())
        entries = [one for some in found.values() for one in some]
        names = [name for one in entries for name in ([one] if isinstance(one, str) else one)]
        assert sorted(names) == sorted(why)
    assert found["pure rate together"] == [["b.weight", "e.weight"]]
    assert set(decay(Places(), EVERY_TOKEN)[0]["pure rate together"][0]) == {"words.weight", "places.weight"}


class Residual(nn.Module):
    """A residual stream, and neurons that are traded besides: many combinations, of which wholes are told."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.e, self.o = L(4, 4, bias=False), L(4, 4, bias=False), L(4, 4, bias=False), L(4, 2)

    def forward(self, z):
        h = self.e(z)
        h = h + self.b(torch.relu(self.a(nn.functional.layer_norm(h, (4,)))))
        return self.o(nn.functional.layer_norm(h, (4,)))


def test_of_groups_that_share_a_parameter_the_smaller_one_decays():
    one, other = (jointly(names) for names in (("a", "b"), ("b", "c", "d")))
    found, why = decay_of({"a": one, "b": one, "c": other, "d": other})
    assert found == {"pure rate together": [["a", "b"]], "regularises": ["c", "d"]}
    assert why["c"].endswith("of which b decays with a, b")
    found, _ = decay_of({"a": one, "b": other, "c": other, "d": other})
    assert found == {"pure rate together": [["a", "b"]], "regularises": ["c", "d"]}


def jointly(names):
    layout = Layout(*(free(name, 2) for name in ("a", "b", "c", "d")))
    labels = {name: np.zeros(1, int) for name in names}
    family = SlicedFamily(layout, labels, dict.fromkeys(names, 1.0), "")
    return Level(names, "only jointly", family, Outcome("holds"))
