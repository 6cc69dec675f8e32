"""The words of each space in one list: a vector is written as coefficients beside the places of its words in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psitheory.arithmetic.formal import Sort, Vector
from psitheory.arithmetic.formal.vector import Word
from psitheory.certificates.terms import Terms


class Words:
    """Places for words, given in the order in which they are asked for.

    Parameters
    ----------
    terms : Terms
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._places: dict[Sort, dict[Word, int]] = {}

    def of(self, sort: Sort) -> str:
        """Return the name of the list of the words of a space."""
        self._places.setdefault(sort, {})
        return self._terms.name("words", f"words_{self._terms.sort(sort)}")

    def place(self, sort: Sort, word: Word) -> int:
        """Return the place of a word."""
        places = self._places.setdefault(sort, {})
        return places.setdefault(word, len(places))

    def sorted(self, x: Vector) -> list[Word]:
        """Return the words of a vector by their places."""
        return sorted(x.terms, key=lambda word: self.place(x.sort, word))

    def listed(self, x: Vector, words: Sequence[Word]) -> str:
        """Return the normal form of a vector: of each word its place and its coefficient."""
        pairs = "; ".join(f"({self.place(x.sort, word)}%nat, {self._terms.fraction(x.terms[word])})" for word in words)
        return f"[{pairs}]"

    def definitions(self) -> Iterator[str]:
        """Yield the lists of words."""
        for sort, places in self._places.items():
            words = "; ".join(self._terms.word(word) for word in places)
            yield f"  Definition {self.of(sort)} : list {self._terms.sort(sort)} := [{words}]."
