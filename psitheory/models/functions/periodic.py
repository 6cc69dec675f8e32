r"""Functions of an angle: trigonometric polynomials, and any other with two derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from psitheory.arithmetic import BALLS, Array, namespace, to_floats
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.models.data import checked, matched
from psitheory.models.interface import Smoothness

_GRID = 2 * np.pi / 1024 * np.arange(1024)
"""The angles on which bounds are taken."""


@runtime_checkable
class Periodic(Protocol):
    r"""A :math:`2\pi`-periodic function of the angle.

    It may also offer ``at_unit(c, s, order)``, the same derivatives at the unit vector (c, s), which
    spares exact arithmetics the angle; ``minimum``, ``smoothness`` and ``minima()``.
    """

    def derivative(self, theta: Array, order: int) -> Array:
        """Return the derivative of the given order (0, 1, 2) at each angle."""
        ...


@dataclass(frozen=True, eq=False)
class Wave:
    r"""A periodic function made of callables; see :meth:`of`.

    Attributes
    ----------
    functions : tuple of callable
        The function and its derivatives.
    minimum : number or None
        Its least value, if known.
    smoothness : Smoothness or None
        A bound on :math:`\sup(|f''| + \sqrt{f''^2 + 4f'^2})/2`, if known.
    """

    functions: tuple[Callable[[Array], Array], ...]
    minimum: Any = None
    smoothness: Smoothness | None = None

    @classmethod
    def of(
        cls,
        f: Callable[[Array], Array],
        df: Callable[[Array], Array],
        d2f: Callable[[Array], Array],
        *,
        minimum: Any = None,
        smoothness: Smoothness | None = None,
    ) -> Wave:
        r"""Return the function f with first and second derivative, each of them of period :math:`2\pi`.

        Raises
        ------
        ArgumentTypeError
            If one of them cannot be called.
        """
        for name, function in (("f", f), ("df", df), ("d2f", d2f)):
            if not callable(function):
                raise ArgumentTypeError(f"{name} is {shown(function)}; a function of the angle is needed")
        return cls((f, df, d2f), minimum, smoothness)

    def derivative(self, theta: Array, order: int) -> Array:
        """Return the derivative of the given order at each angle."""
        if not 0 <= order < len(self.functions):
            raise ArgumentError(f"order is {order}; derivatives up to order {len(self.functions) - 1} are known")
        return self.functions[order](theta)


@dataclass(frozen=True, eq=False)
class Fourier:
    r"""The trigonometric polynomial :math:`f(\theta) = \sum_{k\ge0} a_k\cos k\theta + b_k\sin k\theta`.

    Parameters
    ----------
    cosines, sines : array, (K + 1,)
        :math:`a_k` and :math:`b_k` for k = 0, 1, …, K; :math:`b_0` counts for nothing.

    Raises
    ------
    ArgumentError
        If the two differ in length, are empty or not finite.

    Examples
    --------
    >>> wave = Fourier([0.0, 0.0, 1.0], [0.0, 0.0, 0.0])
    >>> wave.minima() / np.pi
    array([-0.5,  0.5])
    """

    cosines: Array
    sines: Array

    def __post_init__(self) -> None:
        cosines = checked(self.cosines, "cosines", None)
        object.__setattr__(self, "cosines", cosines)
        object.__setattr__(self, "sines", checked(self.sines, "sines", len(cosines)))

    @classmethod
    def from_phases(cls, terms: Sequence[tuple[float, int, float]]) -> Fourier:
        r"""Return :math:`\sum A\cos(k\theta + \varphi)` over ``terms`` (A, k, φ).

        Examples
        --------
        >>> Fourier.from_phases([(1.0, 3, 0.0), (1.0, 1, 0.4)]).minima().round(3)
        array([-1.121,  1.16 ,  3.102])
        """
        if not terms or any(not isinstance(k, (int, np.integer)) or k < 0 for _, k, _ in terms):
            raise ArgumentError(
                f"terms is {shown(terms)}; triples (amplitude, k, phase) with integers k ≥ 0 are needed"
            )
        out = np.zeros((2, 1 + max(k for _, k, _ in terms)))
        for amplitude, k, phase in terms:
            out[:, k] += amplitude * np.cos(phase), -amplitude * np.sin(phase)
        return cls(*out)

    def derivative(self, theta: Array, order: int) -> Array:
        """Return the derivative of the given order at each angle."""
        xp = namespace(theta)
        return self.at_unit(xp.cos(theta), xp.sin(theta), order)

    def at_unit(self, c: Array, s: Array, order: int) -> Array:
        r"""Return the derivative where :math:`(\cos\theta, \sin\theta) = (c, s)`, by powers of c + is."""
        xp = namespace(c, s)
        a, b = matched(self.cosines, c), matched(self.sines, c)
        cosine, sine, out = xp.ones_like(c), xp.zeros_like(c), xp.zeros_like(c)
        for k in range(self.cosines.shape[0]):
            by_cosine = (cosine, -sine, -cosine, sine)[order % 4]
            by_sine = (sine, cosine, -sine, -cosine)[order % 4]
            out = out + k**order * (a[k] * by_cosine + b[k] * by_sine)
            cosine, sine = cosine * c - sine * s, sine * c + cosine * s
        return out

    # -- constants ------------------------------------------------------------------------------

    def largest(self, order: int) -> Array:
        r"""Return :math:`M_j = \sum_k k^j\sqrt{a_k^2 + b_k^2} \ge \sup|f^{(j)}|`."""
        xp = namespace(self.cosines)
        out = xp.sqrt(self.cosines * self.cosines + self.sines * self.sines)
        return sum(k**order * out[k] for k in range(1, len(out))) + out[0] * 0**order

    def _floats(self) -> Fourier:
        return Fourier(to_floats(self.cosines), to_floats(self.sines))

    def _doubt(self, order: int) -> float:
        """Return by how much floats may be wrong about derivatives up to ``order`` of a wave in balls, amply."""
        k = np.arange(self.cosines.shape[0])
        radii = np.array([float(x.rad() + y.rad()) for x, y in zip(self.cosines, self.sines, strict=True)])
        sizes = to_floats(abs(self.cosines) + abs(self.sines))
        return float(np.sum((1 + k**order) * (2 * radii + 1e-9 * sizes)))

    def critical_points(self) -> np.ndarray:
        r"""Return the angles in :math:`(-\pi, \pi]`, ascending, where f' = 0 ≠ f'' (floats).

        They are the roots of modulus 1 of :math:`z^K f'(\theta)` as a polynomial in
        :math:`z = e^{\mathrm{i}\theta}`, polished by Newton's method.
        """
        wave = self._floats()
        k = np.arange(1, len(wave.cosines))
        half = k * (wave.sines[1:] + 1j * wave.cosines[1:])
        roots = np.roots(np.concatenate([half[::-1], [0], half.conj()]))
        theta = np.angle(roots[np.abs(np.abs(roots) - 1) < 1e-4])
        curvature, slope = float(wave.largest(2)), float(wave.largest(1))
        for _ in range(4):
            theta = theta[np.abs(wave.derivative(theta, 2)) > 1e-6 * curvature]
            theta = theta - wave.derivative(theta, 1) / wave.derivative(theta, 2)
        theta = theta[np.abs(wave.derivative(theta, 1)) <= 1e-12 * slope]
        theta = np.sort(np.pi - (np.pi - theta) % (2 * np.pi))
        apart = np.diff(theta, prepend=theta[-1:] - 2 * np.pi) > 1e-9
        return np.asarray(theta[apart])

    def minima(self) -> np.ndarray:
        r"""Return the angles in :math:`(-\pi, \pi]` of the local minima where f'' > 0."""
        theta = self.critical_points()
        return np.asarray(theta[self._floats().derivative(theta, 2) > 0])

    @property
    def minimum(self) -> Array:
        r"""Return the least value: of floats the nearest, of balls an enclosure.

        Around a local minimum t with :math:`f''(t) = b > 0`, on the interval of radius
        :math:`b/(2M_3)`, :math:`f'' \ge b/2`, so :math:`f \ge f(t) - f'(t)^2/b`.  Were the least value
        taken elsewhere, f' = 0 there, and a grid point within :math:`\delta` would exceed it by at most
        :math:`M_2\delta^2/2`.
        """
        xp, theta = namespace(self.cosines), self.minima()
        near, on_grid = matched(theta, self.cosines), self._floats().derivative(_GRID, 0)
        values = self.derivative(near, 0)
        if xp is not BALLS:
            return xp.min(xp.concat([values, matched(on_grid, self.cosines)]))
        slope, bend = self.derivative(near, 1), self.derivative(near, 2)
        radius = np.array([float((b / self.largest(3)).mid()) for b in bend]) * 0.49  # below 1/2: covers rounding
        distance = np.abs((_GRID[:, None] - theta + np.pi) % (2 * np.pi) - np.pi)
        far = (distance > radius - 7 / (2 * _GRID.size)).all(axis=1)
        drop = self.largest(2) * _reach(xp) * _reach(xp) / 2
        lowest, lowest_far = (self._least_at(angles, on_grid) for angles in (np.full(far.shape, True), far))
        least = xp.min(xp.concat([values, lowest]))
        return least.union(xp.min(xp.concat([values - slope * slope / bend, lowest_far - drop])))

    def _least_at(self, chosen: np.ndarray, on_grid: np.ndarray) -> Array:
        """Return a wave in balls at those of the ``chosen`` angles of the grid where it may be least, by its floats."""
        angles, values = _GRID[chosen], on_grid[chosen]
        above = values > np.min(values, initial=np.inf) + self._doubt(0)
        return self.derivative(matched(angles[~above], self.cosines), 0)

    @property
    def smoothness(self) -> Smoothness:
        r"""Return an upper bound on :math:`\sup h`, :math:`h = (|f''| + \sqrt{f''^2 + 4f'^2})/2`.

        As a function of (f', f''), h changes no faster than :math:`|\Delta f'| + |\Delta f''|`, so as a
        function of the angle it has the Lipschitz constant :math:`M_2 + M_3`, with :math:`M_j` of
        :meth:`largest`.  The bound is the maximum over a grid plus :math:`(M_2 + M_3)\delta`, where
        every angle is within :math:`\delta` of the grid; :math:`\delta` is taken a tenth too large,
        which covers the rounding of floats.
        """
        xp, angles = namespace(self.cosines), _GRID
        if xp is BALLS:  # where floats see that the largest value is not, it is not
            values = self._floats()._twice_curvature(angles)
            angles = angles[~(values < np.max(values) - 4 * self._doubt(3))]
        bound = xp.max(self._twice_curvature(angles)) / 2 + (self.largest(2) + self.largest(3)) * _reach(xp)
        return Smoothness(bound, "upper bound", "everywhere")

    def _twice_curvature(self, angles: np.ndarray) -> Array:
        r"""Return :math:`2h`, or hardly more: what keeps the root of a ball that touches zero real."""
        xp, theta = namespace(self.cosines), matched(angles, self.cosines)
        c, s, third = xp.cos(theta), xp.sin(theta), self.largest(3)
        slope, bend = self.at_unit(c, s, 1), self.at_unit(c, s, 2)
        return xp.abs(bend) + xp.sqrt(bend * bend + 4 * slope * slope + third * third / 2**40)


def _reach(xp: Any) -> Any:
    """Return a number above the distance of any angle from the grid, π/1024."""
    return (BALLS.element(7) if xp is BALLS else 7) / (2 * _GRID.size)
