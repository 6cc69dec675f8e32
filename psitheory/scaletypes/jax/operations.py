"""Which rule each primitive of JAX follows in a typed run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from psitheory.scaletypes.jax.evaluate import matrices
from psitheory.scaletypes.jax.jaxprs import bind
from psitheory.scaletypes.numbers import nearly
from psitheory.scaletypes.rules import Rules, Typed


@dataclass(frozen=True)
class Item(Typed):
    """Values with their degrees; ``raw`` if they are literals of the code that have not met anything yet."""

    raw: bool = False

    @property
    def is_real(self) -> bool:
        """Tell whether the values are floating-point numbers, which alone carry degrees."""
        return bool(jnp.issubdtype(self.x.dtype, jnp.inexact))


@dataclass
class Call:
    """One equation of a jaxpr: its primitive or function, its inputs, its outputs' values, and the rules."""

    eqn: Any
    name: str
    args: Sequence[Item]
    outs: Sequence[Any]
    rules: Rules

    def given(self, i: int) -> Typed:
        """Return an input that is added or compared: a literal has an unknown of its own at its line."""
        x = self.args[i]
        if not x.raw or not x.is_real or not x.x.size:
            return x
        largest = float(x.x.flat[np.argmax(np.abs(x.x))])
        return Typed(x.x, np.int64(self.rules.trace.literal(largest)), fixed=True)


Answer = Any
"""The degrees of the output, or a list of those of several."""
Rule = Callable[[Call], Answer]


def _same(c: Call) -> Answer:
    return c.args[0].d


def _free(c: Call) -> Answer:
    return [np.int64(0) for _ in c.outs]


def _cast(c: Call) -> Answer:
    if jnp.issubdtype(c.outs[0].dtype, jnp.inexact):
        return c.args[0].d
    c.rules.pure(c.args[0], "cast to an integer")
    return np.int64(0)


def _add(c: Call) -> Answer:
    return c.rules.add(c.given(0), c.given(1), c.outs[0])


def _mul(c: Call) -> Answer:
    return c.rules.multiply(c.args[0].d, c.args[1].d)


def _div(c: Call) -> Answer:
    return c.rules.divide(c.args[0].d, c.args[1].d)


def _power(c: Call) -> Answer:
    base, exponent = c.args
    c.rules.pure(exponent, "exponent")
    if exponent.x.size == 0 or np.ptp(exponent.x) or not np.any(base.d):
        c.rules.pure(base, "power")
        return np.int64(0)
    try:
        return c.rules.power(base.d, nearly(float(exponent.x.flat[0])))
    except ValueError:
        c.rules.pure(base, "power")
        return np.int64(0)


def _powers(factor: float) -> Rule:
    return lambda c: c.rules.power(c.args[0].d, factor)


def _pure(c: Call) -> Answer:
    for x in c.args:
        if x.is_real:
            c.rules.pure(x, c.name, zero_to_zero=c.name not in ("exp", "exp2", "cos", "logistic", "cosh"))
    return [np.int64(0) for _ in c.outs]


def _compare(c: Call) -> Answer:
    if c.args[0].is_real:
        c.rules.compare(c.given(0), c.given(1))
    return np.int64(0)


def _extremum(c: Call) -> Answer:
    return c.rules.extremum(c.given(0), c.given(1), largest=c.name == "max", what=c.name)


def _clamp(c: Call) -> Answer:
    low, x, high = (c.given(i) for i in range(3))
    above = Typed(np.maximum(x.x, low.x), c.rules.extremum(x, low, largest=True, what="clamp"))
    return c.rules.extremum(above, high, largest=False, what="clamp")


def _select(c: Call) -> Answer:
    """Take the degree of the case taken; the comparison was typed before."""
    which, out = c.args[0].x, c.given(1).d
    for k in range(2, len(c.args)):
        out = c.rules.choose(which == k - 1, c.given(k).d, out)
    return out


def _reduced(c: Call) -> Answer:
    axes = c.eqn.params["axes"]
    out = c.rules.reduce(c.args[0], axes, c.name)
    if c.name == "reduce_prod":
        return c.rules.power(out, int(np.prod([c.args[0].shape[i] for i in axes], dtype=int)))
    return np.int64(0) if c.name in ("argmax", "argmin", "reduce_and", "reduce_or") else out


def _accumulated(c: Call) -> Answer:
    return c.rules.accumulate(c.args[0], c.eqn.params["axis"], c.name)


def _sorted(c: Call) -> Answer:
    axis = c.eqn.params["dimension"]
    return [c.rules.accumulate(x, axis, "sort") if x.is_real else np.int64(0) for x in c.args]


def _largest(c: Call) -> Answer:
    one = c.rules.reduce(c.args[0], (-1,), c.name, keep=True)
    return [np.broadcast_to(one, c.outs[0].shape), np.int64(0)]


def _dot(c: Call) -> Answer:
    x, y = c.args
    left, right, shape = matrices(c.eqn.params, x.x, y.x)
    (dl, dr, _) = matrices(c.eqn.params, *(np.broadcast_to(z.d, z.shape) for z in (x, y)))
    return c.rules.contract(Typed(left, dl), Typed(right, dr), "matrix product").reshape(shape)


def _factors(*share: int) -> Rule:
    """Decompositions of a matrix of one degree: its share in each factor."""

    def rule(c: Call) -> Answer:
        one = c.rules.whole(c.args[0], c.name)
        return [c.rules.power(one, s) for s in share][: len(c.outs)]

    return rule


def _solved(c: Call) -> Answer:
    p = c.eqn.params
    b = c.args[1]
    a = c.rules.triangle(c.args[0], upper=not p["lower"], unit=p["unit_diagonal"], what=c.name)
    if p["transpose_a"]:
        a = a.turned
    if p["left_side"]:
        return c.rules.solution(a, b, c.name)
    return np.swapaxes(c.rules.solution(a.turned, b.turned, c.name), -1, -2)


def _equations_solved(c: Call) -> Answer:
    a, b = c.args
    if len(b.shape) > 1:
        return c.rules.solution(a, b, c.name)
    return c.rules.solution(a, Typed(b.x[:, None], np.broadcast_to(b.d, b.shape)[:, None]), c.name)[..., 0]


def _length(c: Call) -> Answer:
    """Add as squares would be: an eps stands beside what has no sign."""
    x, y = (Typed(np.abs(z.x), z.d, z.fixed) for z in (c.given(0), c.given(1)))
    return c.rules.add(x, y, c.outs[0])


def _cholesky(c: Call) -> Answer:
    return c.rules.cholesky(c.args[0], c.name)


def _lu(c: Call) -> Answer:
    """Both factors in one matrix, of which the lower one has ones on its diagonal: rows change their places."""
    one = c.rules.whole(c.args[0], c.name)
    below = np.tril(np.ones(c.outs[0].shape, bool), -1)
    return [np.where(below, 0, one), np.int64(0), np.int64(0)]


def _orthogonal(c: Call) -> Answer:
    """QR: each column may have a length of its own, which is that of its column in R."""
    return [np.int64(0), c.rules.reduce(c.args[0], (-2,), c.name, keep=True)][: len(c.outs)]


def _moved(c: Call) -> Answer:
    """Let the primitive itself move the degrees as it moves the values; indices stay as they are."""
    ids = [np.array(np.broadcast_to(x.d, x.shape), x.x.dtype) if x.is_real else x.x for x in c.args]
    return [np.rint(np.asarray(o)).astype(np.int64) for o in bind(c.eqn, *ids)]


def _scattered(c: Call) -> Answer:
    """Entries added at places: those of one degree, all of them, since places are not followed."""
    into, new = c.rules.whole(c.args[0], c.name), c.rules.whole(c.args[2], c.name)
    one = [Typed(np.any(x.x != 0) * 1.0, d) for x, d in ((c.args[0], into), (c.args[2], new))]
    return np.broadcast_to(c.rules.add(*one), c.outs[0].shape)


def _every(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


RULES: dict[str, Rule] = (
    _every(_same, "neg abs real imag conj reduce_precision sharding_constraint pvary")
    | _every(_free, "sign is_finite iota eq ne and or xor not shift_left shift_right_logical shift_right_arithmetic")
    | _every(
        _pure,
        "exp exp2 log log1p expm1 tanh logistic sin cos tan asin acos atan sinh cosh asinh acosh atanh erf erfc "
        "erf_inv lgamma digamma floor ceil round cumlogsumexp cumprod bitcast_convert_type rem nextafter",
    )
    | _every(_add, "add sub add_any")
    | {"mul": _mul, "div": _div, "pow": _power, "integer_pow": lambda c: c.rules.power(c.args[0].d, c.eqn.params["y"])}
    | {"square": _powers(2), "sqrt": _powers(0.5), "rsqrt": _powers(-0.5), "cbrt": _powers(1 / 3)}
    | {"convert_element_type": _cast, "clamp": _clamp, "select_n": _select}
    | {"atan2": lambda c: c.rules.angle(*c.args)}
    | _every(_compare, "lt le gt ge")
    | _every(_extremum, "max min")
    | _every(_reduced, "reduce_sum reduce_max reduce_min reduce_prod reduce_and reduce_or argmax argmin")
    | _every(_accumulated, "cumsum cummax cummin")
    | {"sort": _sorted, "top_k": _largest, "dot_general": _dot}
    | {"lu": _lu, "qr": _orthogonal, "eigh": _factors(0, 1), "svd": _factors(1, 0, 0)}
    | {"cholesky": _cholesky, "triangular_solve": _solved}
    | _every(_moved, "gather dynamic_slice dynamic_update_slice concatenate stack pad scatter tile")
    | _every(_scattered, "scatter-add scatter_add")
)
"""The rule of each primitive; any other is probed."""
WHOLE: dict[str, Rule] = {
    "hypot": _length,
    "solve": _equations_solved,
    "inv": lambda c: c.rules.inverse(c.args[0], c.name),
}
"""Functions of JAX's own NumPy whose inner ways (quotients, pivots) ask for more than they need."""
RANDOM = ("random_bits", "threefry2x32", "random_gamma", "rng_bit_generator", "rng_uniform")
"""Primitives whose result is drawn anew, and so no constant."""
