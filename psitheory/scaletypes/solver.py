"""Linear equations between unknowns, solved exactly over the rationals as they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from psitheory.scaletypes.columns import Column
from psitheory.scaletypes.degrees import Coefficient, Form, Ids, Key, whole


@dataclass(frozen=True, eq=False)
class Span:
    """Many forms, sorted by what can be done to all at once.

    Attributes
    ----------
    single : int array (n,)
        Unknowns, each a form.
    pairs : int array (2, n)
        Differences of two unknowns.
    rest : sequence of Key
        Other forms.
    """

    single: Ids
    pairs: Ids
    rest: Sequence[Key]

    @classmethod
    def of(cls, forms: Iterable[Key]) -> Span:
        """Return the span of forms."""
        single, pairs, rest = [], [], []
        for form in forms:
            if len(form) == 1:
                single.append(form[0][0])
            elif len(form) == 2 and form[0][1] == -form[1][1]:
                pairs.append((form[0][0], form[1][0]))
            else:
                rest.append(form)
        return cls(np.array(single, np.int64), np.array(pairs, np.int64).reshape(-1, 2).T, rest)


class Elimination:
    """Homogeneous linear equations, each solved for one of its unknowns.

    Unknowns that are equal to another are kept apart from the rest, in an array in which each points to one that it
    equals: such equations come by the hundred thousand.

    Attributes
    ----------
    solved : dict
        What an unknown is in others, for those that are something else than another one.
    """

    def __init__(self, equations: Iterable[Form] = ()) -> None:
        self.solved: dict[int, dict[int, Coefficient]] = {}
        self._equal = Column()
        self._merged = 0
        for form in equations:
            self.require(form)

    def copy(self) -> Elimination:
        """Return the same equations, to which others can be added."""
        out = Elimination()
        out.solved = dict(self.solved)  # forms are replaced, never changed
        out._equal, out._merged = self._equal.copy(), self._merged
        return out

    @property
    def count(self) -> int:
        """Return how many unknowns are no longer free."""
        return len(self.solved) + self._merged

    def reduce(self, form: Form) -> dict[int, Coefficient]:
        """Return what a form is in unknowns that are free, given the equations."""
        out: dict[int, Coefficient] = {}
        for v, c in form.items():
            r = self.root(v)
            found = self.solved.get(r)
            if found is None:
                _add(out, r, c)
                continue
            if any(w in self.solved or self.root(w) != w for w in found):
                found = self.solved[r] = self.reduce(found)
            for w, d in found.items():
                _add(out, w, c * d)
        return out

    def require(self, form: Form) -> bool:
        """Demand that a form vanish; return whether that is new."""
        left = self.reduce(form)
        if left:
            self.take(left)
        return bool(left)

    def take(self, left: Form) -> int:
        """Demand that a form in free unknowns vanish, which is not zero; return the unknown that it is solved for."""
        v = max(left)
        by = -left[v]
        self.solved[v] = {w: whole(Fraction(d) / by) if abs(by) != 1 else d * by for w, d in left.items() if w != v}
        return v

    def root(self, v: int) -> int:
        """Return the unknown at the end of those that one was found equal to: free, or something else."""
        equal = self._equal.values
        while v < len(equal) and (w := int(equal[v])) != v:
            v = w
        return v

    def roots(self, v: Ids) -> Ids:
        """Return the root of each unknown of an array (n,)."""
        equal = self._equal.values
        found = np.array(v)
        inside = np.flatnonzero(found < len(equal))
        here = equal[found[inside]]
        while True:
            there = equal[here]
            if np.array_equal(here, there):
                break
            here = there
        equal[found[inside]] = here
        found[inside] = here
        return found

    def is_solved(self, v: Ids) -> Ids:
        """Return for each unknown of an array (n,), all of them roots, whether it is something else than free."""
        if len(v) < len(self.solved):
            return np.array([w in self.solved for w in v.tolist()], bool)
        return np.isin(v, np.fromiter(self.solved, np.int64, len(self.solved)))

    def merge(self, v: Ids, w: Ids) -> tuple[Ids, Ids, Ids]:
        """Demand that unknowns of two arrays (n,) be equal, each to each, where both are free or other free ones.

        Returns
        -------
        taken, into : array
            The unknowns that are no longer free, and the one that each equals.
        left : bool array (n,)
            The pairs of which one is something else; for these ``require`` is needed.
        """
        one, two = self.roots(v), self.roots(w)
        left = (one != two) & (self.is_solved(one) | self.is_solved(two))
        nodes, where = np.unique(np.concatenate([one[~left], two[~left]]), return_inverse=True)
        rows, columns = where.reshape(2, -1)
        graph = coo_array((np.ones(len(rows), bool), (rows, columns)), (len(nodes), len(nodes)))
        labels = connected_components(graph, directed=False)[1]
        into = nodes[np.unique(labels, return_index=True)[1]][labels]  # the least of each, since nodes are sorted
        changed = into != nodes
        taken, into = nodes[changed], into[changed]
        if taken.size:
            self._equal.extend(np.arange(len(self._equal), taken.max() + 1))
            self._equal.values[taken] = into
            self._merged += taken.size
        return taken, into, left

    def require_all(self, span: Span) -> None:
        """Demand that many forms vanish."""
        self.vanish(span.single)
        v, w = span.pairs
        left = np.flatnonzero(self.merge(v, w)[2])
        while left.size:  # one of a pair is something else; if that is zero, so is the other
            count = self.count
            ends = np.stack([self.roots(v[left]), self.roots(w[left])])
            zero = np.array([[r in self.solved and not self.solved[r] for r in row] for row in ends.tolist()])
            self.vanish(ends[::-1][zero])
            if self.count == count:
                break
            left = left[~zero.any(0)]
        for a, b in zip(v[left].tolist(), w[left].tolist(), strict=True):
            self.require({a: 1, b: -1})
        for form in span.rest:
            self.require(dict(form))

    def vanish(self, v: Ids) -> None:
        """Demand that all unknowns of an array (n,) be zero."""
        roots = np.unique(self.roots(v))
        solved = self.is_solved(roots)
        nothing: dict[int, Coefficient] = {}
        self.solved.update(dict.fromkeys(roots[~solved].tolist(), nothing))
        for r in roots[solved].tolist():
            self.require({r: 1})

    def vanishes(self, form: Form) -> bool:
        """Tell whether the equations make a form vanish."""
        return not self.reduce(form)

    def values(self, unknowns: Sequence[int]) -> list[list[Fraction]]:
        """Return a basis of the values that some unknowns can take, the others being what they must.

        Each vector has an entry for each of the unknowns; none if all of them must vanish.
        """
        forms = [self.reduce({v: 1}) for v in unknowns]
        columns = [[Fraction(f.get(v, 0)) for f in forms] for v in sorted({v for f in forms for v in f})]
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


def _add(form: dict[int, Coefficient], v: int, c: Coefficient) -> None:
    total = form.get(v, 0) + c
    if total:
        form[v] = total
    else:
        form.pop(v, None)
