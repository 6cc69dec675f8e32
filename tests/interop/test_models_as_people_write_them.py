"""Models as people write them: what check_model says of each parameter, with the truth known beforehand."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from psitheory.conformance import check_model  # noqa: E402
from psitheory.errors import ArgumentError  # noqa: E402
from psitheory.symmetry import discover_symmetries  # noqa: E402
from tests.interop.torch_zoo import L, M  # noqa: E402


def of_shape(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def parameter(*shape):
    return nn.Parameter(of_shape(*shape))


def counted(self, x):
    self.calls += 1
    return self.h(self.a(x) / self.calls)


def divided_in_place(self, x):
    y = self.a(x)
    y.data.div_(y.data.norm())
    return self.h(y)


def called_with_unit_weight(self, x):
    weights = {name: w / w.norm() if name == "weight" else w for name, w in self.a.named_parameters()}
    return self.h(torch.func.functional_call(self.a, weights, (x,)).tanh())


NODES = torch.tensor([1, 2, 3, 0, 1, 7, 5, 5])


def messages(self, x):
    h = x @ self.w
    return h.new_zeros(8, 80).index_add(0, NODES, h.flip(0)).relu() @ self.v


def shared_keys(self, x):
    heads = [layer(x).unflatten(-1, (-1, 2)).transpose(0, 1)[None] for layer in (self.q, self.k, self.v)]
    seen = functional.scaled_dot_product_attention(*heads, is_causal=True, enable_gqa=True)
    return self.o(seen[0].transpose(0, 1).flatten(1))


def counter():
    module = M(counted, a=L(4, 6, bias=False), h=L(6, 2, bias=False))
    module.register_buffer("calls", torch.zeros(()))
    return module


def slope_of_a_network(self, x):
    y = x.clone().requires_grad_()
    return torch.autograd.grad(self.net(y).sum(), y, create_graph=True)[0]


def slope_forward(self, x):
    return torch.func.jvp(lambda y: self.h(self.a(y).relu()), (x,), (torch.ones_like(x),))[1]


def pairs_as_complex_numbers(self, x):
    z = x.to(x.dtype.to_complex()) @ torch.view_as_complex(self.w)
    return (z.abs() / z.abs().norm(dim=1, keepdim=True)) @ self.v


X = of_shape(8, 4)
TRADES = "only by trading"
CASES = {
    "residual tanh": (
        lambda: M(lambda s, x: s.h(x + s.b(torch.tanh(s.a(x)))), a=L(4, 6), b=L(6, 4), h=L(4, 2)),
        {"a.weight": "none", "b.weight": "none"},
    ),
    "residual relu": (
        lambda: M(lambda s, x: s.h(x + s.b(torch.relu(s.a(x)))), a=L(4, 6), b=L(6, 4), h=L(4, 2)),
        {"a.weight": TRADES, "b.weight": TRADES, "h.weight": "none"},
    ),
    "leaky relu": (
        lambda: nn.Sequential(L(4, 6), nn.LeakyReLU(0.1), L(6, 2)),
        {"0.weight": TRADES, "2.weight": TRADES},
    ),
    "relu6": (lambda: nn.Sequential(L(4, 6), nn.ReLU6(), L(6, 2)), {"0.weight": "none"}),
    "messages that are added at nodes": (
        lambda: M(messages, w=parameter(4, 80), v=parameter(80, 4)),
        {"w": "only by trading: w columns +1, v rows −1", "v": TRADES},
    ),
    "keys that several queries share": (
        lambda: M(shared_keys, q=L(4, 8, bias=False), k=L(4, 4, bias=False), v=L(4, 4, bias=False), o=L(8, 2)),
        {"q.weight": TRADES, "k.weight": TRADES, "v.weight": TRADES, "o.weight": TRADES, "o.bias": "none"},
    ),
    "gated by silu": (
        lambda: M(lambda s, x: s.d(functional.silu(s.g(x)) * s.u(x)), g=L(4, 6), u=L(4, 6, bias=False), d=L(6, 4)),
        {"g.weight": "none", "u.weight": TRADES, "d.weight": TRADES},
    ),
    "a buffer counts the calls": (counter, {"a.weight": TRADES, "h.weight": TRADES}),
    "data are divided": (
        lambda: M(divided_in_place, a=L(4, 6, bias=False), h=L(6, 2)),
        {"a.weight": "whole", "h.weight": "none"},
    ),
    "functional call": (
        lambda: M(called_with_unit_weight, a=L(4, 6), h=L(6, 2)),
        {"a.weight": "whole", "a.bias": "none"},
    ),
    "cosine head": (
        lambda: M(
            lambda s, x: (
                10 * functional.linear(functional.normalize(s.a(x), dim=-1), functional.normalize(s.w, dim=-1))
            ),
            a=L(4, 6, bias=False),
            w=parameter(3, 6),
        ),
        {"a.weight": "whole", "w": "rows"},
    ),
    "orthogonal factor": (
        lambda: M(lambda s, x: (x @ torch.linalg.qr(s.w)[0]).tanh(), w=parameter(4, 3)),
        {"w": "columns"},
    ),
    "inverse": (  # the columns of the inverse shrink as the rows of w grow
        lambda: M(lambda s, x: (x @ torch.linalg.inv(s.w) @ s.v).tanh(), w=parameter(4, 4), v=parameter(4, 4)),
        {"w": "only jointly", "v": "only jointly"},
    ),
    "a slope": (
        lambda: M(slope_of_a_network, net=nn.Sequential(L(4, 15), nn.ReLU(), L(15, 1))),
        {"net.0.weight": TRADES, "net.0.bias": TRADES, "net.2.weight": TRADES, "net.2.bias": "no effect"},
    ),
    "a slope beside the value": (
        lambda: M(
            lambda s, x: slope_of_a_network(s, x) + s.net(x),
            net=nn.Sequential(L(4, 15), nn.Tanh(), L(15, 1, bias=False)),
        ),
        {"net.0.weight": "none", "net.0.bias": "none", "net.2.weight": "none"},
    ),
    "pairs as complex numbers": (
        lambda: M(pairs_as_complex_numbers, w=parameter(4, 6, 2), v=parameter(6, 2)),
        {"w": "whole", "v": "none"},
    ),
    "compiled": (
        lambda: torch.compile(nn.Sequential(L(4, 6, bias=False), nn.LayerNorm(6), nn.Tanh(), L(6, 2)), backend="eager"),
        {"_orig_mod.0.weight": "whole up to eps", "_orig_mod.1.weight": "none"},
    ),
    "through NumPy": (
        lambda: M(
            lambda s, x: s.h(s.a(x)) * float(s.a.weight.detach().numpy().sum()),
            a=L(4, 6, bias=False),
            h=L(6, 2, bias=False),
        ),
        {"a.weight": "none"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_parameter_is_told_as_it_is(name):
    make, expected = CASES[name]
    torch.manual_seed(0)
    found = check_model(make(), inputs=X).properties
    for parameter_name, level in expected.items():
        assert found[parameter_name].startswith(level)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # PyTorch's own call
def test_a_slope_taken_forward_is_followed():
    torch.manual_seed(0)
    found = check_model(M(slope_forward, a=L(4, 6), h=L(6, 2)), inputs=X).properties
    assert found["h.bias"] == "no effect"
    assert all(found[name].startswith(TRADES) for name in ("a.weight", "a.bias", "h.weight"))


def outputs(module):
    out = module(X.to(next(module.parameters()).dtype))
    return (out * torch.arange(1.0, 1 + out.numel()).view_as(out).cos()).sum()


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")
def test_a_scripted_module_is_no_function_of_the_one_it_was_copied_from():
    net = torch.jit.script(nn.Sequential(L(4, 6, bias=False), nn.LayerNorm(6), nn.ReLU(), L(6, 2)))
    found = discover_symmetries(outputs, net)
    assert (found.dimension, found.exact_dimension) == (7, 6)


def test_what_a_checkpoint_runs_again_has_no_eps_either():
    block = nn.Sequential(L(4, 6), nn.BatchNorm1d(6), nn.ReLU())
    net = M(lambda s, x: s.h(torch.utils.checkpoint.checkpoint(s.b, x, use_reentrant=False)), b=block, h=L(6, 2))
    found = discover_symmetries(outputs, net)
    assert (found.dimension, found.exact_dimension) == (18, 12)


def test_a_loss_that_reads_the_module_itself_and_no_copy_is_refused():
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 1))
    x = torch.randn(8, 3)

    def decayed(out):
        return out.square().mean() + 0.1 * net[0].weight.square().sum()

    def of_another(module):
        return net(x).square().mean()

    for f, options in ((net, {"inputs": x, "loss": decayed}), (of_another, {"at": net})):
        with pytest.raises(ArgumentError, match="0.weight.* of the module itself, and not of the copy"):
            check_model(f, **options)
    report = check_model(lambda m: m(x).square().mean() + 0.1 * m[0].weight.square().sum(), net)
    assert report.properties["0.weight"] == "none"
