"""Somebody's points and vectors as flat arrays, and calls of somebody's methods on their own objects."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.floats.compiled import Compiled
from psitheory.conformance.manifolds.subjects.forms import Form, flat, is_tensor
from psitheory.conformance.manifolds.subjects.methods import ARGUMENTS, method_name

LARGEST_EMBEDDED = 128
"""Tangent vectors of more entries are found from ambient ones by the projection."""


class Missing(Exception):
    """The subject does not offer a method after all."""


class Represented:
    """A manifold whose points, tangent and ambient vectors have forms of their own; laws see flat arrays.

    Attributes
    ----------
    manifold : object
    name : str
        What messages call it.
    dtype : dtype
        The precision in which arguments are handed over.
    offers : frozenset of str
        The methods that it has, by our names.
    """

    manifold: Any
    name: str
    dtype: np.dtype[Any]
    offers: frozenset[str]
    _methods: dict[str, Callable[..., Any]]
    _point: Form
    _ambient: Form
    _tangent: Form
    _embeds: bool
    _inverses: dict[bytes, np.ndarray]
    _compiled: Compiled

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
                    tensors = [x for x in arguments if is_tensor(x)]
                    if tensors:
                        with sys.modules["torch"].set_grad_enabled(any(x.requires_grad for x in tensors)):
                            return method(*arguments)
                    return self._compiled(name, method, arguments)
            except NotImplementedError as error:
                raise Missing(f"{self.name} does not implement {method_name(method)}") from error

        return call
