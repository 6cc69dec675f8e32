"""Laws about complex numbers are judged in balls, which know what cancels; what arrays hide of them refutes nothing."""

from __future__ import annotations

import cmath
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import acb, arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory import Verdict, at_most, equal
from psitheory.arithmetic.ball import Ball, ComplexBall
from psitheory.checking import FLOATS, law
from psitheory.errors import BranchUndecided, MadeAFloat
from psitheory.runner import check_law
from psitheory.runner.judging.judge import judge

Z, W = st.complex_numbers(max_magnitude=1e6), st.complex_numbers(max_magnitude=10)

TRUE: dict[str, Callable[..., Any]] = {
    "what cancels": lambda z, w: equal((z + w) - z, w),
    "products": lambda z, w: equal(abs(z * w), abs(z) * abs(w)),
    "parts": lambda z, w: equal(w * w.conjugate(), w.real**2 + w.imag**2),
    "powers": lambda z, w: equal(w**3, w * w * w),
    "exponentials": lambda z, w: equal(np.exp(w) * np.exp(-w), 1),
    "functions of cmath": lambda z, w: equal(cmath.exp(w) * cmath.exp(-w), 1),
    "constants": lambda z, w: equal(0.1 * w + 0.2 * w, 0.3 * w),
    "imaginary constants": lambda z, w: equal(z * 1j * 1j, -z),
    "real parts in arrays": lambda z, w: equal(np.array([z, w]).real.sum(), z.real + w.real),
    "imaginary parts in arrays": lambda z, w: equal(np.imag(np.array([z, w])).sum() + 1, (z + w).imag + 1),
    "a bound": lambda z, w: at_most(abs(z + w), abs(z) + abs(w)),
    "a branch": lambda z, w: equal(abs(w * w) if abs(w) < 1 else abs(w) ** 2, abs(w) ** 2),
}
FALSE: dict[str, Callable[..., Any]] = {
    "sums": lambda z, w: equal(abs(z + w), abs(z) + abs(w)),
    "a relative error": lambda z, w: equal(w * (1 + 1e-9), w),
    "differences in arrays": lambda z, w: equal(np.array([z, w]).real.sum(), z.real - w.real),
    "a bound that is nearly met": lambda z, w: at_most(w.real, 0.999 * abs(w)),
    "numbers that are equal": lambda z, w: equal(int(z == w), 0),
}


@pytest.mark.parametrize("says", TRUE)
def test_what_is_true_of_complex_numbers_holds(says: str) -> None:
    made = law(z=Z, w=W)(TRUE[says])
    made.counterfeit(lambda z, w: equal(0, 1))
    report = check_law(made)
    assert report.verdict is Verdict.HOLDS, report.note


@pytest.mark.parametrize("says", FALSE)
def test_what_is_false_of_complex_numbers_is_refuted(says: str) -> None:
    assert check_law(law(z=Z, w=W)(FALSE[says])).verdict is Verdict.REFUTED, inspect.getsource(FALSE[says])


FOURIER = np.exp(-2j * np.pi * np.outer(np.arange(3), np.arange(3)) / 3)
LIST = st.lists(st.floats(-10, 10), min_size=3, max_size=3)

TRUE_OF_ARRAYS: dict[str, Callable[..., Any]] = {
    "sizes of real parts": lambda x, z: equal(np.abs(z.real), np.abs(x)),
    "parts that are turned": lambda x, z: equal(np.abs((1j * z).imag), np.abs(z.real)),
    "norms": lambda x, z: equal(np.linalg.norm(z) ** 2, np.sum(z.real**2 + z.imag**2)),
    "bounds on parts": lambda x, z: at_most(np.real(z), np.abs(z)),
    "floats that are complex": lambda x, z: equal(np.sum(np.abs(FOURIER @ x) ** 2), 3 * np.sum(np.square(x))),
    "right angles": lambda x, z: equal(np.sum(np.abs(np.exp(0.5j * np.pi) * np.array(x) + x) ** 2), 2 * np.dot(x, x)),
    "sizes alone": lambda x, z: equal(np.abs(2 * z), 2 * np.abs(z)),
}
FALSE_OF_ARRAYS: dict[str, Callable[..., Any]] = {
    "a bound on both parts": lambda x, z: at_most(np.abs(z.real) + np.abs(z.imag), 1.4 * np.abs(z)),
    "real parts that are turned": lambda x, z: equal(np.abs((1j * z).real), np.abs(z.real)),
    "floats that are not the roots": lambda x, z: equal(np.sum(np.abs(FOURIER @ x) ** 2), 3.0001 * np.dot(x, x)),
    "real numbers": lambda x, z: equal(int(np.all(np.isreal(z))), 1),
}


def of_arrays(says: Callable[..., Any]) -> Any:
    made = law(x=LIST, y=LIST)(lambda x, y: says(x, np.array(x) + 1j * np.array(y)))
    made.counterfeit(lambda x, y: equal(0, 1))
    return check_law(made)


@pytest.mark.parametrize("says", TRUE_OF_ARRAYS)
def test_what_is_true_of_parts_of_arrays_holds(says: str) -> None:
    report = of_arrays(TRUE_OF_ARRAYS[says])
    assert report.verdict is Verdict.HOLDS, report.note


@pytest.mark.parametrize("says", FALSE_OF_ARRAYS)
def test_what_is_false_of_parts_of_arrays_is_refuted(says: str) -> None:
    assert of_arrays(FALSE_OF_ARRAYS[says]).verdict is Verdict.REFUTED


def test_parts_that_are_lost_by_less_than_rounding_refute_nothing() -> None:
    def law(x: Any, y: Any) -> Any:
        return equal(np.abs((np.array(x) + 1j * np.array(y)).real), np.abs(x))

    assert judge(FLOATS, law, {"x": [0.0, 1.0, 0.0], "y": [0.0, 0.0, 1e-223]}).status == "passed"


@given(W, W, st.floats(0, 1))
def test_complex_balls_are_equal_where_all_points_are(z: complex, w: complex, radius: float) -> None:
    one = ComplexBall(acb(arb(z.real, radius), arb(z.imag, radius)))
    if radius == 0:
        assert (one == w) is (z == w)
        assert (one != w) is (z != w)
    elif max(abs(z.real - w.real), abs(z.imag - w.imag)) > radius * (1 + 2**-20):  # radii have some thirty digits
        assert one != w
    elif max(abs(z.real - w.real), abs(z.imag - w.imag)) <= radius:
        with pytest.raises(BranchUndecided):
            assert one == w
    assert isinstance(one * w, ComplexBall)
    assert isinstance(abs(one), Ball)
    assert isinstance(one.real, Ball)
    assert isinstance(Ball(2) * one, ComplexBall)
    with pytest.raises(MadeAFloat):
        complex(one)
