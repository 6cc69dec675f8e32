"""What was computed, as a graph in which equal computations are one node: what a certificate is written from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Node = tuple[Any, ...]
"""An operation and its arguments: other nodes by number, names and numbers as they are."""

OPERATIONS = {
    "number": "a ratio, (text)",
    "symbol": "a scalar input, (name)",
    "vector": "a generator, (name)",
    "add": "a + b",
    "sub": "a - b",
    "mul": "a b",
    "div": "a / b",
    "neg": "-a",
    "pow": "a^k, (node, k)",
    "sqrt": "the root that is not negative",
    "abs": "the absolute value",
    "sign": "the sign",
    "cos": "the cosine",
    "sin": "the sine",
    "atan2": "the angle of (x, y), (y, x)",
    "zero vector": "the zero of a space, (sort)",
    "add vectors": "x + y",
    "scale": "c x, (c, x)",
    "inner": "<x, y>",
    "apply": "A x, (name, transposed, x)",
}
"""The operations and what their arguments are; unless said otherwise, all are nodes."""

_NODES_FROM = {
    "number": None,
    "symbol": None,
    "vector": None,
    "zero vector": None,
    "pow": slice(1, 2),
    "apply": slice(3, 4),
}


class Graph:
    """Nodes numbered in the order in which they were computed; the element that each came out as lies beside it.

    Attributes
    ----------
    nodes : list of tuple
    values : list
        The element (its normal form) at each node.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.values: list[Any] = []
        self._index: dict[Node, int] = {}

    def number_of(self, node: Node) -> int:
        """Return the number of a node, which is added if it is new."""
        if node not in self._index:
            self._index[node] = len(self.nodes)
            self.nodes.append(node)
            self.values.append(None)
        return self._index[node]

    def arguments(self, number: int) -> tuple[int, ...]:
        """Return the nodes that a node was computed from."""
        node = self.nodes[number]
        where = _NODES_FROM.get(node[0], slice(1, None))
        return () if where is None else node[where]

    def below(self, roots: Iterable[int]) -> Iterator[int]:
        """Yield the nodes that ``roots`` depend on, themselves included, arguments first."""
        needed, todo = set(), list(roots)
        while todo:
            number = todo.pop()
            if number not in needed:
                needed.add(number)
                todo += self.arguments(number)
        yield from sorted(needed)
