"""What counts as an array of real numbers."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentTypeError, shown


def as_real(x: Array, name: str) -> Array:
    """Return ``x`` as a real floating-point (or exact) array; lists of numbers become float64.

    Raises
    ------
    ArgumentTypeError
        For strings, booleans, complex numbers and integer arrays.
    """
    if isinstance(x, (list, tuple, int, float)):
        try:
            x = np.asarray(x, dtype=float)
        except (TypeError, ValueError) as error:
            raise ArgumentTypeError(f"{name} is {shown(x)}; an array of real numbers is needed") from error
    dtype = getattr(x, "dtype", None)
    if dtype is None or not hasattr(x, "shape"):
        raise ArgumentTypeError(f"{name} is {shown(x)}; an array of real numbers is needed")
    xp = namespace(x)
    if isinstance(xp, ObjectNamespace):
        return x
    is_float = x.dtype.kind == "f" if xp is np else xp.isdtype(dtype, "real floating")
    if not is_float:
        raise ArgumentTypeError(f"{name} has the dtype {dtype}; a real floating-point dtype is needed")
    return x


def is_zero(rows: Array) -> Array:
    """Tell of each row (..., d) whether all of it is exactly zero."""
    xp = namespace(rows)
    if isinstance(xp, ObjectNamespace):
        flags = np.frompyfunc(lambda x: bool(x == 0), 1, 1)(rows)
        return np.all(np.asarray(flags, dtype=bool), axis=-1)
    return xp.all(rows == 0, axis=-1)
