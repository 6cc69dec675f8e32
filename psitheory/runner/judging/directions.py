"""Floats that are rounded up, down or towards zero: how much of what they say is rounding, of compiled code too.

What is added and taken away again, as the ends of an interval are by ``numpy.interp``, is lost alike wherever inputs
are nearby; rounded the other way it comes out otherwise.  Functions of libraries, such as exp, may not heed the way.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_INTEL, _ARM = (0x400, 0x800, 0xC00), (0x800000, 0x400000, 0xC00000)
_MODES = {"x86_64": _INTEL, "i686": _INTEL, "aarch64": _ARM, "arm64": _ARM}
"""What ``fenv.h`` calls downwards, upwards and towards zero, by the processor."""


@cache
def directions() -> tuple[int, ...]:
    """Return the ways to round beside the usual one that this machine has, and that act on it; none elsewhere."""
    return tuple(filter(_acts, _MODES.get(platform.machine(), ())))


@contextmanager
def rounding(direction: int) -> Iterator[None]:
    """Round so inside the block: in this thread, which rounds to nearest before and after it."""
    library = _library()
    before = library.fegetround()
    library.fesetround(direction)
    try:
        yield
    finally:
        library.fesetround(before)


@cache
def _library() -> Any:
    return ctypes.CDLL(None)


def _acts(direction: int) -> bool:
    """Tell whether sums are rounded otherwise: of 1 and what is next to nothing up, of 1 less that down."""
    tiny = 2.0**-60
    try:
        with rounding(direction):
            return 1 + tiny > 1 or 1 - tiny < 1
    except (AttributeError, OSError, TypeError):  # no such library, or not these functions in it
        return False
