"""Why a surplus is not negative: a proof that is read off how it was computed, as a sum of squares and such."""

from __future__ import annotations

from typing import Any

from psitheory.arithmetic.formal import Scalar
from psitheory.certificates.computation import Computation

BY_ITSELF = {"inner": "inner_self", "mul": "Rle_0_sqr", "sqrt": "sqrt_pos", "abs": "Rabs_pos"}
"""The rules of what is not negative by its operation alone; those of two arguments need the same one twice."""

RULES = {"add": "Rplus_le_le_0_compat", "mul": "Rmult_le_pos", "div": "over_not_negative"}
"""The rules of what is not negative since its parts are not."""

Form = str | tuple[Any, ...]
"""An operation and its arguments; letters are any nodes, the same one for the same letter."""


def _inner(x: str, y: str) -> Form:
    return ("inner", x, y)


FORMS: dict[str, Form] = {
    "gram_not_negative": (
        "sub",
        ("mul", _inner("x", "x"), _inner("y", "y")),
        ("mul", _inner("x", "y"), _inner("x", "y")),
    ),
    "tensor_not_negative": (
        "add",
        (
            "sub",
            ("mul", _inner("x", "x"), _inner("q", "q")),
            ("mul", ("mul", "2", _inner("x", "y")), _inner("p", "q")),
        ),
        ("mul", _inner("y", "y"), _inner("p", "p")),
    ),
}
"""How Gram determinants and squared lengths of tensors are computed, by the lemma that says they are not negative."""


class Signs:
    """Proofs in Coq that numbers are not negative.

    Parameters
    ----------
    computation : Computation
    normalised : set of int
        The nodes of which a step of the proof says what they are.
    """

    def __init__(self, computation: Computation, normalised: set[int]) -> None:
        self._of, self._nodes, self._normalised = computation, computation.graph.nodes, normalised

    def not_negative(self, node: int) -> str | None:
        """Return what proves 0 ≤ the node, or None where it is not written as what is never negative."""
        operation, *arguments = self._nodes[node]
        if operation in BY_ITSELF and len(set(arguments)) == 1:
            return f"{self._of.unfold([node])}apply {BY_ITSELF[operation]}"
        if operation == "pow" and arguments[1] == 2:
            return f"{self._of.unfold([node])}apply pow2_ge_0"
        for rule, form in FORMS.items():
            found = self._written_as(form, node, {})
            if found is not None:
                return f"{self._of.unfold(found)}apply {rule}"
        if operation in RULES:
            parts = [self.not_negative(n) for n in arguments]
            if None not in parts:
                goals = " | ".join([*map(str, parts), *self._not_zero(operation, arguments)])
                return f"{self._of.unfold([node])}apply {RULES[operation]}; [ {goals} ]"
        return self._by_its_normal_form(node)

    def _not_zero(self, operation: str, arguments: list[int]) -> list[str]:
        """Return what proves that a quotient's denominator is not zero; its normal form is a step of the proof."""
        return [f"{self._normal(arguments[1])}not_zero"] if operation == "div" else []

    def _by_its_normal_form(self, node: int) -> str | None:
        """Return a proof from the normal form, if that is a polynomial in which nothing can be negative."""
        value: Scalar = self._of.graph.values[node]
        is_there = self._of.is_given(node) or node in self._normalised
        if not is_there or not value.value.bottom.is_one() or not self._of.space.field.is_nonnegative(value.value.top):
            return None
        return f"{self._normal(node)}nonnegative"

    def _normal(self, node: int) -> str:
        return "" if self._of.is_given(node) else f"rewrite {self._of.ref(node)}_is; "

    def _written_as(self, form: Form, node: int, names: dict[str, int]) -> list[int] | None:
        """Return the nodes that a form is spelt out in, None where the node is written in another way."""
        if isinstance(form, str):
            is_it = self._nodes[node] == ("number", form) if form.isdecimal() else names.setdefault(form, node) == node
            return [] if is_it else None
        operation, *arguments = self._nodes[node]
        if operation != form[0]:
            return None
        found = [self._written_as(part, n, names) for part, n in zip(form[1:], arguments, strict=True)]
        return None if None in found else [node, *(n for below in found for n in below or ())]
