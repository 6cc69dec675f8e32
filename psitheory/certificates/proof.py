"""One generic case of a law as a section of a Coq file: inputs, conditions, one small step for each node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import Scalar, Vector
from psitheory.arithmetic.formal.field import Sign
from psitheory.arithmetic.formal.scalar import plain
from psitheory.certificates.combining import Combination
from psitheory.certificates.terms import Terms
from psitheory.errors import NotInArithmetic
from psitheory.runner.in_formal import FormalCase

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

GIVEN = ("number", "symbol", "vector", "zero vector")
"""Nodes that are no computation."""

CHEAP = ("add", "sub", "mul", "neg", "add vectors", "scale", "apply")
"""Operations that a later step may undo together with its own."""

FROM_NORMAL_FORMS = ("div", "pow", "sqrt", "abs")
"""Operations under conditions, which are known of normal forms."""

LEAVES = 8
"""A node is brought to its normal form, a step of the proof, where it would be written with more leaves than that."""


class Section:
    """A section: hypotheses, one lemma for each inner product that is seen from both sides, the theorem.

    Parameters
    ----------
    case : FormalCase
    name : str
        Of the section and its theorem.
    """

    def __init__(self, case: FormalCase, name: str) -> None:
        self.case, self.name, self.terms = case, name, Terms(case.space)
        self.space, self.graph = case.space, case.space.graph
        self.goals = list(self._goals())
        self.order = list(self.graph.below(n for pair in self.goals for n in pair if isinstance(n, int)))
        self.mirrors: dict[str, tuple[str, str]] = {}
        self.normalised = self._chosen()

    def _chosen(self) -> set[int]:
        """Return the nodes whose normal forms are steps of the proof: those that others could not be read without."""
        chosen = {n for pair in self.goals for n in pair if isinstance(n, int)}
        leaves: dict[int, int] = {}
        for n in self.order:
            arguments = self.graph.arguments(n)
            leaves[n] = max(1, sum(leaves[a] for a in arguments))
            operation = self.graph.nodes[n][0]
            if operation not in (*GIVEN, *CHEAP) or leaves[n] > LEAVES:
                chosen.add(n)
            if operation in FROM_NORMAL_FORMS:
                chosen.update(arguments)
            if n in chosen:
                leaves[n] = 1
        return chosen

    def _goals(self) -> Iterator[tuple[Any, Any]]:
        """Yield the nodes of both sides of each claim, a text for a plain number; of surpluses, right - left."""
        for left, right in claims(self.case):
            if isinstance(left, (Scalar, Vector)) or isinstance(right, (Scalar, Vector)):
                yield self._side(left, right), self._side(right, left)

    def _side(self, side: Any, other: Any) -> Any:
        if isinstance(side, (Scalar, Vector)):
            return side.node
        if isinstance(other, Vector):
            return f"(@zero {self.terms.sort(other.sort)})"
        return _ratio(plain(side))

    # -- the file ---------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """Return the section.

        Raises
        ------
        NotInArithmetic
            If something was computed that certificates do not speak of: an angle, a sign.
        """
        proof = [line for n in self.order for line in self._step(n)]
        head = [f"Section {self.name}.", *self._variables(), *self._hypotheses()]
        lemmas = [f"  Lemma {name} : {statement}. {proof}" for statement, (name, proof) in self.mirrors.items()]
        return [*head, *lemmas, *self._statement(), *proof, *self._end(), f"End {self.name}.", ""]

    def _variables(self) -> Iterator[str]:
        terms = self.terms
        for sort in terms.sorts:
            yield f"  Variable {terms.sort(sort)} : space."
        for name, operator in self.space.operators.items():
            source, target = terms.sort(operator.source), terms.sort(operator.target)
            yield f"  Variable {terms.operator(name)} : map {source} {target}."
        for name, sort in self.space.generators.items():
            yield f"  Variable {terms.generator(name)} : {terms.sort(sort)}."
        yield from (f"  Variable {name} : R." for name, _ in (*terms.scalars(), *terms.roots()))

    def _hypotheses(self) -> Iterator[str]:
        terms = self.terms
        for name, symbol in terms.scalars():
            if symbol.sign is not Sign.REAL:
                yield f"  Hypothesis {name}_sign : 0 {'<' if symbol.sign is Sign.POSITIVE else '<='} {name}."
        for name, symbol in terms.roots():
            yield f"  Hypothesis {name}_sign : 0 < {name}."
            yield f"  Hypothesis {name}_square : {name} * {name} = {terms.polynomial(symbol.meaning)}."
        for name, operator in self.space.operators.items():
            if operator.symmetry:
                minus = "" if operator.symmetry == "symmetric" else "scale (-1) "
                own = terms.operator(name)
                image = f"(apply_to {own} x)"
                yield f"  Hypothesis {own}_{operator.symmetry} : forall x, transpose {own} x = {minus}{image}."
        for k, (key, value) in enumerate(self.space.fixed.items(), 1):
            yield f"  Hypothesis given_{k} : {terms.gram(key)} = {terms.fraction(value)}."
        for k, condition in enumerate(self.space.field.conditions, 1):
            relation = "<> 0" if condition.relation == "≠ 0" else "> 0"
            yield f"  Hypothesis condition_{k} : {terms.polynomial(condition.polynomial)} {relation}."

    def _statement(self) -> list[str]:
        quantified = " ".join(f"({self._ref(n)} : {self._type(n)})" for n in self.order)
        equations = [f"    {self._ref(n)} = {self._equation(n)} ->" for n in self.order]
        claim = " /\\ ".join(f"{self._ref(left)} = {self._ref(right)}" for left, right in self.goals)
        names = " ".join(self._ref(n) for n in self.order)
        found = " ".join(f"E{n}" for n in self.order)
        return [
            f"  Theorem {self.name}_holds : forall {quantified},",
            *equations,
            f"    {claim}.",
            "  Proof.",
            f"    intros {names} {found}.",
        ]

    def _end(self) -> list[str]:
        vectors = "apply same; intro z; expand; try field; try not_zero"
        return [f"    repeat split; first [ reflexivity | {self._field()}; not_zero | {vectors} ].", "  Qed."]

    # -- nodes ------------------------------------------------------------------------------------

    def _ref(self, node: Any) -> str:
        if not isinstance(node, int):
            return str(node)
        for side, name in enumerate(("left", "right")):
            places = [i for i, pair in enumerate(self.goals, 1) if pair[side] == node]
            if places:
                return self.terms.name("side", f"{name}_{places[0]}" if len(self.goals) > 1 else name)
        operation, *arguments = self.graph.nodes[node]
        stem = str(arguments[0]) if operation in ("symbol", "vector") else operation.split()[0]
        return self.terms.name("node", f"its_{stem}_{node}")

    def _type(self, node: int) -> str:
        value = self.graph.values[node]
        return self.terms.sort(value.sort) if isinstance(value, Vector) else "R"

    def _equation(self, node: int) -> str:
        operation, *arguments = self.graph.nodes[node]
        if operation == "number":
            return _ratio(Fraction(arguments[0]))
        if operation == "symbol":
            return self.terms.name("scalar", arguments[0])
        if operation == "vector":
            return self.terms.generator(arguments[0])
        if operation == "zero vector":
            return f"@zero {self._type(node)}"
        if operation == "pow":
            power = f"{self._ref(arguments[0])} ^ {abs(arguments[1])}"
            return f"/ ({power})" if arguments[1] < 0 else power
        if operation == "apply":
            name, turned, x = arguments
            return f"{'transpose' if turned else 'apply_to'} {self.terms.operator(name)} {self._ref(x)}"
        if operation not in EQUATIONS:
            raise NotInArithmetic(f"a certificate does not speak of {operation}")
        return EQUATIONS[operation].format(*map(self._ref, arguments))

    def _step(self, node: int) -> list[str]:
        operation, value, name = self.graph.nodes[node][0], self.graph.values[node], self._ref(node)
        if operation in GIVEN or node not in self.normalised:
            return [f"    subst {name}."]
        if isinstance(value, Vector):
            normal, tactic = self.terms.vector(value), self._of_vector(node)
        else:
            normal, tactic = self.terms.scalar(value), self._of_number(node, operation, value)
        return [
            f"    assert (N{node} : {name} = {normal}) by (subst {name}; {tactic}).",
            f"    clear E{node}; subst {name}.",
        ]

    def _of_vector(self, node: int) -> str:
        combination = Combination(self.space, self.terms, self.normalised)
        equation = combination.equation(node)
        for_all = f"forall {' '.join(combination.variables)} : R, " if combination.variables else ""
        expand = f"apply same; intro z; {self._symmetries(node)}expand"
        lemma = f"assert (by_words : {for_all}{equation}) by (intros; {expand}; ring)"
        words = f"{lemma}; etransitivity; [ apply by_words | clear by_words; word_by_word; {self._try()} ]"
        return f"first [ solve [ {words} ] | {expand}; {self._try()} ]"  # at once where the words do not line up

    def _of_number(self, node: int, operation: str, value: Scalar) -> str:
        if operation == "inner":
            return f"{self._inner(node)}{self._try()}"
        if operation == "sqrt":
            normal = self.terms.scalar(value)
            inside = f"replace (sqrt _) with (sqrt ({normal} * {normal})) by (f_equal; {self._try()})"
            return f"{inside}; apply sqrt_square; nonnegative || (apply Rlt_le; positive)"
        if operation == "abs":
            return f"apply Rabs_pos_eq; nonnegative || (apply Rlt_le; positive) || ({self._try()})"
        return self._try()

    def _inner(self, node: int) -> str:
        """Return what brings the inner product of two combinations to the inner products that are symbols."""
        x, y = (self.graph.values[k] for k in self.graph.arguments(node))
        rules: dict[str, None] = {}
        for left in x.terms:
            for right in y.terms:
                self._note_sides(left, right, rules)
        rewrite = f"rewrite {', '.join(f'?{rule}' for rule in rules)}; " if rules else ""
        return f"expand; turn; {self._symmetries(node)}expand; {rewrite}"

    def _note_sides(self, left: Any, right: Any, rules: dict[str, None]) -> None:
        (outer, x), (letters, y) = left, right
        turned, _ = self.space.turned(outer)
        here = (x, turned + letters, y)
        key, _ = self.space.key(left, right)
        if here != key:
            statement = f"{self.terms.gram(here)} = {self.terms.gram(key)}"
            if statement not in self.mirrors:
                own = self._rewriting({name for letters in (here[1], key[1]) for name, _ in letters})
                proof = f"Proof. rewrite inner_sym. turn. {own.replace(';', '.')}reflexivity. Qed."
                self.mirrors[statement] = f"mirror_{len(self.mirrors) + 1}_{self.name}", proof
            rules.setdefault(self.mirrors[statement][0])
        if key in self.space.fixed:
            rules.setdefault(f"given_{list(self.space.fixed).index(key) + 1}")

    def _symmetries(self, node: int) -> str:
        """Return what replaces the transposes of the symmetric and skew operators that a step comes upon."""
        return self._rewriting(self._operators(node))

    def _rewriting(self, names: set[str]) -> str:
        found = [
            f"?{self.terms.operator(name)}_{operator.symmetry}"
            for name, operator in self.space.operators.items()
            if operator.symmetry and name in names
        ]
        return f"repeat (rewrite {', '.join(found)}); linear; " if found else ""

    def _operators(self, node: int) -> set[str]:
        """Return the operators in a node as it is written, with the normal forms of the steps before it."""
        operation, *rest = self.graph.nodes[node]
        names = {str(rest[0])} if operation == "apply" else set()
        for argument in self.graph.arguments(node):
            value = self.graph.values[argument]
            if argument not in self.normalised:
                names |= self._operators(argument)
            elif isinstance(value, Vector):
                names |= {name for letters, _ in value.terms for name, _ in letters}
        return names

    def _field(self) -> str:
        squares = [f"{name}_square" for name, _ in self.terms.roots()]
        return f"field [{' '.join(squares)}]" if squares else "field"

    def _try(self) -> str:
        return f"try ({self._field()}); try not_zero"


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
    return f"({ratio.numerator})" if ratio.denominator == 1 else f"({ratio.numerator} / {ratio.denominator})"
