"""Random expressions on symbols and on formal vectors, against the same expressions of numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import FORMAL
from psitheory.arithmetic.formal import BlockDegrees, Scalar, Sort, Space
from psitheory.arithmetic.formal.realise import _Realisation
from psitheory.arithmetic.rational_functions import RationalFunction, RationalFunctions
from psitheory.errors import NotInArithmetic, Undecided

SEEDS = st.integers(0, 2**32 - 1)
STEPS = 6
LARGE = 1e3
"""What exceeds it is left out, and so is a divisor below a twentieth: rounding would hide what is wrong."""

Rule = Callable[..., Any]
OF_TWO: list[Rule] = [operator.add, operator.sub, operator.mul, operator.truediv]


# -- symbols: exactly ----------------------------------------------------------------------------------


def at(value: RationalFunction, point: list[Fraction]) -> Fraction:
    """Return a rational function at a point."""

    def polynomial(p: Any) -> Fraction:
        return sum(
            (
                int(c) * math.prod(x ** int(k) for x, k in zip(point, powers, strict=True))
                for powers, c in p.to_dict().items()
            ),
            Fraction(0),
        )

    return polynomial(value.top) / polynomial(value.bottom)


def random_ratios(rng: np.random.Generator, count: int) -> list[Fraction]:
    return [Fraction(int(rng.integers(-9, 10)) or 1, int(rng.integers(1, 8))) for _ in range(count)]


@given(SEEDS)
def test_rational_functions_are_what_ratios_compute(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = RationalFunctions({"p": True, "q": True, "s": False, "t": False})
    point = random_ratios(rng, 4)
    point[:2] = map(abs, point[:2])
    values: list[tuple[Any, Fraction]] = [(field[n], x) for n, x in zip("pqst", point, strict=True)]
    for _ in range(STEPS):
        x, y = (values[int(k)] for k in rng.integers(len(values), size=2))
        if rng.random() < 0.3:  # a number takes the place of one of them
            (c,) = random_ratios(rng, 1)
            number = int(c) if rng.random() < 0.5 and int(c) else c
            x, y = ((number, Fraction(number)), y) if rng.random() < 0.5 else (x, (number, Fraction(number)))
        rule = OF_TWO[int(rng.integers(4))]
        if rule is operator.truediv and y[1] == 0:
            continue
        new = (rule(x[0], y[0]), rule(x[1], y[1]))
        if rng.random() < 0.2 and new[1]:
            k = int(rng.integers(-2, 4))
            new = (-(new[0] ** k), -(new[1] ** k))
        assert at(new[0], point) == new[1]
        values.append(new)
    for value, number in values:
        assert (value == value, value != value, (value - value).sign()) == (True, False, 0)
        try:
            sign = value.sign()
        except Undecided:
            continue
        assert sign == (number > 0) - (number < 0)
        assert (value < 0, value <= 0, value > 0, value >= 0) == (number < 0, number <= 0, number > 0, number >= 0)
        root = (value * value).sqrt()
        assert at(root, point) == abs(number)


@given(SEEDS)
def test_where_rational_functions_were_divided_is_told(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = RationalFunctions({"p": True, "s": False, "t": False})
    p, s, t = (field[n] for n in "pst")
    a, b = (int(x) for x in rng.integers(1, 9, size=2))
    _ = 1 / (p + a), 1 / (a * p * p + s * s), 1 / (-p - b), (s - t) / (a * s + b * t)
    told = field.where()
    assert len(told) == 1
    ratio = math.gcd(a, b)
    zero = [Fraction(3), Fraction(b, ratio), Fraction(-a, ratio)]
    polynomial = next(f for q in field._nonzero for f, _ in q.factor()[1] if f"{f} ≠ 0" in told)
    assert at(RationalFunction(field, polynomial, field._context.constant(1)), zero) == 0


# -- formal vectors: in floats -------------------------------------------------------------------------


class Pairs:
    """Formal numbers and vectors beside the floats that they are at one realisation."""

    def __init__(self, seed: int, blocks: int = 2) -> None:
        self.rng = np.random.default_rng(seed)
        self.space = Space(256)
        sorts = [Sort("alone", 1, k) for k in range(blocks)]
        formal = [self.space.positive("p"), self.space.real("s"), self.space.real("t")]
        vectors = [self.space.vector(f"{n}{k}", sort) for k, sort in enumerate(sorts) for n in "xy"]
        maps = [self.space.operator(f"A{k}", sort, sort, ("symmetric", "skew")[k % 2]) for k, sort in enumerate(sorts)]
        maps.append(self.space.operator("B", sorts[0], sorts[-1]))
        self.here = _Realisation(self.space, self.rng)
        self.numbers = [(x, self.number(x)) for x in formal]
        self.vectors = [(x, self.here._vector(x)) for x in vectors]
        self.maps = [(a, self.here._operators[a.name]) for a in maps]

    def number(self, x: Any) -> float:
        return float(self.here._number(x.value)) if isinstance(x, Scalar) else float(x)

    def noise(self, x: Any) -> float:
        """Return a hundred thousand roundings of the terms of which a number is made."""
        if not isinstance(x, Scalar):
            return 1e-11
        top, bottom = (self.here._terms(part) for part in (x.value.top, x.value.bottom))
        below = abs(sum(bottom))
        value = abs(sum(top)) / below
        return 1e-11 * (1 + sum(map(abs, top)) / below + value * sum(map(abs, bottom)) / below)

    def draw(self, items: list[Any]) -> Any:
        return items[int(self.rng.integers(len(items)))]

    def grow(self) -> None:
        """Make one more vector and one more number of those that are there."""
        (x, a), (y, b), (s, r) = self.draw(self.vectors), self.draw(self.vectors), self.draw(self.numbers)
        if x.sort == y.sort:
            rule = self.draw([operator.add, operator.sub])
            self.vectors.append((rule(x, s * y), rule(a, r * b)))
        (m, matrix), turned = self.draw(self.maps), self.rng.random() < 0.5
        m, matrix = (m.transposed, matrix.T) if turned else (m, matrix)
        if m.source == x.sort:
            self.vectors.append((m * x, matrix @ a))
        if x.sort == y.sort:
            self.numbers.append((x.inner(y), float(a @ b)))
        new = self.combined(self.draw(self.numbers), self.draw(self.numbers))
        if new is not None and abs(new[1]) < LARGE and self.noise(new[0]) < 1e-7:
            self.numbers.append(new)

    def combined(self, x: tuple[Any, float], y: tuple[Any, float]) -> tuple[Any, float] | None:
        rules: list[tuple[Rule, Rule]] = [(rule, rule) for rule in OF_TWO]
        rules += [
            (lambda u, v: 3 - u, lambda u, v: 3 - u), (lambda u, v: Fraction(2, 3) / u, lambda u, v: 2 / 3 / u),
            (lambda u, v: -u, lambda u, v: -u), (lambda u, v: u**-2, lambda u, v: u**-2), (FORMAL.maximum, max),
            (FORMAL.minimum, min), (FORMAL.atan2, math.atan2), (lambda u, v: FORMAL.sqrt(u), lambda u, v: math.sqrt(u)),
            (lambda u, v: FORMAL.cos(2 * u), lambda u, v: math.cos(2 * u)), (lambda u, v: abs(u), lambda u, v: abs(u)),
            (lambda u, v: FORMAL.sin(-u), lambda u, v: math.sin(-u)),
            (lambda u, v: FORMAL.atan(u), lambda u, v: math.atan(u)),
            (lambda u, v: FORMAL.sign(u), lambda u, v: float(np.sign(u))),
            (lambda u, v: FORMAL.sqrt(u * u), lambda u, v: abs(u)),
        ]  # fmt: skip
        formal, floats = self.draw(rules)
        if min(abs(x[1]), abs(y[1])) < 0.05:
            return None
        try:
            return formal(x[0], y[0]), floats(x[1], y[1])
        except (Undecided, NotInArithmetic, ValueError):  # no sign, too many terms, a root of less than nothing
            return None


@settings(max_examples=40)
@given(SEEDS)
def test_formal_numbers_are_what_floats_compute(seed: int) -> None:
    pairs = Pairs(seed)
    for _ in range(STEPS):
        pairs.grow()
    for x, expected in pairs.numbers:
        assert pairs.number(x) == pytest.approx(expected, abs=pairs.noise(x), rel=1e-9)
        try:
            sign = x.sign()
        except Undecided:
            continue
        assert sign == np.sign(expected) or abs(expected) <= pairs.noise(x)
        assert not x.is_never_negative() or expected >= -pairs.noise(x)
    for x, vector in pairs.vectors:
        np.testing.assert_allclose(pairs.here._vector(x), vector, rtol=1e-8, atol=1e-8 * (1 + np.abs(vector).max()))
    for (x, a), (y, b) in zip(pairs.numbers, pairs.numbers[1:], strict=False):
        assert (x + y).is_identically(y + x)
        assert ((x + y) * (x + y) - x * y).is_identically(x * x + x * y + y * y)
        assert not x.is_identically(y) or abs(a - b) <= pairs.noise(x) + pairs.noise(y)
        assert not (x + 1).is_identically(x)


# -- of how many blocks an expression speaks -----------------------------------------------------------


def together(value: Rule, blocks: int) -> int:
    """Return the largest number of blocks that one term of a polynomial in the squared norms speaks of.

    The terms that speak of all of some blocks, and of no others, are what is left when the values without some of them
    are taken away, with signs.
    """
    most = 0
    for chosen in range(1, 2**blocks):
        left = sum(
            (-1) ** (chosen.bit_count() - some.bit_count())
            * value([(3 * k + 2) * (some >> k & 1) for k in range(blocks)])
            for some in range(2**blocks)
            if some & ~chosen == 0
        )
        if left:
            most = max(most, chosen.bit_count())
    return most


@given(SEEDS, st.integers(1, 4))
def test_the_degree_of_a_polynomial_is_that_of_its_largest_term(seed: int, blocks: int) -> None:
    rng = np.random.default_rng(seed)
    space = Space(64)
    vectors = [space.vector(f"w[{k}]", Sort("block", k, 1)) for k in range(blocks)]
    squares = [v.inner(v) for v in vectors]
    made: list[tuple[Any, Rule]] = [(s, lambda x, k=k: x[k]) for k, s in enumerate(squares)]
    for _ in range(4):
        (x, f), (y, g) = (made[int(k)] for k in rng.integers(len(made), size=2))
        if rng.random() < 0.5:
            made.append((x + 2 * y, lambda x, f=f, g=g: f(x) + 2 * g(x)))
        elif rng.random() < 0.7:
            made.append((x * y, lambda x, f=f, g=g: f(x) * g(x)))
        else:
            made.append((x**2, lambda x, f=f: f(x) ** 2))
    degrees = BlockDegrees(space)
    for x, f in made:
        told = degrees.of_difference(x, 0, by_squares=True)
        assert told >= together(f, blocks)
        assert degrees.of_difference(x, x + 0 * squares[0], by_squares=True) >= told
    alone = [x for x, f in made if together(f, blocks) == 1 and len(x.value.top) == 1]
    assert all(degrees.of_difference(x, 0, by_squares=True) == 1 for x in alone)
