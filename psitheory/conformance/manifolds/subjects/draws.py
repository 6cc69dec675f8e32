"""Random points and vectors of somebody's manifold, as flat arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.subjects.forms import flat, form_of, seeded
from psitheory.conformance.manifolds.subjects.methods import method_name, required_arguments
from psitheory.conformance.manifolds.subjects.represented import Represented
from psitheory.conformance.manifolds.subjects.sources import Points, Source
from psitheory.errors import ArgumentError, ArgumentTypeError, shown

TRIES = 20


class Draws(Represented):
    """A represented manifold whose points come from itself, or from somebody who gives them."""

    _source: Source
    _typical: Source

    def random_point(self, rng: np.random.Generator) -> np.ndarray:
        """Return a random point."""
        return self._drawn(self._source, rng)

    def own_point(self, rng: np.random.Generator) -> Any:
        """Return a random point as the manifold, or who gives its points, represents it."""
        return self._source.point(rng)

    def _drawn(self, source: Source, rng: np.random.Generator) -> np.ndarray:
        w = flat(source.point(rng)).astype(self.dtype).astype(float)
        if not len(w):
            raise ArgumentError(f"a point of {self.name} has no entries; points of at least one entry are needed")
        if not np.all(np.isfinite(w)):
            raise ArgumentError(f"a random point of {self.name} is not finite: {shown(w)}; finite points are needed")
        return w

    @property
    def given(self) -> Points | None:
        """Return the points that somebody gave; None if the manifold draws them."""
        return self._source.given

    def typical_point(self, rng: np.random.Generator) -> np.ndarray:
        """Return a point that the manifold draws itself where it can, since somebody's may be few, or not on it."""
        return self._drawn(self._typical, rng)

    def _typical_source(self) -> Source:
        """Return the manifold's own draws, if there are any and they have the form of the points given."""
        if self.given is None or "random_point" not in self.offers:
            return self._source
        own = self._source.own_draws()
        try:
            fits = form_of(own.point(np.random.default_rng(0))).same_as(self._point)
        except Exception:  # a draw that fails is why points are given
            fits = False
        return own if fits else self._source

    def given_points(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the points of a list that somebody gave, each with what messages call it; of a function three."""
        given = self._source.given
        if given is None:
            return
        if callable(given):
            rng = np.random.default_rng(0)
            yield from ((f"points(rng), draw {i},", flat(self._source.point(rng))) for i in range(3))
            return
        for i, point in enumerate(given):
            yield f"points[{i}]", flat(point)

    def random_tangent(self, rng: np.random.Generator, w: np.ndarray) -> np.ndarray:
        """Return a random tangent vector."""
        return self._embedded(w, self._draw_tangent(rng, self._p(w)))

    def check_order_of_draws(self, rng: np.random.Generator, point: Any) -> None:
        """Raise if tangent vectors are drawn once the point comes before the generator, and are not otherwise."""
        draw = self._methods.get("random_tangent")
        if draw is None or len(required_arguments(draw)) < 2:
            return
        try:
            with seeded(rng):
                draw(point, rng)
        except Exception:  # something else is wrong with it
            return
        first, second = required_arguments(draw)[:2]
        raise ArgumentTypeError(
            f"{method_name(draw)} of {self.name} takes ({first}, {second}), the point first; (rng, w), the Generator "
            "first, is needed"
        )

    def random_ambient(self, rng: np.random.Generator) -> np.ndarray:
        """Return a standard normal ambient vector."""
        return rng.normal(size=self._ambient.size).astype(self.dtype).astype(float)

    def _draw_tangent(self, rng: np.random.Generator, point: Any) -> Any:
        if "random_tangent" in self.offers:
            draw = self._methods["random_tangent"]
            with seeded(rng):
                return draw(rng, point) if len(required_arguments(draw)) > 1 else draw(point)
        if "project" in self.offers:
            return self._raw("project")(point, self._ambient.build(rng.normal(size=self._ambient.size), self.dtype))
        if "log" in self.offers:
            for _ in range(TRIES):
                x = self._raw("log")(point, self._point.build(self._drawn(self._typical, rng), self.dtype))
                if np.any(flat(x)):
                    return x
            raise ArgumentError(f"{self.name} draws no tangent vector but 0; points that differ are needed")
        return self._point.build(rng.normal(size=self._point.size), self.dtype)
