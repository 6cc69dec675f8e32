"""Elements of formal vectors as terms of Coq: polynomials, words, inner products, by the names in the law."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Any

from psitheory.arithmetic.formal import Scalar, Sort, Space, Vector
from psitheory.arithmetic.formal.field import Symbol
from psitheory.errors import NotInArithmetic

RESERVED = {"vector", "space", "map", "zero", "add", "scale", "inner", "same", "turned", "transpose", "R", "Type", "at"}


class Terms:
    """Names and terms for one proof.

    Parameters
    ----------
    space : Space
        The computation whose elements are written.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._names: dict[tuple[str, str, str], str] = {}
        self._taken: set[str] = set(RESERVED)

    def name(self, kind: str, text: str, of: str = "") -> str:
        """Return the identifier of what the law calls ``text``: one for each kind, text and owner."""
        if (kind, text, of) not in self._names:
            plain = "".join(unicodedata.name(c, "_").split()[-1].lower() if ord(c) > 127 else c for c in text)
            stem = found = re.sub(r"\W+", "_", plain).strip("_") or kind
            if not stem[0].isalpha():
                stem = found = f"{kind}_{stem}"
            k = 2
            while found in self._taken:
                found, k = f"{stem}_{k}", k + 1
            self._taken.add(found)
            self._names[kind, text, of] = found
        return self._names[kind, text, of]

    # -- what there is ----------------------------------------------------------------------------

    @cached_property
    def sorts(self) -> list[Sort]:
        """Return the spaces, in the order in which they came up."""
        mapped = (sort for operator in self.space.operators.values() for sort in (operator.source, operator.target))
        return list(dict.fromkeys((*self.space.generators.values(), *mapped)))

    def sort(self, sort: Sort) -> str:
        """Return the identifier of a space."""
        return self.name("space", f"{'V' if sort.free else 'H'}_{sort.part}_{sort.entry}", sort.layout)

    def scalars(self) -> list[tuple[str, Symbol]]:
        """Return the real inputs, each with its identifier."""
        return [(self.name("scalar", s.name), s) for s in self.space.field.symbols if s.kind == "scalar"]

    def roots(self) -> list[tuple[str, Symbol]]:
        """Return the adjoined roots, each with its identifier."""
        return [(self.name("root", s.name), s) for s in self.space.field.symbols if s.kind == "root"]

    def generator(self, name: str) -> str:
        """Return the identifier of a generator."""
        return self.name("vector", name)

    def operator(self, name: str) -> str:
        """Return the identifier of an operator."""
        return self.name("map", name)

    # -- terms ------------------------------------------------------------------------------------

    def word(self, word: Any) -> str:
        """Return the term of A … B x."""
        letters, generator = word
        out = self.generator(generator)
        for name, turned in reversed(letters):
            function = "transpose" if turned else "apply_to"
            out = f"({function} {self.operator(name)} {out})"
        return out

    def gram(self, key: Any) -> str:
        """Return the term of ⟨x, A … B y⟩."""
        x, letters, y = key
        return f"(inner {self.generator(x)} {self.word((letters, y))})"

    def mirrored(self, key: Any) -> str:
        """Return the term of the same number from the other side, ⟨y, Bᵀ … Aᵀ x⟩."""
        x, letters, y = key
        turned, _ = self.space.turned(letters)
        return f"(inner {self.generator(y)} {self.word((turned, x))})"

    def symbol(self, k: int) -> str:
        """Return the term of a symbol of the pool."""
        symbol = self.space.field.symbols[k]
        if symbol.kind == "gram":
            return self.gram(symbol.meaning)
        if symbol.kind in ("scalar", "root"):
            return self.name(symbol.kind, symbol.name)
        raise NotInArithmetic(f"a certificate has no {symbol.kind} of an angle")

    def polynomial(self, polynomial: Any, *, factored: bool = False) -> str:
        """Return a polynomial, or the product of its factors, so that each is found among the conditions."""
        if not factored or polynomial == 0:
            return self._sum(polynomial)
        content, factors = polynomial.factor()
        parts = [f"{self._sum(f)}{'' if e == 1 else f'^{int(e)}'}" for f, e in factors]
        return "(" + " * ".join([*([f"({int(content)})"] if int(content) != 1 or not parts else []), *parts]) + ")"

    def _sum(self, polynomial: Any) -> str:
        terms = []
        for coefficient, powers in self.space.field.monomials(polynomial):
            factors = [self.symbol(k) + ("" if e == 1 else f"^{e}") for k, e in powers.items()]
            head = [f"({coefficient})"] if coefficient != 1 or not factors else []
            terms.append(" * ".join(head + factors))
        return "(" + (" + ".join(terms) or "0") + ")"

    def scalar(self, x: Scalar) -> str:
        """Return the normal form of a number: its numerator and its denominator as products."""
        return self.fraction(x.value)

    def fraction(self, value: Any) -> str:
        """Return a rational function as a term."""
        top = self.polynomial(value.top, factored=True)
        return top if value.bottom.is_one() else f"({top} / {self.polynomial(value.bottom, factored=True)})"

    def vector(self, x: Vector) -> str:
        """Return the normal form of a vector: a linear combination of words."""
        out = ""
        for word, c in x.terms.items():
            term = f"(scale {self.fraction(c)} {self.word(word)})"
            out = f"(add {out} {term})" if out else term
        return out or f"(@zero {self.sort(x.sort)})"
