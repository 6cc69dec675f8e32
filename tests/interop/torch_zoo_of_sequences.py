"""Models of sequences as people write them, with the dimension of their symmetries (up to an eps, exactly)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from tests.interop.torch_zoo import SEQUENCES, TINY, TOKENS, L, M, P, S, case, ln

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


case("embbag", TOKENS, 5, 4, lambda: S(nn.EmbeddingBag(7, 4), ln(4), L(4, 2)))


case("matmul 3d w", SEQUENCES, 12, 12, lambda: M(lambda s, x: F.relu(x @ s.w) @ s.v, w=P(4, 8, 3), v=P(4, 3, 2)))
