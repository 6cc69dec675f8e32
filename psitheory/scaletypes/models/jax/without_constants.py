"""A JAX function whose small constants are taken out: where one was seen to stand beside something that scales."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jax.extend.core import Literal

from psitheory.scaletypes.jax.jaxprs import CALLS, bind, inner

SHRINK = 2.0**-60
"""What a constant is multiplied by to take it out: too small to be felt, and still no division by zero."""
ADDING = {"add", "sub", "add_any", "max", "clamp"}


def without_constants(f: Callable[..., Any], constants: Iterable[float]) -> Callable[..., Any]:
    """Return f with some constants multiplied by 2^-60 where they are added or bound from below."""
    taken = set(constants)

    def g(*arrays: Any) -> Any:
        closed, shape = jax.make_jaxpr(f, return_shape=True)(*arrays)
        out = _evaluated(closed.jaxpr, closed.consts, arrays, taken)
        return jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(shape), out)

    return g


def _evaluated(jaxpr: Any, consts: Sequence[Any], inputs: Sequence[Any], taken: set[float]) -> list[Any]:
    known = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *inputs), strict=True))
    for eqn in jaxpr.eqns:
        values = [v.val if isinstance(v, Literal) else known[v] for v in eqn.invars]
        name = eqn.primitive.name
        if name in CALLS:
            out = _evaluated(*inner(eqn), values, taken)
        elif name == "scan":
            out = _scanned(eqn, values, taken)
        else:
            out = bind(eqn, *(_smaller(x, taken) for x in values) if name in ADDING else values)
        known.update(zip(eqn.outvars, out, strict=True))
    return [v.val if isinstance(v, Literal) else known[v] for v in jaxpr.outvars]


def _scanned(eqn: Any, values: Sequence[Any], taken: set[float]) -> list[Any]:
    p = eqn.params
    jaxpr, consts = inner(eqn)
    fixed, rest = values[: p["num_consts"]], values[p["num_consts"] :]

    def body(carry: Any, x: Any) -> Any:
        out = _evaluated(jaxpr, consts, [*fixed, *carry, *x], taken)
        return out[: p["num_carry"]], out[p["num_carry"] :]

    run = partial(jax.lax.scan, body, length=p["length"], reverse=p["reverse"])
    carry, ys = run(list(rest[: p["num_carry"]]), list(rest[p["num_carry"] :]))
    return [*carry, *ys]


def _smaller(x: Any, taken: set[float]) -> Any:
    """Return a number that is taken out much smaller, and everything else as it is."""
    if isinstance(x, jax.core.Tracer) or np.size(x) != 1 or np.asarray(x).dtype.kind != "f":
        return x
    return x * SHRINK if abs(float(np.asarray(x).reshape(()))) in taken else x
