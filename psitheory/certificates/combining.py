r"""Steps of proofs about linear combinations: a vector is brought to its normal form word by word.

Each word has a coefficient of its own, so that one large identity falls apart into a small one for each word.  What is
left is linear, and holds whatever the coefficients :math:`c_1, c_2, \dots` are that the vector was computed with.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from psitheory.arithmetic.formal import Space, Vector
from psitheory.certificates.terms import Terms

Coefficients = dict[Any, list[str]]
"""Of each word, the terms whose sum is its coefficient."""


@dataclass
class Combination:
    """A vector as it was computed from vectors in normal form, with a variable for each number on the way.

    Attributes
    ----------
    space : Space
    terms : Terms
    normalised : set of int
        The nodes that stand in normal form.
    variables : list of str
        The numbers, in the order in which they came up.
    """

    space: Space
    terms: Terms
    normalised: Set[int]
    variables: list[str] = field(default_factory=list)

    def equation(self, node: int) -> str:
        """Return that a vector, as computed, is the sum of its words; words that vanish come last."""
        computed, found = self._of_operation(node)
        kept = self.space.graph.values[node].terms
        order = [*kept, *(word for word in found if word not in kept)]
        return f"{computed} = {self._sum(node, {word: ' + '.join(found[word]) for word in order})}"

    def _sum(self, node: int, coefficients: dict[Any, str]) -> str:
        out = ""
        for word, c in coefficients.items():
            term = f"(scale ({c}) {self.terms.word(word)})"
            out = f"(add {out} {term})" if out else term
        return out or f"(@zero {self.terms.sort(self.space.graph.values[node].sort)})"

    def _variable(self) -> str:
        self.variables.append(f"c{len(self.variables) + 1}")
        return self.variables[-1]

    def _of(self, node: int) -> tuple[str, Coefficients]:
        value, operation = self.space.graph.values[node], self.space.graph.nodes[node][0]
        if node in self.normalised and operation != "vector" and isinstance(value, Vector):
            each = {word: self._variable() for word in value.terms}
            return self._sum(node, each), {word: [c] for word, c in each.items()}
        return self._of_operation(node)

    def _of_operation(self, node: int) -> tuple[str, Coefficients]:
        operation, *rest = self.space.graph.nodes[node]
        if operation == "vector":
            return self.terms.generator(rest[0]), {((), rest[0]): ["1"]}
        if operation == "scale":
            by = self._variable()
            text, of = self._of(rest[1])
            return f"(scale {by} {text})", {word: [f"{by} * {c}" for c in parts] for word, parts in of.items()}
        if operation == "apply":
            return self._image(*rest)
        if operation == "add vectors":
            (left, found), (right, more) = self._of(rest[0]), self._of(rest[1])
            sums = {word: found.get(word, []) + more.get(word, []) for word in (*found, *more)}
            return f"(add {left} {right})", sums
        return self._sum(node, {}), {}

    def _image(self, name: str, turned: bool, x: int) -> tuple[str, Coefficients]:
        text, of = self._of(x)
        images = {(((name, turned), *letters), generator): c for (letters, generator), c in of.items()}
        return f"({'transpose' if turned else 'apply_to'} {self.terms.operator(name)} {text})", images
