"""Elements of formal vectors as terms of Coq: polynomials, words, inner products, by the names in the law."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Any

from psitheory.arithmetic.formal import Scalar, Sort, Space
from psitheory.arithmetic.formal.field import Symbol
from psitheory.certificates.preamble import declared
from psitheory.errors import NotInArithmetic

KEYWORDS = {"as", "at", "else", "end", "exists", "fix", "for", "forall", "fun", "if", "in", "let", "match", "mod"}
KEYWORDS |= {"return", "then", "using", "where", "with", "Prop", "Set", "Type"}
USED = ("I", "R", "Rabs", "conj", "cons", "eq_refl", "list", "nat", "nil", "nth", "pow", "sqrt")
"""What inputs may not be called, beside the names of the preamble: Coq's own words, and what the files use of its."""

OF_LEMMAS = re.compile(r"(product|given|condition|case|words)(_\w+)?|holds|\w+_(is|sign|square|symmetric|skew)")
"""What lemmas, hypotheses and modules are called, which no variable of a law may be."""

READ_AS = str.maketrans({"/": " over ", "−": " minus ", "+": " plus "})
"""What stands for signs in the names of inputs, such as α/(1−α)."""


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
        self._taken = {*KEYWORDS, *USED, *declared()}

    def name(self, kind: str, text: str, of: str = "") -> str:
        """Return the identifier of what the law calls ``text``: one for each kind, text and owner."""
        if (kind, text, of) not in self._names:
            read = text.translate(READ_AS)
            plain = "".join(unicodedata.name(c, "_").split()[-1].lower() if ord(c) > 127 else c for c in read)
            stem = found = re.sub(r"\W+", "_", plain).strip("_") or kind
            if not stem[0].isalpha():
                stem = found = f"{kind}_{stem}"
            k = 2
            while found in self._taken:
                found, k = f"{stem}_{k}", k + 1
            self._taken.add(found)
            self._names[kind, text, of] = found
        return self._names[kind, text, of]

    def name_inputs(self) -> None:
        """Give the inputs their names before anything else takes one."""
        for name in self.space.generators:
            self.generator(name)
        self.scalars()

    def is_taken(self, name: str) -> bool:
        """Tell whether something bears this name already, or a lemma or hypothesis of the file may."""
        return name in self._taken or OF_LEMMAS.fullmatch(name) is not None

    # -- what there is ----------------------------------------------------------------------------

    @cached_property
    def sorts(self) -> list[Sort]:
        """Return the spaces, in the order in which they came up."""
        mapped = (sort for operator in self.space.operators.values() for sort in (operator.source, operator.target))
        return list(dict.fromkeys((*self.space.generators.values(), *mapped)))

    def sort(self, sort: Sort) -> str:
        """Return the identifier of a space."""
        return self.name("space", self._plain(f"{'V' if sort.free else 'H'}[{sort.part},{sort.entry}]"), sort.layout)

    @cached_property
    def _whole(self) -> bool:
        return all(sort.entry == 1 for sort in self.sorts)

    def _plain(self, name: str) -> str:
        """Return a name without the numbers of entries, where each block has one."""
        return re.sub(r",1(?=[\];])", "", name) if self._whole else name

    def scalars(self) -> list[tuple[str, Symbol]]:
        """Return the real inputs, each with its identifier."""
        return [(self.name("scalar", s.name), s) for s in self.space.field.symbols if s.kind == "scalar"]

    def roots(self) -> list[tuple[str, Symbol]]:
        """Return the adjoined roots, each with its identifier."""
        found = [s for s in self.space.field.symbols if s.kind == "root"]
        return [(self.name("root", f"root_{k}", s.name), s) for k, s in enumerate(found, 1)]

    def generator(self, name: str) -> str:
        """Return the identifier of a generator."""
        return self.name("vector", self._plain(name), name)

    def operator(self, name: str) -> str:
        """Return the identifier of an operator."""
        return self.name("map", self._plain(name), name)

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

    def symbol(self, k: int) -> str:
        """Return the term of a symbol of the pool."""
        symbol = self.space.field.symbols[k]
        if symbol.kind == "gram":
            return self.gram(symbol.meaning)
        if symbol.kind == "scalar":
            return self.name("scalar", symbol.name)
        if symbol.kind == "root":
            return next(name for name, root in self.roots() if root is symbol)
        raise NotInArithmetic(f"a certificate has no {symbol.kind} of an angle")

    def polynomial(self, polynomial: Any, *, factored: bool = False) -> str:
        """Return a polynomial, or the product of its factors, so that each is found among the conditions."""
        if not factored or polynomial == 0:
            return self._sum(polynomial)
        content, factors = polynomial.factor()
        parts = [f"{self._sum(f)}{'' if e == 1 else f'^{int(e)}'}" for f, e in factors]
        size = [_number(int(content))] if int(content) != 1 or not parts else []
        product = " * ".join([*size, *parts])
        return product if len(size) + len(factors) == 1 else f"({product})"

    def _sum(self, polynomial: Any) -> str:
        out, monomials = "", self.space.field.monomials(polynomial)
        for coefficient, powers in monomials:
            size = [str(abs(coefficient))] if abs(coefficient) != 1 or not powers else []
            term = " * ".join([*size, *(self.symbol(k) + ("" if e == 1 else f"^{e}") for k, e in powers.items())])
            minus = "- " if coefficient < 0 else ""
            out = f"{out} {minus or '+ '}{term}" if out else minus + term
        single = not monomials or (len(monomials) == 1 and " * " not in out and out[0] != "-" and "^" not in out)
        return out or "0" if single else f"({out})"

    def scalar(self, x: Scalar) -> str:
        """Return the normal form of a number: its numerator and its denominator as products."""
        return self.fraction(x.value)

    def fraction(self, value: Any) -> str:
        """Return a rational function as a term."""
        top = self.polynomial(value.top, factored=True)
        return top if value.bottom.is_one() else f"({top} / {self.polynomial(value.bottom, factored=True)})"


def _number(number: int) -> str:
    return str(number) if number >= 0 else f"({number})"
