"""The namespace of object arrays: shapes by NumPy, elements by the arithmetic at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.errors import NotInArithmetic

_SHAPES = (
    "broadcast_arrays",
    "broadcast_to",
    "concat",
    "expand_dims",
    "matmul",
    "matrix_transpose",
    "moveaxis",
    "permute_dims",
    "prod",
    "reshape",
    "stack",
    "squeeze",
    "take",
    "take_along_axis",
)
"""Functions that only move elements about, or use nothing but + and *: NumPy's serve as they are."""

_ELEMENTWISE = ("sqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "tan", "atan", "tanh", "abs", "sign")
_PAIRWISE = ("atan2", "maximum", "minimum", "greater", "less")


class ObjectNamespace:
    """An array-API-like namespace over NumPy object arrays.

    A subclass says what an element is (:meth:`element`) and defines the scalar functions that exist
    in its arithmetic as methods named ``scalar_sqrt``, ``scalar_greater`` and so on; any other raises
    :class:`~psitheory.errors.NotInArithmetic`.  Comparisons may answer ``None``: undecided.
    """

    name: str = "objects"
    ordered: bool = True
    """Whether any two numbers can be compared, if only to be told that their order is undecided."""

    def __init__(self) -> None:
        for name in _SHAPES:
            setattr(self, name, getattr(np, name))
        for name in _ELEMENTWISE:
            setattr(self, name, self._lifted(name, 1))
        for name in _PAIRWISE:
            setattr(self, name, self._lifted(name, 2))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python asks for special methods, and expects its own answer
            raise AttributeError(name)
        raise NotInArithmetic(f"there is no {name!r} in the arithmetic of {self.name}")

    def _lifted(self, name: str, arity: int) -> Callable[..., Any]:
        scalar = getattr(type(self), f"scalar_{name}", None)
        if scalar is None:

            def missing(*_: Any) -> Any:
                raise NotInArithmetic(f"there is no {name!r} in the arithmetic of {self.name}")

            return missing
        ufunc = np.frompyfunc(lambda *xs: scalar(self, *xs), arity, 1)
        return lambda *xs: ufunc(*xs)

    def element(self, value: Any) -> Any:
        """Return ``value`` (an int, a Fraction, an element) as an element."""
        raise NotInArithmetic(f"no elements are defined for {self.name}")

    def asarray(self, values: Any, dtype: Any = None) -> Any:
        """Return an object array whose entries are elements."""
        array = np.array(values, dtype=object)
        out = np.empty(array.shape, dtype=object)
        for index in np.ndindex(array.shape):
            out[index] = self.element(array[index])
        return out

    def zeros(self, shape: Any, dtype: Any = None) -> Any:
        """Return an array of exact zeros."""
        return np.full(shape, self.element(0), dtype=object)

    def ones(self, shape: Any, dtype: Any = None) -> Any:
        """Return an array of exact ones."""
        return np.full(shape, self.element(1), dtype=object)

    def zeros_like(self, x: Any) -> Any:
        """Return exact zeros of the shape of ``x``."""
        return self.zeros(np.shape(x))

    def ones_like(self, x: Any) -> Any:
        """Return exact ones of the shape of ``x``."""
        return self.ones(np.shape(x))

    def eye(self, n: int) -> Any:
        """Return the identity matrix of exact zeros and ones."""
        out = self.zeros((n, n))
        for i in range(n):
            out[i, i] = self.element(1)
        return out

    def sum(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        """Return the sum of elements; an empty sum is the element 0."""
        return np.sum(np.asarray(x, dtype=object), axis=axis, keepdims=keepdims, initial=self.element(0))

    def dot(self, x: Any, y: Any, axis: int = -1, keepdims: bool = False) -> Any:
        """Return the sum of the products of entries over ``axis``."""
        return self.sum(x * y, axis=axis, keepdims=keepdims)

    def zero_rows(self, rows: Any) -> Any:
        """Tell of each row (..., d) whether all of it is exactly zero."""
        flags = np.frompyfunc(lambda x: bool(x == 0), 1, 1)(rows)
        return np.all(np.asarray(flags, dtype=bool), axis=-1)

    def has_one_entry(self, rows: Any) -> bool:
        """Tell whether rows (..., d) have one entry; a proof for every d says where this was asked."""
        return bool(np.shape(rows)[-1] == 1)

    def mean(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        """Return the arithmetic mean."""
        total = self.sum(x, axis=axis, keepdims=keepdims)
        count = np.size(x) // max(np.size(total), 1)
        return total / self.element(count)

    def max(self, x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        """Return the maximum, folded by ``maximum``."""
        return self._fold(self.maximum, x, axis, keepdims)

    def min(self, x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        """Return the minimum, folded by ``minimum``."""
        return self._fold(self.minimum, x, axis, keepdims)

    def _fold(self, pair: Callable[[Any, Any], Any], x: Any, axis: int | None, keepdims: bool) -> Any:
        items = np.asarray(x, dtype=object)
        rows = items.reshape(-1) if axis is None else np.moveaxis(items, axis, 0)
        out = rows[0]
        for row in rows[1:]:
            out = pair(out, row)
        if not keepdims:
            return out
        return np.reshape(out, [1] * items.ndim) if axis is None else np.expand_dims(out, axis)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """Return ``x`` where the condition is True, ``y`` where False, :meth:`either` where None."""
        return np.frompyfunc(self._choose, 3, 1)(condition, x, y)

    def _choose(self, condition: Any, x: Any, y: Any) -> Any:
        return self.either(x, y) if condition is None else (x if condition else y)

    def either(self, x: Any, y: Any) -> Any:
        """Return an element that stands for both, when a condition is undecided."""
        raise NotInArithmetic(f"{self.name} cannot enclose two branches at once")

    def clip(self, x: Any, lower: Any = None, upper: Any = None) -> Any:
        """Return ``x`` limited to [lower, upper]."""
        low = x if lower is None else self.maximum(x, lower)
        return low if upper is None else self.minimum(low, upper)

    def is_zero(self, x: Any) -> Any:
        """Return for each entry True, False, or None where it is undecided."""
        return np.frompyfunc(self.scalar_is_zero, 1, 1)(x)

    def scalar_is_zero(self, x: Any) -> bool | None:
        """Return whether the element is zero."""
        return bool(x == 0)

    def isfinite(self, x: Any) -> Any:
        """Return whether each entry is finite; exact elements are."""
        return np.ones(np.shape(x), dtype=bool)
