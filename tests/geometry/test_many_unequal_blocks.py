"""What many unequal blocks are computed to all at once is what each of them is by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout

SIZES = (3, 2, 4, 2, 5, 3, 2, 4, 6, 2, 3)
FREE = 2
LAYOUT = Layout.of(SIZES, FREE)
ALONE = [PSIQuotient(Layout.of([size])) for size in SIZES]
ENDS = np.cumsum(SIZES)
BETWEEN: dict[str, Callable[..., Any]] = {
    "exp": lambda psi, w, z, x, y: psi.exp(w, x), "log": lambda psi, w, z, x, y: psi.log(w, z),
    "transport": lambda psi, w, z, x, y: psi.transport(w, z, x),
}  # fmt: skip


def pieces(array: Any) -> list[Any]:
    return np.split(array[..., : ENDS[-1]], ENDS[:-1], axis=-1)


@pytest.mark.parametrize("name", [*BETWEEN, "angles"])
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([1e-160, 1e-3, 1.0, 50.0, 1e160]), long=st.booleans())
def test_all_at_once_is_each_by_itself(name: str, seed: int, size: float, long: bool) -> None:
    assert LAYOUT.is_ragged
    rng = np.random.default_rng(seed)
    psi = PSIQuotient(LAYOUT)
    scales = np.exp(rng.normal(size=(2, LAYOUT.m))) * (size if long else 1.0)
    w, z = (LAYOUT.scale(scales, rng.normal(size=(2, LAYOUT.n))) for _ in range(2))
    x = psi.horizontal(w, LAYOUT.scale(scales, rng.normal(size=(2, LAYOUT.n))))
    each = zip(ALONE, *map(pieces, (w, z, x)), strict=True)
    if name == "angles":
        expected = np.concatenate([one.angles(u, v) for one, u, v, _ in each], axis=-1)
        np.testing.assert_allclose(psi.angles(w, z), expected, rtol=1e-11)
        return
    found, rule = BETWEEN[name](psi, w, z, x, None), BETWEEN[name]
    for (one, u, v, y), part in zip(each, pieces(found), strict=True):
        expected = rule(one, u, v, y, None)
        np.testing.assert_allclose(part, expected, rtol=1e-10, atol=1e-11 * np.abs(expected).max())
    free = {"exp": w + x, "log": z - w, "transport": x}[name]
    np.testing.assert_array_equal(found[..., -FREE:], free[..., -FREE:])
