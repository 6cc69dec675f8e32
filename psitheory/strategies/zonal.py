"""Domains of zonal functions: what an L on the joint curvature allows, exactly, on the circle and on spheres."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.models import Circle, Rapidity, Zonal
from psitheory.runner.domain import Domain
from psitheory.strategies.models import rayleigh_quotients
from psitheory.strategies.values import Draw

_STEEP = (1.0, 1.0, 0.5, 0.0, -0.5, -1.0, -4.0, -64.0)


@st.composite
def rapidity_functions(draw: Draw, two_sided: bool = False) -> Rapidity:
    """Draw functions of the distance from a pole whose L is exact and met, with cliffs unless ``two_sided``.

    Lengths are multiples of 1/16 and slopes are dyadic, so that nothing is rounded.
    """
    fall = 1.0 if two_sided else 4096.0
    slopes = [s for s in _STEEP if s >= -1 or not two_sided]
    left, height = math.pi, 0.0
    pieces: list[tuple[float, float]] = []
    for _ in range(draw(st.integers(1, 4))):
        length, slope = draw(st.integers(1, 16)) / 16, draw(st.sampled_from(slopes)) if pieces else 1.0
        slope = max(slope, -height / length)
        if slope < 0:  # dyadic, and nowhere below 0
            slope = math.ceil(slope * 64) / 64
        if length + (height + slope * length) / fall > left:
            break
        pieces.append((length, slope))
        left, height = left - length, height + slope * length
    lengths, steepness = np.array(pieces or [(0.5, 1.0)]).T
    return Rapidity(lengths, steepness, fall, draw(st.sampled_from([1.0, 2.0, 0.5])))


def steep_waves() -> Domain:
    """Draw functions of the angle that use up a one-sided L, with steep descents: several stairs, one minimum."""
    return Domain(floats=lambda _: rapidity_functions().map(Circle))


def even_waves() -> Domain:
    """Draw functions of the angle that use up a two-sided L."""
    return Domain(floats=lambda _: rapidity_functions(two_sided=True).map(Circle))


@st.composite
def _zonals(draw: Draw, free: Any, blocks: tuple[int, int], two_sided: bool, one_scale: bool) -> Zonal:
    sizes = tuple(draw(st.lists(st.integers(2, 4), min_size=blocks[0], max_size=blocks[1])))
    waves = tuple(draw(rapidity_functions(two_sided)) for _ in sizes)
    if one_scale:
        waves = tuple(Rapidity(wave.lengths, wave.slopes, wave.fall, waves[0].scale) for wave in waves)
    return Zonal(waves, sizes, free=draw(free), curvature=float(waves[0].scale))


def zonal_models(
    *, free: int = 0, blocks: tuple[int, int] = (1, 3), two_sided: bool = False, one_scale: bool = True
) -> Domain:
    """Draw zonal functions with so many blocks and up to ``free`` free parameters; all have one L if ``one_scale``."""
    return Domain(floats=lambda _: _zonals(st.integers(0, free), blocks, two_sided, one_scale))


def known_models(*, blocks: tuple[int, int] = (1, 2)) -> Domain:
    """Draw models without free parameters whose L and minimum are exact: steep zonal functions, Rayleigh quotients."""
    zonals, rayleighs = zonal_models(blocks=blocks), rayleigh_quotients()
    return Domain(floats=lambda drawn: zonals.floats(drawn) | rayleighs.floats(drawn))


def stair_tops(wave: Rapidity) -> Any:
    """Return the point of the circle at the upper end of the last piece of ``wave``."""
    top = float(np.sum(wave.lengths))
    return np.array([math.cos(top), math.sin(top)])
