r"""What every arithmetic shares: its namespace, a dot product, a norm that cannot overflow."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.formal.namespace import FORMAL
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.arithmetic.symbols import EXPRESSIONS, SYMBOLS
from psitheory.errors import ArgumentTypeError

Array: TypeAlias = Any
"""An array of any of the arithmetics: NumPy, array API, or an object array."""


def _of_element(element: Any) -> ObjectNamespace | None:
    kind = type(element)
    module = kind.__module__
    if module.startswith("flint."):
        return BALLS if kind.__name__ in ("arb", "acb") else RATIONALS
    if module == "psitheory.arithmetic.ball":
        return BALLS
    if module.startswith("psitheory.arithmetic."):
        return FORMAL if module.startswith("psitheory.arithmetic.formal.") else SYMBOLS
    if module.startswith("sympy."):
        return EXPRESSIONS
    found = getattr(kind, "arithmetic", None)  # an element that names its own
    return found if isinstance(found, ObjectNamespace) else None


def namespace(*arrays: Array) -> Any:
    """Return the array namespace that all ``arrays`` share.

    Python numbers fit any arithmetic and are passed over.  Object arrays are told apart by their
    first element that is not a plain Python number; everything that is neither NumPy's nor ours is
    handed to ``array_api_compat``.
    """
    foreign, own = [], False
    for x in arrays:
        kind = type(x)
        if kind is np.ndarray:
            if x.dtype != object:
                own = own or x.ndim > 0
                continue
            for element in x.flat:
                found = _of_element(element)
                if found is not None:
                    return found
        elif kind is int or kind is float or isinstance(x, np.generic):
            continue
        else:
            found = _of_element(x)
            if found is not None:
                return found
            if not isinstance(x, (list, tuple, complex)):
                foreign.append(x)
    if not foreign:
        return np
    if own and type(foreign[0]).__module__.split(".")[0] == "torch":
        raise ArgumentTypeError("a NumPy array and a PyTorch tensor came together; arrays of one library are needed")
    from array_api_compat import array_namespace

    return array_namespace(*foreign)


def dot(x: Array, y: Array, axis: int = -1, keepdims: bool = False) -> Array:
    r"""Return :math:`\sum_k x_k y_k` over ``axis``, without conjugating.

    ``numpy.vecdot`` conjugates its first argument: it fails on balls, adds conjugates to symbols and
    spoils complex steps.  It is used where it cannot matter, on real floats.  On formal vectors this is the inner
    product, which a sum of products of entries is not.
    """
    if type(x) is np.ndarray and type(y) is np.ndarray and axis == -1:
        if x.dtype.kind == "f" and y.dtype.kind == "f":
            out = np.vecdot(x, y)
            return out[..., None] if keepdims else out
    xp = namespace(x, y)
    if isinstance(xp, ObjectNamespace):
        return xp.dot(x, y, axis=axis, keepdims=keepdims)
    return xp.sum(x * y, axis=axis, keepdims=keepdims)


def has_one_entry(rows: Array) -> bool:
    """Tell whether rows (..., d) have one entry; a proof in every dimension then says that it is for d ≥ 2."""
    xp = namespace(rows)
    return xp.has_one_entry(rows) if isinstance(xp, ObjectNamespace) else bool(rows.shape[-1] == 1)


def squared_norm(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    r"""Return :math:`\|x\|^2`; see :func:`rescaled` for inputs of extreme size."""
    return dot(x, x, axis=axis, keepdims=keepdims)


def _safe_exponent(dtype: Any, xp: Any) -> int:
    """Return k such that squares in [2^-k, 2^k] may be multiplied and divided with bits to spare.

    Half of the dtype's exponents, less some for sums: 500 for float64, 60 for float32 and bfloat16, 4 for float16.
    """
    most = _largest_exponent(dtype) if xp is np else math.frexp(float(xp.finfo(dtype).max))[1]
    return min(500, most // 2 - 4)


@cache
def _largest_exponent(dtype: np.dtype[Any]) -> int:
    return int(np.finfo(dtype).maxexp)


def rescaled(x: Array) -> tuple[Array, Array | int]:
    r"""Return ``(y, s)`` with :math:`x = s\,y` row by row, :math:`s` a power of two and :math:`\|y\|^2` safe.

    Rows are the last axis; ``s`` has one entry a row, or is the int 1 where no row needs scaling (as in
    exact arithmetics always).  Since ``s`` is a power of two, scaling is exact, and so a computation on
    ``y`` commutes bit for bit with a rescaling of ``x`` by powers of two, whichever branch is taken.
    """
    xp = namespace(x)
    if isinstance(xp, ObjectNamespace):
        return x, 1
    if xp is not np:
        return _rescaled_array_api(x, xp)
    if ordinary_squares(x) is not None:
        return x, 1
    _, safe = _safe_squares(x)
    if safe.all():
        return x, 1
    real = x.real if x.dtype.kind == "c" else x
    largest = np.abs(real).max(axis=-1, initial=0)
    exponents = np.where(safe | ~np.isfinite(largest), 0, np.frexp(largest)[1])
    limits = np.finfo(real.dtype)
    exponents = np.clip(exponents, limits.minexp, limits.maxexp - 1)  # the scale and its inverse must be finite
    scale = np.ldexp(np.ones((), real.dtype), exponents)
    return x / scale[..., None], scale


def scaled_square(x: Array) -> tuple[Array, Array | int]:
    r"""Return ``(q, s)`` with :math:`\|x\|^2 = s^2 q` row by row, as ``y, s = rescaled(x)`` and :math:`q = \|y\|^2`."""
    squares = ordinary_squares(x)
    if squares is not None:
        return squares, 1
    y, s = rescaled(x)
    return squared_norm(y), s


def ordinary_squares(x: Array) -> Array | None:
    r"""Return :math:`\|x\|^2` of each row if ``x`` holds NumPy's real floats and no row needs scaling, else None.

    The squares are their own check: rows are then finite, none is zero, and :func:`rescaled` leaves them as they are.
    """
    if type(x) is not np.ndarray or x.dtype.kind != "f" or not x.size:
        return None
    low, high = ordinary_range(x.dtype)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        squares = np.vecdot(x, x)
    if squares.size == 1:
        return squares if low < squares.item() < high else None
    if _least(squares, axis=None) > low and _most(squares, axis=None) < high:  # NaN is neither
        return squares
    return None


_least, _most = np.minimum.reduce, np.maximum.reduce


@cache
def ordinary_range(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return the bounds between which :func:`ordinary_squares` takes a square as it is."""
    limit = 2.0 ** _safe_exponent(dtype, np)
    return 1 / limit, limit


def _safe_squares(x: Array) -> tuple[Array, Array]:
    """Return the squared norm of the real part of each row, and whether it may be used as it is."""
    real = x.real if x.dtype.kind == "c" else x
    limit = 2.0 ** _safe_exponent(real.dtype, np)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        squares = np.vecdot(real, real)
    return squares, (squares < limit) & (squares > 1 / limit)


def _rescaled_array_api(x: Array, xp: Any) -> tuple[Array, Array]:
    """Scale without branching on values, as traced arrays demand."""
    largest = xp.max(xp.abs(x), axis=-1)
    half = _safe_exponent(x.dtype, xp) / 2
    usable = xp.isfinite(largest) & (largest > 0)
    logs = xp.floor(xp.log2(xp.where(usable, largest, xp.ones_like(largest))))
    exponents = xp.where(xp.abs(logs) < half, xp.zeros_like(logs), logs)
    scale = xp.pow(xp.full_like(largest, 2.0), exponents)
    return x / scale[..., None], scale


def norm(x: Array, keepdims: bool = False) -> Array:
    r"""Return :math:`\|x\|` over the last axis; neither over- nor underflows where the norm itself does not."""
    squares = ordinary_squares(x)
    if squares is not None:
        root = np.sqrt(squares)
        return root[..., None] if keepdims else root
    y, s = rescaled(x)
    xp = namespace(y)
    if xp is BALLS:
        root = BALLS.sqrt_of_square
    else:
        root = xp.sqrt if isinstance(xp, ObjectNamespace) or xp is np else _differentiable_root
    scale = s[..., None] if keepdims and not isinstance(s, int) else s
    return root(squared_norm(y, keepdims=keepdims)) * scale


def _differentiable_root(squares: Array) -> Array:
    """Return the square root, with the derivative 0 at 0, where the chain rule would make NaN of 0/0."""
    xp = namespace(squares)
    zero = squares == 0
    return xp.where(zero, squares, xp.sqrt(xp.where(zero, xp.ones_like(squares), squares)))


def sinc(x: Array) -> Array:
    r"""Return :math:`\sin(x)/x`, with the value 1 at 0."""
    xp = namespace(x)
    if xp is BALLS:
        return BALLS.sinc(x)
    zero = x == 0
    if type(x) is np.ndarray and x.dtype.kind == "f" and not zero.any():
        return np.sin(x) / x
    safe = xp.where(zero, xp.ones_like(x), x)
    return xp.where(zero, xp.ones_like(x), xp.sin(safe) / safe)
