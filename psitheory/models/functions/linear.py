r"""Linear regression: the quadratic function beside which all others are judged, free of any block."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from psitheory.arithmetic import Array, dot, namespace
from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.arithmetic.spectrum import symmetric_spectrum
from psitheory.errors import NotInArithmetic
from psitheory.layout import Layout, free
from psitheory.models.data import check_width, checked, matched
from psitheory.models.interface import Evaluation, Smoothness
from psitheory.models.sampling import rows_of


@dataclass(frozen=True, eq=False)
class LinearRegression:
    r"""The mean square :math:`f(w, b) = \frac1N\|Xw + b\mathbf 1 - y\|^2`; everything is free.

    .. math:: \nabla f = \tfrac2N\,\bar X^\top(\bar Xw - y), \qquad \nabla^2 f = \tfrac2N\,\bar X^\top\bar X,

    with :math:`\bar X = [X, \mathbf 1]` if there is a bias, else X.

    Parameters
    ----------
    inputs : array, (N, d)
    targets : array, (N,)
    bias : bool
        Whether there is b.

    Raises
    ------
    ArgumentError
        If shapes do not fit, or entries are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> model = LinearRegression([[1.0], [3.0]], [1.0, 2.0])
    >>> float(model.evaluate(np.array([1.0])).loss), float(model.smoothness.value)
    (0.5, 10.0)
    """

    inputs: Array
    targets: Array
    bias: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "targets", checked(self.targets, "targets", self.inputs.shape[0]))

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.inputs)

    @cached_property
    def layout(self) -> Layout:
        """Return the free parts w (d), and b if there is a bias."""
        return Layout(free("w", self.inputs.shape[1]), *([free("b", 1)] if self.bias else []))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient, on a batch if one is given."""
        inputs, targets = self._batch(w, batch)
        residual = _times(inputs, w) - targets
        n = residual.shape[-1]
        loss = dot(residual, residual, keepdims=True) / n
        return Evaluation(loss[..., 0], 2 * _transposed_times(inputs, residual) / n)

    def hessian_vector(self, w: Array, x: Array, batch: Array | None = None) -> Array:
        r"""Return :math:`\tfrac2N\bar X^\top\bar X\,x`, (..., n)."""
        inputs, _ = self._batch(w, batch)
        return 2 * _transposed_times(inputs, _times(inputs, x)) / inputs.shape[-2]

    def _batch(self, w: Array, batch: Array | None) -> tuple[Array, Array]:
        check_width(w, self.layout.n)
        inputs, targets = rows_of(batch, w, self._columns, self.targets)
        return matched(inputs, w), matched(targets, w)

    @property
    def _columns(self) -> Array:
        """Return X, with a column of ones if there is a bias."""
        if not self.bias:
            return self.inputs
        xp = namespace(self.inputs)
        return xp.concat([self.inputs, xp.ones_like(self.inputs[:, :1])], axis=-1)

    # Not cached: in balls these depend on the precision at the time of asking.

    @property
    def spectrum(self) -> Array:
        r"""Return the eigenvalues of :math:`\nabla^2 f`, ascending (balls: by midpoints)."""
        columns = self._columns
        xp = namespace(columns)
        hessian = 2 * xp.matmul(xp.matrix_transpose(columns), columns) / len(columns)
        if xp is BALLS:
            return symmetric_spectrum(hessian)
        if isinstance(xp, ObjectNamespace):
            raise NotInArithmetic(f"the eigenvalues of the Hessian do not exist in {xp.name}")
        return xp.linalg.eigvalsh(hessian)

    @property
    def smoothness(self) -> Smoothness:
        """Return the largest eigenvalue of the Hessian."""
        return Smoothness(namespace(self.inputs).max(self.spectrum), "closed form", "everywhere")

    @property
    def minimum(self) -> Array:
        """Return the least value (floats)."""
        xp = namespace(self.inputs)
        if isinstance(xp, ObjectNamespace):
            raise NotInArithmetic(f"the least squares solution is not sought in {xp.name}")
        best = xp.linalg.pinv(self._columns) @ self.targets
        return self.evaluate(best).loss


def _times(inputs: Array, w: Array) -> Array:
    """Return X w, (..., N), for X (N, d) or (..., N, d)."""
    return namespace(w, inputs).matmul(inputs, w[..., None])[..., 0]


def _transposed_times(inputs: Array, z: Array) -> Array:
    """Return Xᵀ z, (..., d)."""
    return namespace(z, inputs).matmul(z[..., None, :], inputs)[..., 0, :]
