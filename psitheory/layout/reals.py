"""What counts as an array of real numbers."""

from __future__ import annotations

import math
from numbers import Number

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentTypeError, shown


def as_real(x: Array, name: str) -> Array:
    """Return ``x`` as a real floating-point (or exact) array; lists of numbers become float64.

    Raises
    ------
    ArgumentTypeError
        For strings, booleans, complex numbers, integer arrays and arrays with a mask.
    """
    if type(x) is np.ndarray and x.dtype.kind == "f":
        return x
    x = as_floating(x, name)
    xp = namespace(x)
    is_complex = not isinstance(xp, ObjectNamespace) and xp.isdtype(x.dtype, "complex floating")
    if is_complex:
        raise ArgumentTypeError(f"{name} has the dtype {x.dtype}; a real floating-point dtype is needed")
    return x


def as_floating(x: Array, name: str) -> Array:
    """Return ``x`` as a floating-point (or exact) array, real or complex; lists of numbers become float64.

    Raises
    ------
    ArgumentTypeError
        For strings, booleans, integer arrays and arrays with a mask.
    """
    if isinstance(x, np.ma.MaskedArray):  # computations would see what the mask hides
        raise ArgumentTypeError(f"{name} is a masked array; an array without a mask, such as x.filled(…), is needed")
    if isinstance(x, (list, tuple, int, float)):
        try:
            x = np.asarray(x, dtype=float)
        except (TypeError, ValueError) as error:
            raise ArgumentTypeError(f"{name} is {shown(x)}; an array of real numbers is needed") from error
    elif isinstance(x, np.ndarray):
        x = np.asarray(x)  # a matrix would multiply in its own way
    dtype = getattr(x, "dtype", None)
    if dtype is None or not hasattr(x, "shape"):
        raise ArgumentTypeError(f"{name} is {shown(x)}; an array of real numbers is needed")
    xp = namespace(x)
    if isinstance(xp, ObjectNamespace):
        return x
    kinds = ("real floating", "complex floating")
    if not (x.dtype.kind in "fc" if xp is np else xp.isdtype(dtype, kinds)):
        raise ArgumentTypeError(f"{name} has the dtype {dtype}; a real floating-point dtype is needed")
    return x


def is_plain(x: Array) -> bool:
    """Tell whether ``x`` is an array of NumPy's, of numbers that are computed with as they are."""
    if type(x) is not np.ndarray or x.dtype.kind not in "fcO":
        return False
    if x.dtype.kind == "O" and namespace(x) is np:  # of plain numbers, as exact arithmetics leave where all cancels
        return all(isinstance(entry, Number) for entry in x.flat)
    return True


def is_known_finite(x: np.ndarray) -> bool:
    """Tell whether the sum of the squares of real floats is finite, and so each of them; if not, nothing is known."""
    if x.dtype.kind != "f" or not x.ndim:
        return False
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return math.isfinite(np.add.reduce(np.vecdot(x, x), axis=None))


def is_zero(rows: Array) -> Array:
    """Tell of each row (..., d) whether all of it is exactly zero."""
    xp = namespace(rows)
    if isinstance(xp, ObjectNamespace):
        return xp.zero_rows(rows)
    return xp.all(rows == 0, axis=-1)
