"""Whether a proof speaks of anything: vectors, operators and numbers of floats that meet all of its conditions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from psitheory.arithmetic.formal.field import Sign, Symbol
from psitheory.arithmetic.formal.space import GramKey, Space
from psitheory.arithmetic.formal.vector import Word
from psitheory.arithmetic.rational_functions import RationalFunction

DIMENSION = 3
"""Of each space; conditions that need more dimensions than one are met by three nearly always."""

TRIES = 20
"""Random realisations before a proof counts as empty: a condition holds almost everywhere or nowhere."""


def realises(space: Space, rng: np.random.Generator) -> bool:
    """Tell whether some random realisation in floats meets what the inputs fix and what the proof noted.

    A contradiction (unit vectors with the inner product 2) proves everything, and has none.
    """
    return any(_Realisation(space, rng).meets_all() for _ in range(TRIES if _has_conditions(space) else 1))


def _has_conditions(space: Space) -> bool:
    return bool(space.fixed) or any(True for _ in space.field.conditions)


class _Realisation:
    """One choice of vectors, operators and numbers."""

    def __init__(self, space: Space, rng: np.random.Generator) -> None:
        self._space, self._rng = space, rng
        self._operators = {name: self._matrix(op.symmetry) for name, op in space.operators.items()}
        self._names = list(space.generators)
        self._vectors = dict(zip(self._names, rng.normal(size=(len(self._names), DIMENSION)), strict=True))
        self._scalars: dict[str, float] = {}
        self._values: list[float] = []

    def _matrix(self, symmetry: str | None) -> Any:
        matrix = self._rng.normal(size=(DIMENSION, DIMENSION))
        if symmetry == "symmetric":
            return matrix + matrix.T
        return matrix - matrix.T if symmetry == "skew" else matrix

    def meets_all(self) -> bool:
        """Tell whether everything that is fixed and noted holds here."""
        for names in self._space.units:
            length = math.sqrt(sum(float(self._vectors[name] @ self._vectors[name]) for name in names))
            self._vectors.update({name: self._vectors[name] / length for name in names})
        if len(self._space.fixed) > len(self._space.units) and not self._solve():
            return False
        with np.errstate(all="ignore"):
            try:
                self._evaluate_symbols()
            except (ZeroDivisionError, ValueError):
                return False
            return all(self._holds(c.polynomial, c.relation) for c in self._space.field.conditions)

    def _solve(self) -> bool:
        """Move the vectors until what is fixed holds; False if they cannot."""
        from scipy.optimize import least_squares

        start = np.array([self._vectors[name] for name in self._names])

        def residuals(flat: Any) -> Any:
            self._vectors = dict(zip(self._names, flat.reshape(start.shape), strict=True))
            self._values = []
            self._evaluate_symbols()
            return [self._gram(key) - self._number(value) for key, value in self._space.fixed.items()]

        try:
            found = least_squares(residuals, start.ravel())
        except (ZeroDivisionError, ValueError):
            return False
        return bool(np.max(np.abs(residuals(found.x))) < 1e-6)  # far from what a contradiction leaves, of size 1

    def _evaluate_symbols(self) -> None:
        self._values = []
        for symbol in self._space.field.symbols:
            self._values.append(self._value_of(symbol))

    def _value_of(self, symbol: Symbol) -> float:
        if symbol.kind == "gram":
            return self._gram(symbol.meaning)
        if symbol.kind == "root":
            return math.sqrt(max(self._polynomial(symbol.meaning), 0.0))  # whether it is positive is a condition
        if symbol.kind == "angle":
            y, x = symbol.meaning
            return math.atan2(self._number(y), self._number(x))
        if symbol.kind in ("cos", "sin"):
            return getattr(math, symbol.kind)(self._number(symbol.meaning))  # type: ignore[no-any-return]
        return self._scalar(symbol)

    def _scalar(self, symbol: Symbol) -> float:
        if symbol.name not in self._scalars:
            number = float(self._rng.normal())
            self._scalars[symbol.name] = abs(number) + 0.1 if symbol.sign is Sign.POSITIVE else number
        return self._scalars[symbol.name]

    def _gram(self, key: GramKey) -> float:
        x, letters, y = key
        return float(self._vectors[x] @ self._image((letters, y)))

    def _image(self, word: Word) -> Any:
        letters, generator = word
        out = self._vectors[generator]
        for name, turned in reversed(letters):
            out = (self._operators[name].T if turned else self._operators[name]) @ out
        return out

    def _number(self, value: RationalFunction) -> float:
        return self._polynomial(value.top) / self._polynomial(value.bottom)

    def _polynomial(self, polynomial: Any) -> float:
        return float(
            sum(c * math.prod(self._values[k] ** e for k, e in powers.items()) for c, powers in self._terms(polynomial))
        )

    def _terms(self, polynomial: Any) -> Any:
        return self._space.field.monomials(polynomial)

    def _holds(self, polynomial: Any, relation: str) -> bool:
        value = self._polynomial(polynomial)
        size = sum(
            abs(c) * math.prod(abs(self._values[k]) ** e for k, e in powers.items())
            for c, powers in self._terms(polynomial)
        )
        noise = 1e-9 * size  # what rounding leaves of a polynomial that is zero on all realisations
        return bool(value > noise if relation == "> 0" else abs(value) > noise)
