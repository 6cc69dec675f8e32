r"""Derivatives of gradients, without differences: the complex step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psitheory.arithmetic import Array, norm
from psitheory.errors import NotInArithmetic


def complex_step_hessian_vector(gradient: Callable[[Array], Array], w: Array, x: Array) -> Array:
    r"""Return :math:`\nabla^2 f(w)\,x = \operatorname{Im}\nabla f(w + \mathrm{i}hx)/h`.

    Nothing is subtracted, so h may be so small that the error :math:`O(h^2)` is far below rounding; the
    step is a power of two near :math:`2^{-200}\|w\|/\|x\|` (:math:`2^{-40}` in float32), which no block
    of w that is up to :math:`2^{170}` (:math:`2^{25}`) times shorter than the whole notices.

    Parameters
    ----------
    gradient : callable
        Maps complex arrays (..., n) to the analytic continuation of the gradient: no conjugates, no
        absolute values, branches by real parts.
    w, x : array, (..., n)
        Real floats.

    Raises
    ------
    NotInArithmetic
        If ``w`` is not a NumPy array of floats: other arithmetics have no complex numbers.

    References
    ----------
    Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998.
    """
    if not (isinstance(w, np.ndarray) and w.dtype.kind == "f"):
        raise NotInArithmetic("a complex step needs a NumPy array of floats")
    dtype = np.result_type(w, x)
    exponent = np.frexp(norm(w))[1] - np.frexp(norm(x))[1] - (200 if dtype.itemsize > 4 else 40)
    lowest = np.finfo(dtype).minexp
    h = np.ldexp(np.ones((), dtype), np.clip(exponent, lowest, -lowest))[..., None]
    return np.asarray(gradient(w + 1j * (h * x)).imag / h, dtype=dtype)
