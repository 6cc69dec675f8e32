"""Whether the gradient that training follows is that of the loss: straight-through estimators and detached factors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array
from psitheory.scaletypes.equations import Place
from psitheory.symmetry.function import HALF, LossFunction
from psitheory.symmetry.sampling import usable

POINTS = 3
"""A kink may lie between the ends of a difference at one point, but hardly at each."""
STEP = {8: 2.0**-18, 4: 2.0**-8}
"""Relative steps of differences, about the cube root of the rounding; by the bytes of the precision."""
SHARE = 1e-6
"""What is left out of a gradient on purpose is a larger share of it; curvature and rounding are a smaller one."""


@dataclass(frozen=True)
class LeftOut:
    r"""The parts with respect to which a gradient is not that of the loss, at each of some points.

    Attributes
    ----------
    parts : tuple of str
    along : tuple of str
        Those of them for which the two differ along the part itself, :math:`\langle w, \nabla f(w)\\rangle`.
    """

    parts: tuple[str, ...] = ()
    along: tuple[str, ...] = ()

    def said(self, places: Sequence[Place] = ()) -> str:
        """Return a sentence about it, with the lines at which something is kept from the gradient."""
        lines = ", ".join(place.short for place in places[:3])
        own = f", so that ⟨w, ∇f(w)⟩ is not what the loss does when {few(self.along)} is scaled" if self.along else ""
        return (
            f"the gradient with respect to {few(self.parts)} is not that of the loss, of which it leaves something out"
            f"{f' (detached at {lines})' if lines else ''}{own}"
        )


def few(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def left_out(function: LossFunction, seed: int) -> LeftOut | None:
    """Compare the gradient with differences of the loss; return where they disagree, None for a true gradient.

    None too where 16 bits on the way leave nothing of differences.
    """
    if function.gradients is None or function.ulp > HALF:
        return None
    points, rng = [], np.random.default_rng([seed, 1])
    try:
        for w, _ in usable(function, rng, POINTS):
            gradient = np.asarray(function.gradients(w[None])[0], float)
            if not np.all(np.isfinite(gradient)) or _agree(function, w, gradient, w * rng.uniform(1, 2, size=w.shape)):
                return None
            points.append((w, gradient))
        parts = tuple(part.name for part in function.layout.parts if _differ(function, part.name, points, rng))
        along = tuple(name for name in parts if _differ(function, name, points, None))
    except Exception:  # told where the gradient is asked for
        return None
    return LeftOut(parts, along) if parts else None


def _differ(
    function: LossFunction, name: str, points: Iterable[tuple[Array, Array]], rng: np.random.Generator | None
) -> bool:
    """Return whether the two disagree along one part, at every point; along itself if no numbers are to be drawn."""
    for w, gradient in points:
        x = np.zeros_like(w)
        view = function.layout.view(name, x)
        view[...] = function.layout.view(name, w) * (1 if rng is None else rng.uniform(1, 2, size=view.shape))
        if _agree(function, w, gradient, x):
            return False
    return True


def _agree(function: LossFunction, w: Array, gradient: Array, x: Array) -> bool:
    """Return whether the slope along x, by differences, is that of the gradient, as far as differences tell."""
    h = STEP[function.dtype.itemsize]
    one = (function.loss(w + h * x) - function.loss(w - h * x)) / (2 * h)
    slope = float(gradient @ x)
    scale = max(abs(one), float(np.linalg.norm(gradient * x)))
    rounding = 1e3 * float(np.finfo(function.dtype).eps) * abs(function.loss(w)) / h
    if abs(one - slope) <= SHARE * scale + rounding:
        return True
    two = (function.loss(w + h / 2 * x) - function.loss(w - h / 2 * x)) / h
    return abs(two - slope) <= 10 * abs(two - one) + SHARE * scale + 2 * rounding
