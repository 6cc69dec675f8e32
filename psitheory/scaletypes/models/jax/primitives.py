"""Which rule is for which primitive of JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models import operations as op
from psitheory.scaletypes.models.gathered import (
    multiplied,
    running_products,
)
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.jax import linear, movement
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.models.square import inverse

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
    | {"fft": linear.transformed, "cholesky": linear.cholesky, "cumprod": _running_product}
    | {"lu": linear.lower_and_upper, "qr": linear.orthogonalised, "triangular_solve": linear.solved_by_triangle}
    | {"eigh": linear.spectrum, "svd": linear.spectrum}
    | {"clamp": _clamp, "convert_element_type": _cast}
    | {"select_n": lambda r, eqn, x: op.select(r, "select", x[0], x[1:])}
    | _every("reduce_sum reduce_max reduce_min", _reduction())
    | {"reduce_prod": _product, "sort": _sorted, "top_k": _largest}
    | _every("scatter-add scatter_add scatter-max scatter_max scatter-min scatter_min", movement.added_at)
    | _every("scatter-mul scatter_mul", movement.multiplied_into)
    | _every("argmax argmin", _index)
    | _every("cumsum cummax cummin", _along)
    | _every("reduce_window_sum reduce_window_max reduce_window_min", _windows)
    | {"dot_general": linear.dot_product, "conv_general_dilated": linear.convolution}
    | _every("gather dynamic_slice dynamic_update_slice concatenate stack pad scatter tile tie_in", movement.moved_by)
)  # fmt: skip


WHOLE: dict[str, Rule] = {
    "solve": linear.solved,
    "inv": lambda r, eqn, x: inverse(r, x[0].degrees(r), "inv"),
    "det": linear.determinant,
    "slogdet": linear.determinant,
    "signbit": _free,
}
"""Functions of JAX's own NumPy whose inner ways (pivots, bits, logarithms) ask for more than they need."""
