"""Operations of the array interface that NumPy and JAX share, for the law of every operation."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.scaletypes.operation_law import Draw, Function, Operation, spread

Made = Callable[[Any, Draw], Operation]
"""Takes the namespace, ``numpy`` or ``jax.numpy``."""


def words(text: str) -> list[str]:
    return text.split()


def entrywise(f: Function, inputs: int = 1, like: Function | None = None) -> Made:
    """Return an operation on inputs of one shape, or of shapes that broadcast; f takes the namespace first."""

    def made(xp: Any, r: Draw) -> Operation:
        shape = r.shape()
        shapes = [shape] + [r.one(shape, shape, shape[1:], (shape[0], 1)) for _ in range(inputs - 1)]
        return Operation(lambda *x: f(xp, *x), shapes, None if like is None else lambda *x: like(xp, *x))

    return made


def along(f: Function, rank: int = 2, like: Function | None = None) -> Made:
    """Return an operation that takes an axis."""

    def made(xp: Any, r: Draw) -> Operation:
        axis = r.axis(rank)
        return Operation(
            lambda x: f(xp, x, axis), [r.shape(rank)], None if like is None else lambda x: like(xp, x, axis)
        )

    return made


def reducing(name: str, like: str | None = None, **more: Any) -> Made:
    """Return a reduction along an axis, some or all, which are kept or not."""

    def made(xp: Any, r: Draw) -> Operation:
        axis = r.one(None, r.axis(3), tuple(int(a) - 3 * r.flag() for a in r.rng.permutation(3)[:2]))
        keep = r.flag()

        def reduced(name: str, more: Any) -> Function:
            return lambda x: getattr(xp, name)(x, axis=axis, keepdims=keep, **more)

        return Operation(reduced(name, more), [r.shape(3)], None if like is None else reduced(like, {}))

    return made


def product(f: Function, *pattern: str) -> Made:
    """Return a product of factors whose axes are named, such as "ik", "kj"."""

    def made(xp: Any, r: Draw) -> Operation:
        sizes = dict(zip("ijkb", r.rng.permutation([2, 3, 4, 2]).tolist(), strict=True))
        return Operation(lambda *x: f(xp, *x), [tuple(sizes[a] for a in axes) for axes in pattern])

    return made


def einsum(text: str) -> Made:
    return product(lambda xp, *x: xp.einsum(text, *x), *text.split("->")[0].split(","))


def moved(f: Callable[[Any, Draw], Function], *shapes: tuple[int, ...], inputs: int = 1) -> Made:
    """Return a rearrangement; f takes the namespace and draws, and returns what takes the inputs."""

    def made(xp: Any, r: Draw) -> Operation:
        return Operation(f(xp, r), list(shapes) or [r.shape()] * inputs)

    return made


def tanh(xp: Any, *x: Any) -> Any:
    """Return what asks that all inputs stay."""
    return [xp.tanh(y) for y in x]


def tanh_of_ratio(xp: Any, x: Any, y: Any) -> Any:
    return xp.tanh(x / y)


def norm(order: Any) -> Made:
    def made(xp: Any, r: Draw) -> Operation:
        axis, keep = r.axis(), r.flag()
        return Operation(lambda x: xp.linalg.norm(x, order, axis=axis, keepdims=keep), [r.shape()])

    return made


ARRAY_OPERATIONS: dict[str, Made] = {
    # entry by entry
    **{name: entrywise(lambda xp, x, n=name: getattr(xp, n)(x)) for name in words("negative abs positive square sign")},
    "conj": entrywise(lambda xp, x: xp.conj(x) if xp is np else x),
    "reciprocal": entrywise(lambda xp, x: xp.reciprocal(x)),
    "sqrt": entrywise(lambda xp, x: xp.sqrt(xp.abs(x))),
    **{
        name: entrywise(lambda xp, x, n=name: getattr(xp, n)(x))
        for name in words("exp exp2 expm1 tanh sin cos tan sinh cosh arctan")
    },
    **{
        name: entrywise(lambda xp, x, n=name: getattr(xp, n)(x / 2), like=tanh)
        for name in words("arcsin arccos floor ceil")
    },
    **{name: entrywise(lambda xp, x, n=name: getattr(xp, n)(xp.abs(x))) for name in words("log log2 log10 log1p")},
    "add": entrywise(lambda xp, x, y: x + y, 2),
    "subtract": entrywise(lambda xp, x, y: 2 * x - y, 2),
    "multiply": entrywise(lambda xp, x, y: x * y, 2),
    "divide": entrywise(lambda xp, x, y: x / y, 2),
    "a number over it": entrywise(lambda xp, x: 3 / x),
    "add a constant": lambda xp, r: entrywise(lambda xp, x, c=r.one(0.5, -2): x + c)(xp, r),
    "a constant less it": lambda xp, r: entrywise(lambda xp, x, c=r.one(0.5, 2): c - x)(xp, r),
    "add an eps": lambda xp, r: entrywise(lambda xp, x, c=r.one(1e-3, -1e-3, 1e-2): x + c)(xp, r),
    "an eps less it": lambda xp, r: entrywise(lambda xp, x, c=r.one(1e-3, -1e-3): c - x)(xp, r),
    "add zeros": entrywise(lambda xp, x: xp.zeros_like(x) + x),
    "power": lambda xp, r: entrywise(lambda xp, x, p=r.one(2, 3, -1, -2): x**p)(xp, r),
    "power of absolute values": lambda xp, r: entrywise(lambda xp, x, p=r.one(0.5, -1.5, 0.25): xp.abs(x) ** p)(xp, r),
    "no simple power": entrywise(lambda xp, x: xp.abs(x) ** 0.7390851332151607, like=tanh),
    "exponent": entrywise(lambda xp, x: 2.0**x),
    "power of two": entrywise(lambda xp, x, y: xp.abs(x) ** y, 2, tanh),
    **{name: entrywise(lambda xp, x, y, n=name: getattr(xp, n)(x, y), 2) for name in words("maximum minimum")},
    **{
        f"{name} of a number": lambda xp, r, name=name: entrywise(
            lambda xp, x, c=r.one(0.9, -0.9, -1e-3): getattr(xp, name)(x, c), like=tanh
        )(xp, r)
        for name in words("maximum minimum")
    },
    **{
        f"{name} of none": lambda xp, r, name=name: entrywise(
            lambda xp, x, c=r.one(0.0, np.inf if name == "minimum" else -np.inf): getattr(xp, name)(c, x)
        )(xp, r)
        for name in words("maximum minimum")
    },
    "a floor": lambda xp, r: entrywise(lambda xp, x, c=r.one(1e-6, 1e-7): xp.maximum(xp.abs(x), c))(xp, r),
    "a ceiling": entrywise(lambda xp, x: xp.minimum(x, 1e-3), like=tanh),
    "clip": lambda xp, r: entrywise(lambda xp, x, b=r.one((0, None), (None, 0), (0.0, np.inf)): xp.clip(x, *b))(xp, r),
    "clip by numbers": lambda xp, r: entrywise(
        lambda xp, x, b=r.one((-0.6, 0.6), (0.9, None), (None, 0.9)): xp.clip(x, *b), like=tanh
    )(xp, r),
    **{
        name: entrywise(lambda xp, x, y, n=name: getattr(xp, n)(x, y), 2, lambda xp, x, y: xp.maximum(x, y))
        for name in words("greater less greater_equal less_equal equal not_equal")
    },
    **{
        f"{name} than zero": entrywise(lambda xp, x, n=name: getattr(xp, n)(x, 0))
        for name in words("greater less_equal")
    },
    "less than a number": entrywise(lambda xp, x: xp.less(0.9, x), like=tanh),
    "angle": entrywise(lambda xp, x, y: xp.arctan2(x, y), 2),
    **{name: entrywise(lambda xp, x, y, n=name: getattr(xp, n)(5 * x, y), 2) for name in words("remainder fmod")},
    "where it is zero": entrywise(lambda xp, x, y: xp.where(x == 0, 1.0, x) / y, 2),
    "where it is no number": entrywise(lambda xp, x: xp.where(xp.isnan(x), 0.0, xp.where(x != x, xp.nan, x))),
    "isfinite": entrywise(lambda xp, x: xp.isfinite(x) * x),
    "logical": entrywise(lambda xp, x, y: xp.logical_and(x > 0, xp.logical_not(y > 0)) * x * y, 2),
    "where": lambda xp, r: Operation(lambda x, y: xp.where(spread(3, 2) > 0, x, y), [(3, 2), r.one((3, 2), (2,), ())]),
    "where of one": moved(lambda xp, r: lambda x: xp.where(spread(3, 2) > 0, 0.0, x), (3, 2)),
    "where it is larger": entrywise(lambda xp, x, y: xp.where(x > y, x, y), 2),
    "where it is positive": lambda xp, r: Operation(
        lambda x, y, z: xp.where(x > 0, y, z), [r.shape()] * 3, lambda x, y, z: [xp.sign(x), y + z]
    ),
    "ones_like": entrywise(lambda xp, x: xp.ones_like(x) * x),
    "full_like": entrywise(lambda xp, x: xp.full_like(x, fill_value=2.5) / x if xp is np else 2.5 / x),
    # along axes
    **{name: reducing(name) for name in words("sum mean max min amax amin var std")},
    "prod": reducing("prod"),
    "std of a sample": reducing("std", ddof=1),
    "median": along(lambda xp, x, a: xp.median(x, axis=a), 3),
    **{f"norm {order}": norm(order) for order in (None, 1, 2, np.inf)},
    "norm of all": moved(lambda xp, r: lambda x: xp.linalg.norm(x)),
    "Frobenius norm": moved(lambda xp, r: lambda x: xp.linalg.norm(x, "fro")),
    "methods": moved(lambda xp, r: lambda x: x.sum(0) * x.mean(axis=0) / x.max(0) + x.min(axis=0), (2, 3)),
    # products
    "matmul": product(lambda xp, x, y: x @ y, "ik", "kj"),
    "matmul of stacks": product(lambda xp, x, y: xp.matmul(x, y), "bik", "bkj"),
    "stacks and a matrix": product(lambda xp, x, y: xp.matmul(x, y), "bik", "kj"),
    "matrix and vector": product(lambda xp, x, y: x @ y, "ik", "k"),
    "vector and matrix": product(lambda xp, x, y: x @ y, "k", "kj"),
    "stacks and vector": product(lambda xp, x, y: x @ y, "bik", "k"),
    "vectors": product(lambda xp, x, y: x @ y, "k", "k"),
    "dot": product(lambda xp, x, y: xp.dot(x, y), "ik", "kj"),
    "dot with a number": moved(lambda xp, r: lambda x: xp.dot(x, 2.5)),
    "inner": product(lambda xp, x, y: xp.inner(x, y), "ik", "jk"),
    "outer": product(lambda xp, x, y: xp.outer(x, y), "i", "j"),
    "tensordot": product(lambda xp, x, y: xp.tensordot(x, y, 1), "bik", "kj"),
    "tensordot of two axes": product(lambda xp, x, y: xp.tensordot(x, y), "bik", "ikj"),
    "tensordot of axes": product(lambda xp, x, y: xp.tensordot(x, y, ([2, -3], [-2, 0])), "bik", "bkj"),
    "outer tensordot": product(lambda xp, x, y: xp.tensordot(x, y, 0), "i", "j"),
    **{
        f"einsum {text}": einsum(text)
        for text in ("ik,kj->ij", "ik,jk->ji", "bik,bjk->jbi", "bik,kj->ijb", "kib,bjk->bij", "ij,ij->ji", "kb,bk->b")
    },
    "weights": lambda xp, r: Operation(lambda x, w: xp.maximum((spread(5, 3) * x) @ w, 0), [r.one((3,), ()), (3, 2)]),
    "weights from the left": lambda xp, r: Operation(
        lambda x, w: xp.maximum(w @ (spread(3, 5) * x), 0), [r.one((3, 1), ()), (2, 3)]
    ),
    "weights of stacks": lambda xp, r: Operation(
        lambda x, w: xp.maximum(xp.matmul(spread(2, 4, 3) * x, w), 0), [r.one((3,), ()), (2, 3, 2)]
    ),
    "broadcast weights": lambda xp, r: Operation(
        lambda s, w: xp.maximum((spread(5, 3) * s) @ xp.broadcast_to(w, (3, 2)), 0), [r.one((3,), ()), (1, 2)]
    ),
    "halves": moved(
        lambda xp, r: lambda w: xp.maximum(spread(5, 3) @ w[:, :2], 0) * xp.maximum(spread(5, 3) @ w[:, 2:], 0), (3, 4)
    ),
    "entries before": moved(lambda xp, r: lambda w: w[0] * w[1] * xp.maximum(spread(5, 3) @ w, 0), (3, 2)),
    "entries after": moved(lambda xp, r: lambda w: xp.maximum(spread(5, 3) @ w, 0) * (w[1] * w[2]), (3, 2)),
    # rearrangements
    "transpose": moved(lambda xp, r: lambda x, p=r.one((2, 0, 1), (1, 0, 2), (0, 2, 1)): xp.transpose(x, p), (2, 3, 4)),
    "reshape": moved(lambda xp, r: lambda x, n=r.one((3, 2, 2), (-1,), (6, 2)): xp.reshape(x, n), (3, 4)),
    "reshape of a transpose": moved(lambda xp, r: lambda x: xp.reshape(x.T, (2, 6)), (3, 4)),
    "ravel": moved(lambda xp, r: lambda x: xp.ravel(x)),
    "squeeze": moved(lambda xp, r: lambda x: xp.squeeze(x[:, None]) * 2),
    "expand_dims": moved(lambda xp, r: lambda x, a=r.one(0, 1, 2, -1): xp.expand_dims(x, a)),
    "moveaxis": moved(lambda xp, r: lambda x, a=r.axis(3), b=r.axis(3): xp.moveaxis(x, a, b), (2, 3, 4)),
    "swapaxes": moved(lambda xp, r: lambda x, a=r.axis(3), b=r.axis(3): xp.swapaxes(x, a, b), (2, 3, 4)),
    "broadcast_to": moved(lambda xp, r: lambda x: xp.broadcast_to(x, (2, 3, 2)), (3, 1)),
    "repeat": moved(lambda xp, r: lambda x, a=r.axis(): xp.repeat(x, 2, axis=a)),
    "tile": moved(lambda xp, r: lambda x, n=r.one((2, 1), 2): xp.tile(x, n)),
    "roll": moved(lambda xp, r: lambda x, a=r.one(None, 0, -1): xp.roll(x, 1, axis=a)),
    "flip": moved(lambda xp, r: lambda x, a=r.one(None, 0, -1): xp.flip(x, a)),
    "take": moved(lambda xp, r: lambda x, a=r.axis(): xp.take(x, np.array([1, 0, 1]), axis=a)),
    "diag": moved(lambda xp, r: lambda x: xp.diag(x), (3,)),
    "diagonal": moved(lambda xp, r: lambda x, k=r.one(-1, 0, 1): xp.diagonal(x, k)),
    "rows": moved(lambda xp, r: lambda x: x[np.array([1, 0, 1])]),
    "slices": moved(lambda xp, r: lambda x, s=r.one(slice(1, None), slice(None, None, 2), slice(None, None, -1)): x[s]),
    "entries": moved(lambda xp, r: lambda x: x[-1, 0]),
    "new axes": moved(lambda xp, r: lambda x: x[:, None, ::-1] * 2),
    "concatenate": moved(lambda xp, r: lambda x, y, a=r.axis(): xp.concatenate([x, y * y], axis=a), (2, 3), (2, 3)),
    "stack": moved(lambda xp, r: lambda x, y, a=r.one(-3, 0, 1, 2): xp.stack([x, y * y], axis=a), (2, 3), (2, 3)),
    "hstack": moved(lambda xp, r: lambda x, y: xp.hstack([x, y]), (2, 3), (2, 1)),
    "vstack": moved(lambda xp, r: lambda x, y: xp.vstack([x, y]), (2, 3), (3,)),
    "column_stack": moved(lambda xp, r: lambda x, y: xp.column_stack([x, y]), (2,), (2, 3)),
}
