"""One generic case of a law as definitions: what was computed from its inputs, node by node, and what is claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import Scalar, Vector
from psitheory.arithmetic.formal.scalar import plain
from psitheory.certificates.terms import Terms
from psitheory.errors import NotInArithmetic
from psitheory.runner.proving.in_formal import FormalCase

EQUATIONS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "neg": "- {}",
    "sqrt": "sqrt {}",
    "abs": "Rabs {}",
    "add vectors": "add {} {}",
    "scale": "scale {} {}",
    "inner": "inner {} {}",
}
"""How nodes are written; others are written one by one."""

SIDES = {"equal": ("left", "right"), "at most": ("difference", "surplus")}
"""What the sides of a claim are called; of an inequality the right side less the left, and what that is written as."""

GIVEN = ("number", "symbol", "vector", "zero vector")
"""Nodes that are no computation: they are written where they are used."""


class Computation:
    """The nodes that a claim rests on, with names and definitions.

    Parameters
    ----------
    case : FormalCase

    Attributes
    ----------
    terms : Terms
    goals : list of tuple
        Both sides of each claim: nodes, or texts of plain numbers.
    surpluses : list of int
        The right sides of inequalities, less the left ones, as their law writes them.
    order : list of int
        The nodes that are computed, arguments first.

    Raises
    ------
    NotInArithmetic
        If no claim is left: inputs and numbers are claimed to be themselves.
    """

    def __init__(self, case: FormalCase) -> None:
        self.space, self.graph, self.terms = case.space, case.space.graph, Terms(case.space)
        self.goals = list(self._goals(case))
        self.surpluses = [n for _, n in self.goals if isinstance(n, int) and case.seen.relation == "at most"]
        if not any(self._says_something(*pair) for pair in self.goals):
            raise NotInArithmetic("both sides came out as one input or number, so that nothing is left to be certified")
        self._called = case.names
        self.terms.name_inputs()
        below = self.graph.below(n for pair in self.goals for n in pair if isinstance(n, int))
        self.order = [n for n in below if not self.is_given(n)]
        self._names = self._named(SIDES[case.seen.relation])

    def _goals(self, case: FormalCase) -> Iterator[tuple[Any, Any]]:
        for left, right in claims(case):
            if isinstance(left, (Scalar, Vector)) or isinstance(right, (Scalar, Vector)):
                yield self._side(left, right), self._side(right, left)

    def _says_something(self, left: Any, right: Any) -> bool:
        """Tell whether two sides are computed in two ways, from inputs."""
        nodes = [n for n in (left, right) if isinstance(n, int)]
        below = {self.graph.nodes[n][0] for n in self.graph.below(nodes)}
        return left != right and not below.isdisjoint(("symbol", "vector"))

    def _side(self, side: Any, other: Any) -> Any:
        if isinstance(side, (Scalar, Vector)):
            return side.node
        if isinstance(other, Vector):
            return f"(@zero {self.terms.sort(other.sort)})"
        return _ratio(plain(side))

    def _named(self, sides: tuple[str, str]) -> dict[int, str]:
        """Return the names of the nodes: the sides by their place, others by their operation."""
        names: dict[int, str] = {}
        for i, pair in enumerate(self.goals, 1):
            for side, node in zip(sides, pair, strict=True):
                if isinstance(node, int):
                    names.setdefault(node, f"{side}_{i}" if len(self.goals) > 1 else side)
        for n in self.order:
            names.setdefault(n, self._own_name(n))
        computed = set(self.order)
        return {n: self.terms.name("node", name, str(n)) for n, name in names.items() if n in computed}

    def _own_name(self, node: int) -> str:
        """Return the last name that a node was given which no input has, or one that is made of its operation."""
        free = [name for name in self._called.get(node, ()) if not self.terms.is_taken(name)]
        return free[-1] if free else f"its_{self.graph.nodes[node][0].split()[0]}_{node}"

    # -- nodes ------------------------------------------------------------------------------------

    def is_given(self, node: int) -> bool:
        """Tell whether a node is an input or a number."""
        return self.graph.nodes[node][0] in GIVEN

    def is_vector(self, node: int) -> bool:
        """Tell whether a node is a vector."""
        return isinstance(self.graph.values[node], Vector)

    def ref(self, node: Any) -> str:
        """Return what stands for a node where it is used: its name, or the input or number that it is."""
        if not isinstance(node, int):
            return str(node)
        if node in self._names:
            return self._names[node]
        operation, argument = self.graph.nodes[node]
        if operation == "number":
            return _ratio(Fraction(argument))
        if operation == "symbol":
            return self.terms.name("scalar", argument)
        return self.terms.generator(argument) if operation == "vector" else f"(@zero {self.type(node)})"

    def type(self, node: int) -> str:
        """Return the space that a vector is of, or that of real numbers."""
        value = self.graph.values[node]
        return self.terms.sort(value.sort) if isinstance(value, Vector) else "R"

    def definition(self, node: int) -> str:
        """Return how a node was computed.

        Raises
        ------
        NotInArithmetic
            If by what certificates do not speak of: an angle, a sign.
        """
        return f"  Definition {self.ref(node)} : {self.type(node)} := {self._computed(node)}."

    def _computed(self, node: int) -> str:
        operation, *arguments = self.graph.nodes[node]
        if operation == "pow":
            power = f"{self.ref(arguments[0])} ^ {abs(arguments[1])}"
            return f"/ ({power})" if arguments[1] < 0 else power
        if operation == "apply":
            name, turned, x = arguments
            return f"{'transpose' if turned else 'apply_to'} {self.terms.operator(name)} {self.ref(x)}"
        if operation not in EQUATIONS:
            raise NotInArithmetic(f"a certificate does not speak of {operation}")
        return EQUATIONS[operation].format(*map(self.ref, arguments))

    def unfold(self, nodes: Iterable[int]) -> str:
        """Return what puts nodes' definitions for their names; a later one may name an earlier one once more."""
        names = [self.ref(n) for n in sorted(set(nodes), reverse=True) if not self.is_given(n)]
        return f"unfold {', '.join(names)}; " if names else ""


def claims(case: FormalCase) -> Iterable[tuple[Any, Any]]:
    """Return the pairs that are claimed to be equal; of an inequality, right - left and the surplus that is named.

    Raises
    ------
    NotInArithmetic
        If an inequality names no surplus, so that it is no identity.
    """
    seen = case.seen
    if seen.relation == "equal":
        return case.pairs
    if seen.surplus is None:
        raise NotInArithmetic("a certificate states identities; this inequality is decided by signs")
    sides = (seen.left, seen.right, seen.surplus.value)
    each = np.broadcast_arrays(*(np.asarray(side, dtype=object) for side in sides))
    return [(right - left, more) for left, right, more in zip(*(side.flat for side in each), strict=True)]


def _ratio(ratio: Fraction | None) -> str:
    if ratio is None:
        raise NotInArithmetic("a side is no number")
    text = str(ratio.numerator) if ratio.denominator == 1 else f"{ratio.numerator} / {ratio.denominator}"
    return text if text.isdecimal() else f"({text})"
