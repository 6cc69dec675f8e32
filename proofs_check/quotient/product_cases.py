"""Where claim A5 is tried: quotients, with and without a free part, and instances by the sizes of their blocks."""

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import namespace
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.strategies import points, pythagorean_points, quotients

QUOTIENT = {"psi": quotients(), "w": points("psi")}
EXACT = {"psi": quotients(), "w": pythagorean_points("psi")}
CLOSED = {
    "psi": st.sampled_from([PSIQuotient(Layout.of(sizes)) for sizes in ([2], [3], [2, 2], [1, 2], [2, 1, 3])]),
    "w": points("psi"),
}
"""Quotients without free part, so that every component is compact."""


def case(sizes, *arrays, names="wxy"):
    """Return an instance with blocks of these sizes, and its arrays by their names."""
    found = {name: np.array(array, dtype=float) for name, array in zip(names, arrays, strict=False)}
    return {"psi": PSIQuotient(Layout.of(sizes)), **found}


def pi(like):
    """Return π in the arithmetic of an array, for each point of it."""
    xp = namespace(like)
    return 4 * xp.atan(xp.ones_like(like[..., :1]))[..., 0]
