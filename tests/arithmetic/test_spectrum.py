"""Enclosures of eigenvalues hold them, in order, where they are equal or near too."""

from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.conditioning import f4_centring_and_scaling as f4
from psitheory.arithmetic import precision, to_balls, to_floats, to_rationals, widened
from psitheory.arithmetic.balls import enclosure
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.arithmetic.spectrum import nearly_diagonal, symmetric_spectrum
from psitheory.errors import Undecided

seeds = st.integers(0, 2**16)
ROUTES = [symmetric_spectrum, lambda matrix: nearly_diagonal([[enclosure(x) for x in row] for row in matrix])]


def reflected(values: list[int], seed: int) -> Any:
    """Return a symmetric rational matrix with these eigenvalues, which a reflection makes of a diagonal one."""
    q = to_rationals(np.random.default_rng(seed).integers(1, 9, len(values)).astype(float))
    turn = RATIONALS.eye(len(values)) - 2 * q[:, None] * q[None, :] / (q @ q)
    return turn @ (turn * to_rationals(np.array(values, dtype=float))).T


@pytest.mark.parametrize("route", ROUTES)
@given(st.lists(st.integers(-2, 2), min_size=2, max_size=5), seeds)
def test_equal_eigenvalues_are_enclosed_one_by_one(route: Any, values: list[int], seed: int) -> None:
    with precision(128):
        found = route(to_balls(reflected(values, seed)))
    for ball, value in zip(found, sorted(values), strict=True):
        assert ball.contains(value)
        assert ball.rad() < 2.0**-100  # rounding at 128 bits of numbers of size 2, some dozen times over


@pytest.mark.parametrize("route", ROUTES)
@given(st.integers(1, 5), seeds, st.sampled_from([53, 64, 512]))
def test_eigenvalues_are_those_of_floats(route: Any, d: int, seed: int, bits: int) -> None:
    square = np.random.default_rng(seed).normal(size=(d, d))
    matrix = square + square.T
    with precision(bits):
        found = route(to_balls(matrix))
    rounding = 8 * d * np.finfo(float).eps * np.linalg.norm(matrix)
    np.testing.assert_allclose(to_floats(np.array(found)), np.linalg.eigvalsh(matrix), rtol=0, atol=rounding)
    assert sum(found, arb(0)).overlaps(sum(to_balls(np.diag(matrix)), arb(0)))


@pytest.mark.parametrize("route", ROUTES)
@given(st.lists(st.integers(-2, 2), min_size=2, max_size=4), seeds, st.integers(1, 40))
def test_wide_matrices_hold_the_eigenvalues_of_each_matrix_in_them(
    route: Any, values: list[int], seed: int, k: int
) -> None:
    square = to_floats(reflected(values, seed))
    matrix = (square + square.T) / 2
    noise = np.random.default_rng(seed).uniform(-1, 1, matrix.shape)
    with precision(64):
        wide = widened(matrix, 2**k)
        near = matrix * (1 + 2.0 ** (k - 54) * (noise + noise.T) / 2)  # half of a spacing, 2^k times
        each = route(to_balls(near))
        for ball, wider in zip(each, route(wide), strict=True):
            assert wider.overlaps(ball)


def test_a_condition_number_is_enclosed_whose_eigenvalues_flint_does_not_part() -> None:
    inputs = np.array([[-2.0, -9.0, 2.0], [1.0, 2.0, -7.0], [5.0, -4.0, 1.0], [-6.0, -1.0, 0.0]])
    for bits in (64, 512):
        with precision(bits):
            ball = f4._condition(f4._scaled(to_balls(inputs)))
            assert ball.rad() < 2.0 ** (16 - bits) * ball.mid()  # some hundred roundings, κ² is 12
    assert abs(float(ball.mid()) - float(f4._condition(f4._scaled(inputs)))) < 1e-12 * float(ball.mid())


def test_a_diagonal_with_equal_entries_has_an_exact_spectrum() -> None:
    assert list(symmetric_spectrum(to_balls(np.diag([2.0, -1.0, 2.0])))) == [-1, 2, 2]


def test_wide_diagonals_are_in_order_whatever_their_middles() -> None:
    low, high = symmetric_spectrum([[arb(1, 10), arb(0)], [arb(0), arb(2)]])
    assert all(low.contains(min(x, 2)) and high.contains(max(x, 2)) for x in (-9, 1, 2, 11))


def test_an_entry_without_bounds_is_not_decided() -> None:
    with pytest.raises(Undecided, match="an entry of a matrix"):
        symmetric_spectrum([[arb(1), arb(0, float("inf"))], [arb(0, float("inf")), arb(1)]])
