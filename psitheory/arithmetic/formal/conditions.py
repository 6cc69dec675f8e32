"""The conditions under which a formal computation is what it says: what it divided by, and what it took as decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psitheory.arithmetic.formal.blocks import whole_blocks

if TYPE_CHECKING:
    from psitheory.arithmetic.formal.field import FormalField


@dataclass(frozen=True)
class Condition:
    """One condition: a polynomial of the symbols is positive, or differs from zero.

    Attributes
    ----------
    polynomial : flint polynomial
    relation : {"≠ 0", "> 0"}
    """

    polynomial: Any
    relation: str


class Conditions:
    """All conditions of one computation, in the order in which they arose."""

    def __init__(self, field: FormalField) -> None:
        self._field = field
        self._found: dict[tuple[str, str], Condition] = {}
        self.sizes: dict[str, None] = {}

    def __iter__(self) -> Any:
        return iter(self._found.values())

    def differs_from_zero(self, polynomial: Any) -> None:
        """Note that the polynomial is not zero, factor by factor; what is positive anyway is left out."""
        if polynomial == 0:
            return
        for factor, _ in polynomial.factor()[1]:
            if not (self._field.is_positive(factor) or self._field.is_positive(-factor)):
                self._note(factor, "≠ 0")

    def positive(self, polynomial: Any) -> None:
        """Note that the polynomial is positive."""
        if not self._field.is_positive(polynomial):
            self._note(polynomial, "> 0")

    def _note(self, polynomial: Any, relation: str) -> None:
        self._found.setdefault((str(polynomial), relation), Condition(polynomial, relation))

    def note_size(self, words: str) -> None:
        """Note a restriction of the number of entries of a block, such as ``d ≥ 2``."""
        self.sizes.setdefault(words)

    def texts(self) -> list[str]:
        """Return every condition in words."""
        return list(dict.fromkeys([*self.sizes, *(f"{self.words(c.polynomial)} {c.relation}" for c in self)]))

    def words(self, polynomial: Any) -> str:
        """Return a polynomial as a person reads it; inner products of entries that add up are those of blocks."""
        polynomial, blocks = whole_blocks(self._field, polynomial)
        terms = []
        for coefficient, powers in self._field.monomials(polynomial):
            factors = [blocks.get(k) or self._name(k) for k in powers]
            factors = [name + ("" if e == 1 else f"^{e}") for name, e in zip(factors, powers.values(), strict=True)]
            size = abs(coefficient)
            text = "·".join([*([str(size)] if size != 1 or not factors else []), *factors])
            terms.append((coefficient < 0, text))
        terms.sort(key=lambda term: term[0])  # a sum begins with what is added
        out = "".join((" − " if minus else " + ") + text for minus, text in terms) or " + 0"
        return ("−" if out.startswith(" − ") else "") + out[3:]

    def _name(self, k: int) -> str:
        """Return a symbol in words; of what is adjoined, by what it means."""
        symbol, text = self._field.symbols[k], self._field.text_of
        if symbol.kind == "root":
            return f"√({self.words(symbol.meaning)})"
        if symbol.kind in ("cos", "sin"):
            return f"{symbol.kind}({text(symbol.meaning)})"
        if symbol.kind == "angle":
            y, x = symbol.meaning
            return f"∠({text(x)}, {text(y)})"
        return symbol.name
