"""Every method of every geometry on arrays of another library, against NumPy's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.geometry.cases import EPS
from tests.geometry.methods import MANIFOLDS, METHODS, inputs, of, sizes

__all__ = ["METHODS", "check_float32", "check_numbers"]


def check_numbers(name: str, method: str, shape: tuple[int, ...], there: Callable[[Any], Any]) -> None:
    """Compare one method on float64 arrays made by ``there``."""
    given = inputs(name, 3, shape)
    expected = of(method)(MANIFOLDS[name], given)
    found = of(method)(MANIFOLDS[name], {key: there(value) for key, value in given.items()})
    assert type(found) is type(there(np.ones(1)))
    assert tuple(found.shape) == np.shape(expected)
    if method == "same_class":
        assert np.all(np.asarray(found) == expected)
        return
    assert np.asarray(found).dtype == np.float64
    assert np.all(np.abs(np.asarray(found) - expected) <= 64 * EPS * sizes(name, method, given, expected))


def check_float32(name: str, method: str, there: Callable[[Any], Any]) -> None:
    """Check that float32 in is float32 out."""
    given = inputs(name, 4, (3,), spread=20)
    found = of(method)(MANIFOLDS[name], {key: there(value.astype(np.float32)) for key, value in given.items()})
    assert np.asarray(found).dtype == (np.bool_ if method == "same_class" else np.float32)
