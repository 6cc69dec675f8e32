"""Which rule is for which primitive of JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.jax.jaxprs import bind
from psitheory.scaletypes.models import operations as op
from psitheory.scaletypes.models.gathered import (
    accumulated,
    lower_root,
    multiplied,
    multiplied_at,
    running_products,
)
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.rules import ANY, Rules
from psitheory.scaletypes.models.square import determinant, inverse, solution, triangle

Rule = Callable[[Rules, Any, Sequence[Item]], Any]
"""Takes the rules, an equation of a jaxpr and its inputs; returns the degrees of an output, or of each.

None among these is for what is as good as a constant; alone it is for what the rule does not know.
"""


def _same(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    return x[0].degrees(r)


def _zero(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    return op.zero(r, eqn.primitive.name, *x)


def _free(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    return np.int64(0)


def _times(factor: float) -> Rule:
    return lambda r, eqn, x: r.times(x[0].degrees(r), factor)


def _cast(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    dtype = eqn.outvars[0].aval.dtype
    if not jnp.issubdtype(dtype, jnp.inexact):
        return _zero(r, eqn, x)
    r.coarsest = max(r.coarsest, float(jnp.finfo(dtype).eps))
    return x[0].degrees(r)


def _clamp(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    low, value, high = x
    ids = op.extreme(r, "clamp", value, low, largest=True)
    return op.extreme(r, "clamp", Item(value.given, ids), high, largest=False)


def _reduction(factor: float = 1) -> Rule:
    def rule(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
        axes = eqn.params["axes"]
        return op.dropped(op.reduce(r, eqn.primitive.name, x[0], axes, factor), axes)

    return rule


def _compare(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids | None]:
    return [op.compare(r, eqn.primitive.name, *x)]


def _product(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    axes = eqn.params["axes"]
    return op.dropped(multiplied(r, x[0].degrees(r), axes, x[0].shape), axes)


def _running_product(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    axis, ids = eqn.params["axis"], np.broadcast_to(x[0].degrees(r), x[0].shape)
    if not eqn.params["reverse"]:
        return running_products(r, ids, axis, x[0].shape)
    return np.flip(running_products(r, np.flip(ids, axis), axis, x[0].shape), axis)


def _transformed(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Demand one degree along the last axes, over which a Fourier transform sums."""
    rank = len(x[0].shape)
    return op.reduce(r, "fft", x[0], range(rank - len(eqn.params["fft_lengths"]), rank))


def _cholesky(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    return lower_root(r, x[0].degrees(r), "cholesky", x[0].shape[-1])


def _index(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    op.reduce(r, eqn.primitive.name, x[0], eqn.params["axes"])
    return np.int64(0)


def _along(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    return op.reduce(r, eqn.primitive.name, x[0], [eqn.params["axis"]])


def _sorted(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids]:
    return [op.reduce(r, "sort", one, [eqn.params["dimension"]]) for one in x]


def _largest(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids]:
    return [op.reduce(r, "top_k", x[0], [len(x[0].shape) - 1]), np.int64(0)]


def _windows(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    sizes = eqn.params["window_dimensions"]
    return op.reduce(r, eqn.primitive.name, x[0], [axis for axis, n in enumerate(sizes) if n > 1])


def _dot(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    contracted, batch = eqn.params["dimension_numbers"]
    return op.contraction(r, "dot_general", x[0], x[1], contracted, batch)


def _convolution(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    numbers, rank = eqn.params["dimension_numbers"], len(x[0].shape)
    batch, channel = numbers.lhs_spec[:2]
    count = eqn.params["batch_group_count"]
    ids = np.moveaxis(x[0].degrees(r, [k for k in range(rank) if k not in (batch, channel)]), (batch, channel), (0, 1))
    if count > 1 and ids.shape[0] > 1:
        ids = np.moveaxis(ids.reshape(count, -1, *ids.shape[1:]), 1, -1)
    ids = r.same(ids, [k for k in range(ids.ndim) if k != 1 and (k or count == 1)], "convolution")
    ids = ids.reshape(ids.shape[0], ids.shape[1])
    outs = op.convolution(r, "convolution", ids, x[1], numbers.rhs_spec[:2], eqn.params["feature_group_count"])
    return outs.reshape([-1 if axis == numbers.out_spec[1] else 1 for axis in range(rank)])


def _moved(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids]:
    """Move degrees as the primitive moves numbers; indices stay as they are."""
    is_number = [jnp.issubdtype(v.aval.dtype, jnp.inexact) for v in eqn.invars]

    def move(*numbers: Any) -> list[Any]:
        given = iter(numbers)
        if max(n.max(initial=0) for n in numbers) >= 2**24 and not jax.config.jax_enable_x64:
            raise OverflowError("more degrees than single precision counts")
        return bind(eqn, *(jnp.asarray(next(given)) if is_n else i.value for i, is_n in zip(x, is_number, strict=True)))

    return op.moved(r, [item for item, is_n in zip(x, is_number, strict=True) if is_n], move)


def _scatter_add(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Join what is added with what it is added to; axes that are added as wholes keep a degree for each entry."""
    numbers, into, added = eqn.params["dimension_numbers"], x[0].shape, x[2].shape
    placed = {*numbers.inserted_window_dims, *numbers.operand_batching_dims}
    pairs = zip([a for a in range(len(into)) if a not in placed], numbers.update_window_dims, strict=True)
    whole = [(a, b) for a, b in pairs if into[a] == added[b]]
    axes = [
        [axis for axis in range(len(shape)) if axis not in {pair[side] for pair in whole}]
        for side, shape in enumerate((into, added))
    ]
    return accumulated(r, x[0].degrees(r, axes[0]), x[2].degrees(r, axes[1]), (axes[0], axes[1]), eqn.primitive.name)


def _scatter_mul(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Add the degrees of factors to those of what they are multiplied into, at the place of each."""
    into, factors = (np.broadcast_to(item.degrees(r), item.shape) for item in (x[0], x[2]))
    places = np.arange(1, into.size + 1, dtype=np.float32).reshape(into.shape)
    adding = partial(lax.scatter_add, dimension_numbers=eqn.params["dimension_numbers"], mode=eqn.params["mode"])
    _, back = jax.vjp(lambda u: adding(jnp.zeros_like(places), x[1].value, u), jnp.zeros(x[2].shape, np.float32))
    where = np.asarray(back(jnp.asarray(places))[0]).astype(int)  # 0 for what is dropped
    return multiplied_at(r, into, where.ravel() - 1, factors.ravel())


def _lu(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids | None]:
    """Demand one degree of all rows, which are compared; columns may have their own, which the upper factor has."""
    columns = np.broadcast_to(r.same(x[0].degrees(r), [-2], "lu"), x[0].shape)
    return [np.where(np.tri(x[0].shape[-2], x[0].shape[-1], -1, dtype=bool), 0, columns), None, None]


def _solved_by_triangle(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    p = eqn.params
    a, b = triangle(x[0].degrees(r), x[0].shape[-1], upper=not p["lower"], unit=p["unit_diagonal"]), x[1].degrees(r)
    a = np.swapaxes(a, -1, -2) if p["transpose_a"] else a
    if p["left_side"]:
        return solution(r, a, b, "triangular_solve")
    return np.swapaxes(solution(r, np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2), "triangular_solve"), -1, -2)


def _orthogonalised(r: Rules, eqn: Any, x: Sequence[Item]) -> Any:
    if eqn.params.get("pivoting"):
        return None
    columns = r.same(x[0].degrees(r), [-2], "qr")
    return [0 * columns, columns]


def _spectrum(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids]:
    """Demand one degree of each matrix, which its eigenvalues or singular values have; vectors stay."""
    ids = r.same(x[0].degrees(r), [-2, -1], eqn.primitive.name)
    degrees = [ids[..., 0], 0 * ids, 0 * ids]
    return [degrees[1], degrees[0]] if eqn.primitive.name == "eigh" else degrees[: len(eqn.outvars)]


def _transpose(eqn: Any) -> Callable[[Any], Any]:
    return lambda a: a.transpose(eqn.params["permutation"])


def _broadcast(eqn: Any) -> Callable[[Any], Any]:
    shape, axes = eqn.params["shape"], eqn.params["broadcast_dimensions"]

    def move(a: Any) -> Any:
        placed = a.reshape([a.shape[axes.index(axis)] if axis in axes else 1 for axis in range(len(shape))])
        return np.broadcast_to(placed, shape)

    return move


def _slice(eqn: Any) -> Callable[[Any], Any]:
    p = eqn.params
    strides = p["strides"] or [1] * len(p["start_indices"])
    window = tuple(map(slice, p["start_indices"], p["limit_indices"], strides))
    return lambda a: a[window]


VIEWS: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
    "transpose": _transpose,
    "broadcast_in_dim": _broadcast,
    "slice": _slice,
    "reshape": lambda eqn: lambda a: a.reshape(eqn.params["new_sizes"]),
    "squeeze": lambda eqn: lambda a: np.squeeze(a, eqn.params["dimensions"]),
    "expand_dims": lambda eqn: lambda a: np.expand_dims(a, eqn.params["dimensions"]),
    "rev": lambda eqn: lambda a: np.flip(a, eqn.params["dimensions"]),
    "copy": lambda eqn: lambda a: a,
    "copy_p": lambda eqn: lambda a: a,
    "stop_gradient": lambda eqn: lambda a: a,
    "name": lambda eqn: lambda a: a,
}
"""What makes views: the same is done to where entries lie."""


def split(eqn: Any) -> list[Callable[[Any], Any]]:
    """Return a view for each part of a split."""
    ends = np.cumsum([0, *eqn.params["sizes"]]).tolist()
    before = (slice(None),) * int(eqn.params["axis"])
    return [partial(lambda a, b, x: x[(*before, slice(a, b))], a, b) for a, b in pairwise(ends)]


def _every(text: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(text.split(), rule)


RULES: dict[str, Rule] = (
    _every("neg abs real imag conj reduce_precision device_put sharding_constraint mesh_cast pvary", _same)
    | _every(
        "exp exp2 log log1p expm1 tanh logistic sin cos tan asin acos atan sinh cosh asinh acosh atanh erf erfc "
        "erf_inv lgamma digamma floor ceil round cumlogsumexp bessel_i0e bessel_i1e igamma igammac",
        _zero,
    )
    | _every("is_finite", lambda r, eqn, x: [None])
    | _every("sign iota not and or xor random_bits random_seed random_wrap random_unwrap", _free)
    | _every("add sub add_any", lambda r, eqn, x: op.add(r, eqn.primitive.name, *x))
    | _every("mul", lambda r, eqn, x: op.mul(r, x[0], x[1]))
    | _every("div", lambda r, eqn, x: op.mul(r, x[0], x[1], sign=-1))
    | _every("pow", lambda r, eqn, x: op.power(r, "pow", *x))
    | _every("integer_pow", lambda r, eqn, x: r.times(x[0].degrees(r), eqn.params["y"]))
    | {"square": _times(2), "sqrt": _times(0.5), "rsqrt": _times(-0.5), "cbrt": _times(1 / 3)}
    | _every("max", lambda r, eqn, x: op.extreme(r, "max", *x, largest=True))
    | _every("min", lambda r, eqn, x: op.extreme(r, "min", *x, largest=False))
    | _every("eq ne lt le gt ge atan2", _compare)
    | _every("rem complex", lambda r, eqn, x: op.join(r, eqn.primitive.name, *x))
    | {"fft": _transformed, "cholesky": _cholesky, "cumprod": _running_product}
    | {"lu": _lu, "triangular_solve": _solved_by_triangle, "qr": _orthogonalised, "eigh": _spectrum, "svd": _spectrum}
    | {"clamp": _clamp, "convert_element_type": _cast}
    | {"select_n": lambda r, eqn, x: op.select(r, "select", x[0], x[1:])}
    | _every("reduce_sum reduce_max reduce_min", _reduction())
    | {"reduce_prod": _product, "sort": _sorted, "top_k": _largest}
    | _every("scatter-add scatter_add scatter-max scatter_max scatter-min scatter_min", _scatter_add)
    | _every("scatter-mul scatter_mul", _scatter_mul)
    | _every("argmax argmin", _index)
    | _every("cumsum cummax cummin", _along)
    | _every("reduce_window_sum reduce_window_max reduce_window_min", _windows)
    | {"dot_general": _dot, "conv_general_dilated": _convolution}
    | _every("gather dynamic_slice dynamic_update_slice concatenate stack pad scatter tile tie_in", _moved)
)  # fmt: skip


def _solved(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    a, b = x[0].degrees(r), _entries(r, x[1])
    return solution(r, a, b[..., None], "solve")[..., 0] if b.ndim == 1 else solution(r, a, b, "solve")


def _entries(r: Rules, item: Item) -> Ids:
    """Return degrees in which the zeros of a constant, such as those of an identity, are exact zeros."""
    return item.degrees(r) if item.known else np.where(np.asarray(item.value) == 0, ANY, 0)


def _determinant(r: Rules, eqn: Any, x: Sequence[Item]) -> Any:
    ids = determinant(r, x[0].degrees(r), x[0].shape[-1], eqn.params["name"])
    if eqn.params["name"] == "det":
        return ids
    r.zero(ids, "slogdet")
    return [0 * ids, 0 * ids]


WHOLE: dict[str, Rule] = {
    "solve": _solved,
    "inv": lambda r, eqn, x: inverse(r, x[0].degrees(r), "inv"),
    "det": _determinant,
    "slogdet": _determinant,
    "signbit": _free,
}
"""Functions of JAX's own NumPy whose inner ways (pivots, bits, logarithms) ask for more than they need."""


def probed(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids] | None:
    """Return degrees seen when each input is multiplied by 2^12; None where outputs are no such multiples."""
    values = [item.value for item in x]
    base = bind(eqn, *values)
    total: list[Ids] = [np.int64(0) for _ in base]
    for k, item in enumerate(x):
        if not item.known:
            continue
        other = bind(eqn, *values[:k], values[k] * 2.0**12, *values[k + 1 :])
        powers = [_power(a, b) for a, b in zip(base, other, strict=True)]
        if any(p is None for p in powers):
            return None
        ids = op.reduce(r, eqn.primitive.name, item, range(len(item.shape))).reshape(())
        total = [r.combine(t, r.times(ids, p or 0)) for t, p in zip(total, powers, strict=True)]
    return total


def _power(base: Any, other: Any) -> float | None:
    a, b = np.asarray(base).ravel(), np.asarray(other).ravel()
    seen = a != 0
    if not np.array_equal(b != 0, seen) or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return None
    if not seen.any():
        return 0.0
    k = float(np.round(np.log2(np.abs(b[seen][0] / a[seen][0]))))
    return k / 12 if np.array_equal(a * 2.0**k, b) else None
