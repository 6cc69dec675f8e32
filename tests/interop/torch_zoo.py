"""Small PyTorch models as people write them, with the dimension of their scaling symmetries (up to an eps, exactly)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from psitheory.interop.torch import exact_network

Case = tuple[Callable[[], nn.Module], Any, int, int]


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


VECTORS, IMAGES, SEQUENCES = drawn(16, 4), drawn(6, 3, 5, 5), drawn(4, 6, 8)
TOKENS = torch.randint(0, 7, (5, 6), generator=torch.Generator().manual_seed(0))
TINY = 1e-30
"""An eps that is no perturbation to be felt, but an eps."""
CASES: dict[str, Case] = {}


class Model(nn.Module):
    """A function of named modules and parameters."""

    def __init__(self, f: Callable[..., Any], **named: Any) -> None:
        super().__init__()
        self.f = f
        for name, value in named.items():
            setattr(self, name, value)

    def forward(self, *inputs: Any) -> Any:
        return self.f(self, *inputs)


def case(name: str, inputs: Any, up_to_eps: int, exact: int, make: Callable[[], nn.Module]) -> None:
    CASES[name] = make, inputs, up_to_eps, exact


def parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(shape))


class Sum(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return sum(layer(x) for layer in self.layers)


def bn(n: int) -> nn.Module:
    return nn.BatchNorm1d(n, eps=TINY)


def bn2(n: int) -> nn.Module:
    return nn.BatchNorm2d(n, eps=TINY)


def ln(n: int) -> nn.Module:
    return nn.LayerNorm(n, eps=TINY)


L, S, M, P = nn.Linear, nn.Sequential, Model, parameter


case("bn mlp", VECTORS, 27, 18, lambda: S(L(4, 5), bn(5), nn.ReLU(), L(5, 4), bn(4), nn.ReLU(), L(4, 2)))
case("ln mlp", VECTORS, 1, 0, lambda: S(L(4, 5), ln(5), nn.Tanh(), L(5, 2)))
case("relu no bias", VECTORS, 8, 8, lambda: S(L(4, 5, bias=False), nn.ReLU(), L(5, 3, bias=False), nn.ReLU(), L(3, 2)))
case("norm wrong axis", VECTORS, 5, 5, lambda: M(lambda s, x: s.b(F.normalize(s.a(x), dim=0)), a=L(4, 5), b=L(5, 2)))
case(
    "norm after skip",
    VECTORS,
    9,
    9,
    lambda: M(lambda s, x: s.o(s.n(x + s.b(F.relu(s.a(x))))), a=L(4, 5), b=L(5, 4), n=ln(4), o=L(4, 2)),
)
case(
    "bias before norm",
    VECTORS,
    10,
    5,
    lambda: M(lambda s, x: s.o(torch.tanh(s.n(s.a(x) + s.c))), a=L(4, 5, bias=False), c=P(5), n=bn(5), o=L(5, 2)),
)
case(
    "temperature",
    VECTORS,
    4,
    4,
    lambda: M(
        lambda s, x: F.normalize(s.a(x), dim=-1) @ F.normalize(s.w, dim=-1).T * s.t.exp(), a=L(4, 5), w=P(3, 5), t=P()
    ),
)
case(
    "temperature linear",
    VECTORS,
    4,
    4,
    lambda: M(lambda s, x: F.normalize(s.a(x), dim=-1) @ F.normalize(s.w, dim=-1).T * s.t, a=L(4, 5), w=P(3, 5), t=P()),
)
case("softmax head", VECTORS, 5, 5, lambda: S(L(4, 5), nn.ReLU(), L(5, 3), nn.Softmax(-1)))
case("tied emb", TOKENS, 1, 0, lambda: M(lambda s, x: s.n(s.e(x)) @ s.e.weight.T, e=nn.Embedding(7, 4), n=ln(4)))
case(
    "tied emb layers",
    TOKENS,
    11,
    9,
    lambda: M(
        lambda s, x: s.n2(s.b(F.relu(s.a(s.n(s.e(x)))))) @ s.e.weight.T,
        e=nn.Embedding(7, 4),
        n=ln(4),
        a=L(4, 5),
        b=L(5, 4),
        n2=ln(4),
    ),
)
case("shared twice", VECTORS, 0, 0, lambda: M(lambda s, x: s.o(F.relu(s.a(F.relu(s.a(x))))), a=L(4, 4), o=L(4, 2)))
case(
    "shared twice bn",
    VECTORS,
    9,
    4,
    lambda: M(lambda s, x: s.o(F.relu(s.n(s.a(F.relu(s.n(s.a(x))))))), a=L(4, 4), n=bn(4), o=L(4, 2)),
)
case("tied autoencoder", VECTORS, 0, 0, lambda: M(lambda s, x: F.relu(x @ s.w) @ s.w.T, w=P(4, 5)))
case(
    "branch on norm",
    VECTORS,
    1,
    1,
    lambda: M(
        lambda s, x: s.o(torch.tanh(s.a(x) / s.a.weight.norm() if s.a.weight.norm() > 0 else s.a(x))),
        a=L(4, 5),
        o=L(5, 2),
    ),
)


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, g):
        return g * (ctx.saved_tensors[0] > 0)


case("custom function", VECTORS, 5, 5, lambda: M(lambda s, x: s.o(MyReLU.apply(s.a(x))), a=L(4, 5), o=L(5, 2)))
case(
    "einsum",
    VECTORS,
    5,
    5,
    lambda: M(
        lambda s, x: torch.einsum("bh,oh->bo", F.relu(torch.einsum("bi,hi->bh", x, s.w)), s.v), w=P(5, 4), v=P(2, 5)
    ),
)
case(
    "bmm",
    SEQUENCES,
    5,
    5,
    lambda: M(
        lambda s, x: torch.bmm(F.relu(torch.bmm(x, s.w.expand(4, 8, 5))), s.v.expand(4, 5, 2)), w=P(8, 5), v=P(5, 2)
    ),
)
case(
    "sdpa",
    SEQUENCES,
    16,
    16,
    lambda: M(
        lambda s, x: s.o(
            F.scaled_dot_product_attention(*(f(x).reshape(4, 6, 2, 4).transpose(1, 2) for f in (s.q, s.k, s.v)))
            .transpose(1, 2)
            .reshape(4, 6, 8)
        ),
        q=L(8, 8, bias=False),
        k=L(8, 8, bias=False),
        v=L(8, 8),
        o=L(8, 3),
    ),
)
case(
    "sdpa causal",
    SEQUENCES,
    16,
    16,
    lambda: M(
        lambda s, x: s.o(F.scaled_dot_product_attention(s.q(x), s.k(x), s.v(x), is_causal=True)),
        q=L(8, 8),
        k=L(8, 8, bias=False),
        v=L(8, 8),
        o=L(8, 3),
    ),
)
case(
    "attn masked",
    SEQUENCES,
    12,
    12,
    lambda: M(
        lambda s, x: s.o(
            (s.q(x) @ s.k(x).mT / 8**0.5).masked_fill(torch.triu(torch.ones(6, 6), 1).bool(), float("-inf")).softmax(-1)
            @ s.v(x)
        ),
        q=L(8, 4),
        k=L(8, 4),
        v=L(8, 4),
        o=L(4, 3),
    ),
)
case(
    "mha",
    SEQUENCES,
    24,
    24,
    lambda: M(lambda s, x: s.a(x, x, x, need_weights=False)[0], a=nn.MultiheadAttention(8, 2, batch_first=True)),
)
case(
    "mha cross",
    SEQUENCES,
    24,
    24,
    lambda: M(lambda s, x: s.a(x, x * 2, x * 2)[0], a=nn.MultiheadAttention(8, 2, batch_first=True)),
)
case("lstm", SEQUENCES, 0, 0, lambda: M(lambda s, x: s.o(s.r(x)[0]), r=nn.LSTM(8, 3, batch_first=True), o=L(3, 2)))
case("gru", SEQUENCES, 0, 0, lambda: M(lambda s, x: s.o(s.r(x)[0]), r=nn.GRU(8, 3, batch_first=True), o=L(3, 2)))
case(
    "rnn relu",
    SEQUENCES,
    3,
    3,
    lambda: M(lambda s, x: s.o(s.r(x)[0]), r=nn.RNN(8, 3, batch_first=True, nonlinearity="relu"), o=L(3, 2)),
)


def enc(**k):
    return nn.TransformerEncoderLayer(8, 2, 6, dropout=0.0, batch_first=True, layer_norm_eps=TINY, **k)


case("encoder post", SEQUENCES, 31, 30, lambda: enc())
case("encoder pre relu", SEQUENCES, 46, 46, lambda: enc(norm_first=True))
case("encoder gelu", SEQUENCES, 40, 40, lambda: enc(activation="gelu", norm_first=True))
case(
    "decoder",
    SEQUENCES,
    56,
    54,
    lambda: M(
        lambda s, x: s.d(x, x * 0.5),
        d=nn.TransformerDecoderLayer(8, 2, 6, dropout=0.0, batch_first=True, layer_norm_eps=TINY),
    ),
)
case("emb ln", TOKENS, 11, 4, lambda: S(nn.Embedding(7, 4), ln(4), L(4, 2)))
case("emb unused", TOKENS, 19, 12, lambda: S(nn.Embedding(9, 4), ln(4), L(4, 2)))


class Next(nn.Module):
    def __init__(s, d=4):
        super().__init__()
        s.dw = nn.Conv2d(d, d, 3, padding=1, groups=d)
        s.n = ln(d)
        s.a = L(d, 2 * d)
        s.b = L(2 * d, d)
        s.g = P(d)

    def forward(s, x):
        h = s.dw(x).permute(0, 2, 3, 1)
        h = s.b(F.gelu(s.a(s.n(h))))
        return x + (s.g * h).permute(0, 3, 1, 2)


case("convnext", IMAGES, 13, 12, lambda: S(nn.Conv2d(3, 4, 1), Next(), nn.Flatten(), L(100, 2)))
case(
    "mobilenet",
    IMAGES,
    22,
    9,
    lambda: S(
        nn.Conv2d(3, 4, 3, bias=False, padding=1),
        bn2(4),
        nn.ReLU(),
        nn.Conv2d(4, 4, 3, groups=4, bias=False, padding=1),
        bn2(4),
        nn.ReLU6(),
        nn.Conv2d(4, 5, 1, bias=False),
        bn2(5),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        L(5, 2),
    ),
)
case(
    "unet cat",
    IMAGES,
    11,
    7,
    lambda: M(
        lambda s, x: s.c(torch.cat([h := F.relu(s.n(s.a(x))), F.relu(s.b(h))], 1)).flatten(1),
        a=nn.Conv2d(3, 4, 3, padding=1, bias=False),
        n=bn2(4),
        b=nn.Conv2d(4, 3, 3, padding=1),
        c=nn.Conv2d(7, 2, 1),
    ),
)
case(
    "unet transposed",
    IMAGES[:, :, :4, :4],
    11,
    7,
    lambda: M(
        lambda s, x: s.o(torch.cat([h := F.relu(s.n(s.a(x))), s.up(F.max_pool2d(h, 2))], 1)).flatten(1),
        a=nn.Conv2d(3, 4, 3, padding=1, bias=False),
        n=bn2(4),
        up=nn.ConvTranspose2d(4, 3, 2, 2),
        o=nn.Conv2d(7, 2, 1),
    ),
)
case(
    "convT grouped",
    IMAGES,
    10,
    10,
    lambda: M(
        lambda s, x: s.o(F.relu(s.b(F.relu(s.a(x))))).flatten(1),
        a=nn.Conv2d(3, 4, 1),
        b=nn.ConvTranspose2d(4, 6, 3, groups=2),
        o=nn.Conv2d(6, 2, 1),
    ),
)
case(
    "se",
    IMAGES,
    11,
    7,
    lambda: M(
        lambda s, x: s.o(
            (h := F.relu(s.n(s.a(x)))) * torch.sigmoid(s.f2(F.relu(s.f1(h.mean((2, 3))))))[:, :, None, None]
        ).flatten(1),
        a=nn.Conv2d(3, 4, 3, bias=False),
        n=bn2(4),
        f1=L(4, 3),
        f2=L(3, 4),
        o=nn.Conv2d(4, 2, 1),
    ),
)


class WS(nn.Conv2d):
    def forward(s, x):
        w = s.weight
        w = (w - w.mean((1, 2, 3), keepdim=True)) / (w.std((1, 2, 3), keepdim=True) + TINY)
        return F.conv2d(x, w, s.bias)


class NF(nn.Conv2d):
    def __init__(s, *a):
        super().__init__(*a)
        s.gain = P(a[1], 1, 1, 1)

    def forward(s, x):
        v, m = torch.var_mean(s.weight, dim=(1, 2, 3), keepdim=True)
        return F.conv2d(x, (s.weight - m) * torch.rsqrt(torch.clamp(v * 27, min=1e-20)) * s.gain, s.bias)


case("ws gn", IMAGES, 8, 4, lambda: S(WS(3, 4, 3), nn.GroupNorm(2, 4, eps=TINY), nn.ReLU(), nn.Flatten(), L(36, 2)))
case("nf", IMAGES, 8, 8, lambda: S(NF(3, 4, 3), nn.ReLU(), nn.Flatten(), L(36, 2)))
case(
    "conv1d dilated",
    SEQUENCES,
    15,
    11,
    lambda: S(
        nn.Conv1d(6, 4, 2, dilation=2),
        nn.BatchNorm1d(4, eps=TINY),
        nn.ReLU(),
        nn.Conv1d(4, 3, 2),
        nn.Flatten(),
        L(15, 2),
    ),
)
case(
    "conv3d",
    drawn(2, 2, 3, 4, 4),
    9,
    6,
    lambda: S(nn.Conv3d(2, 3, 2), nn.BatchNorm3d(3, eps=TINY), nn.ReLU(), nn.MaxPool3d(2), nn.Flatten(), L(3, 2)),
)
case(
    "instance",
    IMAGES,
    12,
    8,
    lambda: S(
        nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4, eps=TINY, affine=True), nn.ReLU(), nn.Conv2d(4, 2, 1), nn.Flatten()
    ),
)
case(
    "group3",
    IMAGES,
    9,
    6,
    lambda: S(nn.Conv2d(3, 6, 3), nn.GroupNorm(3, 6, eps=TINY), nn.ReLU(), nn.Conv2d(6, 2, 1), nn.Flatten()),
)
case(
    "spectral bn",  # one number divides all rows, and batch norm forgets it
    IMAGES,
    4,
    1,
    lambda: S(
        parametrizations.spectral_norm(nn.Conv2d(3, 4, 3, bias=False)), bn2(4), nn.Tanh(), nn.Flatten(), L(36, 2)
    ),
)
case(  # the sum of two keeps both numbers
    "spectral sum",
    VECTORS,
    2,
    2,
    lambda: S(
        Sum(*(parametrizations.spectral_norm(nn.Linear(4, 5, bias=False)) for _ in range(2))),
        bn(5),
        nn.Tanh(),
        L(5, 2),
    ),
)
case("weight norm", VECTORS, 10, 10, lambda: S(parametrizations.weight_norm(L(4, 5)), nn.ReLU(), L(5, 2)))
case("dropout", VECTORS, 5, 5, lambda: S(L(4, 5), nn.Dropout(0.5), nn.ReLU(), L(5, 2)))
case(
    "lora",
    VECTORS,
    7,
    7,
    lambda: M(
        lambda s, x: s.o(F.relu(F.linear(x, s.w + s.B @ s.A, s.b))), w=P(5, 4), B=P(5, 2), A=P(2, 4), b=P(5), o=L(5, 2)
    ),
)
case(
    "equalised",
    VECTORS,
    5,
    5,
    lambda: M(lambda s, x: F.linear(F.relu(F.linear(x, s.w * 0.3, s.b)), s.v * 0.7), w=P(5, 4), b=P(5), v=P(2, 5)),
)
case("glu", VECTORS, 5, 5, lambda: S(L(4, 10), nn.GLU(), L(5, 2)))
case("swiglu", VECTORS, 5, 5, lambda: M(lambda s, x: s.d(F.silu(s.g(x)) * s.u(x)), g=L(4, 5), u=L(4, 5), d=L(5, 2)))
case(
    "bilinear",
    VECTORS,
    10,
    5,
    lambda: M(lambda s, x: s.o(torch.tanh(s.n(s.b(x, x)))), b=nn.Bilinear(4, 4, 5), n=bn(5), o=L(5, 1)),
)
case("prelu", VECTORS, 5, 5, lambda: S(L(4, 5), nn.PReLU(5), L(5, 2)))
case(
    "maxout", VECTORS, 5, 5, lambda: M(lambda s, x: s.o(torch.maximum(s.a(x), s.b(x))), a=L(4, 5), b=L(4, 5), o=L(5, 2))
)
case("max3", VECTORS, 5, 5, lambda: M(lambda s, x: s.o(s.a(x).view(16, 5, 2).max(-1).values), a=L(4, 10), o=L(5, 2)))
case("square", VECTORS, 5, 5, lambda: M(lambda s, x: s.o(s.a(x) ** 2), a=L(4, 5), o=L(5, 2)))
case("leaky elu", VECTORS, 5, 5, lambda: S(L(4, 5), nn.LeakyReLU(), L(5, 4), nn.ELU(), L(4, 2)))
case(
    "upsample",
    IMAGES,
    4,
    4,
    lambda: S(
        nn.Conv2d(3, 4, 3),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(4, 2, 1),
        nn.Flatten(),
    ),
)
case(
    "pixelshuffle",
    IMAGES,
    2,
    2,
    lambda: S(nn.Conv2d(3, 8, 3), nn.PixelShuffle(2), nn.ReLU(), nn.Conv2d(2, 2, 1), nn.Flatten()),
)
case("rms", VECTORS, 1, 0, lambda: S(L(4, 5), nn.RMSNorm(5, eps=TINY), nn.Tanh(), L(5, 2)))
case(
    "qknorm",
    SEQUENCES,
    10,
    8,
    lambda: M(
        lambda s, x: s.o(F.scaled_dot_product_attention(s.qn(s.q(x)), s.kn(s.k(x)), s.v(x))),
        q=L(8, 4),
        k=L(8, 4),
        v=L(8, 4),
        qn=nn.RMSNorm(4, eps=TINY),
        kn=nn.RMSNorm(4, eps=TINY),
        o=L(4, 2),
    ),
)


def rotary(s, x):
    q, k = s.q(x), s.k(x)
    t = torch.arange(6.0)[:, None] * torch.tensor([1.0, 0.1])
    c, n = torch.cos(t), torch.sin(t)

    def r(a):
        return torch.cat([a[..., :2] * c - a[..., 2:] * n, a[..., :2] * n + a[..., 2:] * c], -1)

    return s.o((r(q) @ r(k).mT).softmax(-1) @ s.v(x))


case("rotary", SEQUENCES, 6, 6, lambda: M(rotary, q=L(8, 4, bias=False), k=L(8, 4, bias=False), v=L(8, 4), o=L(4, 2)))


def rotc(s, x):
    q, k = s.q(x), s.k(x)
    f = torch.exp(1j * torch.arange(6.0)[:, None] * torch.tensor([1.0, 0.1])).to(x.dtype.to_complex())

    def r(a):
        return torch.view_as_real(torch.view_as_complex(a.reshape(4, 6, 2, 2)) * f).flatten(-2)

    return s.o((r(q) @ r(k).mT).softmax(-1) @ s.v(x))


case(
    "rotary complex",
    SEQUENCES,
    6,
    6,
    lambda: M(rotc, q=L(8, 4, bias=False), k=L(8, 4, bias=False), v=L(8, 4), o=L(4, 2)),
)
case(
    "moe",
    VECTORS,
    6,
    6,
    lambda: M(
        lambda s, x: sum(p[:, i : i + 1] * e(x) for p in [s.g(x).softmax(-1)] for i, e in enumerate(s.es)),
        g=L(4, 2),
        es=nn.ModuleList([S(L(4, 3), nn.ReLU(), L(3, 2)) for _ in range(2)]),
    ),
)
case(
    "cosine conv",
    IMAGES,
    4,
    4,
    lambda: M(
        lambda s, x: F.conv2d(x, s.w / s.w.flatten(1).norm(dim=1)[:, None, None, None]).flatten(1), w=P(4, 3, 3, 3)
    ),
)
case(
    "unfold conv",
    IMAGES,
    4,
    4,
    lambda: M(lambda s, x: (s.v @ F.relu(s.w @ F.unfold(x, 3))).flatten(1), w=P(4, 27), v=P(2, 4)),
)
case("fft", VECTORS, 1, 1, lambda: M(lambda s, x: s.o(torch.fft.rfft(F.relu(s.a(x))).abs()), a=L(4, 5), o=L(3, 2)))
case("qr", VECTORS, 3, 3, lambda: M(lambda s, x: x @ torch.linalg.qr(s.w)[0], w=P(4, 3)))
case("cumsum", VECTORS, 1, 1, lambda: M(lambda s, x: s.o(torch.cumsum(F.relu(s.a(x)), 1)), a=L(4, 5), o=L(5, 2)))
case(
    "numpy inside",
    VECTORS,
    0,
    0,
    lambda: M(lambda s, x: s.o(F.relu(s.a(x)) * float(s.a.weight.detach().numpy().max() > 0)), a=L(4, 5), o=L(5, 2)),
)
case(
    "partly normalised",
    VECTORS,
    3,
    0,
    lambda: M(
        lambda s, x: s.o(torch.tanh(torch.cat([s.n(h[:, :3]), h[:, 3:]], 1))) if (h := s.a(x)) is not None else 0,
        a=L(4, 6, bias=False),
        n=bn(3),
        o=L(6, 2),
    ),
)
case(
    "two into bn",
    VECTORS,
    18,
    12,
    lambda: M(lambda s, x: s.o(torch.tanh(s.n(s.a(x) + s.b(x**2)))), a=L(4, 6), b=L(4, 6), n=bn(6), o=L(6, 1)),
)
case(
    "res scale",
    VECTORS,
    11,
    11,
    lambda: M(
        lambda s, x: s.o((h := s.a(x)) + s.t * s.c(F.relu(s.b(h)))), a=L(4, 5), b=L(5, 5), c=L(5, 5), t=P(1), o=L(5, 2)
    ),
)
case("eval bn", VECTORS, 5, 5, lambda: S(L(4, 5), bn(5), nn.ReLU(), L(5, 2)).eval())
case("embbag", TOKENS, 5, 4, lambda: S(nn.EmbeddingBag(7, 4), ln(4), L(4, 2)))
case(
    "conv->linear flatten",
    IMAGES,
    7,
    7,
    lambda: S(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(3), nn.Flatten(), L(4, 3), nn.ReLU(), L(3, 2)),
)
case("global norm", VECTORS, 1, 1, lambda: M(lambda s, x: s.o((h := F.relu(s.a(x))) / h.norm()), a=L(4, 5), o=L(5, 2)))
case("max norm", VECTORS, 1, 1, lambda: M(lambda s, x: s.o((h := F.relu(s.a(x))) / h.amax()), a=L(4, 5), o=L(5, 2)))
case(
    "cdist",
    VECTORS,
    4,
    4,
    lambda: M(
        lambda s, x: torch.softmax(-torch.cdist(F.normalize(s.a(x), dim=1), F.normalize(s.c, dim=1)), 1),
        a=L(4, 5),
        c=P(3, 5),
    ),
)
case(
    "cond where",
    VECTORS,
    5,
    5,
    lambda: M(lambda s, x: s.o(torch.where((h := s.a(x)) > 0, h, 0.1 * h)), a=L(4, 5), o=L(5, 2)),
)
case(
    "layer scale prod",
    VECTORS,
    15,
    15,
    lambda: M(lambda s, x: s.o(F.relu(s.a(x)) * s.g1 * s.g2), a=L(4, 5), g1=P(5), g2=P(5), o=L(5, 2)),
)
case("exact bn", VECTORS, 0, 0, lambda: exact_network())
case("topk", VECTORS, 1, 1, lambda: M(lambda s, x: s.o(F.relu(s.a(x)).topk(3, dim=1).values), a=L(4, 5), o=L(3, 2)))
case(
    "scatter",
    VECTORS,
    8,
    8,
    lambda: M(
        lambda s, x: s.o(torch.zeros(16, 5, dtype=x.dtype).index_copy(1, torch.tensor([1, 3]), F.relu(s.a(x)))),
        a=L(4, 2),
        o=L(5, 2),
    ),
)
case("cnn lrn", IMAGES, 0, 0, lambda: S(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.LocalResponseNorm(2), nn.Flatten(), L(36, 2)))
case(
    "softplus gate",
    VECTORS,
    5,
    5,
    lambda: M(lambda s, x: s.o(F.relu(s.a(x)) * F.softplus(s.b)), a=L(4, 5), b=P(5), o=L(5, 2)),
)
case("hyper", VECTORS, 0, 0, lambda: M(lambda s, x: (x[:, None, :] @ s.h(x).reshape(16, 4, 2)).squeeze(1), h=L(4, 8)))
case("matmul 3d w", SEQUENCES, 12, 12, lambda: M(lambda s, x: F.relu(x @ s.w) @ s.v, w=P(4, 8, 3), v=P(4, 3, 2)))
