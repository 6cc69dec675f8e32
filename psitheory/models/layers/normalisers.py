r"""Normalisations of one linear layer, with their derivatives.

A normaliser maps weights W (..., h, d), a bias b (..., h) and inputs X (d, S), a column for each sample or
position, to normalised pre-activations A (..., h, S).  It offers four passes:

===========================  ==================================================================
``forward``                  A, and what the others need (``seen``)
``back``                     from the derivative in A to those in the parameters
``moved``                    the derivative of A along a direction of the parameters
``moved_back``               the derivative of ``back`` along that direction
===========================  ==================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.errors import DeadNeuron
from psitheory.models.layers.deviation import are_dead, deviation

Parts = dict[str, Array]
"""W, and b or g where there are any; arrays (..., *shape)."""


class Normaliser(Protocol):
    """One of the classes below."""

    def forward(self, w: Parts, inputs: Array) -> tuple[Array, Any]:
        """Return A (..., h, S), and what the other passes need."""
        ...

    def back(self, seen: Any, delta: Array) -> Parts:
        """Return the derivatives in the parameters of a function whose derivative in A is ``delta``."""
        ...

    def moved(self, seen: Any, x: Parts) -> tuple[Array, Any]:
        """Return the derivative of A along ``x``, and what ``moved_back`` needs."""
        ...

    def moved_back(self, seen: Any, moved: Any, delta: Array, moved_delta: Array) -> Parts:
        """Return the derivative of :meth:`back`, where ``delta`` moves by ``moved_delta``."""
        ...


class Rows(NamedTuple):
    """How to bring the entries that are normalised together, (..., h, S), to the last axis, and back."""

    fold: Callable[[Array], Array]
    unfold: Callable[[Array], Array]


def across_samples() -> Rows:
    """Normalise each row over all columns: batch norm."""
    return Rows(lambda z: z, lambda z: z)


def across_positions(positions: int) -> Rows:
    """Normalise each row over the ``positions`` columns of a sample: instance norm."""

    def fold(z: Array) -> Array:
        return namespace(z).reshape(z, (*z.shape[:-1], z.shape[-1] // positions, positions))

    def unfold(z: Array) -> Array:
        return namespace(z).reshape(z, (*z.shape[:-2], z.shape[-2] * positions))

    return Rows(fold, unfold)


def across_units(groups: int) -> Rows:
    """Normalise each column over the rows of a group: layer norm (one group), group norm, RMS norm."""

    def fold(z: Array) -> Array:
        *lead, h, columns = z.shape
        return namespace(z).reshape(z, (*lead, groups, h // groups, columns)).swapaxes(-1, -2)

    def unfold(z: Array) -> Array:
        *lead, _, columns, size = z.shape
        return namespace(z).reshape(z.swapaxes(-1, -2), (*lead, groups * size, columns))

    return Rows(fold, unfold)


class _Seen(NamedTuple):
    """W is ``scale`` times what met the inputs; ``z`` (..., E) is normalised, ``sigma`` what divided it."""

    w: Parts
    inputs: Array
    scale: Array | int
    z: Array
    sigma: Array


@dataclass(frozen=True, eq=False)
class OfActivations:
    r"""Pre-activations less their mean (if ``centred``), over :math:`\sqrt{\text{mean square} + \epsilon}`.

    Attributes
    ----------
    blocks : int
        How many blocks W consists of; entries normalised together meet one of them only.
    """

    rows: Rows
    blocks: int
    centred: bool
    eps: Any

    def forward(self, w: Parts, inputs: Array) -> tuple[Array, _Seen]:
        """Return the normalised pre-activations.

        Raises
        ------
        DeadNeuron
            If eps is 0 and entries normalised together are equal (zero, if they are not centred), to rounding.
        """
        weights, scale = self._rescaled(w["W"])
        z = weights @ inputs
        if "b" in w:
            z = z + w["b"][..., None] / scale
        z = self.rows.fold(z)
        mean = namespace(z).mean(z, axis=-1, keepdims=True)
        z, size = (z - mean, mean) if self.centred else (z, 0 * mean)
        if self.eps == 0:
            sigma = deviation(z, 0)
            _refuse_dead(sigma, size)
        else:
            sigma = deviation(z, self.eps, self._folded(scale, inputs.shape[-1]))
        z = z / sigma
        return self.rows.unfold(z), _Seen(w, inputs, scale, z, sigma)

    def back(self, seen: _Seen, delta: Array) -> Parts:
        """Return the derivatives in W, and in b if there is any."""
        return self._to_parts(seen, self._pull(seen, self.rows.fold(delta))[0])

    def moved(self, seen: _Seen, x: Parts) -> tuple[Array, tuple[Array, Array]]:
        """Return the derivative of the normalised pre-activations, and those of z and sigma."""
        moved = (x["W"] / seen.scale) @ seen.inputs
        if "b" in x:
            moved = moved + x["b"][..., None] / seen.scale
        moved = self._centred(self.rows.fold(moved))
        moved_sigma = dot(seen.z, moved, keepdims=True) / moved.shape[-1]
        moved_z = (moved - seen.z * moved_sigma) / seen.sigma
        return self.rows.unfold(moved_z), (moved_z, moved_sigma)

    def moved_back(self, seen: _Seen, moved: tuple[Array, Array], delta: Array, moved_delta: Array) -> Parts:
        """Return the derivative of :meth:`back`."""
        (moved_z, moved_sigma), z = moved, seen.z
        delta, moved_delta = self.rows.fold(delta), self.rows.fold(moved_delta)
        pull, inner = self._pull(seen, delta)
        moved_inner = (dot(moved_delta, z, keepdims=True) + dot(delta, moved_z, keepdims=True)) / z.shape[-1]
        change = self._centred(moved_delta) - moved_z * inner - z * moved_inner
        return self._to_parts(seen, (change - pull * moved_sigma) / seen.sigma)

    def _pull(self, seen: _Seen, delta: Array) -> tuple[Array, Array]:
        """Return the derivative before normalisation, and mean(delta z)."""
        inner = dot(delta, seen.z, keepdims=True) / delta.shape[-1]
        return (self._centred(delta) - seen.z * inner) / seen.sigma, inner

    def _centred(self, x: Array) -> Array:
        return x - namespace(x).mean(x, axis=-1, keepdims=True) if self.centred else x

    def _to_parts(self, seen: _Seen, pull: Array) -> Parts:
        pull = self.rows.unfold(pull)
        parts = {"W": (pull @ seen.inputs.mT) / seen.scale}
        if "b" in seen.w:
            parts["b"] = (namespace(pull).sum(pull, axis=-1, keepdims=True) / seen.scale)[..., 0]
        return parts

    def _rescaled(self, weights: Array) -> tuple[Array, Array | int]:
        """Return weights and a power of two for each row, (..., h, 1), or 1; their product is ``weights``."""
        *lead, h, d = weights.shape
        _, scale = rescaled(namespace(weights).reshape(weights, (*lead, self.blocks, h // self.blocks * d)))
        if isinstance(scale, int):
            return weights, scale
        scale = np.repeat(scale, h // self.blocks, axis=-1)[..., None]
        if self.eps != 0:  # what is tiny must stay so beside eps
            scale = np.maximum(scale, 1)
        return weights / scale, scale

    def _folded(self, scale: Array | int, columns: int) -> Array | int:
        """Return the scale of each row of pre-activations that are normalised together."""
        if isinstance(scale, int):
            return scale
        return self.rows.fold(np.broadcast_to(scale, (*scale.shape[:-1], columns)))[..., :1]


class _SeenUnits(NamedTuple):
    w: Parts
    inputs: Array
    unit: Array
    norm: Array
    along: Array


@dataclass(frozen=True, eq=False)
class OfWeights:
    r"""Weight norm: :math:`A = g\,\langle w/\sqrt{\|w\|^2 + \epsilon}, x\rangle + b` for each row w of W."""

    eps: Any

    def forward(self, w: Parts, inputs: Array) -> tuple[Array, _SeenUnits]:
        """Return the pre-activations of the normalised weights."""
        rows, scale = rescaled(w["W"])
        scale = scale if isinstance(scale, int) else scale[..., None]
        if self.eps != 0 and not isinstance(scale, int):  # what is tiny must stay so beside eps
            rows, scale = rows * np.minimum(scale, 1), np.maximum(scale, 1)
        square = dot(rows, rows, keepdims=True)
        if self.eps != 0:
            square = square + (self.eps / scale) / scale
        norm = namespace(square).sqrt(square)
        unit = rows / norm
        along = unit @ inputs
        a = w["g"][..., None] * along
        if "b" in w:
            a = a + w["b"][..., None]
        return a, _SeenUnits(w, inputs, unit, norm * scale, along)

    def back(self, seen: _SeenUnits, delta: Array) -> Parts:
        """Return the derivatives in W, g, and b if there is any."""
        pull = (seen.w["g"][..., None] * delta) @ seen.inputs.mT
        across = pull - seen.unit * dot(seen.unit, pull, keepdims=True)
        return self._with_bias(seen, delta, {"W": across / seen.norm, "g": dot(delta, seen.along)})

    def moved(self, seen: _SeenUnits, x: Parts) -> tuple[Array, tuple[Parts, Array, Array]]:
        """Return the derivative of the pre-activations, and those of unit and of its products with the inputs."""
        moved_unit = (x["W"] - seen.unit * dot(seen.unit, x["W"], keepdims=True)) / seen.norm
        moved_along = moved_unit @ seen.inputs
        moved = x["g"][..., None] * seen.along + seen.w["g"][..., None] * moved_along
        if "b" in x:
            moved = moved + x["b"][..., None]
        return moved, (x, moved_unit, moved_along)

    def moved_back(
        self, seen: _SeenUnits, moved: tuple[Parts, Array, Array], delta: Array, moved_delta: Array
    ) -> Parts:
        """Return the derivative of :meth:`back`."""
        x, moved_unit, moved_along = moved
        gain, unit = seen.w["g"][..., None], seen.unit
        pull = (gain * delta) @ seen.inputs.mT
        moved_pull = (x["g"][..., None] * delta + gain * moved_delta) @ seen.inputs.mT
        inner = dot(unit, pull, keepdims=True)
        moved_inner = dot(moved_unit, pull, keepdims=True) + dot(unit, moved_pull, keepdims=True)
        change = moved_pull - moved_unit * inner - unit * moved_inner
        moved_norm = dot(unit, x["W"], keepdims=True)
        across = (pull - unit * inner) / seen.norm
        parts = {
            "W": (change - across * moved_norm) / seen.norm,
            "g": dot(moved_delta, seen.along) + dot(delta, moved_along),
        }
        return self._with_bias(seen, moved_delta, parts)

    def _with_bias(self, seen: _SeenUnits, delta: Array, parts: Parts) -> Parts:
        return {**parts, "b": namespace(delta).sum(delta, axis=-1)} if "b" in seen.w else parts


def _refuse_dead(sigma: Array, size: Array) -> None:
    """Raise where a deviation is zero, or where rounding of terms of that ``size`` may be all of it."""
    dead = are_dead(sigma, size)
    if dead.any():
        where = tuple(int(i) for i in np.argwhere(dead[..., 0])[0][-2:])
        raise DeadNeuron(
            f"row {where[-1]} of the pre-activations that are normalised together is constant, so that their "
            "deviation is zero; other weights, other samples or eps > 0 are needed"
        )
