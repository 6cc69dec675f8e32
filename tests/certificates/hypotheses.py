"""An instance of the hypotheses of a certificate, built from its text alone: hypotheses that none meets prove anything.

Spaces are of three dimensions, numbers are rationals; where a root is adjoined they are balls that enclose the exact
ones.  ``python -m tests.certificates.hypotheses`` tries every certificate that there is.
"""

from __future__ import annotations

import math
import re
import sys
from fractions import Fraction

import numpy as np
from flint import arb, ctx

DIMENSION = 3

TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\d+|[-+*/^()])")


class Unmet(Exception):
    """What no instance was found for."""


class Instance:
    """Vectors, maps and numbers for the variables of one module of a file, moved until its equations hold."""

    def __init__(self, lines, rng):
        self.rng, self.vectors, self.maps, self.numbers, self.roots = rng, {}, {}, {}, {}
        self.balls = any("_square :" in line for line in lines)
        self.hypotheses = [line.split(" : ", 1) for line in _of(lines, "Hypothesis")]
        for line in _of(lines, "Variable"):
            self._draw(*line.split(" : ", 1))
        for _, text in self.hypotheses:
            self._shape(text)

    def _draw(self, name, kind):
        if kind.startswith("map "):
            self.maps[name] = self._rationals((DIMENSION, DIMENSION))
        elif kind == "R":
            self.numbers[name] = abs(self._rationals(())[()]) + 1
        elif kind != "space":
            self.vectors[name] = self._unit() * self._number(Fraction(3, 5))

    def _shape(self, text):
        if text.startswith("forall"):
            name, minus = re.search(r"transpose (\w+)", text)[1], "scale (-1)" in text
            self.maps[name] = self.maps[name] + (-1 if minus else 1) * self.maps[name].T

    def _number(self, ratio):
        return arb(ratio.numerator) / ratio.denominator if self.balls else Fraction(ratio)

    def _rationals(self, shape):
        ratios = self.rng.integers(-9, 10, size=shape, endpoint=False), self.rng.integers(1, 7, size=shape)
        return np.vectorize(lambda p, q: self._number(Fraction(int(p), int(q))), otypes=[object])(*ratios)

    def _unit(self):
        t = self._rationals((DIMENSION - 1,))
        square = t @ t
        return np.array([*(2 * t), 1 - square], dtype=object) / (1 + square)

    # -- what holds -------------------------------------------------------------------------------

    def meet(self):
        """Move the vectors until every equation holds, then see that every hypothesis does."""
        for name, text in self.hypotheses:
            if name.endswith("_square"):
                self.roots[name.removesuffix("_square")] = text.split(" = ", 1)[1]
                del self.numbers[name.removesuffix("_square")]
        for name, text in self.hypotheses:
            if name.startswith("given_"):
                self._solve(*text.split(" = ", 1))
        for name, text in self.hypotheses:
            if not text.startswith("forall") and not self._holds(text):
                raise Unmet(f"{name} : {text[:200]}")

    def _solve(self, left, right):
        x, y = re.fullmatch(r"\(inner (\w+) (\w+)\)", left).groups()
        if x == y:
            square = self.value(right)
            self.vectors[x] = self._unit() * self._root(square)
            return
        moved = max(x, y, key=list(self.vectors).index)
        for direction in np.eye(DIMENSION, dtype=int):
            before, at = self._defect(left, right), self.vectors[moved]
            self.vectors[moved] = at + direction
            slope = self._defect(left, right) - before
            if slope != 0:  # of a ball: zero is outside
                self.vectors[moved] = at - direction * (before / slope)
                return
            self.vectors[moved] = at
        raise Unmet(f"{left} = {right[:200]}")

    def _root(self, square):
        if self.balls:
            return square.sqrt()
        root = Fraction(math.isqrt(abs(square.numerator)), math.isqrt(square.denominator))
        if root * root != square:
            raise Unmet(f"{square} has no rational root")
        return root

    def _defect(self, left, right):
        return self.value(left) - self.value(right)

    def _holds(self, text):
        for sign, holds in (
            (" <> ", lambda d: d != 0),
            (" > ", lambda d: d > 0),
            (" <= ", lambda d: d <= 0),
            (" < ", lambda d: d < 0),
            (" = ", lambda d: d.contains(0) if self.balls else d == 0),
        ):
            if sign in text:
                return holds(self._defect(*text.split(sign, 1)))
        raise Unmet(f"not understood: {text}")

    # -- what terms are ---------------------------------------------------------------------------

    def value(self, text):
        """Return the number that a term is."""
        tokens = TOKEN.findall(text)
        assert "".join(tokens) == re.sub(r"\s", "", text), text
        number = self._sum(tokens)
        assert not tokens, text
        return number

    def _sum(self, tokens):
        total = self._number(Fraction(0))
        sign = 1
        while True:
            while tokens[0] in "+-":
                sign = -sign if tokens.pop(0) == "-" else sign
            total, sign = total + sign * self._product(tokens), 1
            if not tokens or tokens[0] not in "+-":
                return total

    def _product(self, tokens):
        out = self._power(tokens)
        while tokens and tokens[0] in "*/":
            out = out * self._power(tokens) if tokens.pop(0) == "*" else out / self._power(tokens)
        return out

    def _power(self, tokens):
        base = self._atom(tokens)
        if tokens and tokens[0] == "^":
            tokens.pop(0)
            return base ** int(tokens.pop(0))
        return base

    def _atom(self, tokens):
        token = tokens.pop(0)
        if token.isdecimal():
            return self._number(Fraction(int(token)))
        if token != "(":
            return self.value(self.roots[token]).sqrt() if token in self.roots else self.numbers[token]
        if tokens[0] == "inner":
            tokens.pop(0)
            out = self._vector(tokens) @ self._vector(tokens)
        else:
            out = self._sum(tokens)
        assert tokens.pop(0) == ")"
        return out

    def _vector(self, tokens):
        token = tokens.pop(0)
        if token != "(":
            return self.vectors[token]
        turned, matrix = tokens.pop(0) == "transpose", self.maps[tokens.pop(0)]
        image = (matrix.T if turned else matrix) @ self._vector(tokens)
        assert tokens.pop(0) == ")"
        return image


def _of(lines, kind):
    return [
        line.strip().removeprefix(kind).rstrip(".").strip() for line in lines if line.strip().startswith(f"{kind} ")
    ]


def modules(text):
    """Return the lines of each case of a certificate."""
    return [part.split("\n") for part in re.split(r"^Module case_\d+\.$", text, flags=re.MULTILINE)[1:]]


def unmet(text, *, tries=5):
    """Return what no instance was found for in a certificate, an empty string if all hypotheses are met."""
    ctx.prec = 256
    for case in modules(text):
        for seed in range(tries):
            try:
                Instance(case, np.random.default_rng(seed)).meet()
                break
            except (Unmet, ZeroDivisionError) as doubt:
                last = str(doubt)
        else:
            return last
    return ""


def main():
    """Say of every certificate whose hypotheses no instance was found for."""
    from psitheory.certificates import certificates
    from psitheory.registry import select

    found = [c for entry in select() for c in certificates(entry.theorem) if c.text]
    doubts = {c.name: doubt for c in found if (doubt := unmet(c.text))}
    print("\n".join(f"{name}: {doubt}" for name, doubt in doubts.items()) or f"{len(found)} certificates: all are met")
    return bool(doubts)


if __name__ == "__main__":
    sys.exit(main())
