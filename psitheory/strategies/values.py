"""Numbers and arrays that shrink to readable witnesses: a few small integers times a power of two.

Short mantissas alone would test no rounding, so an array of floats is drawn as small integers, which is
what a failing case shrinks to, plus a noise of full mantissas from a drawn seed, which shrinks away.

Strategies are made once for the same arguments: Hypothesis takes longer to look a new one over than to draw from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.runner.searching.nudges import nudge

Draw = Callable[[st.SearchStrategy[Any]], Any]

READABLE_SIZE = 64
SMALL = 9
_ZIGZAG = np.array([0, *(sign * k for k in range(1, SMALL + 1) for sign in (1, -1))])
"""0, 1, -1, 2, -2, …: what a byte means, so that bytes shrink to small integers."""

_SEEDS, _DENOMINATORS = st.integers(0, 2**16), st.integers(1, 5)
_MANTISSAS = st.sampled_from([2, 1, 3, 5, 7]) | st.floats(1, 2, exclude_max=True)


class Made(st.SearchStrategy[Any]):
    """What a function makes of draws from ``parts``, as of ``st.builds``, for strategies that are new for each case.

    Hypothesis looks a new strategy over before the first draw, which takes longer than the draw; of this one it needs
    to look at nothing, and at its parts only where they are new.
    """

    def __init__(self, function: Callable[..., Any], *parts: st.SearchStrategy[Any]) -> None:
        super().__init__()
        self._function, self._parts = function, parts

    @property
    def is_empty(self) -> bool:
        """Return False: if a part is empty, its draw tells."""
        return False

    def validate(self) -> None:
        """Check nothing; each part is checked before it is drawn from."""

    def do_draw(self, data: Any) -> Any:
        """Return what the function makes of a draw from each part: what Hypothesis calls."""
        return self._function(*map(data.draw, self._parts))


@cache
def integer_arrays(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Draw an int array of small entries, one byte an entry if there are few, all from a seed otherwise.

    A draw costs Hypothesis far more than an entry costs NumPy, so the whole array is one draw.  Many entries shrink to
    ones.
    """
    size = math.prod(shape)
    if size <= READABLE_SIZE:
        return Made(lambda data: _ZIGZAG[np.frombuffer(data, np.uint8) % len(_ZIGZAG)].reshape(shape), _bytes(size))
    return Made(
        lambda seed: (
            np.random.default_rng(seed).integers(-SMALL, SMALL + 1, size=shape) if seed else np.ones(shape, int)
        ),
        _SEEDS,
    )


@cache
def _bytes(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


@cache
def float_arrays(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Draw a float64 array of entries of about size 1 to 10, readable or dense."""

    def made(seed: int, readable: Any) -> Any:
        floats = readable.astype(float)
        return nudge(shape) + (floats + _noise(shape, seed) if seed else floats)

    return Made(made, _SEEDS, integer_arrays(shape))  # seed 0, to which it shrinks first, leaves the integers


@lru_cache(maxsize=64)
def _noise(shape: tuple[int, ...], seed: int) -> Any:
    """Return noise that a seed gives; climbs draw the same ones again and again."""
    noise = np.random.default_rng(seed).normal(size=shape)
    noise.flags.writeable = False
    return noise


def off_whole_numbers(diagonal: Any) -> st.SearchStrategy[Any]:
    """Draw a diagonal matrix of floats near the given one, each entry by less than half of the gap to the next away."""
    return Made(lambda seed: _off_whole_numbers(diagonal, seed), _SEEDS)


def _off_whole_numbers(diagonal: Any, seed: int) -> Any:
    values = np.diagonal(diagonal).astype(float)
    off = np.random.default_rng(seed).uniform(-1, 1, len(values)) if seed % 2 else np.zeros(len(values))
    gaps = np.diff(np.unique(values), prepend=-np.inf, append=np.inf)
    room = np.minimum(np.minimum(gaps[:-1], gaps[1:]), 1.0)[np.searchsorted(np.unique(values), values)]
    return np.diag(values + 0.49 * room * np.clip(off + nudge((len(values),)), -1, 1))


@cache
def rational_arrays(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Draw an array of rationals: small integers over one small denominator."""
    return Made(
        lambda numerators, denominator: RATIONALS.asarray(numerators) / RATIONALS.element(denominator),
        integer_arrays(shape),
        _DENOMINATORS,
    )


@cache
def positive_floats(decades: float = 90.0) -> st.SearchStrategy[float]:
    """Draw a positive float within 10^±``decades``: a small integer or a full mantissa, times a power of two."""
    reach = int(decades / math.log10(2))

    def made(mantissa: float, exponent: int) -> float:
        drawn = math.ldexp(float(mantissa), exponent)
        return min(max(drawn * math.exp(nudge()), math.ldexp(1.0, -reach)), math.ldexp(1.0, reach + 3))

    return Made(made, _MANTISSAS, st.integers(-reach, reach))


@cache
def positive_ratios(largest: int = 9) -> st.SearchStrategy[Any]:
    """Draw a positive rational with small numerator and denominator."""
    parts = st.integers(1, largest)
    return Made(lambda above, below: RATIONALS.element(Fraction(above, below)), parts, parts)


@cache
def binary_floats(reach: int = 300) -> st.SearchStrategy[float]:
    """Draw 2^k with k in ±``reach``."""
    return Made(lambda k: math.ldexp(1.0, k), st.integers(-reach, reach))


@cache
@st.composite
def rational_units(draw: Draw, size: int) -> list[Any]:
    """Draw a rational unit vector; negated every other time, since a projection misses its pole."""
    sign = draw(st.sampled_from([1, -1]))
    return [sign * x for x in unit_ratios(draw(rational_arrays((size - 1,))), RATIONALS.element(0))]


def unit_ratios(t: Any, zero: Any) -> Any:
    r"""Return the rational unit vector that stereographic projection from the pole gives for t (..., d-1).

    :math:`u = (2t,\ 1 - \|t\|^2)/(1 + \|t\|^2)`; every rational unit vector but one arises so.
    """
    square = sum((x * x for x in t), zero)
    return [*(2 * x / (1 + square) for x in t), (1 - square) / (1 + square)]
