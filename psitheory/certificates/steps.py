"""Steps of a proof: one lemma for each node that is brought to its normal form, from those of the nodes below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psitheory.arithmetic.formal import Scalar, Vector
from psitheory.arithmetic.formal.vector import Word
from psitheory.certificates.computation import Computation
from psitheory.certificates.products import Products
from psitheory.certificates.signs import Signs
from psitheory.certificates.words import Words

CHEAP = ("add", "sub", "mul", "neg", "add vectors", "scale")
"""Operations that a later step may undo together with its own."""

FROM_NORMAL_FORMS = ("div", "pow", "sqrt", "abs", "inner", "apply")
"""Operations whose arguments are brought to their normal forms: conditions are known of these, words read off them."""

LEAVES = 8
"""A node is brought to its normal form, a step of the proof, where it would be written with more leaves than that."""


def chosen(computation: Computation) -> set[int]:
    """Return the nodes whose normal forms are steps of the proof: those that others could not be read without."""
    graph = computation.graph
    found = {n for pair in computation.goals for n in pair if isinstance(n, int) and not computation.is_given(n)}
    leaves: dict[int, int] = {}
    for n in computation.order:
        arguments = [a for a in graph.arguments(n) if not computation.is_given(a)]
        leaves[n] = len(graph.arguments(n)) - len(arguments) + sum(leaves[a] for a in arguments)
        operation = graph.nodes[n][0]
        if operation not in CHEAP or leaves[n] > LEAVES:
            found.add(n)
        if operation in FROM_NORMAL_FORMS:
            found.update(arguments)
        if n in found:
            leaves[n] = 1
    return found


class Steps:
    """The lemmas of one module.

    Parameters
    ----------
    computation : Computation
    """

    def __init__(self, computation: Computation) -> None:
        self._of = computation
        self.words, self.products = Words(computation.terms), Products(computation.terms)
        self.normalised = chosen(computation)
        signs = Signs(computation, self.normalised)
        self._signs = {n: signs.not_negative(n) for n in computation.surpluses}
        self._listed: dict[int, list[Word]] = {}

    def lemmas(self) -> list[str]:
        """Return a lemma for each node that is brought to its normal form."""
        return [self._lemma(n) for n in self._of.order if n in self.normalised]

    def _lemma(self, node: int) -> str:
        value, operation = self._of.graph.values[node], self._of.graph.nodes[node][0]
        if isinstance(value, Vector):
            proof = self._image(node) if operation == "apply" else self._combination(node)
            normal = f"total {self.words.of(value.sort)} {self._list(node)}"
        else:
            proof = self._inner(node) if operation == "inner" else self._number(node)
            normal = self._of.terms.scalar(value)
        return f"  Lemma {self._name(node)} : {self._of.ref(node)} = {normal}.\n  Proof. {proof} Qed."

    def _name(self, node: int) -> str:
        return f"{self._of.ref(node)}_is"

    def claims(self) -> list[tuple[str, str]]:
        """Return what is claimed, each with its proof from the normal forms of its sides."""
        out = []
        for left, right in self._of.goals:
            out.append((f"{self._of.ref(left)} = {self._of.ref(right)}", self._equal(left, right)))
            sign = self._signs.get(right)
            if sign:
                out.append((f"0 <= {self._of.ref(right)}", f"{sign}."))
        return out

    def leaves_a_sign_open(self) -> bool:
        """Tell whether it is not claimed of some surplus that it is not negative."""
        return None in self._signs.values()

    def _equal(self, left: Any, right: Any) -> str:
        nodes = [n for n in (left, right) if isinstance(n, int)]
        solve = self._solve(nodes)
        if self._of.is_vector(nodes[0]):
            sort = self._of.graph.values[nodes[0]].sort
            sides = [self._expression(n, [], []) if isinstance(n, int) else "(Known nil)" for n in (left, right)]
            seen = " | ".join(self._exactly(n) for n in (left, right))
            same = f"apply (same_words {self.words.of(sort)} {' '.join(sides)})"
            return f"{same}; [ {seen} | coefficients; each ltac:({solve}) ]."
        known = "".join(f"rewrite {self._name(n)}. " for n in dict.fromkeys(nodes) if n in self.normalised)
        normal = {self._of.terms.scalar(self._of.graph.values[n]) for n in nodes}
        return f"{known}{'reflexivity' if len(nodes) == 2 and len(normal) == 1 else solve}."

    def _exactly(self, node: Any) -> str:
        return f"exact {self._name(node)}" if node in self.normalised else "reflexivity"

    # -- vectors ----------------------------------------------------------------------------------

    def _list(self, node: int) -> str:
        """Return the normal form of a vector as a list, in the order in which its step leaves the words."""
        value = self._of.graph.values[node]
        if node not in self._listed:
            self._listed[node] = self.words.sorted(value)
        return self.words.listed(value, self._listed[node])

    def _expression(self, node: int, unfolded: list[int], known: list[int], *, top: bool = False) -> str:
        """Return how a vector was computed from normal forms; what is unfolded and rewritten for that is noted."""
        operation, *rest = self._of.graph.nodes[node]
        value = self._of.graph.values[node]
        if operation == "vector":
            return f"(Word {self.words.place(value.sort, ((), rest[0]))})"
        if operation == "zero vector":
            return "(Known nil)"
        if node in self.normalised and not top:
            known.append(node)
            return f"(Known {self._list(node)})"
        unfolded.append(node)
        if operation == "scale":
            return f"(Times {self._of.ref(rest[0])} {self._expression(rest[1], unfolded, known)})"
        return f"(Sum {' '.join(self._expression(n, unfolded, known) for n in rest)})"

    def _combination(self, node: int) -> str:
        unfolded: list[int] = []
        known: list[int] = []
        expression = self._expression(node, unfolded, known, top=True)
        factors = [self._of.graph.nodes[n][1] for n in unfolded if self._of.graph.nodes[n][0] == "scale"]
        opened, numbers = self._below(factors)
        computed = f"{self._of.unfold(unfolded)}{self._rewrite(known)}reflexivity"
        solve = f"{self._of.unfold(opened)}{self._rewrite(numbers)}{self._solve([*factors, *opened, *known, node])}"
        words = self.words.of(self._of.graph.values[node].sort)
        return f"apply (by_words {words} {expression}); [ {computed} | coefficients; each ltac:({solve}) ]."

    def _image(self, node: int) -> str:
        _, name, turned, x = self._of.graph.nodes[node]
        value, of = self._of.graph.values[node], self._of.graph.values[x]
        words, images = self.words.of(of.sort), self.words.of(value.sort)
        if x not in self.normalised:
            place = self.words.place(value.sort, next(iter(value.terms)))
            return f"apply (by_words {images} (Word {place})); [ reflexivity | coefficients; each ltac:(ring) ]."
        self._list(x)
        self._listed[node] = [(((name, turned), *letters), g) for letters, g in self._listed[x]]
        rules = "transpose" if turned else "apply"
        operator = self._of.terms.operator(name)
        linear = " ".join(f"({rules}_{rule} _ _ {operator})" for rule in ("zero", "add", "scale"))
        mapped = f"apply (mapped_total _ _ _ {words} {images} {linear})"
        return f"{self._of.unfold([node])}{self._rewrite([x])}{mapped}; each ltac:(reflexivity)."

    # -- numbers ----------------------------------------------------------------------------------

    def _inner(self, node: int) -> str:
        x, y = self._of.graph.arguments(node)
        values = [self._of.graph.values[n] for n in (x, y)]
        sides = " ".join(self._expression(n, [], []) for n in (x, y))
        found = [
            [self.products.of(left, right) for right in self.words.sorted(values[1])]
            for left in self.words.sorted(values[0])
        ]
        table = "; ".join(f"[{'; '.join(product for product, _ in row)}]" for row in found)
        proofs = "".join(f"(conj {''.join(f'(conj {proof} ' for _, proof in row)}I{')' * len(row)} " for row in found)
        proof = f"{proofs}I{')' * len(found)}"
        each = f"{self._exactly(x)} | {self._exactly(y)} | exact {proof}"
        by = f"apply (by_products {self.words.of(values[0].sort)} {sides} [{table}])"
        return f"{self._of.unfold([node])}{by}; [ {each} | coefficients; {self._solve([x, y, node])} ]."

    def _number(self, node: int) -> str:
        operation, value = self._of.graph.nodes[node][0], self._of.graph.values[node]
        opened, known = self._below(self._of.graph.arguments(node))
        seen = f"{self._of.unfold([node, *opened])}{self._rewrite(known)}"
        solve = self._solve([node, *opened, *known])
        if operation == "sqrt":
            normal = self._of.terms.scalar(value)
            inside = f"replace (sqrt _) with (sqrt ({normal} * {normal})) by (f_equal; {solve})"
            return f"{seen}{inside}; apply sqrt_square; nonnegative || (apply Rlt_le; positive)."
        if operation == "abs":
            return f"{seen}first [ {solve} | apply Rabs_pos_eq; nonnegative || (apply Rlt_le; positive) ]."
        return f"{seen}{solve}."

    def _below(self, nodes: Iterable[int]) -> tuple[list[int], list[int]]:
        """Return the nodes that are unfolded below some, and those that are rewritten by their normal forms."""
        opened: dict[int, None] = {}
        known: dict[int, None] = {}
        todo = list(nodes)
        while todo:
            node = todo.pop(0)
            if self._of.is_given(node) or node in opened:
                continue
            if node in self.normalised:
                known[node] = None
            else:
                opened[node] = None
                todo += self._of.graph.arguments(node)
        return list(opened), list(known)

    # -- tactics ----------------------------------------------------------------------------------

    def _rewrite(self, nodes: list[int]) -> str:
        return f"rewrite {', '.join(f'?{self._name(n)}' for n in nodes)}; " if nodes else ""

    def _solve(self, nodes: Iterable[int]) -> str:
        """Return what proves an identity of numbers: of polynomials, where nothing is divided by."""
        squares = [f"{name}_square" for name, _ in self._of.terms.roots()]
        by = f" [{' '.join(squares)}]" if squares else ""
        return f"(field{by}; not_zero)" if any(map(self._divides, nodes)) else f"ring{by}"

    def _divides(self, node: int) -> bool:
        value, (operation, *rest) = self._of.graph.values[node], self._of.graph.nodes[node]
        if isinstance(value, Scalar):
            return operation == "div" or (operation == "pow" and rest[1] < 0) or not value.value.bottom.is_one()
        return any(not c.bottom.is_one() for c in value.terms.values())
