r"""What arithmetic asks of degrees, for arrays of them: the same rules for every interpreter.

A product adds degrees, a sum demands equal ones, a nonlinear function demands zero.  An exact zero (padding, a state
at its start) fits any degree, :data:`ANY`.  Arrays of degrees are kept small: an axis along which they are constant has
the length 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from psitheory.scaletypes.degrees import Coefficient, Degrees, Form, Ids, simple
from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.models.compact import ANY, compressed, settled
from psitheory.scaletypes.models.demands import Causes, Demand, Opaque, impose
from psitheory.scaletypes.solver import Elimination

FEW = 64
"""More equations than these of one operation are looked through for those that only call two unknowns equal."""


@dataclass
class Rules:
    """The equations of one forward pass, solved as they arrive.

    Attributes
    ----------
    place : callable
        Returns the line of the user's code that is being run.
    because : Causes
        For each unknown that is no longer free, the demand that took it.
    soft : list of Demand
        Demands of small constants and floors, whose break dies out as scales grow.
    missing : dict
        Operations of which nothing is known but that equal inputs give equal outputs.
    opaques : list of Opaque
        Numbers whose degree is settled when all equations are there.
    """

    place: Callable[[], Place]
    degrees: Degrees = field(default_factory=Degrees)
    solver: Elimination = field(default_factory=Elimination)
    because: Causes = field(default_factory=Causes)
    soft: list[Demand] = field(default_factory=list)
    missing: dict[tuple[str, Place], None] = field(default_factory=dict)
    opaques: list[Opaque] = field(default_factory=list)
    constants: set[float] = field(default_factory=set)
    """All small constants that stand where an eps does, also beside what does not scale."""
    handed_out: list[tuple[float, Place]] = field(default_factory=list)
    """Values that left as plain numbers, which must then stay."""
    coarsest: float = 0.0
    """The relative distance of neighbouring numbers in the coarsest precision to which something is cast."""
    detached: dict[Place, None] = field(default_factory=dict)
    """Lines at which what depends on parameters is kept from its gradient."""

    def copy(self) -> Rules:
        """Return the same equations, to which others can be added."""
        return replace(
            self,
            solver=self.solver.copy(),
            because=self.because.copy(),
            soft=list(self.soft),
            missing=dict(self.missing),
            opaques=list(self.opaques),
            constants=set(self.constants),
        )

    def fresh(self, shape: Sequence[int]) -> Ids:
        """Return an array of new unknowns."""
        return self.degrees.unknowns([""] * int(np.prod(shape))).reshape(shape)

    def known(self, a: Ids) -> Ids:
        """Return degrees with a new unknown for each exact zero."""
        a = np.array(a)
        zeros = a == ANY
        if zeros.any():
            a[zeros] = self.fresh((int(zeros.sum()),))
        return a

    def combine(self, a: Ids, b: Ids, ca: Coefficient = 1, cb: Coefficient = 1) -> Ids:
        """Return ``ca·a + cb·b``, entry by entry; zeros stay zeros."""
        a, b = compressed(a), compressed(b)
        if cb == 0 or not b.any():
            if ca == 1:
                return np.broadcast_to(a, np.broadcast_shapes(a.shape, b.shape))
        a, b = np.broadcast_arrays(a, b)
        zeros = (a == ANY) | (b == ANY)
        if not zeros.any():
            return np.asarray(self.degrees.combine(a, b, ca, cb))
        out = np.full(a.shape, ANY, np.int64)
        out[~zeros] = self.degrees.combine(a[~zeros], b[~zeros], ca, cb)
        return out

    def times(self, a: Ids, factor: float | Fraction) -> Ids:
        """Return ``factor·a``."""
        return self.combine(a, np.int64(0), simple(factor), 0)

    def settled(self, a: Ids) -> Ids:
        """Return degrees in unknowns that are still free: what was found equal is then the same number."""
        return settled(self.degrees, self.solver, a)

    @property
    def solved(self) -> int:
        """Return how many unknowns are no longer free."""
        return self.solver.count

    def equal(self, a: Ids, b: Ids, what: str, kind: Kind = Kind.HARD, constant: float = 0.0) -> None:
        """Demand that degrees be equal, entry by entry."""
        a, b = np.broadcast_arrays(compressed(a), compressed(b))
        differ = (a != b) & (a != ANY) & (b != ANY)
        if not differ.any():
            return
        place, a, b = self.place(), a[differ], b[differ]
        if kind is Kind.HARD and a.size > FEW:
            a, b = self._merged(a, b, place, what)
        for form in self.degrees.differences(a, b):
            self.vanish(form, place, what, kind, constant)

    def _merged(self, a: Ids, b: Ids, place: Place, what: str) -> tuple[Ids, Ids]:
        """Demand that degrees be equal where both are unknowns, all at once; return the others."""
        v, w = self.degrees.plain[a], self.degrees.plain[b]
        left = (v < 0) | (w < 0)
        taken, into, left[~left] = self.solver.merge(v[~left], w[~left])
        if taken.size:
            self.because.many.append((taken, into, place, what))
        return a[left], b[left]

    def vanish(self, form: Form, place: Place, what: str, kind: Kind = Kind.HARD, constant: float = 0.0) -> None:
        """Demand that a form vanish."""
        demand = Demand(form, place, what, kind, constant)
        if kind is not Kind.HARD:
            self.soft.append(demand)
        else:
            impose(self.solver, self.because, demand)

    def zero(self, a: Ids, what: str, kind: Kind = Kind.HARD, constant: float = 0.0) -> None:
        """Demand the degree zero."""
        self.equal(a, np.int64(0), what, kind, constant)

    def same(self, a: Ids, axes: Iterable[int], what: str) -> Ids:
        """Demand one degree along axes; they are left with the length 1."""
        a = compressed(a)
        along = tuple(sorted({axis % a.ndim for axis in axes if a.shape[axis] > 1})) if a.ndim else ()
        if not along:
            return a
        shape = [1 if axis in along else size for axis, size in enumerate(a.shape)]
        lines = np.moveaxis(a, along, range(a.ndim - len(along), a.ndim))
        lines = lines.reshape(*lines.shape[: a.ndim - len(along)], -1)
        first = np.take_along_axis(lines, (lines != ANY).argmax(-1)[..., None], -1)
        before = self.solved
        self.equal(lines, first, what)
        found = first.reshape(shape)
        return found if self.solved == before else self.settled(found)

    def join(self, a: Ids, b: Ids, what: str) -> Ids:
        """Demand equal degrees of two summands; return that of their sum."""
        a, b = compressed(a), compressed(b)
        before = self.solved
        self.equal(a, b, what)
        found = np.where(a == ANY, b, a)
        return found if self.solved == before else self.settled(found)

    def contract(self, a: Ids, b: Ids, what: str) -> Ids:
        r"""Return the degrees of :math:`\sum_ka_{mk}b_{kn}`, (..., m, k) and (..., k, n).

        All :math:`a_{mk}+b_{kn}` must be equal along k, so :math:`a_{mk}-a_{m0}=b_{0n}-b_{kn}` depends on k alone.
        """
        if (a == ANY).all() or (b == ANY).all():
            return np.full((1,) * max(a.ndim, b.ndim), ANY, np.int64)
        a, b = self.known(compressed(a)), self.known(compressed(b))
        of_a, of_b = a[..., :, :1], b[..., :1, :]
        left = self.same(self.combine(a, of_a, 1, -1), [-2], what)
        right = self.same(self.combine(of_b, b, 1, -1), [-1], what)
        self.equal(np.swapaxes(left, -1, -2), right, what)
        return self.combine(of_a, of_b)

    def opaque(self, made_of: Ids, what: str) -> Ids:
        """Return the degree of a number of which nothing is known but what it is made of."""
        degree = self.fresh(())
        self.opaques.append(Opaque(int(degree), compressed(made_of), self.place(), what))
        return degree

    def unknown_operation(self, what: str, inputs: Iterable[Ids]) -> None:
        """Demand unchanged inputs of an operation that has no rule, and keep that it has none."""
        for a in inputs:
            if self.resolved(a):
                self.missing.setdefault((what, self.place()))
            self.zero(a, f"not derived: {what}")

    def resolved(self, a: Ids) -> bool:
        """Return whether any degree of an array does not vanish."""
        return any(i > 0 and not self.solver.vanishes(self.degrees.form(int(i))) for i in np.unique(a))
