r"""One hidden layer under a normalisation of your choice, each with the blocks that it makes scale-invariant."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.layout import Layout, blocks, free
from psitheory.models.data import check_nonnegative, check_numpy, checked, matched
from psitheory.models.interface import Evaluation
from psitheory.models.layers.activations import activation
from psitheory.models.layers.heads import head
from psitheory.models.layers.normalisers import (
    Normaliser,
    OfActivations,
    OfWeights,
    Parts,
    across_positions,
    across_samples,
    across_units,
)

Norm = Literal["batch", "instance", "layer", "group", "rms", "weight"]
NORMS: tuple[Norm, ...] = ("batch", "instance", "layer", "group", "rms", "weight")
"""The normalisations that :class:`NormalisedLayer` knows."""


@dataclass(frozen=True, eq=False)
class NormalisedLayer:
    r"""A linear layer, a normalisation, an activation, a linear last layer and the squared loss.

    :math:`f = \operatorname{mean}\|V\varphi(\mathrm{norm}(Wx + b)) - y\|^2`.  What is scale-invariant for eps = 0:

    ========  ============================================  =======================================
    norm      mean and mean square are taken over           blocks
    ========  ============================================  =======================================
    batch     the samples, for each unit                    rows of W; b has no effect
    instance  the positions of a sample, for each unit      rows of W; b has no effect
    layer     the units, for each sample                    the whole of [W, b]
    group     the units of a group, for each sample         the rows of [W, b] of each group
    rms       the units, for each sample; no mean           the whole of [W, b]
    weight    the entries of a row of W; no mean            rows of W; gains g and b are free
    ========  ============================================  =======================================

    Parts are ``W`` (its last column is the bias where that belongs to the block), then ``g``, ``b`` where they
    are free, then ``V``.  Under instance norm the activations are averaged over the positions.  Two values that
    are centred and normalised together become ±1, whatever they were: groups, samples or positions had better
    be three or more.

    Parameters
    ----------
    inputs : array, (N, d); for instance norm (N, P, d) with P positions
    targets : array, (N, k)
    norm : str
        One of :data:`NORMS`.
    hidden : int
        The number h of units.
    groups : int
        For group norm; a divisor of h.
    bias : bool
        Whether there is a bias before the normalisation (after it, for weight norm).
    activation : str
        A name that :func:`~psitheory.models.layers.activations.activation` knows.
    eps : number
        What is added to the mean square; 0 or more.

    Raises
    ------
    ArgumentError, UnknownName
        If an argument does not fit.
    """

    inputs: Array
    targets: Array
    norm: Norm = "layer"
    hidden: int = field(default=4, kw_only=True)
    groups: int = field(default=2, kw_only=True)
    bias: bool = field(default=False, kw_only=True)
    activation: str = field(default="tanh", kw_only=True)
    eps: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        if self.norm not in NORMS:
            raise UnknownName(f"norm is {shown(self.norm)}; one of {', '.join(NORMS)} is needed")
        axes = 3 if self.norm == "instance" else 2
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", *[None] * axes))
        object.__setattr__(self, "targets", checked(self.targets, "targets", self.inputs.shape[0], None))
        activation(self.activation)
        if not isinstance(self.hidden, (int, np.integer)) or self.hidden < 1:
            raise ArgumentError(f"hidden is {shown(self.hidden)}; a positive integer is needed")
        if self.norm == "group" and (self.groups < 1 or self.hidden % self.groups):
            raise ArgumentError(f"groups is {shown(self.groups)}; a divisor of the {self.hidden} units is needed")
        check_nonnegative(self.eps, "eps")

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.inputs)

    @cached_property
    def layout(self) -> Layout:
        """Return the parts, cut into the blocks of the table above."""
        h, d = self.hidden, self.inputs.shape[-1]
        width = d + (self.bias and self._bias_in_block)
        parts = [blocks("W", h, width, each=self._count)]
        if self.norm == "weight":
            parts.append(free("g", h))
        if self.bias and not self._bias_in_block:
            parts.append(free("b", h))
        return Layout(*parts, free("V", self.targets.shape[1], h))

    @property
    def _bias_in_block(self) -> bool:
        return self.norm in ("layer", "group", "rms")

    @property
    def _count(self) -> int:
        """The number of blocks."""
        return {"layer": 1, "rms": 1, "group": self.groups}.get(self.norm, self.hidden)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient; mini-batches are not offered.

        Raises
        ------
        DeadNeuron
            If eps is 0 and the deviation of entries normalised together is zero, to rounding.
        """
        if batch is not None:
            raise ArgumentError(f"batch is {shown(batch)}; this layer takes all its samples, so it must be None")
        parts, columns, targets = self._parts(w), self._columns(w), self._targets(w)
        a, seen = self._normaliser.forward(parts, columns)
        value, slope = activation(self.activation).value_and_slope(a)
        h = self._pooled(value)
        loss, delta = head("squared").value_and_slope(parts["V"] @ h, targets)
        out = self._normaliser.back(seen, self._unpooled(parts["V"].mT @ delta) * slope)
        return Evaluation(np.reshape(loss, w.shape[:-1]), self.layout.pack(**out, V=delta @ h.mT))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n): the derivative of the gradient's formula along x."""
        check_numpy(x, self.layout.n, "NormalisedLayer", "x")
        parts, moved, unit = self._parts(w), self._parts(x), activation(self.activation)
        a, seen = self._normaliser.forward(parts, self._columns(w))
        moved_a, moved_seen = self._normaliser.moved(seen, moved)
        value, slope = unit.value_and_slope(a)
        h, moved_h = self._pooled(value), self._pooled(slope * moved_a)
        targets = self._targets(w)
        _, delta = head("squared").value_and_slope(parts["V"] @ h, targets)
        moved_outputs = parts["V"] @ moved_h + moved["V"] @ h
        moved_delta = head("squared").moved_slope(delta, targets, moved_outputs)
        back = self._unpooled(parts["V"].mT @ delta)
        moved_back = self._unpooled(parts["V"].mT @ moved_delta + moved["V"].mT @ delta)
        moved_slope = unit.curvature(a) * moved_a
        out = self._normaliser.moved_back(seen, moved_seen, back * slope, moved_back * slope + back * moved_slope)
        return self.layout.pack(**out, V=moved_delta @ h.mT + delta @ moved_h.mT)

    @cached_property
    def _normaliser(self) -> Normaliser:
        if self.norm == "weight":
            return OfWeights(self.eps)
        if self.norm == "batch":
            rows = across_samples()
        elif self.norm == "instance":
            rows = across_positions(self.inputs.shape[1])
        else:
            rows = across_units(self._count)
        return OfActivations(rows, self._count, self.norm != "rms", self.eps)

    def _parts(self, w: Array) -> Parts:
        check_numpy(w, self.layout.n, "NormalisedLayer")
        return {part.name: self.layout.view(part.name, w) for part in self.layout.parts}

    def _columns(self, w: Array) -> Array:
        """Return the inputs, (d, N) or (d, N P), with a row of ones where the bias belongs to the block."""
        xp, x = namespace(w), matched(self.inputs, w)
        rows = xp.reshape(x, (-1, x.shape[-1]))
        if self.bias and self._bias_in_block:
            rows = xp.concat([rows, xp.ones_like(rows[:, :1])], axis=-1)
        return rows.mT

    def _targets(self, w: Array) -> Array:
        return matched(self.targets, w).mT

    def _pooled(self, a: Array) -> Array:
        """Return the mean over the positions of each sample, (..., h, N)."""
        if self.norm != "instance":
            return a
        xp = namespace(a)
        return xp.mean(xp.reshape(a, (*a.shape[:-1], self.samples, self.inputs.shape[1])), axis=-1)

    def _unpooled(self, delta: Array) -> Array:
        """Return the derivative before the mean over the positions, (..., h, N P)."""
        if self.norm != "instance":
            return delta
        positions = self.inputs.shape[1]
        return np.repeat(delta / positions, positions, axis=-1)
