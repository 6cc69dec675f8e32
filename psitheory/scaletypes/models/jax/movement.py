"""Rules of what moves entries, and of what is written, added or multiplied at places."""

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
from psitheory.scaletypes.models.gathered import accumulated, multiplied_at
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.rules import Rules


def moved_by(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids]:
    """Move degrees as the primitive moves numbers; indices stay as they are."""
    is_number = [jnp.issubdtype(v.aval.dtype, jnp.inexact) for v in eqn.invars]

    def move(*numbers: Any) -> list[Any]:
        given = iter(numbers)
        if max(n.max(initial=0) for n in numbers) >= 2**24 and not jax.config.jax_enable_x64:
            raise OverflowError("more degrees than single precision counts")
        return bind(eqn, *(jnp.asarray(next(given)) if is_n else i.value for i, is_n in zip(x, is_number, strict=True)))

    return op.moved(r, [item for item, is_n in zip(x, is_number, strict=True) if is_n], move)


def added_at(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
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


def multiplied_into(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Add the degrees of factors to those of what they are multiplied into, at the place of each."""
    into, factors = (np.broadcast_to(item.degrees(r), item.shape) for item in (x[0], x[2]))
    places = np.arange(1, into.size + 1, dtype=np.float32).reshape(into.shape)
    adding = partial(lax.scatter_add, dimension_numbers=eqn.params["dimension_numbers"], mode=eqn.params["mode"])
    _, back = jax.vjp(lambda u: adding(jnp.zeros_like(places), x[1].value, u), jnp.zeros(x[2].shape, np.float32))
    where = np.asarray(back(jnp.asarray(places))[0]).astype(int)  # 0 for what is dropped
    return multiplied_at(r, into, where.ravel() - 1, factors.ravel())


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
