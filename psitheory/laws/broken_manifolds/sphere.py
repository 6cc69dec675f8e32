"""The unit sphere whose methods do not go through each other, so that an override breaks one of them alone."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array
from psitheory.geometry import Sphere
from psitheory.geometry import sphere as exact


class PlainSphere(Sphere):
    """The unit sphere, with conversions that do not go through ``project``."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return exact.project(w, gradient)

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        return exact.project(w, rng.normal(size=np.shape(w)))

    def _sideways(self, w: Array) -> Array:
        """Return a tangent vector that depends smoothly on the point."""
        return exact.project(w, np.ones(self.d) / self.d)
