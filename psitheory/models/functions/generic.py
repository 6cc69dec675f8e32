"""Any smooth PSI function, on formal vectors: at each class that is met, its jet is new, and nothing is known of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot
from psitheory.arithmetic.formal import Sort, Space, Vector
from psitheory.errors import NotInArithmetic
from psitheory.layout import Layout
from psitheory.models.functions.jet import Jet
from psitheory.models.interface import Evaluation


class GenericFunction:
    r"""A PSI function without any property but its invariance.

    At a class that was drawn (:meth:`know`) it is a generic :class:`~psitheory.models.functions.jet.Jet`; at one that
    a run comes to, its value and its gradient, any vector with blocks orthogonal to those of w, are new symbols.
    What holds for it holds for every differentiable PSI function, since no relation binds the values and gradients
    at different classes.

    Parameters
    ----------
    layout : Layout
    space : Space
        The proof that it is an input of.
    name : str
        What its symbols are named after; two functions of one proof differ by it.
    """

    def __init__(self, layout: Layout, space: Space, name: str) -> None:
        self.layout, self._space, self._name = layout, space, name
        self._jets: list[Jet] = []
        self._met: list[tuple[Array, Evaluation]] = []

    def know(self, at: Array) -> None:
        """Take note of a class by its unit representative, before the function is asked there."""
        name = f"{self._name}{len(self._jets)}" if self._jets else self._name
        radial = self._radial(at, f"ρ_{name}")
        slope = orthogonal_blocks(self.layout, self._space, f"p_{name}", at) + radial
        curvature = operators(self.layout, self._space, f"S_{name}")
        self._jets.append(Jet(self.layout, at, self._space.real(f"c_{name}"), slope, curvature))

    def _radial(self, at: Array, name: str) -> Array:
        """Return ρ_i u_i with any numbers ρ_i, and 0 on the free part."""
        rho = _array([self._space.real(f"{name}[{i}]") for i in range(1, self.layout.m + 1)])
        return self.layout.map(lambda rows: rows, lambda free: 0 * free, self.layout.scale(rho, at))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return value and gradient at ``w``, (..., n).

        Raises
        ------
        NotInArithmetic
            If a batch is asked for: each would be a function of its own.
        """
        if batch is not None:
            raise NotInArithmetic("a generic function has no samples to draw a mini-batch from")
        if w.ndim > 1:
            each = [self.evaluate(row) for row in w]
            losses = np.empty(len(each), dtype=object)
            losses[:] = [e.loss for e in each]
            return Evaluation(losses, np.stack([e.gradient for e in each]))
        jet = self._jet_at(w)
        return jet.evaluate(w) if jet else self._elsewhere(w)

    def hessian_vector(self, w: Array, x: Array) -> Array:
        """Return the Hessian at a representative of a class that was drawn, applied to ``x`` (n,)."""
        jet = self._jet_at(w)
        if jet is None:
            raise NotInArithmetic("the Hessian of a generic function is known at the points that were drawn alone")
        return jet.hessian_vector(w, x)

    def _jet_at(self, w: Array) -> Jet | None:
        return next((jet for jet in self._jets if ratios(self.layout, w, jet.at) is not None), None)

    def _elsewhere(self, w: Array) -> Evaluation:
        for first, there in self._met:
            a = ratios(self.layout, w, first)
            if a is not None:
                return Evaluation(there.loss, self.layout.scale(1 / a, there.gradient))
        name = f"{self._name}.{len(self._met) + 1}"
        gradient = orthogonal_blocks(self.layout, self._space, f"p_{name}", w)
        self._met.append((w, Evaluation(self._space.real(f"c_{name}"), gradient)))
        return self._met[-1][1]


def ratios(layout: Layout, w: Array, first: Array) -> Array | None:
    """Return a with ``w`` = a·``first`` and every a_i > 0, None unless that is so for all inputs; nothing is noted."""
    out: list[Any] = []
    start = 0
    for size in layout.sizes_in_order:
        entries = list(zip(w[start : start + abs(size)], first[start : start + abs(size)], strict=True))
        if size < 0:
            if not all(isinstance(x, Vector) and x.is_identically(y) for x, y in entries):
                return None
        else:
            a = _ratio(entries)
            if a is None:
                return None
            out.append(a)
        start += abs(size)
    found = np.empty(len(out), dtype=object)
    found[:] = out
    return found


def _ratio(entries: list[tuple[Any, Any]]) -> Any:
    """Return the positive a with x = a y for all pairs (x, y), None if there is none."""
    pairs = [(x, y) for x, y in entries if isinstance(x, Vector) and isinstance(y, Vector)]
    if len(pairs) < len(entries) or any(set(x.terms) != set(y.terms) for x, y in pairs):
        return None
    found = [x.terms[word] / y.terms[word] for x, y in pairs for word in y.terms]
    if not found or any((one - found[0]).top != 0 for one in found) or not _is_positive(found[0]):
        return None
    w, first = (_array(list(side)) for side in zip(*pairs, strict=True))
    return dot(w, first) / dot(first, first)


def _is_positive(value: Any) -> bool:
    field, parts = value.field, (value.top, value.bottom)
    return all(field.is_positive(p) for p in parts) or all(field.is_positive(-p) for p in parts)


# -- arrays of generic elements -----------------------------------------------------------------


def sorts(layout: Layout) -> list[list[Sort]]:
    """Return the space of each entry, part by part of the flat axis."""
    name = str(layout)
    return [
        [Sort(name, part, entry, size < 0) for entry in range(1, abs(size) + 1)]
        for part, size in enumerate(layout.sizes_in_order, 1)
    ]


def complex_blocks(layout: Layout, space: Space, name: str) -> Array:
    """Return a generic vector whose blocks of two are unit vectors (x, y) with x and y of one space, (n,).

    Such a block is a unit vector of any even dimension, on which (x, y) ↦ (-y, x) turns by a right angle.
    """
    space.dimensions = "in every even dimension"
    out: list[Vector] = []
    for part in sorts(layout):
        out += space.unit([f"u_{name}[{s.part},{s.entry}]" for s in part], [part[0]] * len(part))
    return _array(out)


def vector(layout: Layout, space: Space, name: str) -> Array:
    """Return a generic vector, (n,)."""
    return _array([space.vector(f"{name}[{s.part},{s.entry}]", s) for part in sorts(layout) for s in part])


def unit_blocks(layout: Layout, space: Space, name: str) -> Array:
    """Return a generic vector whose blocks are unit vectors, (n,)."""
    out: list[Vector] = []
    for part in sorts(layout):
        if part[0].free:
            out += [space.vector(f"{name}[{s.part},{s.entry}]", s) for s in part]
        else:
            out += space.unit([f"u_{name}[{s.part},{s.entry}]" for s in part], part)
    return _array(out)


def orthogonal_blocks(layout: Layout, space: Space, name: str, w: Array) -> Array:
    """Return a generic vector whose blocks are orthogonal to those of ``w``, (n,)."""
    out: list[Vector] = []
    for part in sorts(layout):
        names = [f"{name}[{s.part},{s.entry}]" for s in part]
        if part[0].free:
            out += [space.vector(*pair) for pair in zip(names, part, strict=True)]
        else:
            out += space.orthogonal(names, part, list(w[len(out) : len(out) + len(part)]))
    return _array(out)


def operators(layout: Layout, space: Space, name: str) -> Array:
    """Return a generic symmetric matrix, (n, n): each entry is an operator, and the transpose of its mirror image."""
    flat = [s for part in sorts(layout) for s in part]
    out = np.empty((len(flat), len(flat)), dtype=object)
    for i, target in enumerate(flat):
        for j, source in enumerate(flat[: i + 1]):
            between = f"{name}[{target.part},{target.entry};{source.part},{source.entry}]"
            out[i, j] = space.operator(between, source, target, "symmetric" if i == j else None)
            out[j, i] = out[i, j].transposed
    return out


def _array(elements: list[Any]) -> Array:
    out = np.empty(len(elements), dtype=object)
    out[:] = elements
    return out
