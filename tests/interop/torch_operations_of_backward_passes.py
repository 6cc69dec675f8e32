"""Backward passes of layers of PyTorch as operations: shapes, groups and keywords at random."""

from __future__ import annotations

from typing import Any

import torch

from tests.scaletypes.operation_law import Draw, Operation

from .torch_operations import Made, fixed

aten = torch.ops.aten
SHAPES = (5, 3), (3, 3, 2), (2, 3, 2, 2)
MASKS = [True, False, False], [True, True, False], [False, True, True], [True, True, True]


def _wide(x: Any, rank: int) -> Any:
    return x.reshape(1, -1, *[1] * (rank - 2))


def _asked(out: Any, wanted: list[bool]) -> list[Any]:
    return [x for x, is_wanted in zip(out, wanted, strict=True) if is_wanted]


def _batch_norm(r: Draw) -> Operation:
    n, wanted = r.one(*SHAPES), r.one(*MASKS)
    over = [axis for axis in range(len(n)) if axis != 1]

    def made(g: Any, x: Any, w: Any = None) -> list[Any]:
        g, x = fixed(*n) * _wide(g, len(n)), fixed(*n).flip(0) * _wide(x, len(n))
        root = (x.var(over, unbiased=False) + 1e-3).rsqrt()
        out = aten.native_batch_norm_backward(g, x, w, None, None, x.mean(over), root, True, 1e-3, wanted)
        return _asked(out, wanted)

    return Operation(made, [(3,)] * r.one(2, 3 if wanted[0] else 2))


def _batch_norm_by_constants(r: Draw) -> Operation:
    def made(g: Any, w: Any) -> list[Any]:
        none = torch.empty(0).double()
        return list(
            aten.native_batch_norm_backward(
                g, fixed(4, 3), w, fixed(3), fixed(3).abs(), none, none, False, 1e-5, [True] * 3
            )
        )

    return Operation(lambda g, w: made(fixed(4, 3) * g, w), [(3,), (3,)])


def _layer_norm(r: Draw) -> Operation:
    tail, wanted = r.one((3,), (2, 3)), r.one(*MASKS)
    axes = list(range(-len(tail), 0))

    def made(g: Any, x: Any, w: Any) -> list[Any]:
        root = (x.var(axes, unbiased=False, keepdim=True) + 1e-3).rsqrt()
        mean = x.mean(axes, keepdim=True)
        return _asked(aten.native_layer_norm_backward(g, x, tail, mean, root, w, w, wanted), wanted)

    if wanted[0]:
        return Operation(made, [(2, 2, 3), (2, 2, 3), tail])
    return Operation(lambda g, x: made(g, x, torch.ones(tail).double()), [(2, 2, 3), (2, 2, 3)])


def _group_norm(r: Draw) -> Operation:
    groups, n, wanted = r.one(1, 2), r.one((2, 4, 2), (1, 4, 2, 2)), r.one(*MASKS)

    def made(g: Any, x: Any, w: Any) -> list[Any]:
        parts = x.reshape(n[0], groups, -1)
        root = (parts.var(2, unbiased=False) + 1e-3).rsqrt()
        size = n[2] * (n[3] if len(n) > 3 else 1)
        out = aten.native_group_norm_backward(g, x, parts.mean(2), root, w, n[0], 4, size, groups, wanted)
        return _asked(out, wanted)

    if wanted[0]:
        return Operation(made, [n, n, (4,)])
    return Operation(lambda g, x: made(g, x, torch.ones(4).double()), [n, n])


def convolution(rank: int, transposed: bool = False) -> Made:
    """Return gradients of a convolution with strides and groups."""

    def made(r: Draw) -> Operation:
        groups, per, out = r.one((1, 2, 3), (2, 1, 2), (2, 2, 1), (1, 1, 2))
        into = r.flag()
        stride = 1 if into else r.one(1, 2)  # places of a kernel that never meet may have scales of their own
        images, weight = [2, groups * per, *[4] * rank], [groups * out, per, *[2] * rank]
        weight = [groups * per, out, *[2] * rank] if transposed else weight
        side = 3 * stride + 2 if transposed else 3 if stride == 1 else 2
        slopes = [2, groups * out, *[side] * rank]
        words = [[stride] * rank, [0] * rank, [1] * rank, transposed, [0] * rank, groups]

        def inputs(g: Any, w: Any) -> Any:
            g = fixed(*slopes) * _wide(g, rank + 2)
            wanted = [True, False, True]
            out = aten.convolution_backward(g, fixed(*images), w, [slopes[1]], *words, wanted)
            return _asked(out, wanted)

        def kernels(g: Any, x: Any) -> Any:
            g, x = fixed(*slopes) * _wide(g, rank + 2), fixed(*images) * _wide(x, rank + 2)
            wanted = [False, True, False]
            return aten.convolution_backward(g, x, fixed(*weight), None, *words, wanted)[1]

        if into:
            return Operation(inputs, [(slopes[1],), tuple(weight)])
        return Operation(kernels, [(slopes[1],), (images[1],)])

    return made


def _pool(g: Any, average: bool) -> Any:
    g, x = fixed(1, 2, 2, 2) * _wide(g, 4), fixed(1, 2, 3, 3)
    if average:
        return aten.avg_pool2d_backward(g, x, [2, 2], [1, 1], [0, 0], False, True, None)
    _, places = aten.max_pool2d_with_indices(x, [2, 2], [1, 1])
    return aten.max_pool2d_with_indices_backward(g, x, [2, 2], [1, 1], [0, 0], [1, 1], False, places)


def _softmax(r: Draw) -> Operation:
    axis, f = r.axis(), r.one(aten._softmax_backward_data, aten._log_softmax_backward_data)
    y = torch.softmax(fixed(2, 3), axis)
    y = y.log() if f is aten._log_softmax_backward_data else y
    return Operation(lambda g: f(g, y, axis, torch.float64), [(2, 3)])


CASES: dict[str, Made] = {
    "batch_norm_backward": _batch_norm,
    "batch_norm_backward by constants": _batch_norm_by_constants,
    "layer_norm_backward": _layer_norm,
    "group_norm_backward": _group_norm,
    **{f"conv{k}d_backward": convolution(k) for k in (1, 2)},
    **{f"conv_transpose{k}d_backward": convolution(k, True) for k in (1, 2)},
    "max_pool2d_backward": lambda r: Operation(lambda g: _pool(g, False), [(2,)]),
    "avg_pool2d_backward": lambda r: Operation(lambda g: _pool(g, True), [(2,)]),
    "adaptive_avg_pool2d_backward": lambda r: Operation(
        lambda g: aten._adaptive_avg_pool2d_backward(fixed(1, 2, 2, 2) * _wide(g, 4), fixed(1, 2, 3, 3)), [(2,)]
    ),
    "softmax_backward": _softmax,
    "embedding_backward": lambda r: Operation(
        lambda g: aten.embedding_dense_backward(fixed(2, 2, 3) * g, torch.tensor([[0, 1], [0, 1]]), 2, -1, False),
        [(3,)],
    ),
}
