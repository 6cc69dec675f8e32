"""Passes compiled by numba, an optional extra: each repeats a NumPy formula that stays, in fewer trips through memory.

Nothing is compiled unless a model is made with ``engine="numba"``.  Sums are taken in an order that depends on shapes
alone, and nothing is flushed to zero, so that rescalings by powers of two still commute with these passes bit for bit;
they equal NumPy's to rounding.  A pass that meets rows of extreme size, or numbers that are not finite, says so and
leaves them to NumPy's formula.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

import numpy as np

from psitheory.errors import ArgumentError, shown

Engine: TypeAlias = Literal["numpy", "numba"]
"""By what single and double precision of NumPy are computed; all else takes the formulas as they stand."""

_DTYPES = frozenset({np.dtype(np.float32), np.dtype(np.float64)})  # in the byte order of this machine


def is_compiled(*arrays: Any) -> bool:
    """Tell whether all are arrays of NumPy's own class in single or double precision, which passes take."""
    return all(type(x) is np.ndarray and x.dtype in _DTYPES for x in arrays)


def check_engine(engine: object) -> None:
    """Raise unless ``engine`` is "numpy", or "numba" and numba is installed.

    Raises
    ------
    ArgumentError
        If it is not.
    """
    if engine not in ("numpy", "numba"):
        raise ArgumentError(f"engine is {shown(engine)}; 'numpy' or 'numba' is needed")
    if engine == "numba" and find_spec("numba") is None:
        raise ArgumentError("engine is 'numba', which is not installed; pip install 'psitheory[fast]' installs it")
