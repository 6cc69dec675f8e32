"""Anybody's manifold as the laws see it: the names of our Protocol, on flat NumPy arrays."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np

from psitheory.conformance.manifolds.floats.compiled import Compiled
from psitheory.conformance.manifolds.subjects.draws import Draws
from psitheory.conformance.manifolds.subjects.forms import (
    NotOneNumber,
    flat,
    form_of,
    in_precision,
    number,
    real_number,
)
from psitheory.conformance.manifolds.subjects.methods import (
    dialect_of,
    methods_of,
    name_of,
)
from psitheory.conformance.manifolds.subjects.represented import Missing
from psitheory.conformance.manifolds.subjects.sources import Points, Source
from psitheory.errors import ArgumentError

COARSE = 1e-3


class Subject(Draws):
    """A manifold with the names of :class:`~psitheory.geometry.Manifold`, for one point at a time, on flat arrays.

    Parameters
    ----------
    manifold : object
        Has some of the methods in :data:`~psitheory.conformance.manifolds.subjects.methods.NAMES`.
    points : callable, sequence or array, optional
        Where points come from if the manifold draws none.
    shape : tuple of int, optional
        The shape of a point, if the manifold fits any.
    dtype : dtype
        The precision in which arguments are handed over.
    as_it_is : bool
        Whether a PyTorch module keeps its own precision, since somebody's functions use it too.
    seed : int
        For the one point by which the forms of points and vectors are found.

    Raises
    ------
    ArgumentTypeError
        If the object has none of these methods, or one does not take the arguments it must.
    ArgumentError
        If no point can be drawn, or the only tangent vector is 0.
    """

    def __init__(
        self,
        manifold: Any,
        *,
        points: Points | None = None,
        shape: tuple[int, ...] | None = None,
        dtype: Any = np.float64,
        as_it_is: bool = False,
        seed: int = 0,
    ) -> None:
        self.manifold = manifold
        self.dtype = np.dtype(dtype)
        self.name = name_of(manifold)
        self._methods, self.unfit = methods_of(manifold if as_it_is else in_precision(manifold, self.dtype))
        self.dialect = dialect_of(self._methods)
        self.offers: frozenset[str] = frozenset(self._methods)
        if self.dimension == 0:
            raise ArgumentError(f"{self.name} has dimension 0; a manifold of at least dimension 1 is needed")
        self._source = Source(manifold, self.name, self._methods, points, shape)
        self._check_sizes()
        rng = np.random.default_rng(seed)
        self._point = form_of(self._source.point(rng))
        self.n = self._point.size
        self._typical = self._typical_source()
        w = self.typical_point(rng)
        self._ambient = self._tangent = self._point
        self._embeds = False
        self._compiled = Compiled()
        self._inverses: dict[bytes, np.ndarray] = {}  # of the embedding, at the last point
        try:
            drawn = self._draw_tangent(rng, self._p(w))
        except (ArgumentError, Missing):
            raise
        except Exception:
            self.check_order_of_draws(rng, self._p(w))
            return  # the laws will show it, with the input
        self._tangent = form_of(drawn)
        if "embedding" in self.offers and "project" in self.offers:
            self._learn_embedding(w, drawn)

    def _check_sizes(self) -> None:
        """Raise unless points in a list that somebody gave have as many entries as the first."""
        sizes = [] if callable(self.given) else [len(w) for _, w in self.given_points()]
        for i, size in enumerate(sizes):
            if size != sizes[0]:
                raise ArgumentError(f"points[{i}] has {size} entries; {sizes[0]}, as many as the first has, are needed")

    def _learn_embedding(self, w: np.ndarray, drawn: Any) -> None:
        """Find out whether tangent vectors are represented otherwise than ambient ones."""
        embed, x = self._raw("embedding"), flat(drawn)
        embedded = embed(self._p(w), drawn)
        self._ambient = form_of(embedded)
        twice = flat(embed(self._p(w), self._tangent.build(2 * x, self.dtype)))
        if not np.allclose(twice, 2 * flat(embedded)):  # ambient vectors are factored, and do not add up entry by entry
            self.offers -= {"project", "gradient", "hessian"}
        elif not (self._ambient.same_as(self._tangent) and np.array_equal(flat(embedded), x)):
            self._embeds = True

    def check_numbers(self, seed: int = 0) -> None:
        """Raise unless metric, norm and distance of one point are single numbers; note a complex metric."""
        rng = np.random.default_rng(seed)
        w, z = self.random_point(rng), self.random_point(rng)
        try:
            x, y = self.random_tangent(rng, w), self.random_tangent(rng, w)
        except Exception:  # the laws will show it, with the input
            return
        for name in ("inner", "norm", "dist"):
            if name not in self.offers:
                continue
            arguments = self.arguments(name, w, x, z, x)
            try:
                found = self.raw(name, *arguments[:2], self._t(w, y)) if name == "inner" else self.raw(name, *arguments)
                value = number(found)
            except NotOneNumber as error:
                raise ArgumentError(
                    f"{name} of {self.name} returns {error.size} numbers for one point; one is needed"
                ) from error
            except Exception:  # a law will show it, with the input
                continue
            if name == "inner" and abs(value.imag) > COARSE * abs(value):
                self.unfit += (f"inner of {self.name} returns complex numbers; their real part is taken as the metric",)

    @property
    def dimension(self) -> int | None:
        """Return the dimension that the manifold states: ``dimension``, or ``dim`` where that can mean nothing else.

        Outside Pymanopt ``dim`` may also be an axis, a side of the arrays, or the size of the space around.
        """
        stated = _whole(getattr(self.manifold, "dim" if self.dialect == "Pymanopt" else "dimension", None))
        if stated is not None or not hasattr(self, "_point"):
            return stated
        sides, dim = self._point.shape, _whole(getattr(self.manifold, "dim", None))
        return None if dim in (*range(-len(sides), len(sides)), *sides, self._point.size) else dim

    def in_precision(self, dtype: Any) -> Self:
        """Return the same subject with arguments handed over in another precision."""
        other = copy.copy(self)
        other.dtype = np.dtype(dtype)
        other._methods, _ = methods_of(in_precision(self.manifold, dtype))
        other._source = self._source.with_methods(other._methods)
        other._typical = self._typical.with_methods(other._methods)
        return other

    # -- the methods, on flat arrays --------------------------------------------------------------

    def inner(self, w: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
        """Return the metric."""
        return float(np.real(number(self.raw("inner", self._p(w), self._t(w, x), self._t(w, y)))))

    def norm(self, w: np.ndarray, x: np.ndarray) -> float:
        """Return the length of a tangent vector."""
        return real_number(self.raw("norm", self._p(w), self._t(w, x)))

    def dist(self, w: np.ndarray, z: np.ndarray) -> float:
        """Return the distance."""
        return real_number(self.raw("dist", self._p(w), self._p(z)))

    def project(self, w: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the tangential part of an ambient vector."""
        return self._vector(w, "project", self._p(w), self._ambient.build(z, self.dtype))

    def horizontal(self, w: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the part of an ambient vector orthogonal to the orbit; the projection where there is no orbit."""
        name = "horizontal" if "horizontal" in self.offers else "project"
        return self._vector(w, name, self._p(w), self._ambient.build(z, self.dtype))

    def vertical(self, w: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the part along the orbit."""
        return flat(self._raw("vertical")(self._p(w), self._ambient.build(z, self.dtype)))

    def retract(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the retraction."""
        return flat(self._raw("retract")(self._p(w), self._t(w, x)), self._point)

    def exp(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the exponential."""
        return flat(self._raw("exp")(self._p(w), self._t(w, x)), self._point)

    def log(self, w: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the logarithm."""
        return self._vector(w, "log", self._p(w), self._p(z))

    def transport(self, w: np.ndarray, z: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the transport of a tangent vector."""
        return self._vector(z, "transport", self._p(w), self._p(z), self._t(w, x))

    def gradient(self, w: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return the Riemannian gradient."""
        return self._vector(w, "gradient", self._p(w), self._ambient.build(gradient, self.dtype))

    def hessian(self, w: np.ndarray, gradient: np.ndarray, product: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the Riemannian Hessian along x."""
        ambient = self._ambient
        built = ambient.build(gradient, self.dtype), ambient.build(product, self.dtype)
        return self._vector(w, "hessian", self._p(w), *built, self._t(w, x))

    def defect(self, w: np.ndarray) -> np.ndarray:
        """Return by how much ``w`` misses being a point."""
        return flat(self._raw("defect")(self._p(w)))

    def nearest(self, z: np.ndarray) -> np.ndarray:
        """Return the point of the manifold to which an array is brought back."""
        return flat(self._raw("nearest")(self._p(z)), self._point)

    def act(self, a: Any, w: np.ndarray) -> np.ndarray:
        """Return another representative."""
        return flat(self._raw("act")(np.asarray(a, self.dtype), self._p(w)), self._point)

    def canonical(self, w: np.ndarray) -> np.ndarray:
        """Return the standard representative."""
        return flat(self._raw("canonical")(self._p(w)), self._point)

    def lift(self, w: np.ndarray, x: np.ndarray, to: np.ndarray) -> np.ndarray:
        """Return a tangent vector's lift at another representative."""
        return self._vector(to, "lift", self._p(w), self._t(w, x), self._p(to))


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else None
