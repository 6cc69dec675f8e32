"""Where the points of a manifold come from: its own draws, of whatever shape it takes, or somebody's."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.subjects.forms import seeded
from psitheory.conformance.manifolds.subjects.methods import (
    dialect_of,
    method_name,
    required_arguments,
    takes_any_number,
)
from psitheory.errors import ArgumentError

SHAPES = ((3,), (4, 2), (3, 3), *((k,) for k in range(2, 17)))
"""Shapes tried for points of manifolds that fit any size, as Geoopt's do."""

Points = Callable[[np.random.Generator], Any] | Sequence[Any] | np.ndarray
"""Where points come from: a function of a generator, or an array or a list of points."""


def one_of(points: Any, rng: np.random.Generator) -> Any:
    """Return one of somebody's points."""
    if not len(points):
        raise ArgumentError("points is empty; at least one point is needed")
    return points[int(rng.integers(len(points)))]


def points_raised(error: Exception) -> ArgumentError:
    """Return what is said of a function of points that raised."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return ArgumentError(f"points raised {said}; a function of a Generator that returns a point is needed")


class Source:
    """Draws points of a manifold.

    Parameters
    ----------
    manifold : object
    name : str
        What messages call it.
    methods : mapping of str to callable
        Its methods under our names.
    points : callable, sequence or array, optional
        Where points come from if the manifold draws none.
    shape : tuple of int, optional
        The shape of a point, if the manifold fits any.
    """

    def __init__(
        self,
        manifold: Any,
        name: str,
        methods: Mapping[str, Callable[..., Any]],
        points: Points | None,
        shape: tuple[int, ...] | None,
    ) -> None:
        self._manifold, self._name, self._methods = manifold, name, methods
        self._points, self._shape = points, shape

    def with_methods(self, methods: Mapping[str, Callable[..., Any]]) -> Source:
        """Return a source of the same points by other methods."""
        return Source(self._manifold, self._name, methods, self._points, self._shape)

    @property
    def given(self) -> Points | None:
        """Return somebody's points; None if the manifold draws them."""
        return self._points

    def own_draws(self) -> Source:
        """Return a source of points that the manifold draws itself, whatever somebody gives."""
        return Source(self._manifold, self._name, self._methods, None, self._shape)

    def point(self, rng: np.random.Generator) -> Any:
        """Return a random point as the manifold represents it.

        Raises
        ------
        ArgumentError
            If there is nowhere to draw it from.
        """
        if callable(self._points):
            try:
                return self._points(rng)
            except Exception as error:
                raise points_raised(error) from error
        if self._points is not None:
            return one_of(self._points, rng)
        draw = self._methods.get("random_point")
        if draw is None:
            raise ArgumentError(
                f"{self._name} has no random_point; points= (a list of points, or a function of a Generator) is needed"
            )
        with seeded(rng):
            if dialect_of(self._methods) == "Geoopt" and takes_any_number(draw):
                return self._of_any_shape(draw)
            try:
                return draw(rng) if required_arguments(draw) else draw()
            except Exception as error:
                raise ArgumentError(
                    f"{method_name(draw)} of {self._name} raised {type(error).__name__}: {error}; points= is needed"
                ) from error

    def _of_any_shape(self, draw: Callable[..., Any]) -> Any:
        """Draw from a manifold that fits any size, at the first shape that it takes."""
        torch = sys.modules["torch"]
        errors: list[str] = []
        owner = getattr(inspect.unwrap(draw), "__self__", None)
        normal = getattr(owner, "random_normal", None)  # some implement only this one
        numbers = getattr(self._manifold, "ndim", None) == 0  # each number is a point: an array would be many
        shapes = [self._shape] if self._shape else [(1,)] if numbers else SHAPES
        precisions: tuple[dict[str, Any], ...] = ({"dtype": torch.float64}, {})  # some have a precision of their own
        for shape, method, precision in product(shapes, [d for d in (draw, normal) if d], precisions):
            try:
                point = method(*shape, **precision)
            except (ValueError, TypeError, RuntimeError, AssertionError, IndexError) as error:
                errors.append(f"{shape}: {error or type(error).__name__}")
            else:
                self._shape = shape
                return point
        self._shape = None
        raise ArgumentError(
            f"{self._name} draws no point of the shapes tried ({'; '.join(errors[:3])}); shape= is needed"
        )
