"""Methods of JAX are compiled where a derivative calls them many times, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance.manifolds.floats.compiled import OFTEN, Compiled, repeated
from psitheory.conformance.manifolds.floats.jets import jet

jnp = pytest.importorskip("jax.numpy")


class Counted:
    """A method that counts how often its Python runs."""

    def __init__(self, f):
        self.f, self.runs = f, 0

    def __call__(self, *x):
        self.runs += 1
        return self.f(*x)


def called(method, times):
    compiled = Compiled()
    return [np.asarray(compiled("exp", method, (jnp.asarray([1.0, k]),))) for k in range(times)]


def test_a_method_is_compiled_once_it_was_called_often_inside_of_a_derivative_alone():
    method = Counted(lambda x: jnp.sinh(x) + 1)
    plain = called(method, 3 * OFTEN)
    assert method.runs == 3 * OFTEN
    method.runs = 0
    with repeated():
        np.testing.assert_allclose(called(method, 3 * OFTEN), plain, rtol=1e-6)
    assert method.runs == OFTEN + 1


def test_a_method_that_branches_on_values_runs_as_it_is():
    method = Counted(lambda x: x if x[1] > 20 else -x)
    with repeated():
        found = called(method, 2 * OFTEN)
    np.testing.assert_array_equal(found, [[1, k] if k > 20 else [-1, -k] for k in range(2 * OFTEN)])


def test_what_a_method_raises_comes_out():
    def method(x):
        raise ZeroDivisionError("by hand")

    with repeated(), pytest.raises(ZeroDivisionError, match="by hand"):
        called(method, 1)


def test_derivatives_of_curves_are_those_of_methods_that_are_compiled_for_them():
    compiled, method = Compiled(), Counted(jnp.sin)
    found = jet(lambda t: np.asarray(compiled("exp", method, (jnp.asarray([t, 2 * t]),)), float), at=0.5)
    assert method.runs < 2 * OFTEN
    np.testing.assert_allclose(found.first, [np.cos(0.5), 2 * np.cos(1.0)], rtol=1e-4)
