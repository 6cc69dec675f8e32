"""Whether a proof speaks of anything: vectors, operators and numbers of floats that meet all of its conditions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from psitheory.arithmetic.formal.conditions import Condition
from psitheory.arithmetic.formal.field import Sign, Symbol
from psitheory.arithmetic.formal.space import GramKey, Space
from psitheory.arithmetic.formal.vector import Vector, Word
from psitheory.arithmetic.rational_functions import RationalFunction

DIMENSION = 3
"""Of each space; conditions that need more dimensions than one are met by three nearly always."""

DEFECT = 1e-6
"""Of what is fixed: far above rounding, and below what a contradiction leaves, which is of size 1."""

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
    """One choice of vectors, operators and numbers; what follows from them is computed when it is asked for."""

    def __init__(self, space: Space, rng: np.random.Generator) -> None:
        self._space = space
        self._operators = {name: _matrix(op.symmetry, rng) for name, op in space.operators.items()}
        self._vectors = {name: rng.normal(size=DIMENSION) for name in space.generators}
        self._scalars = [_number(symbol.sign, rng) for symbol in space.field.symbols]
        self._values: dict[int, float] = {}

    def meets_all(self) -> bool:
        """Tell whether everything that is fixed and noted holds here."""
        with np.errstate(all="ignore"):
            try:
                self._obey()
                return self._fixes_hold() and all(self._holds(c) for c in self._space.field.conditions)
            except (ZeroDivisionError, ValueError, OverflowError):
                return False

    # -- what inputs fix --------------------------------------------------------------------------

    def _obey(self) -> None:
        """Make unit vectors of length 1, and those orthogonal that are to be."""
        for names in self._space.units:
            self._move(names, {name: self._vectors[name] / self._length(names) for name in names})
        for names, to in self._space.orthogonals:
            others = [self._vector(other) for other in to]
            along = sum(self._vectors[name] @ other for name, other in zip(names, others, strict=True))
            square = sum(other @ other for other in others)
            pairs = zip(names, others, strict=True)
            self._move(names, {name: self._vectors[name] - along / square * other for name, other in pairs})

    def _move(self, names: tuple[str, ...], moved: dict[str, Any]) -> None:
        self._vectors.update(moved)
        self._values.clear()

    def _length(self, names: tuple[str, ...]) -> float:
        return math.sqrt(sum(float(self._vectors[name] @ self._vectors[name]) for name in names))

    def _fixes_hold(self) -> bool:
        if len(self._space.fixed) > len(self._space.units) + len(self._space.orthogonals):
            return self._solve()
        return self._largest_defect() < DEFECT

    def _largest_defect(self) -> float:
        return max((abs(d) for d in self._defects()), default=0.0)

    def _defects(self) -> list[float]:
        return [self._gram(key) - self._number(value) for key, value in self._space.fixed.items()]

    def _solve(self) -> bool:
        """Move the vectors until what is fixed holds; False if they cannot."""
        from scipy.optimize import least_squares

        names = list(self._vectors)

        def defects(flat: Any) -> list[float]:
            self._move((), dict(zip(names, flat.reshape(len(names), DIMENSION), strict=True)))
            return self._defects()

        found = least_squares(defects, np.concatenate([self._vectors[name] for name in names]))
        defects(found.x)
        return self._largest_defect() < DEFECT

    # -- values -----------------------------------------------------------------------------------

    def _value(self, k: int) -> float:
        if k not in self._values:
            self._values[k] = self._value_of(k, self._space.field.symbols[k])
        return self._values[k]

    def _value_of(self, k: int, symbol: Symbol) -> float:
        if symbol.kind == "gram":
            return self._gram(symbol.meaning)
        if symbol.kind == "root":
            return math.sqrt(max(self._polynomial(symbol.meaning), 0.0))  # whether it is positive is a condition
        if symbol.kind == "angle":
            y, x = symbol.meaning
            return math.atan2(self._number(y), self._number(x))
        if symbol.kind in ("cos", "sin"):
            return getattr(math, symbol.kind)(self._number(symbol.meaning))  # type: ignore[no-any-return]
        return self._scalars[k]

    def _gram(self, key: GramKey) -> float:
        x, letters, y = key
        return float(self._vectors[x] @ self._image((letters, y)))

    def _image(self, word: Word) -> Any:
        letters, generator = word
        out = self._vectors[generator]
        for name, turned in reversed(letters):
            out = (self._operators[name].T if turned else self._operators[name]) @ out
        return out

    def _vector(self, vector: Vector) -> Any:
        return sum((self._number(c) * self._image(word) for word, c in vector.terms.items()), np.zeros(DIMENSION))

    def _number(self, value: RationalFunction) -> float:
        return self._polynomial(value.top) / self._polynomial(value.bottom)

    def _polynomial(self, polynomial: Any) -> float:
        return float(sum(self._terms(polynomial)))

    def _terms(self, polynomial: Any) -> list[float]:
        monomials = self._space.field.monomials(polynomial)
        return [c * math.prod(self._value(k) ** e for k, e in powers.items()) for c, powers in monomials]

    def _holds(self, condition: Condition) -> bool:
        terms = self._terms(condition.polynomial)
        value, noise = sum(terms), 1e-9 * sum(abs(t) for t in terms)  # what rounding leaves of an identical zero
        return bool(value > noise if condition.relation == "> 0" else abs(value) > noise)


def _matrix(symmetry: str | None, rng: np.random.Generator) -> Any:
    matrix = rng.normal(size=(DIMENSION, DIMENSION))
    if symmetry == "symmetric":
        return matrix + matrix.T
    return matrix - matrix.T if symmetry == "skew" else matrix


def _number(sign: Sign, rng: np.random.Generator) -> float:
    number = float(rng.normal())
    return abs(number) + 0.1 if sign is Sign.POSITIVE else number
