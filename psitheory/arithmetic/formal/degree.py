r"""Of how many blocks at once a computation speaks: what decides how many blocks must be tried.

A sum over blocks is of degree 1: each of its terms speaks of one block; a product of two such sums is of degree 2,
and so is a sum over pairs.  An expression of degree k in any number of blocks is a sum of terms each of which speaks of
k blocks at most; if it vanishes for k blocks (and fewer), all its terms do, and it vanishes for every number.  What is
of degree 3, such as :math:`p_1^3 - 3p_1p_2 + 2p_3` in power sums, may vanish for one block and two, and not for three.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from psitheory.arithmetic.formal.scalar import Scalar
from psitheory.arithmetic.formal.space import Space

Blocks = frozenset[int] | float
"""The blocks that all terms speak of, if they are the same ones; else the largest number of blocks in a term."""

_BLOCK = re.compile(r"\[(\d+)[\],]")


@dataclass(frozen=True)
class _Of:
    """A computed element: its terms, and the divisors that are sums over blocks, each with its power."""

    top: Blocks = frozenset()
    divisors: Mapping[int, int] = field(default_factory=dict)


class BlockDegrees:
    """The degrees of what a proof computed.

    Parameters
    ----------
    space : Space
    """

    def __init__(self, space: Space) -> None:
        self._space, self._known = space, dict[int, _Of]()

    def of_difference(self, left: Any, right: Any, *, by_squares: bool) -> int:
        """Return the degree of left - right without divisors that are sums.

        With ``by_squares`` it is twice as large for roots that are equal by their squares alone.
        """
        both = [self._at(side.node) for side in (left, right) if hasattr(side, "node")]
        total = both[0] if len(both) == 1 else self._sum(*both) if both else _Of()
        other = isinstance(left, Scalar) and isinstance(right, Scalar) and left.value != right.value
        return ceil(_count(total.top) * (2 if by_squares and other else 1))

    def _at(self, node: int) -> _Of:
        for number in self._space.graph.below([node]):
            if number not in self._known:
                self._known[number] = self._formed(number)
        return self._known[node]

    def _formed(self, number: int) -> _Of:
        operation, *arguments = self._space.graph.nodes[number]
        of = [self._known[k] for k in self._space.graph.arguments(number)]
        if operation in ("symbol", "vector"):
            return _Of(_blocks(arguments[0], self._space))
        if operation in ("add", "sub", "add vectors"):
            return self._sum(*of)
        if operation in ("mul", "scale", "inner"):
            return _product(*of)
        if operation == "div":
            return self._quotient(of[0], of[1], self._space.graph.arguments(number)[1])
        if operation == "apply":
            operator = self._space.operators[arguments[0]]
            return _product(_Of(frozenset(s.part for s in (operator.source, operator.target) if not s.free)), of[0])
        if operation == "pow":
            return self._power(of[0], int(arguments[1]), self._space.graph.arguments(number)[0])
        if operation == "sqrt" and not of[0].divisors:
            return _Of(of[0].top if isinstance(of[0].top, frozenset) else of[0].top / 2)
        if operation in ("sqrt", "cos", "sin", "atan2", "abs", "sign"):
            return self._sum(*of) if len(of) == 2 else of[0]
        return _Of()

    def _sum(self, x: _Of, y: _Of) -> _Of:
        if x.divisors == y.divisors:
            return _Of(_either(x.top, y.top), x.divisors)
        divisors = {k: max(x.divisors.get(k, 0), y.divisors.get(k, 0)) for k in {*x.divisors, *y.divisors}}
        tops = (_times(z.top, self._missing(divisors, z.divisors)) for z in (x, y))
        return _Of(_either(*tops), divisors)

    def _missing(self, divisors: Mapping[int, int], own: Mapping[int, int]) -> Blocks:
        lacking = {k: e - own.get(k, 0) for k, e in divisors.items() if e > own.get(k, 0)}
        return sum(_count(self._known[k].top) * e for k, e in lacking.items()) if lacking else frozenset()

    def _quotient(self, x: _Of, y: _Of, by: int) -> _Of:
        more = self._missing(y.divisors, {})
        if isinstance(y.top, frozenset):  # what all its terms speak of: then so do all quotients
            return _Of(_times(_times(x.top, y.top), more), x.divisors)
        return _Of(_times(x.top, more), {**x.divisors, by: x.divisors.get(by, 0) + 1})

    def _power(self, x: _Of, k: int, base: int) -> _Of:
        if k < 0:
            inverse = self._quotient(_Of(), x, base)
            return _Of(_powered(inverse.top, -k), {d: -k * e for d, e in inverse.divisors.items()})
        return _Of(_powered(x.top, k), {d: k * e for d, e in x.divisors.items()} if k else {})


def _blocks(name: str, space: Space) -> Blocks:
    """Return the block that a generic input belongs to; none for the free part, and for what stands for all blocks."""
    sort = space.generators.get(name)
    if sort is not None:
        return frozenset() if sort.free else frozenset({sort.part})
    found = _BLOCK.search(name)
    return frozenset({int(found[1])}) if found else frozenset()


def _count(blocks: Blocks) -> float:
    return len(blocks) if isinstance(blocks, frozenset) else blocks


def _times(x: Blocks, y: Blocks) -> Blocks:
    if isinstance(x, frozenset) and isinstance(y, frozenset):
        return x | y
    return _count(x) + _count(y)


def _product(x: _Of, y: _Of) -> _Of:
    divisors = {k: x.divisors.get(k, 0) + y.divisors.get(k, 0) for k in {*x.divisors, *y.divisors}}
    return _Of(_times(x.top, y.top), divisors)


def _either(x: Blocks, y: Blocks) -> Blocks:
    if isinstance(x, frozenset) and isinstance(y, frozenset) and (x <= y or y <= x):
        return x | y
    return max(_count(x), _count(y))


def _powered(x: Blocks, k: int) -> Blocks:
    if k == 0:
        return frozenset()
    return x if isinstance(x, frozenset) else x * k
