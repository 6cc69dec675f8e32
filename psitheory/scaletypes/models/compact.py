"""Arrays of degrees, kept small: an axis along which they are constant has the length 1."""

from __future__ import annotations

import numpy as np

from psitheory.scaletypes.degrees import Degrees, Ids
from psitheory.scaletypes.solver import Elimination

ANY = -1
"""The degree of an exact zero, or of an infinity: any one."""
SMALL = 64
"""Arrays of no more degrees are sorted to find the different ones; larger ones are marked in a table."""


def distinct(a: Ids) -> Ids:
    """Return the degrees that an array has, each once, in order; large arrays are not sorted for it."""
    a = np.asarray(a)
    if a.size <= SMALL:
        return np.unique(a)
    marks = np.zeros(int(a.max()) + 2, bool)
    marks[a.ravel() + 1] = True  # ANY comes first
    return np.flatnonzero(marks) - 1


def settled(degrees: Degrees, solver: Elimination, a: Ids) -> Ids:
    """Return degrees in unknowns that a solver leaves free: what was found equal is then the same number."""
    a = compressed(a)
    kinds = distinct(a)
    plain = np.where(kinds > 0, degrees.plain[kinds], -1)
    roots = solver.roots(plain[plain >= 0])
    table = np.empty(int(kinds[-1]) + 2 if kinds.size else 0, np.int64)
    table[kinds] = kinds  # ANY, the last one, stays
    table[kinds[plain >= 0]] = degrees.of_unknown[roots]
    forms = kinds > 0
    forms[plain >= 0] = solver.is_solved(roots)
    for degree in kinds[forms].tolist():
        table[degree] = degrees.id(solver.reduce(degrees.form(degree)))
    return compressed(table[a])


def compressed(a: Ids) -> Ids:
    """Return an array of degrees with the length 1 along axes on which it is constant."""
    a = np.asarray(a)
    for axis, size in enumerate(a.shape):
        if size > 1:
            first = a.take([0], axis)
            if (a == first).all():
                a = first
    return a
