"""What models do with the arrays that define them: check them once, and match them to the weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic, shown
from psitheory.layout import as_real


def checked(x: Array, name: str, *shape: int | None) -> Array:
    """Return ``x`` as a finite real array whose shape is ``shape`` (None: any length but zero).

    Raises
    ------
    ArgumentError
        If the shape differs, or an entry is infinite or NaN.
    ArgumentTypeError
        If the entries are not floating-point numbers (or exact ones).
    """
    x = as_real(x, name)
    fits = x.ndim == len(shape) and all(n == (k or max(n, 1)) for n, k in zip(x.shape, shape, strict=True))
    if not fits:
        axes = "axis" if len(shape) == 1 else "axes"
        needed = f"of {len(shape)} {axes}, each of size 1 or more,"
        if any(shape):
            needed = f"of shape ({', '.join('any size' if k is None else str(k) for k in shape)}),"
        raise ArgumentError(f"{name} has the shape {tuple(x.shape)}; an array {needed} is needed")
    if not bool(np.all(np.asarray(namespace(x).isfinite(x)))):
        raise ArgumentError(f"{name} holds an entry that is not finite; finite numbers are needed")
    return x


def matched(data: Array, w: Array) -> Array:
    """Return ``data`` in the arithmetic and precision of ``w``, exact where floats become balls or ratios."""
    if not isinstance(data, np.ndarray) or data.dtype == object:
        return data
    if type(w) is np.ndarray and w.dtype != object:
        dtype = w.real.dtype
        return data if data.dtype == dtype else data.astype(dtype)
    xp = namespace(w)
    if isinstance(xp, ObjectNamespace):
        return xp.asarray(data)
    return xp.asarray(data, dtype=w.dtype) if xp is not np else data


def check_width(w: Array, n: int, name: str = "w") -> None:
    """Raise unless ``w`` is an array (..., n) of floats, complex numbers (for the complex step) or exact ones.

    Broadcasting would hide another width, and integers would round the data that are matched to them; a matrix
    multiplies in its own way, and a mask hides what is computed with.
    """
    if not hasattr(w, "ndim"):
        raise ArgumentTypeError(f"{name} is {shown(w)}; an array is needed")
    if isinstance(w, (np.matrix, np.ma.MaskedArray)):
        kind, remedy = ("matrix", "np.asarray") if isinstance(w, np.matrix) else ("masked array", "x.filled(…)")
        raise ArgumentTypeError(f"{name} is a {kind}; a plain array, such as {remedy} makes, is needed")
    if w.ndim < 1 or w.shape[-1] != n:
        raise ArgumentError(f"{name} has the shape {tuple(w.shape)}; its last axis must be {n}")
    if isinstance(w, (np.ndarray, np.generic)):
        fits = w.dtype.kind in "fc" or (w.dtype.kind == "O" and (not w.size or namespace(w) is not np))
    else:
        fits = namespace(w).isdtype(w.dtype, ("real floating", "complex floating"))
    if not fits:
        raise ArgumentTypeError(f"{name} has the dtype {w.dtype}; a real floating-point dtype is needed")


def check_numpy(w: Array, n: int, model: str, name: str = "w") -> None:
    """Raise unless ``w`` is an array (..., n) of NumPy's, for models that compute with no other library's.

    Raises
    ------
    ArgumentError, ArgumentTypeError
    NotInArithmetic
        If it is an array of another library.
    """
    check_width(w, n, name)
    if not isinstance(w, np.ndarray):
        came = f"an array of {type(w).__module__.split('.')[0]}"
        raise NotInArithmetic(f"{name} is {came}; {model} computes in NumPy, of which an array is needed")


def check_floats(w: Array, n: int, model: str, name: str = "w") -> None:
    """Raise unless ``w`` is a NumPy array (..., n) of floats or complex numbers, for models that compute in no other.

    Raises
    ------
    ArgumentError, ArgumentTypeError
    NotInArithmetic
        If it is an array of another library, or holds exact numbers.
    """
    check_numpy(w, n, model, name)
    if w.dtype.kind == "O":
        raise NotInArithmetic(f"{name} has the dtype object; {model} computes in floats, of which an array is needed")


def labels_of(targets: Any, name: str, needed: str) -> np.ndarray:
    """Return class labels as an array (N,) of integers.

    Raises
    ------
    ArgumentTypeError
        If they are something else: numbers with a fraction, words, an array with a mask.
    """
    try:
        labels = np.asarray(targets)
    except (RuntimeError, TypeError, ValueError):  # lists of different lengths, a tensor that requires a gradient
        labels = np.empty(0)
    if isinstance(targets, np.ma.MaskedArray) or labels.dtype.kind not in "iu" or labels.ndim != 1 or not labels.size:
        raise ArgumentTypeError(f"{name} is {shown(targets)}; {needed} needed")
    return labels


def check_nonnegative(value: Any, name: str) -> None:
    """Raise unless ``value`` is a number of at least 0, or an element of an exact arithmetic or a ball.

    Raises
    ------
    ArgumentError
        If it is negative, infinite or NaN.
    ArgumentTypeError
        If it is no real number.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if type(value).__module__.startswith(("flint.", "sympy.", "psitheory.arithmetic.")):
        return
    if not isinstance(value, (int, float, np.floating, np.integer)):
        raise ArgumentTypeError(f"{name} is {shown(value)}; zero or a positive number is needed")
    if not 0 <= value < np.inf:
        raise ArgumentError(f"{name} is {shown(value)}; zero or a positive number is needed")


def refuse_batch(batch: Any, model: str) -> None:
    """Raise if a batch is given to a model that has no samples."""
    if batch is not None:
        raise ArgumentError(f"batch is {shown(batch)}; {model} has no samples, so batch must be None")


def divided(x: Array, s: Array | int) -> Array:
    """Return ``x / s`` row by row, for the scale ``s`` of :func:`~psitheory.arithmetic.rescaled`."""
    return x if isinstance(s, int) else x / s[..., None]
