"""Inputs for the laws of a manifold: simple ones first, since the first that fails is the one shown."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.laws.probes import probe
from psitheory.conformance.manifolds.subjects.invariants import Same
from psitheory.conformance.manifolds.subjects.nature import Known
from psitheory.conformance.manifolds.subjects.special import blank, inner_points, special_points

CASES = 12
EXPONENTS = (9, 12, 4, 8, 3, 6, 1, 10, 5, 7, 2, 11)
"""Near points are this many powers of ten apart; the second pair is one point."""
SPECIAL = {4: 0, 6: 1, 8: 2}
"""Of these cases the points are special, where such are known: which of them."""
INNER = {10: 0, 11: 1}
"""Of these cases the points are others of that kind, in an order of each law's own."""
ENDS = {5: 0, 7: 1, 8: 1, 9: 2}
"""Of these cases the other points are; where both are, they are different ones, of spheres at a right angle."""
FAR = 2.6
"""No two points of a sphere are drawn farther apart, but for the law of near antipodal ones."""
LONGER = (1.0, 3.0, 8.0, 0.3, 1.0, 40.0, 1.0, 3.0, 20.0)
"""Tangent vectors, shorter than 1, are lengthened by these factors, off spheres by 1 to 3: geodesics go round."""

REACHES = (16.0, 4.0, 8.0, 2.0)
"""How long long geodesics are, off spheres; in single precision as long as the last of them."""

SHORTER = (1e-2, 1e-4, 1e-3, 1e-6, 1e-1, 1e-5)
"""How long short geodesics are, off spheres; in single precision as long as the first."""


def derived(seed: int, *names: str) -> np.random.Generator:
    """Return a generator for one thing of that name; the same on every machine."""
    return np.random.default_rng([seed, zlib.crc32("/".join(names).encode())])


def cases(
    subject: Known, names: tuple[str, ...], rng: np.random.Generator, count: int, *, special: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield ``count`` sets of inputs of these names, the first of them simple, some special, where such are known."""
    known = subject.given is None and any(len(block) > 1 for block in subject.axes)
    places = special_points(subject) if special else []
    inner = inner_points(subject) if special else []
    order = rng.spawn(1)[0].permutation(len(inner))
    for i in range(count):
        place, end = (places[which[i] % len(places)] if places and i in which else None for which in (SPECIAL, ENDS))
        if place is not None and (
            place is end or subject.nature.lines
        ):  # lines at a right angle are joined by two ways
            end = None
        if inner and i in INNER:
            place = inner[order[INNER[i] % len(inner)]]
        yield _Case(subject, rng, i, known and i == 0, place, end).draw(names)


class _Case:
    """One set of inputs: a point ``w`` first, then whatever depends on it."""

    def __init__(
        self,
        subject: Known,
        rng: np.random.Generator,
        index: int,
        simple: bool,
        place: np.ndarray | None = None,
        end: np.ndarray | None = None,
    ) -> None:
        self.subject, self.rng, self.index, self.simple = subject, rng, index, simple
        self.w = self._simple_point() if simple else subject.random_point(rng) if place is None else place
        self.end = end
        if end is not None and place is None:  # at no greater distance from it than others are
            self.w = end
            self.w = self._other(0.6, 0.8)
        if index % 2 and subject.given is None:
            self.w = self._rounded(subject.turned(rng, self.w))

    def draw(self, names: tuple[str, ...]) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "w": lambda: self.w,
            "x": lambda: self._tangent(1),
            "drawn": lambda: self.subject.random_tangent(self.rng, self.w),
            "y": lambda: self._tangent(-1),
            "t": lambda: self._tangent(1),
            "z": lambda: self._other(0.6, 0.8) if self.end is None else self.end,
            "q": lambda: self._other(-0.8, 0.6),
            "v": lambda: self._ambient(0),
            "u": lambda: self._ambient(1),
            "a": self._element,
            "d": self._nearness,
            "s": self._tininess,
            "g": self._gap,
            "e": lambda: SHORTER[0 if self.subject.dtype == np.float32 else self.index % len(SHORTER)],
            "r": lambda: REACHES[-1 if self.subject.dtype == np.float32 else self.index % len(REACHES)],
            "k": lambda: LONGER[self.index % len(LONGER)] if self.subject.nature.spheres else 1.0 + self.index % 3,
            "f": lambda: probe(self.subject.nature.map or Same(), len(self.subject.canonical(self.w)), self.rng),
        }
        return {name: makers[name]() for name in names}

    def _nearness(self) -> float:
        """Return a distance between 1e-12 and 0.1, or 0; those that tell most come first."""
        return 0.0 if self.index == 1 else 10.0 ** -EXPONENTS[self.index % len(EXPONENTS)]

    def _gap(self) -> float:
        """Return a distance from the antipode: from 0.1 down to where the usual formulas still have digits."""
        return float(10.0 ** -(1 + self.index % 4 * (0.1 if self.subject.dtype == np.float32 else 1.2)))

    def _tininess(self) -> float:
        """Return a factor between 1e-10 and 1e-296, in single precision 1e-32."""
        step = 2.0 if self.subject.dtype == np.float32 else 26.0
        return float(10.0 ** (-10 - step * (self.index % 12)))

    def _simple_point(self, first: float = 1.0, second: float = 0.0) -> np.ndarray:
        """Return a unit vector in the first two entries of each block, zero elsewhere."""
        w = blank(self.subject)
        for block in self.subject.axes:
            w[block[:2]] = (first, second)[: len(block)] if len(block) > 1 else 1.0
        return w

    def _tangent(self, which: int) -> np.ndarray:
        """Return a tangent vector whose length is about 1/2; a unit vector of the second or the last axis if simple."""
        if self.simple:
            x = np.zeros(self.subject.n)
            for block in self.subject.axes:
                if len(block) > 1:
                    x[block[which]] = 1
            return x
        x = self.subject.random_tangent(self.rng, self.w)
        if self.subject.nature.spheres and self.subject.nature.map is not None:
            x = self._without_radial_part(x)
        size = self._length(x)
        return self._rounded(x * (self.rng.uniform(0.2, 0.8) / size if 0 < size < np.inf else 1))

    def _without_radial_part(self, x: np.ndarray) -> np.ndarray:
        x = x.copy()
        for block in self.subject.nature.spheres:
            u = self.w[block]
            for _ in range(2):
                x[block] -= u * (u @ x[block]) / (u @ u)
        return x

    def _length(self, x: np.ndarray) -> float:
        if self.subject.nature.spheres:
            return float(np.linalg.norm(self.subject.velocity(self.w, x)))
        square = self.subject.inner(self.w, x, x) if "inner" in self.subject.offers else x @ x
        return float(np.sqrt(abs(square)))

    def _other(self, first: float, second: float) -> np.ndarray:
        """Return another point: simple; or on spheres at no more than the angle of (first, second), later farther."""
        subject = self.subject
        if self.simple:
            return self._rounded(self._simple_point(first, second))
        if not subject.nature.spheres or subject.nature.map is None:
            return subject.random_point(self.rng)
        reach = 1.2 if subject.nature.lines else FAR if self.index > 2 else float(np.arctan2(second, first))
        velocity = subject.velocity(self.w, self._tangent(1))
        way = velocity / np.linalg.norm(velocity) * self.rng.uniform(0.3, reach)
        return self._rounded(references.exp(subject.canonical(self.w), way, subject.nature.spheres))

    def _ambient(self, which: int) -> np.ndarray:
        if not self.simple:
            return self.subject.random_ambient(self.rng)
        v = np.zeros(self.subject.ambient_form.size)
        for block in self.subject.axes:
            v[block[: 2 - which]] = 1
        return v

    def _element(self) -> Any:
        """Return what acts on representatives: positive scales, or a rotation."""
        if self.subject.nature.quotient and "act" not in self.subject.offers:
            return self.subject.random_rotation(self.rng)
        if self.simple:
            return np.full(self.subject.scales, 2.0)
        return self._rounded(np.exp(self.rng.uniform(-2, 2, size=self.subject.scales)))

    def _rounded(self, values: np.ndarray) -> np.ndarray:
        return values.astype(self.subject.dtype).astype(float)
