r"""Test functions for conversions of gradients and Hessians: smooth, and constant on the classes of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.conformance.manifolds.subjects.invariants import Map


@dataclass(frozen=True, eq=False)
class Probe:
    r"""The function :math:`f = g \circ \varphi`, g a polynomial of degree 3.

    .. math:: g(p) = \langle c, p\rangle + \tfrac12\langle p, Ap\rangle + \tfrac16\sum_k b_kp_k^3

    Attributes
    ----------
    map : Map
        φ, the same for all representatives of a point.
    c, b : array, (k,)
    a : array, (k, k)
        Symmetric.
    """

    map: Map
    c: np.ndarray
    a: np.ndarray
    b: np.ndarray

    def outer(self, p: np.ndarray) -> float:
        """Return g(p)."""
        return float(self.c @ p + p @ self.a @ p / 2 + self.b @ p**3 / 6)

    def value(self, w: np.ndarray) -> float:
        """Return f(w)."""
        return self.outer(self.map(w))

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the Euclidean gradient of f at w."""
        return self.map.pull(w, self._slope(self.map(w)))

    def hessian_vector(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the Euclidean Hessian of f at w, applied to x."""
        p, moved = self.map(w), self.map.push(w, x)
        curved = self.map.pull(w, self.a @ moved + self.b * p * moved)
        return np.asarray(curved + self.map.pull_moved(w, x, self._slope(p)))

    def _slope(self, p: np.ndarray) -> np.ndarray:
        return np.asarray(self.c + self.a @ p + self.b * p**2 / 2)


def probe(map_: Map, size: int, rng: np.random.Generator) -> Probe:
    """Return a random test function of ``size`` invariants."""
    a = rng.normal(size=(size, size)) / np.sqrt(size)
    return Probe(map_, rng.normal(size=size), (a + a.T) / 2, rng.normal(size=size))
