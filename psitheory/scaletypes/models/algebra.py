r"""What the equations of a forward pass leave free: the algebra of scaling symmetries, seen part by part.

The exponents of all parameters are forms in the unknowns that are free.  Their rank is the number of symmetries; those
that touch one part alone are what is left when the exponents of all others are set to zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from psitheory.arithmetic import Array
from psitheory.scaletypes.degrees import Coefficient, Ids, Key
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.models.compact import ANY, compressed, distinct, settled
from psitheory.scaletypes.models.demands import Demand, impose
from psitheory.scaletypes.models.parameters import UNUSED, Parameter, View
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.solver import Elimination, Span


@dataclass(frozen=True, eq=False)
class Piece:
    """The exponents ``out − into`` of a view of a parameter; ``unused`` marks entries that nothing depends on."""

    view: View
    out: Ids
    into: Ids
    unused: Ids | None = None


def pieces_of(parameter: Parameter) -> list[Piece]:
    """Return the exponents of a parameter, in pieces that do not overlap; entries in none have no effect."""
    found = [Piece(b.view, b.out, b.into) for b in parameter.own_blocks()]
    if parameter.dense is not None:
        view = View((parameter.count,), (1,), 0)
        loose = (parameter.dense == UNUSED) | (parameter.dense == ANY)
        found.append(Piece(view, np.where(loose, 0, parameter.dense), np.zeros(1, np.int64), loose))
    return found


class Algebra:
    """The symmetries that a forward pass has, exactly or with its small constants taken out.

    Parameters
    ----------
    rules : Rules
    parameters : mapping of str to Parameter
        By name; one parameter may stand under several names, and counts once.
    exact : bool
        Whether the demands of small constants (an eps) hold too.  Floors and ceilings never do.
    """

    def __init__(self, rules: Rules, parameters: Mapping[str, Parameter], *, exact: bool) -> None:
        self.rules = rules
        self.solver, self.because = rules.solver.copy(), rules.because.copy()
        for demand in rules.soft:
            if exact and demand.kind is Kind.CONSTANT:
                impose(self.solver, self.because, demand)
        self.parameters = {p.names[0]: p for p in parameters.values()}
        self.pieces = {name: pieces_of(p) for name, p in self.parameters.items()}
        self._forms: dict[int, dict[int, Coefficient]] = {}
        self._settle_opaques()
        self.pieces = {name: [self._settled(piece) for piece in pieces] for name, pieces in self.pieces.items()}

    def _settled(self, piece: Piece) -> Piece:
        """Return a piece in free unknowns, of which there are few."""
        out, into = (settled(self.rules.degrees, self.solver, ids) for ids in (piece.out, piece.into))
        return replace(piece, out=out, into=into)

    def _settle_opaques(self) -> None:
        """Give each opaque number that has a say the degree of what it is made of."""
        left = list(self.rules.opaques)
        while left:
            fixed = Elimination()
            for form in (form for pieces in self.pieces.values() for form in self._span(pieces)):
                fixed.require(dict(form))
            rest, seen = Elimination(), []
            for opaque in left:  # those that may be any number, whatever the others are
                free = fixed.reduce(self.form(opaque.degree))
                seen.append(rest.require(free))
            self._forms.clear()
            if all(seen):
                return
            for opaque in [o for o, is_free in zip(left, seen, strict=True) if not is_free] or left:
                for demand in opaque.demands(self.rules.degrees):
                    impose(self.solver, self.because, demand)
                left.remove(opaque)

    def form(self, degree: int) -> dict[int, Coefficient]:
        """Return a degree in free unknowns."""
        if degree not in self._forms:
            self._forms[degree] = self.solver.reduce(self.rules.degrees.form(degree)) if degree > 0 else {}
        return self._forms[degree]

    @cached_property
    def spans(self) -> dict[str, list[Key]]:
        """Return forms that span the exponents of each part."""
        return {name: list(dict.fromkeys(self._span(pieces))) for name, pieces in self.pieces.items()}

    def _span(self, pieces: Sequence[Piece]) -> Iterator[Key]:
        for piece in pieces:
            for pair in _pairs(piece):
                form = self.difference(*pair)
                if form:
                    yield tuple(sorted(form.items()))

    def difference(self, i: int, j: int) -> dict[int, Coefficient]:
        """Return the difference of two degrees in free unknowns."""
        out = dict(self.form(i))
        for v, c in self.form(j).items():
            out[v] = out.get(v, 0) - c
        return {v: c for v, c in out.items() if c}

    @cached_property
    def loose(self) -> dict[str, int]:
        """Return how many entries of each part have no effect, and so a symmetry each."""
        return {name: self._loose(p, self.pieces[name]) for name, p in self.parameters.items()}

    @cached_property
    def unread(self) -> dict[str, Array]:
        """Return which entries (of the shape of the part) have no effect, for parts that have any."""
        return {name: np.isnan(self.exponents(name, {})) for name, count in self.loose.items() if count}

    def _loose(self, parameter: Parameter, pieces: Sequence[Piece]) -> int:
        covered = sum(int(np.prod(p.view.shape)) for p in pieces)
        marked = sum(int(p.unused.sum()) for p in pieces if p.unused is not None)
        return int(np.prod(parameter.shape)) - covered + marked

    @cached_property
    def dimension(self) -> int:
        """Return the number of symmetries that do anything, and of entries without effect."""
        rank = Elimination()
        return sum(rank.require(dict(form)) for forms in self.spans.values() for form in forms) + sum(
            self.loose.values()
        )

    @cached_property
    def free(self) -> list[int]:
        """Return the unknowns that exponents are made of."""
        return sorted({v for forms in self.spans.values() for form in forms for v, _ in form})

    def own(self) -> dict[str, Elimination]:
        """Return for each part the equations that set the exponents of all others to zero.

        Half of the parts are set to zero, and the other half is looked at alone, so that n parts cost n log n.
        """
        found: dict[str, Elimination] = {}
        spans = {name: Span.of(forms) for name, forms in self.spans.items()}

        def split(names: list[str], state: Elimination) -> None:
            if len(names) == 1:
                found[names[0]] = state
                return
            half = len(names) // 2
            for mine, others in ((names[:half], names[half:]), (names[half:], names[:half])):
                inner = state.copy()
                for name in others:
                    inner.require_all(spans[name])
                split(mine, inner)

        if self.parameters:
            split(list(self.parameters), Elimination())
        return found

    def exponents(self, name: str, values: Mapping[int, float], state: Elimination | None = None) -> Array:
        """Return the exponents of a part (of its shape) for values of the free unknowns; nan where without effect."""
        parameter = self.parameters[name]
        memory = np.full(parameter.count, np.nan)
        for piece in self.pieces[name]:
            out, into = (self.numbers(ids, values, state) for ids in (piece.out, piece.into))
            numbers = np.broadcast_to(out - into, piece.view.shape)
            if piece.unused is not None:
                numbers = np.where(piece.unused, np.nan, numbers)
            piece.view.of(memory)[...] = numbers
        return memory[: int(np.prod(parameter.shape))].reshape(parameter.shape)

    def numbers(self, ids: Ids, values: Mapping[int, float], state: Elimination | None = None) -> Array:
        """Return degrees as numbers (of the shape of ``ids``) for values of the free unknowns; 0 for exact zeros."""
        kinds = distinct(ids)
        forms = [self.form(i) for i in kinds.tolist()]
        if state is not None:
            forms = [state.reduce(form) for form in forms]
        table = np.zeros(int(kinds[-1]) + 2 if kinds.size else 1)
        table[kinds] = [sum(float(c) * values.get(v, 0.0) for v, c in form.items()) for form in forms]
        return table[compressed(ids)]

    def random(self, rng: np.random.Generator, *, whole: bool, size: float = 2.0) -> dict[int, float]:
        """Return a random symmetry, as values of the free unknowns up to ``size``; even integers if ``whole``."""
        drawn = size * rng.uniform(-1, 1, len(self.free))
        drawn = 2 * np.round(drawn) if whole else drawn
        return dict(zip(self.free, map(float, drawn), strict=True))

    def rescale(self, name: str, w: Array, values: Mapping[int, float]) -> None:
        """Multiply a part, in place, by two to the power of its exponents: contiguous floats of its shape."""
        parameter = self.parameters[name]
        memory = w.reshape(-1)
        if parameter.count != memory.size:  # it lies in the storage of another
            w *= np.exp2(np.nan_to_num(self.exponents(name, values)))
            return
        for piece in self.pieces[name]:
            view = piece.view.of(memory)
            if piece.unused is not None:
                numbers = self.numbers(piece.out, values) - self.numbers(piece.into, values)
                view *= np.exp2(np.where(piece.unused, 0.0, numbers))
                continue
            for sign, ids in ((1, piece.out), (-1, piece.into)):  # apart they are small, and together as large as w
                view *= np.exp2(sign * self.numbers(ids, values))

    def reason(self, name: str) -> Demand | None:
        """Return the demand that takes from a part the freedom that it would have alone."""
        for piece in pieces_of(self.parameters[name]):
            for i, _ in _pairs(piece):
                form = self.rules.degrees.form(i) if i > 0 else {}
                for v in sorted(form, reverse=True):
                    found = self._last(v)
                    if found is not None:
                        return found
        return None

    def _last(self, v: int) -> Demand | None:
        """Return the demand at the end of the chain that takes an unknown: the one that fixed it, if any."""
        demand = None
        for _ in range(1000):
            found = self.because.of(v)
            if found is None:
                return demand
            demand = found
            rest = [w for w in demand.form if w < v and self.because.of(w) is not None]
            if not rest:
                return demand
            v = max(rest)
        return demand


def _pairs(piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield pairs of degrees whose differences span the exponents of a piece."""
    out, into = compressed(piece.out), compressed(piece.into)
    axes = [{axis - a.ndim for axis, n in enumerate(a.shape) if n > 1} for a in (out, into)]
    if not axes[0] & axes[1]:
        first, second = int(out.ravel()[0]), int(into.ravel()[0])
        yield from ((i, second) for i in distinct(out).tolist())
        yield from ((first, j) for j in distinct(into).tolist())
        return
    a, b = np.broadcast_arrays(out, into)
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1)
    yield from ((int(i), int(j)) for i, j in pairs.T)
