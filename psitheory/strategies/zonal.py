"""Domains of zonal functions: what an L on the joint curvature allows, exactly, on the circle and on spheres."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.layout import Layout
from psitheory.models import Rapidity, Zonal
from psitheory.models.functions.rapidity import CLIFF
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.strategies.geometry import float_points
from psitheory.strategies.layouts import layout_of
from psitheory.strategies.models import rayleigh_quotients
from psitheory.strategies.values import Draw, Made

_BOOLEANS = st.booleans()
_STEEP = (1.0, 1.0, 0.5, 0.0, -0.5, -1.0, -4.0, -64.0)


_SIXTEENTHS, _SCALES, _PIECES = st.integers(1, 16), st.sampled_from([1.0, 2.0, 0.5]), st.integers(1, 4)


@cache
def _slopes(steepest: float) -> st.SearchStrategy[float]:
    return st.sampled_from([s for s in _STEEP if s >= -steepest])


@cache
@st.composite
def rapidity_functions(draw: Draw, steepest: float = CLIFF) -> Rapidity:
    """Draw functions of the distance from a pole whose L is exact and met, and whose rapidity falls no steeper.

    With ``steepest`` 1 the joint curvature is at least -L too, and with M ≥ 1 at least -ML.

    Lengths are multiples of 1/16 and slopes are dyadic, so that nothing is rounded.
    """
    left, height = math.pi, 0.0
    pieces: list[tuple[float, float]] = []
    for _ in range(draw(_PIECES)):
        length, slope = draw(_SIXTEENTHS) / 16, draw(_slopes(steepest)) if pieces else 1.0
        slope = max(slope, -height / length)
        if slope < 0:  # dyadic, and nowhere below 0
            slope = math.ceil(slope * 64) / 64
        if length + (height + slope * length) / steepest > left:
            break
        pieces.append((length, slope))
        left, height = left - length, height + slope * length
    lengths, steepness = np.array(pieces or [(0.5, 1.0)]).T
    return Rapidity(lengths, steepness, steepest, draw(_SCALES))


@st.composite
def _zonals(draw: Draw, free: Any, blocks: st.SearchStrategy[list[int]], steepest: float, one_scale: bool) -> Zonal:
    sizes = tuple(draw(blocks))
    waves = tuple(draw(rapidity_functions(steepest)) for _ in sizes)
    if one_scale:
        waves = tuple(Rapidity(wave.lengths, wave.slopes, wave.fall, waves[0].scale) for wave in waves)
    return Zonal(waves, sizes, free=draw(free), curvature=float(waves[0].scale))


def zonal_models(
    *, free: int = 0, blocks: tuple[int, int] = (1, 3), steepest: float = CLIFF, one_scale: bool = True
) -> Domain:
    """Draw zonal functions with so many blocks and up to ``free`` free parameters; all have one L if ``one_scale``."""
    sizes = st.lists(st.integers(2, 4), min_size=blocks[0], max_size=blocks[1])
    return Domain(floats=by_size(lambda _: _zonals(st.integers(0, free), sizes, steepest, one_scale)))


def known_models(*, blocks: tuple[int, int] = (1, 2)) -> Domain:
    """Draw models without free parameters whose L and minimum are exact: steep zonal functions, Rayleigh quotients."""
    zonals, rayleighs = zonal_models(blocks=blocks), rayleigh_quotients()
    return Domain(floats=by_size(lambda drawn: zonals.floats(drawn) | rayleighs.floats(drawn)))


def points_off_the_poles(reference: str) -> Domain:
    """Draw points without a zero entry: zonal functions have no Hessian at a pole.

    Half of them lie towards the poles, away from where the functions end flat.
    """

    def floats(drawn: Drawn) -> st.SearchStrategy[Any]:
        layout = layout_of(reference, drawn)
        return Made(lambda w, near: _off(layout, w, near=near), float_points(layout), _BOOLEANS)

    return Domain(floats=floats)


def _off(layout: Layout, w: Any, *, near: bool) -> Any:
    """Return ``w`` with the norm of its block for each zero, each block beside the pole if it is to be near."""
    w = np.where(w == 0, layout.scale(layout.norms(w), np.ones(layout.n)), w)
    start = 0
    for size in layout.sizes_in_order:
        if size > 0 and near:
            w[start] = 8 * abs(w[start])
        start += abs(size)
    return w


def points_on_slopes(reference: str) -> Domain:
    """Draw points of a zonal function before all of its blocks end flat, and off their poles."""
    return Domain(
        floats=lambda drawn: Made(lambda w: _on_slopes(drawn[reference], w), float_points(drawn[reference].layout))
    )


def _on_slopes(model: Zonal, w: Any) -> Any:
    """Return ``w`` with the angle from the pole, 0 to π, of each block shrunk to where its function is not flat."""
    w, start = _off(model.layout, w, near=False), 0
    for size, wave in zip(model.sizes, model.waves, strict=True):
        block = w[start : start + size]
        r, rest = np.linalg.norm(block), np.linalg.norm(block[1:])
        angle = math.atan2(rest, block[0]) * float(wave.reach) / math.pi
        w[start : start + size] = r * np.concatenate([[math.cos(angle)], math.sin(angle) / rest * block[1:]])
        start += size
    return w


def stair_tops(wave: Rapidity) -> Any:
    """Return the point of the circle at the upper end of the last piece of ``wave``."""
    top = float(np.sum(wave.lengths))
    return np.array([math.cos(top), math.sin(top)])
