r"""A network with one hidden layer and no normalisation: its neurons trade scales if the activation is homogeneous."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from psitheory.arithmetic import Array, dot, namespace
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout, free
from psitheory.models.data import check_width, checked, matched
from psitheory.models.interface import Evaluation
from psitheory.models.layers.activations import activation
from psitheory.models.sampling import rows_of


@dataclass(frozen=True, eq=False)
class Perceptron:
    r"""The mean square :math:`f(W, b, v) = \frac1N\sum_n(v^\top\varphi(Wx_n + b) - y_n)^2`; everything is free.

    If :math:`\varphi(az) = a\varphi(z)` for a > 0 (relu, identity), f does not change when row i of W and b_i are
    multiplied by a and v_i is divided by it.

    Parameters
    ----------
    inputs : array, (N, d)
    targets : array, (N,)
    hidden : int
        The number of hidden neurons.
    activation : str
        :math:`\varphi`, one of :data:`psitheory.models.layers.activations.NAMES`.

    Raises
    ------
    ArgumentError, UnknownName
        If an argument does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> model = Perceptron([[1.0]], [0.0], hidden=1, activation="relu")
    >>> w = np.array([[2.0, 1.0, 3.0], [4.0, 2.0, 1.5]])
    >>> model.evaluate(w).loss
    array([81., 81.])
    """

    inputs: Array
    targets: Array
    hidden: int = field(kw_only=True)
    activation: str = field(default="relu", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "targets", checked(self.targets, "targets", self.inputs.shape[0]))
        activation(self.activation)
        if not isinstance(self.hidden, (int, np.integer)) or self.hidden < 1:
            raise ArgumentError(f"hidden is {shown(self.hidden)}; a positive integer is needed")

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.inputs)

    @cached_property
    def layout(self) -> Layout:
        """Return the free parts W, b and v."""
        return Layout(free("W", self.hidden, self.inputs.shape[1]), free("b", self.hidden), free("v", self.hidden))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient, on the samples ``batch`` if given."""
        check_width(w, self.layout.n)
        xp, part = namespace(w), self.layout.view
        inputs, targets = rows_of(batch, w, matched(self.inputs, w), matched(self.targets, w))
        z = _product(part("W", w), inputs) + part("b", w)[..., None]
        h, slope = activation(self.activation).value_and_slope(z)
        v = part("v", w)[..., None]
        residual = xp.sum(v * h, axis=-2) - targets
        delta = (2 * residual / residual.shape[-1])[..., None, :]
        loss = dot(residual, residual, keepdims=True) / residual.shape[-1]
        return Evaluation(loss[..., 0], self._backwards(v * slope * delta, h * delta, inputs))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n): the derivative of the gradient along x."""
        check_width(w, self.layout.n)
        xp, part = namespace(w), self.layout.view
        inputs, targets, phi = matched(self.inputs, w), matched(self.targets, w), activation(self.activation)
        z = _product(part("W", w), inputs) + part("b", w)[..., None]
        z_dot = _product(part("W", x), inputs) + part("b", x)[..., None]
        h, slope = phi.value_and_slope(z)
        h_dot, slope_dot = slope * z_dot, phi.curvature(z) * z_dot
        v, v_dot = part("v", w)[..., None], part("v", x)[..., None]
        samples = targets.shape[-1]
        delta = (2 * (xp.sum(v * h, axis=-2) - targets) / samples)[..., None, :]
        delta_dot = (2 * xp.sum(v_dot * h + v * h_dot, axis=-2) / samples)[..., None, :]
        back = (v_dot * slope + v * slope_dot) * delta + v * slope * delta_dot
        return self._backwards(back, h_dot * delta + h * delta_dot, inputs)

    def _backwards(self, back: Array, out: Array, inputs: Array) -> Array:
        """Return the flat vector of what reaches W and b (..., hidden, N) and what reaches v, summed over samples."""
        xp = namespace(back)
        return self.layout.pack(W=_product(back, inputs.mT), b=xp.sum(back, axis=-1), v=xp.sum(out, axis=-1))


def _product(rows: Array, columns: Array) -> Array:
    """Return the dot products (..., i, j) of ``rows`` (..., i, d) and ``columns`` (..., j, d)."""
    return dot(rows[..., :, None, :], columns[..., None, :, :])
