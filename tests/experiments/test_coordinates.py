"""Coordinates of compiled passes: exact without a basis, right in one, the same for weights apart by powers of two."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from psitheory.experiments.coordinates import Coordinates
from psitheory.layout import Layout
from psitheory.strategies.layouts import layouts

seeds = st.integers(0, 2**32 - 1)


@given(layouts(), seeds, st.data())
def test_powers_of_two_stand_beside_rows_that_stay_where_they_are(layout, seed, data):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(2, layout.n))
    exponents = data.draw(st.lists(st.integers(-1000, 1000), min_size=layout.m, max_size=layout.m))
    a = np.ldexp(1.0, np.array(exponents, int))
    coordinates = Coordinates(layout)
    here, there = coordinates.of(w), coordinates.of(layout.scale(a, w))
    np.testing.assert_array_equal(there[:, : layout.n], here[:, : layout.n])
    np.testing.assert_array_equal(there[:, layout.n :], here[:, layout.n :] * a)
    np.testing.assert_array_equal(coordinates.weights(there), layout.scale(a, w))
    for row in layout.rows(here[:, : layout.n]):
        largest = np.abs(row).max(axis=-1)
        assert ((largest >= 1) & (largest < 2)).all()


@given(layouts(), seeds)
def test_where_sizes_matter_nothing_is_scaled(layout, seed):
    w = np.random.default_rng(seed).normal(size=(2, layout.n)) * 100
    x = Coordinates(layout, are_scaled=False).of(w)
    np.testing.assert_array_equal(x, np.concatenate([w, np.ones((2, layout.m))], axis=-1))


@given(seeds, st.integers(2, 9), st.sampled_from([-1000, -700, 0, 700, 1000]))
def test_a_basis_turns_weights_and_turns_them_back(seed, d, exponent):
    rng = np.random.default_rng(seed)
    basis, w = np.linalg.qr(rng.normal(size=(d, d)))[0], rng.normal(size=(3, d))
    coordinates = Coordinates(Layout.of([d]), basis=basis)
    x = coordinates.of(np.ldexp(w, exponent))
    # an orthonormal basis keeps norms, and d products a sum lose at most d + 2 units of rounding each way
    bound = 4 * (d + 2) * np.finfo(float).eps * np.linalg.norm(w, axis=-1, keepdims=True)
    assert (np.abs(x[:, :d] * np.ldexp(x[:, d:], -exponent) - w @ basis) <= bound).all()
    assert (np.abs(np.ldexp(coordinates.weights(x), -exponent) - w) <= bound * d).all()
