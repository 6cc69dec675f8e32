r"""Maps that all representatives of a point share: the identity, :math:`X \mapsto XX^\top`, :math:`w \mapsto w/\|w\|`.

Each is a map φ with its derivative ``push``, the adjoint of that, ``pull``, and the derivative of the adjoint,
``pull_moved``: what test functions of classes are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from psitheory.arithmetic import norm


class Map(Protocol):
    """A map φ of flat real arrays, with its derivatives."""

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Return φ(w)."""
        ...

    def push(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the derivative of φ at w along x."""
        ...

    def pull(self, w: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the adjoint of the derivative at w, applied to g."""
        ...

    def pull_moved(self, w: np.ndarray, x: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the derivative along x of ``pull(w, g)``, g held fixed."""
        ...


@dataclass(frozen=True)
class Same:
    """The identity: a point has one representative."""

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Return w."""
        return w

    def push(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return x."""
        return x

    def pull(self, w: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return g."""
        return g

    def pull_moved(self, w: np.ndarray, x: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return 0."""
        return np.zeros_like(g)


@dataclass(frozen=True)
class Square:
    """The map of X to X times its adjoint, for each matrix of an array: X counts up to rotation from the right."""

    shape: tuple[int, ...]
    complex: bool = False

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Return the squares."""
        x = self.matrices(w)
        return numbers_of(x @ adjoint(x))

    def push(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the derivative."""
        point, along = self.matrices(w), self.matrices(x)
        return numbers_of(along @ adjoint(point) + point @ adjoint(along))

    def pull(self, w: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the adjoint."""
        weight = matrix_of(g, (*self.shape[:-1], self.shape[-2]), self.complex)
        return numbers_of((weight + adjoint(weight)) @ self.matrices(w))

    def pull_moved(self, w: np.ndarray, x: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the adjoint at x, in which it is linear."""
        return self.pull(x, g)

    def matrices(self, w: np.ndarray) -> np.ndarray:
        """Return the array of matrices."""
        return matrix_of(w, self.shape, self.complex)


@dataclass(frozen=True)
class Unit:
    """The map of a vector to its direction: it counts up to a positive factor."""

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Return the unit vector."""
        return np.asarray(w / norm(w))

    def push(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return (I - uuᵀ)x/r."""
        r = float(norm(w))
        u = w / r
        return np.asarray((x - u * (u @ x)) / r)

    pull = push

    def pull_moved(self, w: np.ndarray, x: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the derivative of (I - uuᵀ)g/r."""
        r = float(norm(w))
        u, moved = w / r, self.push(w, x)
        return np.asarray(-(u @ x) / r * self.push(w, g) - (moved * (u @ g) + u * (moved @ g)) / r)


@dataclass(frozen=True)
class Pieces:
    """A map made of maps of parts: ``parts`` holds indices into w, and the map of these entries, in order."""

    parts: tuple[tuple[np.ndarray, Map], ...]

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Return the values, part after part."""
        return np.concatenate([map_(w[i]) for i, map_ in self.parts])

    def push(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the derivative."""
        return np.concatenate([map_.push(w[i], x[i]) for i, map_ in self.parts])

    def pull(self, w: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the adjoint."""
        out, start = np.zeros(len(w)), 0
        for i, map_ in self.parts:
            size = len(map_(w[i]))
            out[i] = map_.pull(w[i], g[start : start + size])
            start += size
        return out

    def pull_moved(self, w: np.ndarray, x: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the derivative of the adjoint."""
        out, start = np.zeros(len(w)), 0
        for i, map_ in self.parts:
            size = len(map_(w[i]))
            out[i] = map_.pull_moved(w[i], x[i], g[start : start + size])
            start += size
        return out


def directions(n: int, blocks: Sequence[np.ndarray]) -> Pieces:
    """Return the map that keeps of each block its direction, and the rest as it is, entries in their order."""
    free = np.setdiff1d(np.arange(n), np.concatenate(blocks) if len(blocks) else [])
    parts: list[tuple[np.ndarray, Map]] = [(block, Unit()) for block in blocks]
    return Pieces((*parts, (free, Same())) if len(free) else tuple(parts))


def matrix_of(numbers: np.ndarray, shape: tuple[int, ...], complex_: bool) -> np.ndarray:
    """Return the array of that shape whose real numbers are given."""
    array = np.ascontiguousarray(numbers)
    return (array.view(np.complex128) if complex_ else array).reshape(shape)


def numbers_of(x: np.ndarray) -> np.ndarray:
    """Return the real numbers of an array, flat."""
    return np.ascontiguousarray(x).view(float).ravel() if x.dtype.kind == "c" else x.ravel()


def adjoint(x: np.ndarray) -> np.ndarray:
    """Return the conjugate transpose of each matrix."""
    return x.conj().swapaxes(-1, -2)
