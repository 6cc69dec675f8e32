"""Symmetries that several parts share: scaled jointly, or one against another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.compact import compressed
from psitheory.scaletypes.models.levels import of_wholes, whole_pieces
from psitheory.scaletypes.models.sparsest import sparsest
from psitheory.scaletypes.solver import independent


@dataclass(frozen=True)
class Term:
    """What an unknown does to a part: the exponent of some indices of an axis (None: of the whole; -1: of entries)."""

    part: str
    axis: int | None
    power: float


@dataclass
class Shared:
    """Symmetries of one kind: the same parts, axes and exponents, each for indices of its own.

    Attributes
    ----------
    terms : tuple of Term
    members : list of mapping of Term to list of int
        For each symmetry the indices that it scales.
    """

    terms: tuple[Term, ...]
    members: list[dict[Term, list[int]]] = field(default_factory=list)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts that are touched."""
        return tuple(dict.fromkeys(term.part for term in self.terms))

    @property
    def is_trade(self) -> bool:
        """Return whether something shrinks as others grow."""
        return len({term.power > 0 for term in self.terms}) > 1


def kinds_of(algebra: Algebra) -> list[Shared]:
    """Return all symmetries that do anything, one for each free unknown, grouped by kind; those of few parts first."""
    found: dict[int, dict[Term, list[int]]] = {}
    for name in algebra.parameters:
        for v, term, index in _uses(algebra, name):
            found.setdefault(v, {}).setdefault(term, []).append(index)
    sums = sparsest(algebra)
    kinds: dict[tuple[Term, ...], Shared] = {}
    for member in (_merged(algebra, _summed(found, sums[v])) for v in found):
        terms = tuple(member)
        kinds.setdefault(terms, Shared(terms)).members.append(member)
    return sorted(kinds.values(), key=lambda kind: (len(kind.parts), len(kind.terms)))


def _summed(uses: dict[int, dict[Term, list[int]]], signs: dict[int, int]) -> dict[Term, list[int]]:
    """Return what a sum of unknowns does: a slice that several of them scale is scaled by each."""
    if len(signs) == 1:
        (v,) = signs
        return uses[v]
    powers: dict[tuple[str, int | None, int], float] = {}
    for v, sign in signs.items():
        for term, indices in uses[v].items():
            for i in indices:
                key = term.part, term.axis, i
                powers[key] = powers.get(key, 0.0) + sign * term.power
    out: dict[Term, list[int]] = {}
    for (part, axis, i), power in powers.items():
        if power:
            out.setdefault(Term(part, axis, power), []).append(i)
    return out


def in_step(algebra: Algebra, alone: Collection[str]) -> list[Shared]:
    """Return groups of parts that one factor scales as wholes, the smaller first; those of ``alone`` make up for it.

    A layer with a bias may be scaled against the columns of the next one; if that may be scaled alone, so may both.
    """
    forms = {name: form for name, form in of_wholes(algebra).items() if name not in alone}
    unknowns = sorted({v for form in forms.values() for v in form})
    found = independent([[Fraction(form.get(v, 0)) for form in forms.values()] for v in unknowns])
    groups = [[name for name, x in zip(forms, powers, strict=True) if x] for powers in found if {*powers} <= {0, 1}]
    kinds = [tuple(Term(name, None, 1.0) for name in group) for group in sorted(groups, key=len) if len(group) > 1]
    return [Shared(terms, [{term: [0] for term in terms}]) for terms in kinds]


def _merged(algebra: Algebra, uses: dict[Term, list[int]]) -> dict[Term, list[int]]:
    """Return what an unknown does, with all indices of an axis as the whole, and without what cancels."""
    out: dict[Term, list[int]] = {}
    whole: dict[str, float] = {}
    for term, indices in uses.items():
        shape = algebra.parameters[term.part].shape
        size = int(np.prod(shape)) if term.axis == -1 else 1 if term.axis is None else shape[term.axis]
        if len(indices) == size:
            whole[term.part] = whole.get(term.part, 0.0) + term.power
        else:
            out[term] = indices
    return out | {Term(part, None, power): [0] for part, power in whole.items() if power}


def _uses(algebra: Algebra, name: str) -> Iterator[tuple[int, Term, int]]:
    """Yield each unknown of a part, what it does there, and to which index of the axis (or of the flat part)."""
    for piece in whole_pieces(algebra, name):
        for ids, sign in ((compressed(piece.out), 1), (compressed(piece.into), -1)):
            axes = [axis for axis, n in enumerate(ids.shape) if n > 1]
            axis = None if not axes else axes[0] if len(axes) == 1 else -1
            ids = np.broadcast_to(ids, algebra.parameters[name].shape) if axis == -1 else ids
            for index, degree in enumerate(ids.ravel()):
                for v, c in algebra.form(int(degree)).items():
                    yield v, Term(name, axis, float(sign * c)), index


def rank_of(kinds: list[Shared]) -> int:
    """Return the number of symmetries."""
    return int(np.sum([len(kind.members) for kind in kinds], dtype=int))
