"""Linear equations in three arithmetics."""

import numpy as np
import pytest

from psitheory.arithmetic import precision, to_balls, to_floats, to_rationals
from psitheory.arithmetic.linear import solve
from psitheory.errors import NotInArithmetic, Undecided

MATRIX = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]])
VECTOR = np.array([1.0, -2.0, 0.5])


def test_all_arithmetics_agree():
    exact = solve(to_rationals(MATRIX), to_rationals(VECTOR))
    assert (to_rationals(MATRIX) @ exact == to_rationals(VECTOR)).all()
    np.testing.assert_allclose(solve(MATRIX, VECTOR), to_floats(exact), rtol=1e-14)
    with precision(128):
        enclosed = solve(to_balls(MATRIX), to_balls(VECTOR))
        assert all(ball.contains(x) and float(ball.rad()) < 1e-30 for ball, x in zip(enclosed, exact, strict=True))


def test_singular_matrices():
    singular = np.ones((3, 3))
    assert np.isnan(solve(singular, VECTOR)).all()
    both = solve(np.stack([MATRIX, singular]), np.stack([VECTOR, VECTOR]))
    np.testing.assert_array_equal(both[0], solve(MATRIX, VECTOR))
    assert np.isnan(both[1]).all()
    with pytest.raises(NotInArithmetic, match="singular"):
        solve(to_rationals(singular), to_rationals(VECTOR))
    with pytest.raises(Undecided, match="may be singular"):
        solve(to_balls(singular), to_balls(VECTOR))
