r"""A batch-norm neuron as a function on the sphere, with its Hessian and the derivative of that.

With centred inputs X (N, d), covariance :math:`S = X^\top X/N = CC^\top`, :math:`Y = XC^{-\top}` and
:math:`y = C^\top w` the normalised pre-activations are :math:`z = Yy/\|y\|`, so the loss is the mean of
:math:`\psi_i(z_i) = \ell(\varphi(z_i), y_i)` at :math:`u = y/\|y\|`, and its Hessian at unit w is

.. math::

    M(u) = \|C^{-\top}u\|^2\,C\,\bigl(H - uv^\top - vu^\top + \kappa uu^\top - \gamma I\bigr)C^\top, \qquad
    H = \overline{\psi''YY^\top},\ v = \overline{(\psi''z + \psi')Y},\ \kappa = \overline{\psi''z^2 + 3\psi'z},\
    \gamma = \overline{\psi'z},

with means over the samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.errors import ArgumentError
from psitheory.models import Neuron
from psitheory.models.layers.activations import activation
from psitheory.models.layers.losses import loss


@dataclass(frozen=True, eq=False)
class WhitenedNeuron:
    """A neuron on the unit sphere: Y (N, d), targets (N,), C and C⁻ᵀ (d, d); floats or balls."""

    y: Array
    targets: Array
    root: Array
    inverse: Array
    activation: str
    loss: str

    @classmethod
    def of(cls, model: Neuron) -> WhitenedNeuron:
        """Return the neuron in these coordinates, in the arithmetic of its inputs."""
        xp = namespace(model.inputs)
        centred = model.inputs - xp.mean(model.inputs, axis=0, keepdims=True)
        root = _cholesky(xp.matmul(xp.matrix_transpose(centred), centred) / len(centred))
        inverse = xp.matrix_transpose(_inverse_of_triangle(root))
        return cls(xp.matmul(centred, inverse), model.targets, root, inverse, model.activation, model.loss)

    @property
    def dimension(self) -> int:
        """Return d."""
        return int(self.root.shape[0])

    def hessian(self, p: Array) -> Array:
        """Return M at the classes of ``p`` (B, d): (B, d, d)."""
        at = self._terms(p)
        return at.square * self._outside(at.inner)

    def slopes(self, p: Array, boxes: np.ndarray) -> list[Array]:
        """Return the radius times the derivative of M, at ``p``, along each side of the ``boxes``."""
        at, xp = self._terms(p), namespace(p, self.y)
        third, radius = self._third(at.z), boxes[:, 1]
        out = []
        for axis in np.argsort(radius, axis=-1)[:, 1:].T:  # the first is that of the face, with radius 0
            size = xp.asarray(radius[np.arange(len(radius)), axis])[:, None, None]
            out.append(size * symmetric(self._derivative(at, third, xp.asarray(np.eye(self.dimension)[axis]))))
        return out

    def derivative(self, p: Array, along: Array) -> Array:
        """Return the derivative of M along ``along`` (B, d)."""
        at = self._terms(p)
        return self._derivative(at, self._third(at.z), along)

    def _derivative(self, at: _Terms, third: Array, along: Array) -> Array:
        xp, n = namespace(at.u), len(self.y)
        du = (along - at.u * xp.sum(at.u * along, axis=-1, keepdims=True)) / at.length
        dz = xp.matmul(du, xp.matrix_transpose(self.y))
        first = xp.matmul(xp.matrix_transpose((third * dz)[..., None] * self.y / n), self.y)
        dv = xp.matmul((third * at.z + 2 * at.curvature) * dz, self.y) / n
        dgamma = xp.sum((at.curvature * at.z + at.slope) * dz, axis=-1)[..., None, None] / n
        dkappa = xp.sum((third * (at.z * at.z) + 5 * at.curvature * at.z + 3 * at.slope) * dz, axis=-1)
        turned = _outer(du, at.v - at.kappa * at.u) + _outer(at.u, dv - dkappa[..., None] / (2 * n) * at.u)
        inner = first - turned - xp.matrix_transpose(turned) - dgamma * xp.eye(self.dimension)
        moved = xp.matmul(du, xp.matrix_transpose(self.inverse))
        dsquare = 2 * xp.sum(at.stretched * moved, axis=-1)[..., None, None]
        return self._outside(dsquare * at.inner + at.square * inner)

    def _terms(self, p: Array) -> _Terms:
        xp, n = namespace(p, self.y), len(self.y)
        length = xp.sqrt(xp.sum(p * p, axis=-1, keepdims=True))
        u = p / length
        z = xp.matmul(u, xp.matrix_transpose(self.y))
        slope, curvature = self._derivatives(z)
        first = xp.matmul(xp.matrix_transpose(curvature[..., None] * self.y / n), self.y)
        v = xp.matmul(curvature * z + slope, self.y) / n
        gamma = xp.sum(slope * z, axis=-1, keepdims=True) / n
        kappa = xp.sum(curvature * (z * z), axis=-1, keepdims=True) / n + 3 * gamma
        mixed = _outer(u, v - kappa / 2 * u)
        inner = first - mixed - xp.matrix_transpose(mixed) - gamma[..., None] * xp.eye(self.dimension)
        stretched = xp.matmul(u, xp.matrix_transpose(self.inverse))
        square = xp.sum(stretched * stretched, axis=-1)[..., None, None]
        return _Terms(length, u, z, slope, curvature, v, kappa, inner, stretched, square)

    def _outside(self, inner: Array) -> Array:
        xp = namespace(inner)
        return xp.matmul(xp.matmul(self.root, inner), xp.matrix_transpose(self.root))

    def _derivatives(self, z: Array) -> tuple[Array, Array]:
        """Return the first two derivatives of ψ at ``z``."""
        unit, head = activation(self.activation), loss(self.loss)
        a, da = unit.value_and_slope(z)
        outer = head.slope(a, self.targets)
        return outer * da, head.curvature(a, self.targets) * (da * da) + outer * unit.curvature(z)

    def _third(self, z: Array) -> Array:
        """Return the third derivative of ψ at ``z``."""
        unit, head, y = activation(self.activation), loss(self.loss), self.targets
        a, da = unit.value_and_slope(z)
        mixed = 3 * head.curvature(a, y) * da * unit.curvature(z)
        return mixed + _THIRD_OF_LOSS[self.loss](a, y) * (da * da * da) + head.slope(a, y) * _THIRD[self.activation](z)


class _Terms(NamedTuple):
    """What M is made of, at (B, d) points."""

    length: Array
    u: Array
    z: Array
    slope: Array
    curvature: Array
    v: Array
    kappa: Array
    inner: Array
    stretched: Array
    square: Array


def _tanh_third(z: Array) -> Array:
    t, slope = activation("tanh").value_and_slope(z)
    return 2 * slope * (3 * t * t - 1)


def _softplus_third(z: Array) -> Array:
    s = activation("softplus").slope(z)
    return s * (1 - s) * (1 - 2 * s)


_THIRD: dict[str, Callable[[Array], Array]] = {
    "tanh": _tanh_third,
    "softplus": _softplus_third,
    "sine": lambda z: -activation("sine").slope(z),
    "identity": lambda z: 0 * z,
}
"""The third derivatives of the smooth activations."""

_THIRD_OF_LOSS: dict[str, Callable[[Array, Array], Array]] = {
    "squared": lambda a, y: 0 * a,
    "logistic": lambda a, y: y * y * y * _softplus_third(a * y),  # of log(1 + exp(-ay)) = softplus(ay) - ay
}
"""The third derivatives of the losses in the output."""


def _outer(x: Array, y: Array) -> Array:
    return x[..., :, None] * y[..., None, :]


def symmetric(matrices: Array) -> Array:
    """Return the symmetric parts of matrices (..., d, d)."""
    return (matrices + np.swapaxes(matrices, -1, -2)) / 2


def _cholesky(square: Array) -> Array:
    """Return lower triangular C with CCᵀ = ``square``."""
    xp, d = namespace(square), square.shape[0]
    root = xp.zeros_like(square)
    for i in range(d):
        for j in range(i + 1):
            rest = square[i, j] - sum((root[i, k] * root[j, k] for k in range(j)), 0 * square[i, j])
            if i == j:
                if not rest > 1e-12 * square[i, i]:
                    raise ArgumentError(
                        "model has inputs whose covariance is singular, so that L is infinite; "
                        "samples that span all directions are needed"
                    )
                root[i, i] = xp.sqrt(rest)
            else:
                root[i, j] = rest / root[j, j]
    return root


def _inverse_of_triangle(root: Array) -> Array:
    """Return the inverse of a lower triangular matrix, by forward substitution."""
    xp, d = namespace(root), root.shape[0]
    inverse, eye = xp.zeros_like(root), xp.eye(d)
    for i in range(d):
        row = eye[i] - sum((root[i, k] * inverse[k] for k in range(i)), 0 * eye[i])
        inverse[i] = row / root[i, i]
    return inverse
