"""Operations of PyTorch along axes, and products."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

import torch
from torch.nn import functional as F

from tests.scaletypes.operation_law import Operation

from .torch_operations import (
    Made,
    along,
    entrywise,
    fixed,
    matrices,
    max_of,
    reducing,
    words,
)

HIDDEN = torch.tensor([[True, False, False], [True, True, False], [False, True, True]])

CASES: dict[str, Made] = {
    **{name: reducing(getattr(torch, name)) for name in words("sum mean amax amin nansum nanmean std var")},
    **{
        f"{name} of all": lambda r, f=getattr(torch, name): Operation(f, [r.shape()])
        for name in words("sum mean std var max min amax amin median nanmedian")
    },
    "var, not of a sample": reducing(lambda x, a, keepdim: torch.var(x, a, correction=0, keepdim=keepdim)),
    "var_mean": reducing(torch.var_mean),
    "std_mean": reducing(torch.std_mean),
    "norm": lambda r: reducing(
        lambda x, a, keepdim, p=r.one(2, 1, 3.0, float("inf")): torch.linalg.vector_norm(x, p, a, keepdim=keepdim)
    )(r),
    "the old norm": lambda r: reducing(lambda x, a, keepdim, p=r.one(2, 1, 3.0): torch.norm(x, p, a, keepdim=keepdim))(
        r
    ),
    "number of entries": reducing(
        lambda x, a, keepdim: torch.linalg.vector_norm(x, 0, a, keepdim=keepdim), like=torch.sum
    ),
    "prod": lambda r: along(lambda x, a, k=r.flag(): x.prod(a, keepdim=k), 3)(r),
    "prod of all": lambda r: Operation(torch.prod, [r.shape()]),
    "cumsum": along(torch.cumsum, 3),
    "cumprod": along(torch.cumprod, 3),
    "argmax": along(torch.argmax, like=max_of),
    "argmin": along(torch.argmin, like=max_of),
    "argsort": along(torch.argsort, like=max_of),
    "argmax of all": lambda r: Operation(torch.argmax, [r.shape()], torch.sum),
    **{name: lambda r, f=getattr(torch, name): along(f, r.one(2, 3))(r) for name in words("sort cummax cummin mode")},
    "median along": along(torch.median),
    "max along": lambda r: along(lambda x, a, k=r.flag(): torch.max(x, a, keepdim=k), 3)(r),
    "min along": along(torch.min),
    "aminmax": lambda r: along(lambda x, a, k=r.flag(): torch.aminmax(x, dim=a, keepdim=k))(r),
    "topk": lambda r: along(lambda x, a, s=r.flag(): torch.topk(x, 2, a, largest=s), like=lambda x, a: x.sum(a))(r),
    "topk of the last": lambda r: Operation(lambda x: torch.topk(x, 2), [(2, 3)], lambda x: x.sum(1)),
    "sort of the last": lambda r: Operation(torch.sort, [(2, 3)]),
    "kthvalue": lambda r: along(lambda x, a: torch.kthvalue(x, 2, a), like=lambda x, a: x.sum(a))(r),
    "max of two": entrywise(torch.max, 2),
    "mse_loss": lambda r: (
        how := r.one("none", "sum", "mean"),
        Operation(lambda x, y: F.mse_loss(x, y, reduction=how), [sh := r.shape(), sh]),
    )[1],
    "l1_loss": lambda r: (
        how := r.one("none", "sum", "mean"),
        Operation(lambda x, y: F.l1_loss(x, y, reduction=how), [sh := r.shape(), sh]),
    )[1],
    "nll_loss": lambda r: Operation(lambda x: F.nll_loss(x, torch.tensor([1, 0, 1])), [(3, 2)], torch.sum),
    "logsumexp": along(torch.logsumexp),
    "logcumsumexp": along(torch.logcumsumexp, like=lambda x, _: torch.tanh(x)),
    "mm": matrices(torch.mm, "ik", "kj"),
    "bmm": matrices(torch.bmm, "bik", "bkj"),
    "mv": matrices(torch.mv, "ik", "k"),
    "dot": matrices(torch.dot, "k", "k"),
    "vdot": matrices(torch.vdot, "k", "k"),
    "vector times matrix": matrices(torch.matmul, "k", "kj"),
    "addmm": lambda r: matrices(
        lambda x, y, z, b=r.one(1, 0.5): torch.addmm(x, y, z, beta=b, alpha=2), r.one("ij", "j"), "ik", "kj"
    )(r),
    "product with zeros": lambda r: Operation(lambda s, w: (torch.zeros(4, 3).double() * s) @ w, [(), (3, 2)]),
    "linear with zeros": lambda r: Operation(
        lambda s, w, b: F.linear(torch.zeros(4, 3).double() * s, w, b), [(), (2, 3), (2,)]
    ),
    "convolution of zeros": lambda r: Operation(
        lambda s, w, b=None: F.conv2d(torch.zeros(1, 2, 3, 3).double() * s, w, b),
        [(), (3, 2, 2, 2), *[(3,)] * r.flag()],
    ),
    "addmm without the first": matrices(lambda x, y, z: torch.addmm(x, y, z, beta=0), "ij", "ik", "kj"),
    "addmv": matrices(torch.addmv, "i", "ik", "k"),
    "baddbmm": matrices(torch.baddbmm, "bij", "bik", "bkj"),
    "ger": matrices(torch.ger, "i", "j"),
    "outer": matrices(torch.outer, "i", "j"),
    "linear": lambda r: matrices(F.linear, r.one("ik", "bik", "k"), "jk", *["j"] * r.flag())(r),
    "bilinear": lambda r: Operation(
        lambda x, y, w, b=None: F.bilinear(fixed(5, 2) * x, fixed(5, 3) * y, w, b),
        [(2,), r.one((3,), ()), (2, 2, 3), *[(2,)] * r.flag()],
    ),
    "bilinear in rows": lambda r: Operation(F.bilinear, [(3, 2), (3, 2), (2, 2, 2)]),
    "cholesky": lambda r: Operation(
        lambda d: torch.linalg.cholesky((torch.eye(14).double() + 0.5) * d[:, None] * d), [(14,)]
    ),
    "trace": lambda r: Operation(torch.trace, [(4, 4)]),
    "distances of rows": lambda r: Operation(torch.cdist, [(4, 3), (5, 3)]),
    "transform": lambda r: Operation(
        lambda x, a=r.one(0, 1), f=r.one(torch.fft.rfft, torch.fft.fft): f(fixed(14, 14) * x.swapaxes(0, a), dim=1 - a),
        [(14, 1)],
    ),
    "transform back": lambda r: Operation(lambda x: torch.fft.irfft(fixed(14, 4) * x, n=6, dim=1), [(14, 1)]),
    "times weights": lambda r: Operation(lambda x, w: torch.relu((fixed(5, 3) * x) @ w), [r.one((3,), ()), (3, 2)]),
    "weights from the left": lambda r: Operation(
        lambda x, w: torch.relu(w @ (fixed(3, 5) * x)), [r.one((3, 1), ()), (2, 3)]
    ),
    "weights and a vector": lambda r: Operation(lambda x, w: torch.relu(w @ (fixed(3) * x)), [r.one((3,), ()), (2, 3)]),
    "expanded weights": lambda r: Operation(
        lambda s, w: torch.relu((fixed(5, 3) * s) @ w.expand(3, 2)), [r.one((3,), ()), (1, 2)]
    ),
    "two products of one": lambda r: Operation(
        lambda w: [torch.relu(fixed(5, 3) @ w), torch.relu(fixed(4, 2) @ w.T)], [(3, 2)]
    ),
    "halves": lambda r: Operation(
        lambda w: torch.relu(fixed(5, 3) @ w[:, :2]) * torch.relu(fixed(5, 3) @ w[:, 2:]), [(3, 4)]
    ),
    "entries before": lambda r: Operation(lambda w: [w[0] * w[1], torch.relu(fixed(5, 3) @ w)], [(3, 2)]),
    "entries after": lambda r: Operation(lambda w: [torch.relu(fixed(5, 3) @ w), w[1] * w[2]], [(3, 2)]),
    "attention": matrices(
        lambda q, k, v: F.scaled_dot_product_attention(q[None, None], k[None, None], v[None, None]), "ik", "jk", "jb"
    ),
    "causal attention": lambda r: Operation(
        lambda *qkv: F.scaled_dot_product_attention(*(x.contiguous() for x in qkv), is_causal=True), [(1, 1, 3, 2)] * 3
    ),
    "attention where some keys are hidden": lambda r: Operation(
        lambda q, k, v, m=r.one(HIDDEN, torch.where(HIDDEN, 0.0, -torch.inf).double()): F.scaled_dot_product_attention(
            *(x.contiguous() for x in (q, k, v)), attn_mask=m
        ),
        [(1, 1, 3, 2)] * 3,
    ),
    "attention where each head hides keys of its own": lambda r: Operation(
        lambda q, k, v: F.scaled_dot_product_attention(
            *(x.contiguous() for x in (q, k, v)), attn_mask=torch.stack([HIDDEN, HIDDEN.T])[None]
        ),
        [(1, 2, 3, 2)] * 3,
    ),
    "attention where a parameter hides keys": lambda r: Operation(
        lambda s, q, k, v: F.scaled_dot_product_attention(
            q, k, v, attn_mask=torch.where(torch.ones(2, 2).tril() > 0, s, -torch.inf)
        ),
        [(), (1, 1, 2, 2), (1, 1, 2, 2), (1, 1, 2, 2)],
        lambda s, q, k, v: [F.scaled_dot_product_attention(q, k, v), s.tanh()],
    ),
    "attention with shared keys": lambda r: Operation(
        lambda q, k, v, c=r.flag(): F.scaled_dot_product_attention(
            fixed(1, 4, 3, 2) * q, fixed(1, 2, 3, 2) * k, fixed(1, 2, 3, 2) * v, enable_gqa=True, is_causal=c
        ),
        [(4, 1, 2), (2, 1, 2), (2, 1, 2)],
    ),
    "attention with a mask": lambda r: Operation(
        lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m[0, 0]),
        [(1, 1, 2, 2), (1, 1, 3, 2), (1, 1, 3, 2), (1, 1, 2, 3)],
    ),
}
