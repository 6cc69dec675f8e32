"""One generic case of a law as a module of a Coq file: what is given, computed and claimed, and a proof in steps."""

from __future__ import annotations

from collections.abc import Iterator

from psitheory.arithmetic.formal.field import Sign
from psitheory.certificates.computation import Computation
from psitheory.certificates.steps import Steps
from psitheory.runner.proving.in_formal import FormalCase


class Module:
    """A module: what is given, what is computed, one lemma for each step, the theorem.

    Parameters
    ----------
    case : FormalCase
    name : str
        Of the module.

    Attributes
    ----------
    computation, steps
        Its definitions and its lemmas.
    """

    def __init__(self, case: FormalCase, name: str) -> None:
        self.case, self.name = case, name
        self.computation = Computation(case)
        self.terms, self.space = self.computation.terms, case.space
        self.steps = Steps(self.computation)

    def lines(self) -> list[str]:
        """Return the module.

        Raises
        ------
        NotInArithmetic
            If something was computed that certificates do not speak of: an angle, a sign.
        """
        steps = self.steps
        lemmas, claims = steps.lemmas(), steps.claims()
        return [
            f"Module {self.name}.",
            "Section given.",
            *self._variables(),
            *self._hypotheses(),
            "  (* What is computed from them. *)",
            *map(self.computation.definition, self.computation.order),
            "  (* That, step by step in its normal form. *)",
            *steps.words.definitions(),
            *steps.products.lemmas,
            *lemmas,
            "  (* What is claimed. *)",
            *_theorem(claims),
            "End given.",
            f"End {self.name}.",
            "",
        ]

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
        yield from self._signs()
        terms = self.terms
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

    def _signs(self) -> Iterator[str]:
        terms = self.terms
        for name, symbol in terms.scalars():
            if symbol.sign is not Sign.REAL:
                yield f"  Hypothesis {name}_sign : 0 {'<' if symbol.sign is Sign.POSITIVE else '<='} {name}."
        for name, symbol in terms.roots():
            yield f"  Hypothesis {name}_sign : 0 < {name}."
            yield f"  Hypothesis {name}_square : {name} * {name} = {terms.polynomial(symbol.meaning)}."


def _theorem(claims: list[tuple[str, str]]) -> list[str]:
    """Return the theorem of several claims, with the proof of each."""
    said = " /\\ ".join(claim for claim, _ in claims)
    proofs = [proof for _, proof in claims]
    if len(proofs) == 1:
        return [f"  Theorem holds : {said}.", f"  Proof. {proofs[0]} Qed."]
    each = [f"    - {proof}" for proof in proofs]
    return [f"  Theorem holds : {said}.", "  Proof.", "    repeat apply conj.", *each, "  Qed."]
