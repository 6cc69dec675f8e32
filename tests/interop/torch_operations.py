"""Operations of PyTorch for the law of every operation: how their inputs are drawn, how they are typed and run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.torch import traced
from psitheory.scaletypes.models.torch.without_constants import WithoutConstants
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.operation_law import Draw, Function, Operation, spread

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
