"""What an array must be to be weights of a layout, or scales of its blocks; each else is refused in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from psitheory.arithmetic import BALLS, Array, known_any, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.layout.reals import as_real, is_known_finite, is_zero

if TYPE_CHECKING:
    from psitheory.layout.layout import Layout
    from psitheory.layout.parts import Part


def point(layout: Layout, w: Array, name: str, *, nonzero: bool) -> Array:
    """Return ``w`` as :meth:`Layout.check` does."""
    if type(w) is np.ndarray and w.shape[-1:] == (layout.n,):
        if _is_ordinary(layout, w) if nonzero else is_known_finite(w):
            return w
    w = as_real(w, name)
    size(layout, w, name)
    xp = namespace(w)
    finite = True if xp is BALLS else xp.isfinite(w)  # an infinite ball is a wide enclosure, no bad input
    if finite is not True and known_any(~finite):
        raise ArgumentError(f"{name} is not finite in {_first_non_finite(layout, w)}; finite numbers are needed")
    if nonzero and layout.m:
        zero = layout.reduce(is_zero, w)
        if known_any(zero):
            where = int(np.argwhere(np.asarray(zero))[0][-1])
            raise ArgumentError(
                f"{name} is zero in {layout.block_name(where)}; a scale-invariant block is a nonzero vector"
            )
    return w


def size(layout: Layout, x: Array, name: str = "an array") -> None:
    """Raise unless ``x`` is an array whose last axis is that of a layout."""
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        raise ArgumentTypeError(f"{name} is {shown(x)}; an array (..., {layout.n}) is needed")
    if tuple(x.shape[-1:]) != (layout.n,):
        raise ArgumentError(
            f"{name} has the shape {tuple(x.shape)}; its last axis must be {layout.n}, the size of {layout}"
        )


def part(wanted: Part, x: Array) -> None:
    """Raise unless ``x`` is an array whose last axes are those of a part."""
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        raise ArgumentTypeError(f"{wanted.name} is {shown(x)}; an array is needed")
    axes = tuple(x.shape[x.ndim - len(wanted.shape) :]) if x.ndim >= len(wanted.shape) else None
    if axes != wanted.shape:
        raise ArgumentError(f"{wanted.name} has the shape {tuple(x.shape)}; its last axes must be {wanted.shape}")


def _is_ordinary(layout: Layout, w: np.ndarray) -> bool:
    """Tell whether a pass or two show that ``w`` is sound: finite, and no block zero."""
    return layout.ordinary_squares(w) is not None and (not layout.p or is_known_finite(layout.free_part(w)))


def _first_non_finite(layout: Layout, w: Array) -> str:
    bad = ~np.asarray(namespace(w).isfinite(w), dtype=bool)
    column = int(np.argwhere(bad)[0][-1])
    owner = int(layout.owner[column])
    if owner < layout.m:
        return layout.block_name(owner)
    return next(name for name, (start, stop, _) in layout.slices.items() if start <= column < stop)


def scales(layout: Layout, a: Array, name: str) -> Array:
    """Return ``a`` as :meth:`Layout.check_scales` does."""
    a = as_real(a, name)
    if a.ndim < 1 or a.shape[-1] != layout.m:
        raise ArgumentError(
            f"{name} has the shape {tuple(a.shape)}; its last axis must be {layout.m}, one scale for each block"
        )
    xp = namespace(a)
    positive = xp.greater(a, xp.zeros_like(a))
    if xp is np or not isinstance(xp, ObjectNamespace):
        bad = ~(positive & xp.isfinite(a))
        if known_any(bad):
            raise ArgumentError(f"{name} holds {float(a[bad][0])}; every scale must be positive and finite")
    elif any(sign is False for sign in np.asarray(positive).flat):
        raise ArgumentError(f"{name} holds a scale that is not positive; every scale must be")
    return a
