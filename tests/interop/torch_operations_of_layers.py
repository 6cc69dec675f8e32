"""Layers, norms and rearrangements of PyTorch, inputs and keywords at random."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from tests.scaletypes.operation_law import Operation

from .torch_operations import (
    Made,
    along,
    convolution,
    fixed,
    mask,
)


def _positions(x: Any) -> Any:
    return x.sum((2, 3))


ROWS, PLACES = torch.tensor([0, 1, 0]), torch.tensor([[0, 1] * 7, [1, 0] * 7])

CASES: dict[str, Made] = {
    **{f"conv{k}d": convolution(k) for k in (1, 2)},
    **{f"conv_transpose{k}d": convolution(k, True) for k in (1, 2)},
    "convolution of nothing": lambda r: Operation(
        lambda w, b: F.conv2d(torch.zeros(2, 2, 3, 3, dtype=torch.float64), w, b), [(3, 2, 2, 2), (3,)]
    ),
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
    "windows that overlap": lambda r: Operation(lambda x, a=r.one(0, 1): x.unfold(a, 2, 1) * 1, [(4, 3)]),
    "strides that overlap": lambda r: Operation(lambda x: x.as_strided((3, 2), (1, 1)) * 1, [(4, 3)]),
    **{
        f"{name} at places": lambda r, f=f, n=n: Operation(f, [(2, 14), (n, 14)], lambda x, y: x.sum(0) + y.sum(0))
        for name, n, f in (
            ("index_add", 3, lambda x, y: x.index_add(0, ROWS, y)),
            ("index_reduce", 3, lambda x, y: x.index_reduce(0, ROWS, y, "amax")),
            ("index_put", 3, lambda x, y: x.index_put((ROWS,), y, accumulate=True)),
            ("index_put of two", 3, lambda x, y: x[None].index_put((0 * ROWS, ROWS), y, accumulate=True)),
            ("scatter_add", 2, lambda x, y: x.scatter_add(0, PLACES, y)),
            ("scatter and add", 2, lambda x, y: x.clone().scatter_(0, PLACES, y, reduce="add")),
            ("scatter_reduce", 2, lambda x, y: x.scatter_reduce(0, PLACES, y, "mean")),
        )
    },
    "grid_sample": lambda r: Operation(
        lambda x, g: F.grid_sample(x, 0.1 * (2 + g.reshape(1, 1, 2, 2) / 2), align_corners=False),
        [(1, 13, 2, 2), (4,)],
        lambda x, g: [x.sum((0, 2, 3)), torch.tanh(g)],
    ),
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
}
