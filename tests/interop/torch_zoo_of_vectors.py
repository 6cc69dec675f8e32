"""Models of vectors as people write them, with the dimension of their symmetries (up to an eps, exactly)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from psitheory.interop.torch import exact_network
from tests.interop.torch_zoo import TINY, VECTORS, L, M, P, Penalised, S, Sum, bn, case, drawn, ln

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
    "conv3d",
    drawn(2, 2, 3, 4, 4),
    9,
    6,
    lambda: S(nn.Conv3d(2, 3, 2), nn.BatchNorm3d(3, eps=TINY), nn.ReLU(), nn.MaxPool3d(2), nn.Flatten(), L(3, 2)),
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


case("rms", VECTORS, 1, 0, lambda: S(L(4, 5), nn.RMSNorm(5, eps=TINY), nn.Tanh(), L(5, 2)))


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


case(
    "softplus gate",
    VECTORS,
    5,
    5,
    lambda: M(lambda s, x: s.o(F.relu(s.a(x)) * F.softplus(s.b)), a=L(4, 5), b=P(5), o=L(5, 2)),
)


case("hyper", VECTORS, 0, 0, lambda: M(lambda s, x: (x[:, None, :] @ s.h(x).reshape(16, 4, 2)).squeeze(1), h=L(4, 8)))


case("gradient penalty", VECTORS, 5, 5, lambda: Penalised(S(L(4, 5), nn.ReLU(), L(5, 2))))


case("gradient penalty tanh", VECTORS, 0, 0, lambda: Penalised(S(L(4, 5), nn.Tanh(), L(5, 2))))


case("gradient penalty bn", VECTORS, 15, 10, lambda: Penalised(S(L(4, 5), bn(5), nn.ReLU(), L(5, 2))))


case("gradient penalty ln", VECTORS, 1, 0, lambda: Penalised(S(L(4, 5), ln(5), nn.Tanh(), L(5, 2))))
