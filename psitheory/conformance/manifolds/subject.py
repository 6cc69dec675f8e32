"""Anybody's manifold as the laws see it: the names of our Protocol, on flat NumPy arrays."""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from psitheory.conformance.manifolds.forms import (
    Form,
    NotOneNumber,
    flat,
    form_of,
    in_precision,
    is_tensor,
    number,
    real_number,
    seeded,
)
from psitheory.conformance.manifolds.methods import (
    ARGUMENTS,
    dialect_of,
    method_name,
    methods_of,
    name_of,
    required_arguments,
)
from psitheory.conformance.manifolds.sources import Points, Source
from psitheory.errors import ArgumentError, shown

COARSE = 1e-3
TRIES = 20
LARGEST_EMBEDDED = 128
"""Tangent vectors of more entries are found from ambient ones by the projection."""


class Missing(Exception):
    """The subject does not offer a method after all."""


class Subject:
    """A manifold with the names of :class:`~psitheory.geometry.Manifold`, for one point at a time, on flat arrays.

    Parameters
    ----------
    manifold : object
        Has some of the methods in :data:`~psitheory.conformance.manifolds.methods.NAMES`.
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
        self._inverses: dict[bytes, np.ndarray] = {}  # of the embedding, at the last point
        try:
            drawn = self._draw_tangent(rng, self._p(w))
        except (ArgumentError, Missing):
            raise
        except Exception:  # the laws will show it, with the input
            return
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
    def point_form(self) -> Form:
        """Return the form of points."""
        return self._point

    @property
    def ambient_form(self) -> Form:
        """Return the form of ambient vectors."""
        return self._ambient

    @property
    def tangent_form(self) -> Form:
        """Return the form of tangent vectors."""
        return self._tangent

    @property
    def embedded(self) -> bool:
        """Tell whether points and vectors are arrays of one form, so that w + x makes sense."""
        vectors = self._ambient if self._embeds else self._tangent
        return self._point.same_as(vectors) and self._point.same_as(self._ambient)

    @property
    def projectable(self) -> bool:
        """Tell whether tangent vectors, as laws see them, are ambient vectors too."""
        return self._embeds or self._tangent.same_as(self._ambient)

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

    # -- the manifold's own objects ---------------------------------------------------------------

    def as_point(self, w: np.ndarray) -> Any:
        """Return the point as the manifold represents it."""
        return self._p(w)

    def as_tangent(self, w: np.ndarray, x: np.ndarray) -> Any:
        """Return the tangent vector as the manifold represents it."""
        return self._t(w, x)

    def as_ambient(self, v: np.ndarray) -> Any:
        """Return the ambient vector as the manifold represents it."""
        return self._ambient.build(v, self.dtype)

    def from_tangent(self, w: np.ndarray, x: Any) -> np.ndarray:
        """Return the manifold's own tangent vector as the laws see it."""
        return self._embedded(w, x)

    def from_ambient(self, v: Any) -> np.ndarray:
        """Return the manifold's own ambient vector as the laws see it."""
        return flat(v, self._ambient)

    # -- drawing ----------------------------------------------------------------------------------

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

    # -- calls ------------------------------------------------------------------------------------

    def arguments(self, name: str, w: np.ndarray, x: np.ndarray, z: np.ndarray, v: np.ndarray) -> list[Any]:
        """Return arguments for a method: points w and z, a tangent vector x, an ambient vector v."""
        makers = {
            "w": lambda: self._p(w),
            "z": lambda: self._p(z),
            "x": lambda: self._t(w, x),
            "y": lambda: self._t(w, x),
            "gradient": lambda: self._ambient.build(v, self.dtype),
            "hessian_vector": lambda: self._ambient.build(v / 2, self.dtype),
        }
        if name in ("project", "vertical", "horizontal"):
            makers["z"] = makers["gradient"]
        return [makers[argument]() for argument in ARGUMENTS[name].split(", ")]

    def raw(self, name: str, *arguments: Any) -> Any:
        """Call a method on the manifold's own objects."""
        return self._raw(name)(*arguments)

    def _p(self, w: np.ndarray) -> Any:
        return self._point.build(w, self.dtype)

    def _t(self, w: np.ndarray, x: np.ndarray) -> Any:
        """Return the tangent vector as the manifold represents it."""
        return self._tangent.build(self._unembedded(w, x) if self._embeds else x, self.dtype)

    def _unembedded(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the representation of an ambient tangent vector: by the embedding alone, as project may be wrong."""
        if self._tangent.size > LARGEST_EMBEDDED:
            return flat(self._raw("project")(self._p(w), self._ambient.build(x, self.dtype)), self._tangent)
        key = w.tobytes()
        if key not in self._inverses:
            embed, point = self._raw("embedding"), self._point.build(w, float)
            units = np.eye(self._tangent.size)
            images = [flat(embed(point, self._tangent.build(e, float)), self._ambient) for e in units]
            self._inverses = {key: np.linalg.pinv(np.stack(images, axis=1))}
        return np.asarray(self._inverses[key] @ x)

    def _vector(self, at: np.ndarray, name: str, *arguments: Any) -> np.ndarray:
        """Return the tangent vector at a point that a method gives, as an ambient vector."""
        return self._embedded(at, self._raw(name)(*arguments))

    def _embedded(self, w: np.ndarray, x: Any) -> np.ndarray:
        if not self._embeds:
            return flat(x, self._tangent)
        plain = self._tangent.build(flat(x, self._tangent), self.dtype)
        return flat(self._raw("embedding")(self._p(w), plain), self._ambient)

    def _raw(self, name: str) -> Callable[..., Any]:
        if name not in self._methods:
            raise Missing(f"{self.name} has no {name}")
        method = self._methods[name]

        def call(*arguments: Any) -> Any:
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    if any(map(is_tensor, arguments)):
                        with sys.modules["torch"].no_grad():
                            return method(*arguments)
                    return method(*arguments)
            except NotImplementedError as error:
                raise Missing(f"{self.name} does not implement {method_name(method)}") from error

        return call


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else None
