"""Values of single equations of a jaxpr, by NumPy where it has them: JAX compiles each primitive for each shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from psitheory.scaletypes.jax.jaxprs import bind

Parameters = Mapping[str, Any]


def evaluate(eqn: Any, name: str, values: Sequence[Any]) -> list[Any]:
    """Return the outputs of an equation, of a primitive or a function of that name, as arrays unless they are keys."""
    function = NUMPY.get(name)
    out = None if function is None else function(eqn.params, *values)
    outs = bind(eqn, *values) if out is None else out if isinstance(out, list) else [out]
    return [like(v.aval, x) for v, x in zip(eqn.outvars, outs, strict=True)]


def like(aval: Any, x: Any) -> Any:
    """Return a value as a NumPy array of the dtype that a jaxpr states; keys and half precisions as they are."""
    is_plain = isinstance(aval.dtype, np.dtype) and aval.dtype.kind in "fciub"
    return np.asarray(x).astype(aval.dtype, copy=False) if is_plain else jnp.asarray(x, aval.dtype)


def matrices(p: Parameters, x: Any, y: Any) -> tuple[Any, Any, tuple[int, ...]]:
    """Return the factors of a general product as stacks (b, m, k) and (b, k, n), and the shape of the product."""
    (cx, cy), (bx, by) = p["dimension_numbers"]
    fx, fy = ([i for i in range(z.ndim) if i not in (*c, *b)] for z, c, b in ((x, cx, bx), (y, cy, by)))
    shape = (*(x.shape[i] for i in bx), *(x.shape[i] for i in fx), *(y.shape[i] for i in fy))
    b, m, n, k = (math.prod(z.shape[i] for i in axes) for z, axes in ((x, bx), (x, fx), (y, fy), (x, cx)))
    return x.transpose(*bx, *fx, *cx).reshape(b, m, k), y.transpose(*by, *cy, *fy).reshape(b, k, n), shape


def _dot(p: Parameters, x: Any, y: Any) -> Any:
    left, right, shape = matrices(p, x, y)
    return (left @ right).reshape(shape)


def broadcast(p: Parameters, x: Any) -> Any:
    """Place axes among new ones."""
    shape, axes = p["shape"], p["broadcast_dimensions"]
    placed = x.reshape([x.shape[axes.index(axis)] if axis in axes else 1 for axis in range(len(shape))])
    return np.broadcast_to(placed, shape)


def _slice(p: Parameters, x: Any) -> Any:
    strides = p["strides"] or [1] * len(p["start_indices"])
    return x[tuple(map(slice, p["start_indices"], p["limit_indices"], strides))]


def _split(p: Parameters, x: Any) -> list[Any]:
    return np.split(x, np.cumsum(p["sizes"])[:-1], axis=p["axis"])


def _div(p: Parameters, x: Any, y: Any) -> Any:
    return x / y if np.asarray(x).dtype.kind in "fc" else None


def _select(p: Parameters, which: Any, *cases: Any) -> Any:
    return np.where(which, cases[1], cases[0]) if len(cases) == 2 and which.dtype == bool else None


def _power(p: Parameters, x: Any, y: Any) -> Any:
    return np.power(x, y) if np.asarray(x).dtype.kind in "fc" else None


def _integer_power(p: Parameters, x: Any) -> Any:
    return x ** p["y"] if np.asarray(x).dtype.kind in "fc" else None


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda p, *x: function(*x)


def _along(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda p, x: function(x, axis=tuple(p["axes"]))


VIEWS: dict[str, Callable[..., Any]] = {
    "transpose": lambda p, x: x.transpose(p["permutation"]),
    "broadcast_in_dim": lambda p, x, *_: broadcast(p, x),
    "slice": _slice,
    "reshape": lambda p, x, *_: x.reshape(p["new_sizes"]),
    "squeeze": lambda p, x: np.squeeze(x, p["dimensions"]),
    "expand_dims": lambda p, x: np.expand_dims(x, p["dimensions"]),
    "rev": lambda p, x: np.flip(x, p["dimensions"]),
    "split": _split,
} | dict.fromkeys(
    ("copy", "copy_p", "device_put", "stop_gradient", "name", "optimization_barrier"), lambda p, *x: list(x)
)
"""What moves entries alone: degrees go the same way."""

NUMPY: dict[str, Callable[..., Any]] = VIEWS | {
    "div": _div,
    "pow": _power,
    "integer_pow": _integer_power,
    "select_n": _select,
    "dot_general": _dot,
    "rsqrt": lambda p, x: 1 / np.sqrt(x),
    "logistic": lambda p, x: 1 / (1 + np.exp(-x)),
    "clamp": lambda p, low, x, high: np.minimum(np.maximum(x, low), high),
    "convert_element_type": lambda p, x: None if jnp.issubdtype(p["new_dtype"], jnp.integer) else x,
    "cumsum": lambda p, x: None if p["reverse"] else np.cumsum(x, axis=p["axis"]),
}
"""Functions of NumPy for primitives, given parameters and values; None where a form of it is left to JAX."""

_PLAIN: dict[str, Callable[..., Any]] = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "neg": np.negative, "abs": np.abs,
    "sign": np.sign, "sqrt": np.sqrt, "cbrt": np.cbrt, "square": np.square, "exp": np.exp, "log": np.log,
    "log1p": np.log1p, "expm1": np.expm1, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "max": np.maximum,
    "min": np.minimum, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor, "not": np.invert,
    "is_finite": np.isfinite, "floor": np.floor, "ceil": np.ceil, "hypot": np.hypot,
}  # fmt: skip
_ALONG: dict[str, Callable[..., Any]] = {
    "reduce_sum": np.sum, "reduce_max": np.max, "reduce_min": np.min, "reduce_prod": np.prod, "reduce_and": np.all,
    "reduce_or": np.any,
}  # fmt: skip
NUMPY |= {name: _plain(f) for name, f in _PLAIN.items()} | {name: _along(f) for name, f in _ALONG.items()}
