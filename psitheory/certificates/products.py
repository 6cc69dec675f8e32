"""Inner products of two words: one lemma for each that is not written as it is known already."""

from __future__ import annotations

from psitheory.arithmetic.formal.vector import Word
from psitheory.certificates.terms import Terms


class Products:
    """What the inner products of words are, proved once for each pair.

    Parameters
    ----------
    terms : Terms
    """

    def __init__(self, terms: Terms) -> None:
        self._terms, self._space = terms, terms.space
        self._found: dict[tuple[Word, Word], tuple[str, str]] = {}
        self.lemmas: list[str] = []

    def of(self, left: Word, right: Word) -> tuple[str, str]:
        """Return the inner product of two words as it is known, and the proof of it."""
        if (left, right) not in self._found:
            self._found[left, right] = self._new(left, right)
        return self._found[left, right]

    def _new(self, left: Word, right: Word) -> tuple[str, str]:
        key, sign = self._space.key(left, right)
        value = self._value(left, right)
        if sign == 1 and key not in self._space.fixed and (left, right) == (((), key[0]), (key[1], key[2])):
            return value, "eq_refl"
        name = f"product_{len(self.lemmas) + 1}"
        statement = f"inner {self._terms.word(left)} {self._terms.word(right)} = {value}"
        self.lemmas.append(f"  Lemma {name} : {statement}. Proof. {self._proof(left, right)} Qed.")
        return value, name

    def _value(self, left: Word, right: Word) -> str:
        key, sign = self._space.key(left, right)
        known = self._space.fixed.get(key)
        value = self._terms.gram(key) if known is None else self._terms.fraction(known)
        return value if sign == 1 else "0" if sign == 0 else f"(- {value})"

    def _proof(self, left: Word, right: Word) -> str:
        """Return the steps from one form of a product to the other: operators turned, then both sides exchanged."""
        (outer, x), (letters, y) = left, right
        turned, _ = self._space.turned(outer)
        here = (x, turned + letters, y)
        key, sign = self._space.key(left, right)
        turn = f"turn. {self._symmetries((*outer, *letters))}"
        if sign == 0:
            itself = f"inner {self._terms.word(left)} {self._terms.word(right)}"
            return f"enough ({itself} = - {itself}) by lra. rewrite inner_sym at 1. {turn}ring."
        exchange = f"rewrite inner_sym. {turn}" if here != key else ""
        given = f"rewrite given_{list(self._space.fixed).index(key) + 1}. " if key in self._space.fixed else ""
        return f"{turn}{exchange}{given}{'reflexivity' if sign == 1 else 'ring'}."

    def _symmetries(self, letters: tuple[tuple[str, bool], ...]) -> str:
        names = {name for name, _ in letters}
        found = [
            f"?{self._terms.operator(name)}_{operator.symmetry}"
            for name, operator in self._space.operators.items()
            if operator.symmetry and name in names
        ]
        return f"repeat (rewrite {', '.join(found)}); expand. " if found else ""
