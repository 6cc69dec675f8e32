"""Passes are compiled for single and double precision; every other float is taken as NumPy's formulas take it."""

import numpy as np
import pytest

from psitheory.experiments import descend
from psitheory.geometry import CompiledPSIQuotient, PSIQuotient
from psitheory.layout import Layout
from psitheory.models import BatchNormMLP, Rayleigh
from psitheory.optimizers import PSIGradientDescent

pytest.importorskip("numba")

OTHERS = [np.dtype(name) for name in ("float16", "longdouble")] + [np.dtype(x).newbyteorder() for x in ("f4", "f8")]


def pairs(dtype):
    """A quotient and a network by both engines, on data of that kind."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 3)).astype(dtype), rng.integers(0, 3, 12)
    matrix = np.diag([1, 2, 4]).astype(dtype)
    yield tuple(Rayleigh(matrix, engine=engine) for engine in ("numpy", "numba"))
    yield tuple(BatchNormMLP(x, y, hidden=(2,), classes=3, engine=engine) for engine in ("numpy", "numba"))


def answers(model, w):
    """The loss and the gradient at w, and where a few steps lead."""
    seen = model.evaluate(w)
    return seen.loss, seen.gradient, descend(model, PSIGradientDescent(0.125), w, 3).final


@pytest.mark.parametrize("of_weights", [*OTHERS, np.dtype("f8")], ids=str)
@pytest.mark.parametrize("of_data", [*OTHERS, np.dtype("f8")], ids=str)
def test_models_of_other_floats_are_those_of_numpy(of_data, of_weights):
    """Up to rounding, since floats in another order of bytes are copied to this machine's, and compiled then."""
    for plain, fast in pairs(of_data):
        w = np.random.default_rng(1).normal(size=(2, plain.layout.n)).astype(of_weights)
        for expected, found in zip(answers(plain, w), answers(fast, w), strict=True):
            # a few dozen operations on numbers about 1, and three steps that turn by less than 1
            bound = 2**10 * max(float(np.finfo(x).eps) for x in (of_data, of_weights))
            np.testing.assert_allclose(found.astype(float), expected.astype(float), rtol=bound, atol=bound)
            assert found.dtype == expected.dtype


@pytest.mark.parametrize("dtype", OTHERS, ids=str)
def test_geometry_of_other_floats_is_that_of_numpy(dtype):
    layout = Layout.of([3, 2], 1)
    rng = np.random.default_rng(2)
    w, z, x = (rng.normal(size=6).astype(dtype) for _ in range(3))
    plain, fast = PSIQuotient(layout), CompiledPSIQuotient(layout)
    x = plain.horizontal(w, x)
    for name, points in {
        "horizontal": (w, x),
        "exp": (w, x),
        "log": (w, z),
        "dist": (w, z),
        "inner": (w, x, x),
    }.items():
        np.testing.assert_array_equal(getattr(fast, name)(*points), getattr(plain, name)(*points))
