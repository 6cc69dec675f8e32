"""Each rule of the types of PyTorch models follows its operation, for inputs, axes and keywords at random."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.torch import traced
from psitheory.scaletypes.models.torch.without_constants import WithoutConstants
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.operation_law import Draw, Function, Operation, dressed, holds, spread

torch.set_num_threads(1)
aten = torch.ops.aten
Made = Callable[[Draw], Operation]


def fixed(*shape: int) -> Any:
    return torch.from_numpy(spread(*shape))


def mask(*shape: int) -> Any:
    return fixed(*shape) > 0


def entrywise(f: Function, inputs: int = 1, like: Function | None = None) -> Made:
    """Return an operation on inputs of one shape, or of shapes that broadcast."""

    def made(r: Draw) -> Operation:
        shape = r.shape()
        shapes = [shape] + [r.one(shape, shape, shape[1:], (shape[0], 1)) for _ in range(inputs - 1)]
        return Operation(f, shapes, like)

    return made


def along(f: Function, rank: int = 2, like: Function | None = None) -> Made:
    """Return an operation that takes an axis."""

    def made(r: Draw) -> Operation:
        axis = r.axis(rank)
        return Operation(lambda x: f(x, axis), [r.shape(rank)], None if like is None else lambda x: like(x, axis))

    return made


def reducing(f: Function, rank: int = 3, like: Function | None = None) -> Made:
    """Return a reduction along some axes, which are kept or not."""

    def made(r: Draw) -> Operation:
        axes = tuple(int(a) - rank * r.flag() for a in r.rng.permutation(rank)[: r.one(1, 2)])
        keep = r.flag()
        return Operation(
            lambda x: f(x, axes, keepdim=keep), [r.shape(rank)],
            None if like is None else lambda x: like(x, axes, keepdim=keep),
        )  # fmt: skip

    return made


def on(*shapes: tuple[int, ...]) -> Callable[[Function], Made]:
    return lambda f: lambda r: Operation(f, shapes)


def matrices(f: Function, *pattern: str) -> Made:
    """Return a product of factors whose axes are named, such as "ik", "kj"."""

    def made(r: Draw) -> Operation:
        sizes = dict(zip("ijkb", r.rng.permutation([2, 3, 4, 2]).tolist(), strict=True))
        return Operation(f, [tuple(sizes[a] for a in axes) for axes in pattern])

    return made


def convolution(rank: int, transposed: bool = False) -> Made:
    """Return a convolution with strides, groups, padding, dilation, and a bias or none."""

    def made(r: Draw) -> Operation:
        groups, per, out = r.one((1, 2, 3), (2, 1, 2), (2, 2, 1), (1, 1, 2))
        size, stride, padding, dilation = r.one(3, 4) if rank == 1 else 3, r.one(1, 2), r.one(0, 1), r.one(1, 2)
        images, weight = [2, groups * per, *[size] * rank], [groups * out, per, *[2] * rank]
        weight = [groups * per, out, *[2] * rank] if transposed else weight
        f = getattr(F, f"conv{'_transpose' * transposed}{rank}d")
        words = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        plain, scaled = fixed(*images), r.flag()
        shapes = [tuple(weight), (images[1], *[1] * rank) if scaled else (), *[(groups * out,)] * r.flag()]
        return Operation(lambda w, s, b=None: f(plain * s, w, b, **words), shapes)

    return made


def unchanged(*x: Any) -> Any:
    return [torch.tanh(y) for y in x]


def max_of(x: Any, axis: int) -> Any:
    return x.max(axis).values


def words(text: str) -> list[str]:
    return text.split()


CASES: dict[str, Made] = {
    # entry by entry
    **{
        name: entrywise(getattr(torch, name))
        for name in words("abs relu neg clone positive nan_to_num real conj resolve_conj absolute negative")
    },
    **{name: entrywise(getattr(torch, name)) for name in words("sign sgn square reciprocal")},
    **{
        name: entrywise(getattr(torch, name))
        for name in words("tanh sigmoid exp exp2 expm1 erf erfc sin cos tan atan sinh cosh asinh sinc frac")
    },
    **{
        name: entrywise(lambda x, f=getattr(F, name): f(x), like=torch.tanh)
        for name in words("gelu silu mish softplus elu celu selu hardswish hardsigmoid hardtanh relu6 logsigmoid")
    },
    **{name: entrywise(lambda x, f=getattr(F, name): f(x), like=torch.tanh) for name in words("softshrink hardshrink")},
    **{
        name: entrywise(lambda x, f=getattr(torch, name): f(x.abs()), like=lambda x: torch.log(x.abs()))
        for name in words("log log2 log10 log1p digamma lgamma")
    },
    **{
        name: entrywise(lambda x, f=getattr(torch, name): f(x / 2), like=torch.tanh)
        for name in words("asin acos atanh erfinv floor ceil round trunc")
    },
    "acosh": entrywise(lambda x: torch.acosh(3 * x.abs())),
    "logit": entrywise(lambda x: torch.logit(x.abs() / 2)),
    "special_entr": entrywise(lambda x: torch.special.entr(x.abs())),
    "leaky_relu": lambda r: entrywise(lambda x, s=r.one(0.1, 0.5): F.leaky_relu(x, s))(r),
    "rrelu": entrywise(lambda x: F.rrelu(x, training=False)),
    "rsqrt and sqrt": entrywise(lambda x, y: x.abs().sqrt() * y.abs().rsqrt(), 2),
    "add": lambda r: entrywise(lambda x, y, a=r.one(1, -2, 0.5): torch.add(x, y, alpha=a), 2)(r),
    "sub": lambda r: entrywise(lambda x, y, a=r.one(1, 3): torch.sub(x, y, alpha=a), 2)(r),
    "rsub": lambda r: entrywise(lambda x, y, a=r.one(1, 3): torch.rsub(x, y, alpha=a), 2)(r),
    "add nothing": entrywise(lambda x, y: torch.add(x, y, alpha=0), 2),
    "add a constant": lambda r: entrywise(lambda x, c=r.one(0.5, -1, fixed(1)): x + c)(r),
    "a constant before": lambda r: entrywise(lambda x, c=r.one(0.5, 2): c - x)(r),
    "add zeros": entrywise(lambda x: torch.zeros_like(x) + x),
    "add an eps": lambda r: entrywise(lambda x, c=r.one(1e-3, -1e-3, 1e-2, torch.tensor(1e-3)): x + c)(r),
    "an eps before": entrywise(lambda x: 1e-3 - x),
    "mul": entrywise(torch.mul, 2),
    "mul by a number": lambda r: entrywise(lambda x, c=r.one(2.5, fixed(1)): c * x)(r),
    "div": entrywise(torch.div, 2),
    "div of a number": entrywise(lambda x: 3 / x),
    "div by a number": entrywise(lambda x: x / 3),
    "rounded quotient": lambda r: entrywise(
        lambda x, y, m=r.one("floor", "trunc"): torch.div(5 * x, y, rounding_mode=m), 2, lambda x, y: torch.tanh(x / y)
    )(r),
    "addcmul": lambda r: entrywise(lambda x, y, z, v=r.one(1, 2.5): torch.addcmul(x, y, z, value=v), 3)(r),
    "addcdiv": lambda r: entrywise(lambda x, y, z, v=r.one(1, 2.5): torch.addcdiv(x, y, z, value=v), 3)(r),
    "lerp": lambda r: entrywise(lambda x, y, t=r.one(0.25, 0.75): torch.lerp(x, y, t), 2)(r),
    "lerp by a tensor": lambda r: Operation(torch.lerp, [r.shape()] * 3),
    "pow": lambda r: entrywise(lambda x, p=r.one(2, 3, -1, -2, 1, torch.tensor(2.0)): x**p)(r),
    "pow of absolute values": lambda r: entrywise(lambda x, p=r.one(0.5, -1.5, 1 / 3, 0.25): x.abs() ** p)(r),
    "no simple pow": entrywise(lambda x: x.abs() ** 0.7390851332151607, like=torch.tanh),
    "exponent": entrywise(lambda x: 2.0**x),
    "pow of two": entrywise(lambda x, y: x.abs() ** y, 2, unchanged),
    "clamp at zero": lambda r: entrywise(
        lambda x, k=r.one({"min": 0}, {"max": 0.0}, {"min": 0, "max": float("inf")}): x.clamp(**k)
    )(r),
    "clamp": lambda r: entrywise(
        lambda x, k=r.one({"min": 0.9}, {"max": 0.9}, {"min": -0.6, "max": 0.6}, {"max": 1e-3}, {"min": -1e-3}): (
            x.clamp(**k)
        ),
        like=torch.tanh,
    )(r),
    "a floor": lambda r: entrywise(lambda x, c=r.one(1e-7, 1e-6): x.abs().clamp(min=c))(r),
    "clamp_min": entrywise(lambda x: aten.clamp_min(x.abs(), 1e-6)),
    "clamp_max": entrywise(lambda x: aten.clamp_max(x, 1e-3), like=torch.tanh),
    "clamp_max at zero": entrywise(lambda x: aten.clamp_max(x, 0)),
    "clamp by tensors": lambda r: Operation(lambda x, y, z: x.clamp(-y.abs(), z.abs()), [r.shape()] * 3),
    **{name: entrywise(getattr(torch, name), 2) for name in words("maximum minimum fmax fmin")},
    **{
        f"{name} of a number": entrywise(lambda x, f=getattr(torch, name): f(x, torch.tensor(0.9)), like=torch.tanh)
        for name in words("maximum minimum fmax fmin")
    },
    **{
        f"{name} of zero": entrywise(lambda x, f=getattr(torch, name): f(torch.tensor(0.0), x))
        for name in words("maximum minimum fmax fmin")
    },
    "a floor by maximum": lambda r: entrywise(
        lambda x, f=r.one(torch.maximum, torch.fmax): f(x.abs(), torch.tensor(1e-6))
    )(r),
    "a ceiling by minimum": entrywise(lambda x: torch.minimum(x, torch.tensor(1e-3)), like=torch.tanh),
    **{name: entrywise(getattr(torch, name), 2, torch.maximum) for name in words("gt lt ge le eq ne")},
    **{f"{name} with zero": entrywise(lambda x, f=getattr(torch, name): f(x, 0.0)) for name in words("gt lt ge le")},
    **{
        f"{name} with a number": entrywise(lambda x, f=getattr(torch, name): f(x, 0.9), like=torch.tanh)
        for name in words("gt lt ge le")
    },
    "where": lambda r: Operation(lambda x, y, s=(sh := r.shape()): torch.where(mask(*s), x, y), [sh, sh]),
    "where of one": lambda r: Operation(lambda x, s=(sh := r.shape()): torch.where(mask(*s), 0.0, x), [sh]),
    "where it is larger": entrywise(lambda x, y: torch.where(x > y, x, y), 2),
    "where it is positive": lambda r: Operation(
        lambda x, y, z: torch.where(x > 0, y, z), [r.shape()] * 3, lambda x, y, z: [torch.sign(x), y + z]
    ),
    "masked_fill": lambda r: Operation(lambda x, s=(sh := r.shape()): x.masked_fill(mask(*s), 0.0), [sh]),
    "masked_fill by one": lambda r: Operation(lambda x, s=(sh := r.shape()): x.masked_fill(mask(*s), 1.0), [sh]),
    "masked_fill by a parameter": lambda r: Operation(
        lambda x, y, s=(sh := r.shape()): x.masked_fill(mask(*s), y), [sh, ()]
    ),
    "masked_fill where it is positive": lambda r: Operation(lambda x, y: x.masked_fill(y > 0, 0.0), [r.shape()] * 2),
    "threshold": entrywise(lambda x: F.threshold(x, 0, 0)),
    "threshold elsewhere": lambda r: entrywise(
        lambda x, k=r.one((0.1, 0), (0, 0.5), (0.7, 0.7)): F.threshold(x, *k), like=torch.tanh
    )(r),
    "prelu": lambda r: Operation(F.prelu, [(3, 2), r.one((1,), (2,))]),
    "glu": along(lambda x, axis: F.glu(torch.cat([x, x.flip(axis)], axis), axis), like=lambda x, axis: torch.tanh(x)),
    "glu of a parameter": lambda r: Operation(lambda x, a=r.one(0, -2): F.glu(x, a), [(4, 3)]),
    "glu of the last": lambda r: Operation(F.glu, [(3, 4)]),
    "copy": lambda r: Operation(lambda x, y: x.clone().copy_(y), [sh := r.shape(), sh]),
    "cast": entrywise(lambda x: x.to(torch.float32).to(torch.float64) * 2, like=lambda x: x),
    "cast to integers": entrywise(lambda x: (8 * x).to(torch.int64), like=torch.tanh),
    "a number": lambda r: Operation(lambda x, y: x * y.item(), [r.shape(), ()], lambda x, y: [x, torch.tanh(y)]),
    "xlogy": entrywise(lambda x, y: torch.xlogy(x, y.abs()), 2, unchanged),
    **{
        name: lambda r, f=getattr(torch, name): Operation(f, [sh := r.shape(), sh], unchanged)
        for name in words("logaddexp logaddexp2")
    },
    **{name: entrywise(lambda x, y, f=getattr(torch, name): f(5 * x, y), 2) for name in words("remainder fmod")},
    "floor_divide": entrywise(lambda x, y: torch.floor_divide(5 * x, y), 2, lambda x, y: torch.tanh(x / y)),
    "remainder of a number": lambda r: entrywise(
        lambda x, f=r.one(torch.remainder, torch.fmod, torch.floor_divide): f(x, 0.3), like=torch.tanh
    )(r),
    **{
        name: lambda r, f=getattr(F, name): (
            how := r.one("none", "sum", "mean"),
            Operation(
                lambda x, y: f(torch.sigmoid(x), torch.sigmoid(y), reduction=how), [sh := r.shape(), sh], unchanged
            ),
        )[1]
        for name in words("binary_cross_entropy binary_cross_entropy_with_logits")
    },
    **{
        name: lambda r, f=getattr(F, name): (
            how := r.one("none", "sum", "mean"),
            Operation(lambda x, y: f(x, y, reduction=how), [sh := r.shape(), sh], unchanged),
        )[1]
        for name in words("huber_loss smooth_l1_loss")
    },
    "softmax": along(torch.softmax),
    "log_softmax": along(torch.log_softmax),
    "atan2": entrywise(torch.atan2, 2),
    "in place": lambda r: Operation(lambda x, y: x.clone().mul_(y).div_(y.square()).neg_(), [sh := r.shape(), sh]),
    "into rows": lambda r: Operation(lambda x, y: _into_rows(x, y), [sh := r.shape(), (sh[-1],)]),
    "into columns of zeros": lambda r: Operation(lambda x: _into_columns(x), [r.shape()]),
    "into a parameter": lambda r: Operation(_into_itself, [(3, 2), (2,)]),
    # along axes
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
    "prod": lambda r: along(lambda x, a, k=r.flag(): x.prod(a, keepdim=k), 3, like=lambda x, a: x.sum(a))(r),
    "prod of all": lambda r: Operation(torch.prod, [r.shape()], torch.sum),
    "cumsum": along(torch.cumsum, 3),
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
    # products
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
    "attention with a mask": lambda r: Operation(
        lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m[0, 0]),
        [(1, 1, 2, 2), (1, 1, 3, 2), (1, 1, 3, 2), (1, 1, 2, 3)],
    ),
    # layers
    **{f"conv{k}d": convolution(k) for k in (1, 2)},
    **{f"conv_transpose{k}d": convolution(k, True) for k in (1, 2)},
    **{
        f"max_pool{k}d": lambda r, k=k: Operation(
            lambda x, f=getattr(F, f"max_pool{k}d"): f(x, 2, stride=1), [(1, 2, *([3] * k if k < 3 else [2, 2, 2]))]
        )
        for k in (1, 2, 3)
    },
    **{
        f"avg_pool{k}d": lambda r, k=k: Operation(
            lambda x, f=getattr(F, f"avg_pool{k}d"): f(x, 2, stride=1), [(1, 2, *([3] * k if k < 3 else [2, 2, 2]))]
        )
        for k in (1, 2, 3)
    },
    "pooled without samples": lambda r: Operation(lambda x: F.avg_pool2d(x, 2, stride=1), [(2, 3, 2)]),
    "adaptive_avg_pool2d": lambda r: Operation(
        lambda x, n=r.one(1, (1, 2)): F.adaptive_avg_pool2d(x, n), [(2, 2, 3, 3)], _positions
    ),
    "adaptive_avg_pool1d": lambda r: Operation(lambda x: F.adaptive_avg_pool1d(x, 1), [(2, 2, 3)]),
    "adaptive_max_pool2d": lambda r: Operation(lambda x: F.adaptive_max_pool2d(x, 1), [(2, 2, 2, 3)]),
    "bilinear interpolation": lambda r: Operation(
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), [(1, 2, 2, 3)]
    ),
    "linear interpolation": lambda r: Operation(lambda x: F.interpolate(x, size=5, mode="linear"), [(2, 2, 3)]),
    "nearest": lambda r: Operation(
        lambda x, m=r.one("nearest", "nearest-exact"): F.interpolate(x, scale_factor=2, mode=m), [(1, 2, 2, 3)]
    ),
    "embedding": lambda r: Operation(
        lambda x, i=torch.from_numpy(r.rng.integers(0, 4, (2, 3))): F.embedding(i, x), [(4, 3)]
    ),
    "embedding_bag": lambda r: Operation(
        lambda x, i=torch.from_numpy(r.rng.integers(0, 4, 5)), m=r.one("sum", "mean", "max"): F.embedding_bag(
            i, x, torch.tensor([0, 2, 2]), mode=m
        ),
        [(4, 3)],
    ),
    "weighted embedding_bag": lambda r: Operation(
        lambda x, s, i=torch.from_numpy(r.rng.integers(0, 4, 5)): F.embedding_bag(
            i, x, torch.tensor([0, 2]), mode="sum", per_sample_weights=s
        ),
        [(4, 3), (5,)],
    ),
    # norms
    "batch_norm": lambda r: Operation(
        lambda x, g, b=None, n=r.one((5, 3), (3, 3, 2), (2, 3, 2, 2)): F.batch_norm(
            fixed(*n) * x.reshape(1, 3, *[1] * (len(n) - 2)), None, None, g, b, True, eps=1e-3
        ),
        [(3,), (3,), *[(3,)] * r.flag()],
    ),
    "batch_norm without gains": lambda r: Operation(
        lambda x: F.batch_norm(x, None, None, training=True, eps=1e-3), [(4, 3)]
    ),
    "batch_norm of constants": lambda r: Operation(
        lambda x, g: F.batch_norm(x, fixed(3), fixed(3).abs(), g), [(4, 3), (3,)], lambda x, g: [torch.tanh(x), g * 1]
    ),
    "layer_norm": lambda r: (
        tail := r.one((3,), (2, 3)),
        Operation(
            lambda x, g=None, b=None: F.layer_norm(x, tail, g, b, eps=1e-3), [(2, 2, 3), *[tail] * r.one(0, 1, 2)]
        ),
    )[1],
    "rms_norm": lambda r: Operation(lambda x, g=None: F.rms_norm(x, (3,), g, eps=1e-3), [(2, 3), *[(3,)] * r.flag()]),
    "group_norm": lambda r: (
        groups := r.one(1, 2),
        Operation(
            lambda x, g=None, b=None: F.group_norm(x, groups, g, b, eps=1e-3),
            [r.one((2, 4, 2), (1, 4, 2, 2)), *[(4,)] * r.one(0, 1, 2)],
        ),
    )[1],
    "weight_norm": lambda r: Operation(
        lambda v, g, a=r.one(0, 1, 2): torch._weight_norm(v, g.reshape([-1 if k == a else 1 for k in range(3)]), a),
        [(2, 2, 2), (2,)],
    ),
    # rearrangements
    "flip": along(lambda x, a: x.flip(a), 3),
    "roll": along(lambda x, a: x.roll(1, a), 3),
    "roll of all": lambda r: Operation(lambda x: x.roll(2), [r.shape()]),
    "rot90": lambda r: Operation(torch.rot90, [r.shape()]),
    "repeat": lambda r: Operation(lambda x, n=r.one((2, 1), (1, 2), (2, 1, 1)): x.repeat(*n), [r.shape()]),
    "tile": lambda r: Operation(lambda x: x.tile(2), [r.shape()]),
    "repeat_interleave": along(lambda x, a: x.repeat_interleave(2, a)),
    "index": lambda r: Operation(lambda x: x[torch.tensor([1, 0, 1])], [r.shape()]),
    "index of two": lambda r: Operation(lambda x: x[torch.tensor([1, 0]), torch.tensor([0, 1])], [(2, 3)]),
    "gather": along(lambda x, a: x.gather(a, torch.tensor([[1, 0], [0, 1]]))),
    "index_select": along(lambda x, a: x.index_select(a, torch.tensor([1, 0, 1]))),
    "take": lambda r: Operation(lambda x: x.take(torch.tensor([0, 3, 1])), [r.shape()]),
    "take_along_dim": lambda r: Operation(lambda x: x.take_along_dim(torch.tensor([[1, 0, 1]]), 0), [(2, 3)]),
    "slice_scatter": lambda r: Operation(lambda x, y: x.slice_scatter(y, 0, 1, 2), [(3, 2), (1, 2)]),
    "select_scatter": lambda r: Operation(lambda x, y: x.select_scatter(y, 1, 0), [(3, 2), (3,)]),
    "index_put": lambda r: Operation(lambda x, y: x.index_put((torch.tensor([0, 2]),), y), [(3, 2), (2, 2)]),
    "index_copy": lambda r: Operation(lambda x, y: x.index_copy(1, torch.tensor([1]), y), [(3, 2), (3, 1)]),
    "scatter": lambda r: Operation(lambda x, y: x.scatter(0, torch.tensor([[2, 0]]), y), [(3, 2), (1, 2)]),
    "tril": lambda r: Operation(lambda x, k=r.one(-1, 0, 1): x.tril(k), [(3, 4)]),
    "triu": lambda r: Operation(lambda x, k=r.one(-1, 0, 1): x.triu(k), [(3, 4)]),
    "unfold": lambda r: Operation(lambda x: F.unfold(x, 2), [(1, 2, 3, 2)]),
    "pixel_shuffle": lambda r: Operation(lambda x: F.pixel_shuffle(x, 2), [(1, 4, 2, 1)]),
    "pixel_unshuffle": lambda r: Operation(lambda x: F.pixel_unshuffle(x, 2), [(1, 1, 2, 4)]),
    "channel_shuffle": lambda r: Operation(lambda x: F.channel_shuffle(x, 2), [(1, 4, 2, 1)]),
    "pad": lambda r: Operation(lambda x, p=r.one((1, 0), (1, 2, 0, 1), (-1, 1)): F.pad(x, p), [r.shape()]),
    "pad by ones": lambda r: Operation(lambda x: F.pad(x, (1, 0), value=1.0), [r.shape()], torch.tanh),
    "pad by its own": lambda r: Operation(
        lambda x, m=r.one("reflect", "replicate"): F.pad(x, (1, 1), mode=m), [(2, 3, 3)]
    ),
    "cat": lambda r: (sh := r.shape(3), a := r.axis(3), Operation(lambda x, y: torch.cat([x, y], a), [sh, sh]))[2],
    "cat of what is constant": lambda r: Operation(
        lambda x, y, a=r.axis(): torch.cat([x.expand(3, 2), y, fixed(3, 2)], a), [r.one((1, 2), (3, 1)), (3, 2)]
    ),
    "stack": lambda r: (
        sh := r.shape(),
        a := r.one(-3, -1, 0, 1, 2),
        Operation(lambda x, y: torch.stack([x, y], a), [sh, sh]),
    )[2],
    "diag_embed": lambda r: Operation(torch.diag_embed, [r.shape()]),
    "masked_select": lambda r: Operation(lambda x, s=(sh := r.shape()): x[mask(*s)], [sh]),
    "views": lambda r: Operation(
        lambda x: [x.T[1:] * 1, x.reshape(-1)[1:4] * 1, x.unsqueeze(1).expand(-1, 2, -1) * 1, x.diagonal() * 1],
        [r.shape()],
    ),
    "views of what was computed": lambda r: Operation(
        lambda x, y: (
            [z.T[1:] * 1 for z in [x * y]] + [(x * y).reshape(-1)[1:3] * 1, (x * y).unsqueeze(0).expand(2, -1, -1) * 1]
        ),
        [sh := r.shape(), r.one(sh, sh[1:], (sh[0], 1))],
    ),
    "diag": lambda r: Operation(torch.diag, [r.shape(1)]),
    "diagonal_scatter": lambda r: Operation(torch.diagonal_scatter, [(3, 2), (2,)]),
    "masked_scatter": lambda r: Operation(lambda x, y: x.masked_scatter(mask(3, 2), y), [(3, 2), (3, 2)]),
    "bicubic interpolation": lambda r: Operation(
        lambda x: F.interpolate(x, scale_factor=2, mode="bicubic"), [(1, 2, 2, 3)]
    ),
    "trilinear interpolation": lambda r: Operation(
        lambda x: F.interpolate(x, scale_factor=2, mode="trilinear"), [(1, 2, 2, 1, 3)]
    ),
    "max_unpool2d": lambda r: Operation(
        lambda x: F.max_unpool2d(x, torch.tensor([[[[0, 3], [9, 12]]]]), 2), [(1, 1, 2, 2)]
    ),
    # made, and told of what comes in
    "ones_like": entrywise(lambda x: torch.ones_like(x) * x),
    "full_like": entrywise(lambda x: torch.full_like(x, 2.5) / x),
    "new_full": entrywise(lambda x: x.new_full((4, 2, 1), 2.5)[0] * x[0, 0]),
    "empty_like": entrywise(lambda x: torch.empty_like(x).fill_(2.0) * x),
    "ones beside it": lambda r: entrywise(lambda x: torch.full(x.shape, 1.0).double() + x)(r),
    "zeros beside it": lambda r: entrywise(lambda x: torch.full(x.shape, 0.0).double() + x)(r),
    "rand_like": entrywise(lambda x: torch.rand_like(x).ceil() * x),
    "isfinite": entrywise(lambda x: torch.isfinite(x) * x),
    "signbit": entrywise(lambda x: torch.where(torch.signbit(x), 0.0, x)),
    "logical": entrywise(lambda x, y: torch.logical_and(x > 0, y > 0) * x * y, 2),
    "heaviside": entrywise(lambda x: torch.heaviside(x, torch.tensor(0.5).double()) * x),
    "nonzero": lambda r: Operation(lambda x: x[torch.nonzero(x)[:, 0]], [r.shape()]),
    "complex": entrywise(lambda x: ((x.to(torch.complex128) * x).T[1:] * 1j).imag * 1),
    "parts of complex": entrywise(lambda x: torch.view_as_real(x.to(torch.complex128) * (1 + 2j))[:, 1:] * 1),
    # no rule, and yet
    "hypot of one": entrywise(lambda x: torch.hypot(x, x)),
}


def _positions(x: Any) -> Any:
    return x.sum((2, 3))


def _into_rows(x: Any, y: Any) -> Any:
    x = x.clone()
    x[0] = y
    x[1].mul_(y)
    return x


def _into_itself(x: Any, y: Any) -> Any:
    x[1:].mul_(y)
    return x * 1


def _into_columns(x: Any) -> Any:
    out = torch.zeros(x.shape[0], x.shape[1] + 1, dtype=x.dtype)
    out[:, 1:] = x
    return out


def typed(f: Function, w: dict[str, np.ndarray]) -> tuple[ModelTypes, list[Ids]]:
    tensors = {name: torch.from_numpy(x.copy()) for name, x in w.items()}
    trace, named, out = traced(lambda: f(*tensors.values()), tensors)
    return ModelTypes(trace.rules, named), [np.asarray(trace.ids(t)) for t in several(out)]


def run(f: Function, inputs: Sequence[np.ndarray], without: Sequence[float]) -> list[np.ndarray]:
    tensors = [torch.from_numpy(np.array(x)) for x in inputs]
    with torch.no_grad(), WithoutConstants(without) if without else nullcontext():
        return [t.numpy() for t in several(f(*tensors))]


def several(out: Any) -> list[Any]:
    return list(out) if isinstance(out, (tuple, list)) else [out]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", CASES)
def test_a_rule_asks_for_what_its_operation_needs_and_no_more(name: str, seed: int) -> None:
    draw = Draw(crc32(name.encode()) + seed)
    one = CASES[name](draw)
    holds(dressed(one, draw) if seed else one, typed, run)
