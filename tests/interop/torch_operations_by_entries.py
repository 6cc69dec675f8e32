"""Operations of PyTorch entry by entry, inputs and keywords at random."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from tests.scaletypes.operation_law import Operation

from .torch_operations import (
    Made,
    along,
    entrywise,
    fixed,
    mask,
    unchanged,
    words,
)

aten = torch.ops.aten


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


CASES: dict[str, Made] = {
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
    "where it is zero": entrywise(lambda x, y: torch.where(x == 0, 1.0, x) / torch.where(y.ne(0), y, 2.0), 2),
    "where it is infinite": entrywise(lambda x: torch.where(x.abs() < float("inf"), x, 1.0)),
    "where it is no number": entrywise(lambda x: torch.where(x != x, 0.0, torch.where(x.isnan(), float("nan"), x))),
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
    **{name: entrywise(getattr(torch, name), 2) for name in words("hypot copysign")},
    "parts of a complex number": entrywise(lambda x, y: torch.complex(x, y) * 2, 2),
    "polar": entrywise(lambda x, y: torch.polar(x.abs(), y), 2, lambda x, y: [x, torch.tanh(y)]),
    "ldexp": entrywise(lambda x, y: torch.ldexp(x, y), 2, lambda x, y: [x, torch.tanh(y)]),
    "frexp": entrywise(lambda x: torch.frexp(x)[0], like=torch.tanh),
    "isclose": entrywise(lambda x, y: torch.isclose(x, y, atol=0) * x, 2, lambda x, y: [x, torch.maximum(x, y)]),
    "bucketize": entrywise(lambda x: torch.bucketize(x, torch.arange(3.0).double()), like=torch.tanh),
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
    "ones_like": entrywise(lambda x: torch.ones_like(x) * x),
    "full_like of zeros": entrywise(
        lambda x: torch.where(x > 0, x, torch.full_like(x, -float("inf"))) + x.clone().fill_(0.0)
    ),
    "fill by a parameter": lambda r: Operation(lambda x, y: x.clone().fill_(y) * x, [r.shape(), ()]),
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
    "hypot of one": entrywise(lambda x: torch.hypot(x, x)),
    "fix of a ratio": entrywise(lambda x: torch.special.i0(x / x.abs())),
}
