"""Geometry on JAX arrays gives NumPy's numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from psitheory.errors import ArgumentError
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout

from .geometry_reference import METHODS, check_float32, check_numbers

jax.config.update("jax_enable_x64", True)  # JAX is in float32 otherwise


@pytest.mark.parametrize(("name", "method"), METHODS)
@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_arrays_give_the_same_numbers(name: str, method: str, shape: tuple[int, ...]) -> None:
    check_numbers(name, method, shape, jnp.asarray)


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_float32_stays_float32(name: str, method: str) -> None:
    check_float32(name, method, jnp.asarray)


def test_extreme_norms_and_bad_points_are_treated_alike() -> None:
    psi = PSIQuotient(Layout.of([2, 2]))
    w = jnp.asarray([3e300, 4e300, 3e-300, 4e-300])
    np.testing.assert_allclose(psi.canonical(w), [0.6, 0.8, 0.6, 0.8], rtol=1e-15)
    with pytest.raises(ArgumentError, match="w is zero in w2"):
        psi.canonical(jnp.asarray([1.0, 0.0, 0.0, 0.0]))
    with pytest.raises(ArgumentError, match="w is not finite in w1"):
        psi.canonical(jnp.asarray([1.0, float("nan"), 1.0, 0.0]))
