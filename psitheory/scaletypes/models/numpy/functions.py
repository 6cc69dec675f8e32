"""Which rule is for which function of NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.scaletypes.models import operations as op
from psitheory.scaletypes.models.gathered import multiplied
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.numpy.array import FUNCTIONS, UFUNCS, NotTraced, Traced
from psitheory.scaletypes.models.rules import Rules

item = Traced.item_of


def _names(text: str) -> list[Any]:
    return [getattr(np, name) for name in text.split() if hasattr(np, name)]


def matmul(rules: Rules, what: str, a: Item, b: Item) -> Any:
    """Return the degrees of a @ b, for vectors, matrices and stacks of equal shape."""
    m, n = len(a.shape), len(b.shape)
    if m == 1 or n == 1 or (m == 2 and n == 2):
        return op.contraction(rules, what, a, b, ([m - 1], [max(n - 2, 0)]), ((), ()))
    if n == 2:
        return op.contraction(rules, what, a, b, ([m - 1], [0]), ((), ()))
    if a.shape[:-2] != b.shape[:-2]:
        raise NotTraced("matmul of stacks of different shapes")
    stack = list(range(m - 2))
    return op.contraction(rules, what, a, b, ([m - 1], [n - 2]), (stack, stack))


UFUNCS |= (
    dict.fromkeys(_names("absolute fabs negative positive conjugate"), lambda r, what, a: a.degrees(r))
    | dict.fromkeys(_names("add subtract"), op.add)
    | {np.multiply: lambda r, what, a, b: op.mul(r, a, b)}
    | {np.divide: lambda r, what, a, b: op.mul(r, a, b, sign=-1)}
    | dict.fromkeys(_names("power float_power"), op.power)
    | {np.sqrt: lambda r, what, a: r.times(a.degrees(r), 0.5)}
    | {np.square: lambda r, what, a: r.times(a.degrees(r), 2)}
    | {np.reciprocal: lambda r, what, a: r.times(a.degrees(r), -1)}
    | dict.fromkeys(_names("maximum fmax"), lambda r, what, a, b: op.extreme(r, what, a, b, largest=True))
    | dict.fromkeys(_names("minimum fmin"), lambda r, what, a, b: op.extreme(r, what, a, b, largest=False))
    | dict.fromkeys(_names("greater less greater_equal less_equal equal not_equal arctan2"), op.compare)
    | dict.fromkeys(
        _names("exp exp2 expm1 log log2 log10 log1p tanh sin cos tan sinh cosh arcsin arccos arctan floor ceil"),
        op.zero,
    )
    | dict.fromkeys(_names("sign logical_and logical_or logical_not"), lambda r, *a: np.int64(0))
    | dict.fromkeys(_names("isfinite isnan isinf"), lambda r, *a: None)
    | dict.fromkeys(_names("remainder fmod"), op.join)
    | {np.matmul: matmul}
)  # fmt: skip


def _axes(a: Item, axis: Any) -> list[int]:
    if axis is None:
        return list(range(len(a.shape)))
    return [k % len(a.shape) for k in (axis if isinstance(axis, tuple) else (axis,))]


def _reduction(func: Any, factor: float = 1) -> Any:
    def rule(rules: Rules, a: Any, axis: Any = None, keepdims: bool = False, ddof: float = 0) -> Traced:
        one = item(a)
        axes = _axes(one, axis)
        extra = {"ddof": ddof} if ddof else {}
        value = func(one.value, axis=axis, keepdims=keepdims, **extra)
        if func is np.prod:
            ids = multiplied(rules, one.degrees(rules), axes, one.shape)
        else:
            ids = op.reduce(rules, func.__name__, one, axes, factor)
        return Traced(rules, Item(value, ids if keepdims else op.dropped(ids, axes)))

    return rule


def _places(func: Any) -> Any:
    """Demand one degree of what is compared; places have none."""

    def rule(rules: Rules, a: Any, axis: Any = -1 if func is np.argsort else None, **options: Any) -> Any:
        one = item(a)
        op.reduce(rules, func.__name__, one, _axes(one, axis))
        return func(one.value, axis=axis, **options)

    return rule


def _trace(rules: Rules, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


def _along_axis(rules: Rules, func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a function of vectors on each line along an axis."""
    lines = np.moveaxis(arr, axis, -1)
    outer = lines.shape[:-1]
    found = [func1d(lines[place], *args, **kwargs) for place in np.ndindex(*outer)]
    whole = np.reshape(np.stack(found), (*outer, *np.shape(item(found[0]).value)))
    return np.moveaxis(
        whole, range(len(outer), whole.ndim), range(axis % arr.ndim, axis % arr.ndim + whole.ndim - len(outer))
    )


def _norm(rules: Rules, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Traced:
    if ord not in (None, 1, 2, np.inf, "fro") or (ord == 2 and axis is None and np.ndim(item(x).value) == 2):
        raise NotTraced("a norm that has no rule")
    one = item(x)
    axes = _axes(one, axis)
    ids = op.reduce(rules, "norm", one, axes)
    value = np.linalg.norm(one.value, ord=ord, axis=axis, keepdims=keepdims)
    return Traced(rules, Item(value, ids if keepdims else op.dropped(ids, axes)))


def _moved(func: Any) -> Any:
    return lambda rules, a, *args, **kwargs: a.view(lambda x: func(x, *args, **kwargs))


def _joined(func: Any) -> Any:
    def rule(rules: Rules, arrays: Any, *args: Any, **kwargs: Any) -> Traced:
        items = [item(a) for a in arrays]
        value = func([one.value for one in items], *args, **kwargs)
        (ids,) = op.moved(rules, items, lambda *numbers: func(numbers, *args, **kwargs))
        return Traced(rules, Item(value, ids))

    return rule


def _where(rules: Rules, condition: Any, x: Any, y: Any) -> Traced:
    c, a, b = item(condition), item(x), item(y)
    return Traced(rules, Item(np.where(c.value, a.value, b.value), op.select(rules, "where", c, [b, a])))


def _clip(rules: Rules, a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    a = a if a_min is None else np.maximum(a, a_min)
    return a if a_max is None else np.minimum(a, a_max)


def _like(func: Any) -> Any:
    return lambda rules, a, **kwargs: func(item(a).value, **kwargs)


def _tensordot(rules: Rules, a: Any, b: Any, axes: Any = 2) -> Traced:
    x, y = item(a), item(b)
    left, right = (range(len(x.shape) - axes, len(x.shape)), range(axes)) if isinstance(axes, int) else axes
    pair = [[k % len(one.shape) for k in np.atleast_1d(side)] for one, side in ((x, list(left)), (y, list(right)))]
    ids = op.contraction(rules, "tensordot", x, y, (pair[0], pair[1]), ((), ()))
    return Traced(rules, Item(np.tensordot(x.value, y.value, axes), ids))


def _einsum(rules: Rules, subscripts: str, *arrays: Any, optimize: Any = False) -> Traced:
    """Contract two arrays along letters that the result lacks; others must stand in the result."""
    text = subscripts.replace(" ", "")
    inputs, arrow, out = text.partition("->")
    words = inputs.split(",")
    if not arrow or "." in text or len(arrays) != 2 or any(len(set(word)) < len(word) for word in (*words, out)):
        raise NotTraced("an einsum that has no rule")
    (x, y), (one, two) = map(item, arrays), words
    both = [c for c in one if c in two]
    if any(c not in out for c in (set(one) | set(two)) - set(both)):
        raise NotTraced("an einsum that sums over an axis of one array alone")
    summed, kept = [c for c in both if c not in out], [c for c in both if c in out]
    ids = op.contraction(rules, "einsum", x, y, ([one.index(c) for c in summed], [two.index(c) for c in summed]),
                         ([one.index(c) for c in kept], [two.index(c) for c in kept]))  # fmt: skip
    order = kept + [c for c in one if c not in both] + [c for c in two if c not in both]
    return Traced(rules, Item(np.einsum(text, x.value, y.value), ids.transpose([order.index(c) for c in out])))


FUNCTIONS |= (
    {func: _reduction(func) for func in _names("sum mean max min amax amin std prod median")}
    | {func: _places(func) for func in _names("argmax argmin argsort")}
    | {np.trace: _trace, np.apply_along_axis: _along_axis}
    | {np.var: _reduction(np.var, 2), np.linalg.norm: _norm}
    | {func: _moved(func) for func in _names(
        "transpose reshape ravel squeeze expand_dims moveaxis swapaxes broadcast_to repeat tile roll flip take "
        "diag diagonal copy atleast_1d atleast_2d")}
    | {func: _joined(func) for func in _names("concatenate stack hstack vstack column_stack")}
    | {np.where: _where, np.clip: _clip, np.tensordot: _tensordot, np.einsum: _einsum}
    | {func: _like(func) for func in _names("zeros_like ones_like empty_like full_like shape ndim size")}
    | {np.dot: lambda rules, a, b: a @ b if np.ndim(a) and np.ndim(b) else a * b}
    | {np.inner: lambda rules, a, b: a @ b.T, np.outer: lambda rules, a, b: a[:, None] * b[None, :]}
)  # fmt: skip
