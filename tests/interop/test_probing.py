"""By which powers of two the entries of a tensor were multiplied, if exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from psitheory.scaletypes.models.torch.probing import _powers

NUMBERS = st.lists(st.floats(-4, 4).map(lambda x: round(x, 6)), min_size=4, max_size=4).map(np.array)
EXPONENTS = st.lists(st.integers(-30, 30), min_size=4, max_size=4).map(np.array)


@given(NUMBERS, EXPONENTS)
def test_powers_are_found_where_numbers_are_not_zero(x: Any, k: Any) -> None:
    found: Any = _powers(torch.from_numpy(x), torch.from_numpy(np.ldexp(x, k)))
    assert found.tolist() == np.where(x == 0, 0, k).tolist()
    assert found.dtype == np.int64


@given(NUMBERS.filter(np.all), st.integers(0, 3))
def test_what_is_no_power_of_two_is_told(x: Any, i: int) -> None:
    for factor in (3.0, 1 + 2.0**-50, -2.0, 0.0, np.inf, np.nan):
        other = x.copy()
        other[i] *= factor
        assert _powers(torch.from_numpy(x), torch.from_numpy(other)) is None
    assert _powers(torch.zeros(1), torch.ones(1)) is None


def test_a_complex_number_is_multiplied_as_its_parts_are() -> None:
    z = torch.tensor([1 + 3j, 2 + 0j, 0j], dtype=torch.complex128)
    found: Any = _powers(z, z * torch.tensor([4.0, 0.5, 8.0]))
    assert found.tolist() == [2, 0, 0]  # the larger of both parts: of a part that is zero it is unknown


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool])
def test_whole_numbers_are_not_multiplied(dtype: Any) -> None:
    x = torch.tensor([[1, 0], [1, 1]], dtype=dtype)
    assert np.array_equal(_powers(x, x.clone()), np.zeros((2, 2)))  # type: ignore[arg-type]
    assert _powers(x, 1 - x.to(torch.int64)) is None
