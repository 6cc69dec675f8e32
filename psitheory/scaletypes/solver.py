"""Linear equations between unknowns, solved exactly over the rationals as they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from psitheory.scaletypes.degrees import ONE, Form


class Elimination:
    """Homogeneous linear equations, each solved for one of its unknowns."""

    def __init__(self, equations: Iterable[Form] = ()) -> None:
        self.solved: dict[int, dict[int, Fraction]] = {}
        for form in equations:
            self.require(form)

    def copy(self) -> Elimination:
        """Return the same equations, to which others can be added."""
        out = Elimination()
        out.solved = dict(self.solved)  # forms are replaced, never changed
        return out

    def reduce(self, form: Form) -> dict[int, Fraction]:
        """Return what a form is in unknowns that are free, given the equations."""
        out: dict[int, Fraction] = {}
        for v, c in form.items():
            if v not in self.solved:
                _add(out, v, c)
                continue
            if any(w in self.solved for w in self.solved[v]):
                self.solved[v] = self.reduce(self.solved[v])
            for w, d in self.solved[v].items():
                _add(out, w, c * d)
        return out

    def require(self, form: Form) -> bool:
        """Demand that a form vanish; return whether that is new."""
        left = self.reduce(form)
        if left:
            self.take(left)
        return bool(left)

    def take(self, left: Mapping[int, Fraction]) -> int:
        """Demand that a form in free unknowns vanish, which is not zero; return the unknown that it is solved for."""
        v = max(left)
        c = left[v]
        self.solved[v] = {w: -d / c for w, d in left.items() if w != v}
        return v

    def merge(self, v: int, w: int) -> int | None:
        """Demand that two unknowns be equal; return the one that is no longer free, None if that is nothing new.

        Raises
        ------
        LookupError
            If one of them is something else than another unknown; then ``require`` is needed.
        """
        one, two = sorted((self.root(v), self.root(w)))
        if one == two:
            return None
        self.solved[two] = {one: ONE}
        return two

    def root(self, v: int) -> int:
        """Return the free unknown that an unknown equals, and let all on the way to it point there.

        Raises
        ------
        LookupError
            If it is something else.
        """
        passed = []
        while v in self.solved:
            form = self.solved[v]
            if len(form) != 1 or next(iter(form.values())) != 1:
                raise LookupError
            passed.append(v)
            v = next(iter(form))
        for w in passed[:-1]:
            self.solved[w] = {v: ONE}
        return v

    def vanishes(self, form: Form) -> bool:
        """Tell whether the equations make a form vanish."""
        return not self.reduce(form)

    def values(self, unknowns: Sequence[int]) -> list[list[Fraction]]:
        """Return a basis of the values that some unknowns can take, the others being what they must.

        Each vector has an entry for each of the unknowns; none if all of them must vanish.
        """
        forms = [self.reduce({v: Fraction(1)}) for v in unknowns]
        columns = [[f.get(v, Fraction(0)) for f in forms] for v in sorted({v for f in forms for v in f})]
        return independent(columns)


def independent(vectors: Iterable[Sequence[Fraction]]) -> list[list[Fraction]]:
    """Return vectors in reduced echelon form that span what the given ones do."""
    found: list[list[Fraction]] = []
    for vector in vectors:
        v = list(vector)
        for row in found:
            lead = next(i for i, x in enumerate(row) if x)
            if v[lead]:
                v = [x - v[lead] * y for x, y in zip(v, row, strict=True)]
        lead_of_v = next((i for i, x in enumerate(v) if x), None)
        if lead_of_v is None:
            continue
        v = [x / v[lead_of_v] for x in v]
        found = [[x - r[lead_of_v] * y for x, y in zip(r, v, strict=True)] for r in found]
        found.append(v)
    return found


def _add(form: dict[int, Fraction], v: int, c: Fraction) -> None:
    total = form.get(v, Fraction(0)) + c
    if total:
        form[v] = total
    else:
        form.pop(v, None)
