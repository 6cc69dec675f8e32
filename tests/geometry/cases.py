"""Random layouts, points and pairs of points of every difficulty, for the tests of geometry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.layout import Layout

EPS = np.finfo(float).eps
GAPS = (10.0, 1.0, 1e-3, 1e-6, 1e-9, 1e-12, 0.0)
"""The tangent of the angle from the first point of a pair, or from its antipode, to the second."""


@st.composite
def layouts(draw: Callable[..., Any]) -> Layout:
    sizes = draw(st.lists(st.integers(2, 5), min_size=1, max_size=3))
    return Layout.of(sizes, draw(st.integers(0, 2)))


@st.composite
def points(draw: Callable[..., Any], layout: Layout, spread: int = 900) -> Any:
    """Draw a point whose blocks have norms of about 2^±spread."""
    w = np.random.default_rng(draw(st.integers(0, 2**16))).normal(size=layout.n)
    k = draw(st.lists(st.integers(-spread, spread), min_size=layout.m, max_size=layout.m))
    return layout.scale(np.ldexp(1.0, k), w)


def beside(u: Any, gap: float, side: int, rng: np.random.Generator) -> Any:
    """Return a point at an angle of arctan(gap) from the unit vector u, or from its antipode."""
    across = rng.normal(size=u.shape)
    across -= np.vecdot(u, across)[..., None] * u
    return side * u + gap * across / np.linalg.norm(across, axis=-1, keepdims=True)


@st.composite
def pairs(draw: Callable[..., Any], spread: int = 900, antipodal: bool = True, least: float = 0.0) -> Any:
    """Draw a layout and two points, whose blocks are at least ``least`` away from each other and from antipodes."""
    layout = draw(layouts())
    w = draw(points(layout, spread))
    gap = draw(st.sampled_from([g for g in GAPS if g >= least]))
    side = draw(st.sampled_from([1, -1])) if antipodal else 1
    rng = np.random.default_rng([draw(st.integers(0, 2**16)), 1])  # another stream than that of the first point
    z = layout.map(lambda u: beside(u, gap, side, rng), lambda v: v + gap * rng.normal(size=v.shape), layout.units(w))
    k = draw(st.lists(st.integers(-spread, spread), min_size=layout.m, max_size=layout.m))
    return layout, w, layout.scale(np.ldexp(1.0, k), z)


@st.composite
def tangents(draw: Callable[..., Any], layout: Layout, w: Any) -> Any:
    """Draw an ambient vector in units of the norms of ``w``, of length 1e-12 to 10."""
    z = np.random.default_rng([draw(st.integers(0, 2**16)), 2]).normal(size=layout.n)
    length = draw(st.sampled_from([1.0, 1e-12, 1e-6, 3.0]))
    return layout.scale(layout.norms(w), length * z)
