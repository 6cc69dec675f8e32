"""Models that are not scale-invariant, though their layouts say so: what checks of invariance must refute.

A batch-norm neuron or network with ``eps`` > 0 is another, as are the layers of :mod:`psitheory.models.networks.norms`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from psitheory.arithmetic import Array, dot, namespace
from psitheory.layout import Layout
from psitheory.models.data import check_nonnegative, check_width, checked, matched
from psitheory.models.interface import Evaluation, Model
from psitheory.models.layers.activations import activation
from psitheory.models.layers.losses import loss
from psitheory.models.sampling import rows_of


@dataclass(frozen=True, eq=False)
class WithL2:
    r"""A model with an L2 term on its blocks, :math:`f(w) + \tfrac\lambda2\sum_i\|w_i\|^2`.

    A step on it is a step with weight decay *inside* the gradient, :math:`\nabla_i f + \lambda w_i`.

    Parameters
    ----------
    model : Model
    decay : number
        :math:`\lambda \ge 0`.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If the decay is negative, not finite, or no number.
    """

    model: Model
    decay: float | Array

    def __post_init__(self) -> None:
        check_nonnegative(self.decay, "decay")

    @property
    def layout(self) -> Layout:
        """Return the layout of the model."""
        return self.model.layout

    @property
    def samples(self) -> int:
        """Return the number of samples of the model."""
        return self.model.samples  # type: ignore[attr-defined, no-any-return]

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient, on a batch if one is given."""
        seen, pull = self.model.evaluate(w, batch), self._on_blocks(w)
        loss = seen.loss if hasattr(seen.loss, "ndim") else np.asarray(seen.loss)  # a jet's is a lone number
        with_term = loss[..., None] + dot(pull, w, keepdims=True) / 2
        return Evaluation(with_term[..., 0], seen.gradient + pull, seen.statistics)

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x + \lambda x_i`, (..., n)."""
        return self.model.hessian_vector(w, x) + self._on_blocks(x)

    def _on_blocks(self, x: Array) -> Array:
        return self.layout.map(lambda rows: rows * self.decay, lambda v: namespace(v).zeros_like(v), x)


@dataclass(frozen=True, eq=False)
class Unnormalised:
    r"""A neuron without normalisation, :math:`f(w) = \frac1N\sum_i\ell(\varphi(\langle x_i, w\rangle), y_i)`.

    Parameters
    ----------
    inputs : array, (N, d)
    targets : array, (N,)
    activation : str
        A name that :func:`~psitheory.models.layers.activations.activation` knows.
    loss : {"squared", "logistic"}
    """

    inputs: Array
    targets: Array
    activation: str = field(default="identity", kw_only=True)
    loss: str = field(default="squared", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "targets", checked(self.targets, "targets", self.inputs.shape[0]))
        activation(self.activation)
        loss(self.loss)

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.inputs)

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d, which the model does not deserve."""
        return Layout.of([self.inputs.shape[1]])

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient, on a batch if one is given."""
        value, slope, _, inputs = self._head(w, batch)
        return Evaluation(value, _combined(slope, inputs))

    def hessian_vector(self, w: Array, x: Array, batch: Array | None = None) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., d)."""
        _, _, curvature, inputs = self._head(w, batch)
        return _combined(curvature * _products(inputs, x), inputs)

    def _head(self, w: Array, batch: Array | None) -> tuple[Array, Array, Array, Array]:
        """Return the loss (...), N⁻¹ times two derivatives of the losses in the products (..., N), and the inputs."""
        check_width(w, self.inputs.shape[1])
        inputs, y = (matched(x, w) for x in rows_of(batch, w, self.inputs, self.targets))
        unit, outer = activation(self.activation), loss(self.loss)
        h = _products(inputs, w)
        a, da = unit.value_and_slope(h)
        n, dl = h.shape[-1], outer.slope(a, y)
        curvature = (outer.curvature(a, y) * (da * da) + dl * unit.curvature(h)) / n
        value = namespace(a).sum(outer.value(a, y), axis=-1, keepdims=True) / n
        return value[..., 0], dl * da / n, curvature, inputs


def _products(inputs: Array, w: Array) -> Array:
    """Return X w, (..., N), for X (N, d) or (..., N, d)."""
    return namespace(w, inputs).matmul(inputs, w[..., None])[..., 0]


def _combined(weights: Array, inputs: Array) -> Array:
    """Return Xᵀ ``weights``, (..., d)."""
    return namespace(weights, inputs).matmul(weights[..., None, :], inputs)[..., 0, :]
