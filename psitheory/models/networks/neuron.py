r"""One neuron behind batch norm: the smallest network that does not notice the length of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, norm, rescaled, to_floats
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, DeadNeuron
from psitheory.layout import Layout
from psitheory.models.data import check_nonnegative, check_width, checked, matched
from psitheory.models.interface import Evaluation
from psitheory.models.layers.activations import activation
from psitheory.models.layers.losses import loss
from psitheory.models.sampling import indices_of


@dataclass(frozen=True, eq=False)
class Neuron:
    r"""A batch-norm neuron: :math:`f(w) = \frac1N\sum_i \ell(\varphi(z_i), y_i)`, one block of size d.

    Batch norm in training mode takes mean and population variance over the batch:

    .. math::

        h = X w, \qquad z = \frac{h - \bar h}{\sigma}, \qquad \sigma^2 = \frac1N\sum_i (h_i - \bar h)^2 + \varepsilon.

    With :math:`\delta_i = \frac1N\partial_z\ell(\varphi(z_i), y_i)` and centred inputs X the gradient is
    :math:`X^\top(\delta - z\,\langle\delta, z\rangle/N)/\sigma`.  For :math:`\varepsilon = 0` the function
    is positively scale-invariant, bit for bit under powers of two; for :math:`\varepsilon > 0` it is not.

    Parameters
    ----------
    inputs : array, (N, d)
    targets : array, (N,)
        ±1 for the logistic loss.
    activation : str
        A name that :func:`~psitheory.models.activation` knows.
    loss : {"squared", "logistic"}
    eps : number
        What is added to the variance; 0 or more.

    Raises
    ------
    ArgumentError
        If shapes do not fit, entries are not finite, eps is negative, or logistic targets are not ±1.
    DeadNeuron
        If eps = 0 and there are fewer than two samples.
    UnknownName
        If the activation or the loss is unknown.

    Examples
    --------
    >>> model = Neuron([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]], [1.0, -1.0, 0.0])
    >>> w = np.array([1.0, 2.0])
    >>> bool(model.evaluate(w).loss == model.evaluate(2 * w).loss)
    True
    """

    inputs: Array
    targets: Array
    activation: str = "tanh"
    loss: str = "squared"
    eps: Any = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "targets", checked(self.targets, "targets", self.inputs.shape[0]))
        activation(self.activation)
        loss(self.loss)
        check_nonnegative(self.eps, "eps")
        if self.eps == 0:
            _enough(len(self.targets), "inputs")
        if self.loss == "logistic" and np.any(np.abs(np.abs(to_floats(self.targets)) - 1) > 1e-6):
            raise ArgumentError("targets holds a number other than 1 and -1; the logistic loss needs these")

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.targets)

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d."""
        return Layout.of([self.inputs.shape[1]])

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient on the batch, and the ``mean`` and ``deviation`` (σ) that normalise.

        Parameters
        ----------
        w : array, (..., d)
        batch : array of int, (B,) or (..., B), optional
            The samples to use: the same for all trajectories, or some for each; all if left out.

        Raises
        ------
        DeadNeuron
            If eps = 0 and the batch variance of a trajectory is zero (in floats: to rounding).
        """
        forward = self._forward(w, batch)
        value, slope, _ = self._head(forward, curved=False)
        pull = slope - forward.z * (dot(slope, forward.z, keepdims=True) / forward.samples)
        statistics = {"mean": forward.mean, "deviation": forward.deviation}
        return Evaluation(value, forward.back(pull / forward.sigma), statistics)

    def hessian_vector(self, w: Array, x: Array, batch: Array | None = None) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., d): the derivative of the gradient's formula along x."""
        forward = self._forward(w, batch)
        z, sigma, n = forward.z, forward.sigma, forward.samples
        _, slope, curvature = self._head(forward, curved=True)
        moved = _times(x, forward.inputs)  # of h
        moved_sigma = dot(z, moved, keepdims=True) / n
        moved_z = (moved - z * moved_sigma) / sigma
        moved_slope = curvature * moved_z
        inner = dot(slope, z, keepdims=True) / n
        moved_inner = (dot(moved_slope, z, keepdims=True) + dot(slope, moved_z, keepdims=True)) / n
        pull = (slope - z * inner) / sigma
        moved_pull = (moved_slope - moved_z * inner - z * moved_inner - pull * moved_sigma) / sigma
        return forward.back(moved_pull) / forward.stretch / forward.scale

    def _head(self, forward: _Forward, *, curved: bool) -> tuple[Array, Array, Array]:
        """Return the loss (...), and N⁻¹ times the first and second derivative of the losses in z (..., N)."""
        unit, head, y, n = activation(self.activation), loss(self.loss), forward.targets, forward.samples
        a, da = unit.value_and_slope(forward.z)
        value = namespace(a).sum(head.value(a, y), axis=-1, keepdims=True) / n
        dl = head.slope(a, y)
        second = (head.curvature(a, y) * (da * da) + dl * unit.curvature(forward.z)) / n if curved else None
        return value[..., 0], dl * da / n, second

    def _forward(self, w: Array, batch: Array | None) -> _Forward:
        check_width(w, self.inputs.shape[1])
        inputs, mean, targets = self._sample(w, batch)
        y, scale = _rescaled(w, self.eps)
        h, stretch = _rescaled(_times(y, inputs), self.eps)
        n = h.shape[-1]
        variance = dot(h, h, keepdims=True) / n
        xp = namespace(variance)
        if self.eps != 0:
            variance = variance + self.eps / stretch / stretch / scale / scale
        sigma = xp.sqrt(variance)
        if self.eps == 0:
            _refuse_dead(sigma * stretch, inputs, y)
        deviation = (sigma * stretch * scale)[..., 0]
        mean = dot(y, mean) * (scale if isinstance(scale, int) else scale[..., 0])
        return _Forward(inputs, targets, h / sigma, sigma, stretch, scale, n, mean, deviation)

    def _sample(self, w: Array, batch: Array | None) -> tuple[Array, Array, Array]:
        """Return centred inputs (N, d) or (..., N, d), their mean, and targets, in the arithmetic of ``w``."""
        inputs, targets = self.inputs, self.targets
        if batch is not None:
            batch = indices_of(batch, len(targets), w)
            if self.eps == 0:
                _enough(batch.shape[-1], "batch")
            inputs, targets = inputs[batch], targets[batch]
        if isinstance(namespace(w, inputs), ObjectNamespace):
            centred, mean = _centred(matched(inputs, w))
        else:
            centred, mean = self._all_centred if batch is None else _centred(inputs)
        return matched(centred, w), matched(mean, w), matched(targets, w)

    @cached_property
    def _all_centred(self) -> tuple[Array, Array]:
        return _centred(self.inputs)


class _Forward(NamedTuple):
    """What the forward pass leaves: w = scale · y, Xy = stretch · h, z = h/sigma; scales are (..., 1) or 1."""

    inputs: Array
    targets: Array
    z: Array
    sigma: Array
    stretch: Array | int
    scale: Array | int
    samples: int
    mean: Array
    deviation: Array

    def back(self, pull: Array) -> Array:
        """Return the gradient in w of a function whose gradient in h is ``pull``."""
        if self.inputs.ndim == 2:
            product = namespace(pull).matmul(pull, self.inputs)
        else:
            product = namespace(pull).matmul(pull[..., None, :], self.inputs)[..., 0, :]
        return product / self.stretch / self.scale  # one by one, since their product may overflow


def _times(y: Array, inputs: Array) -> Array:
    """Return X y, (..., N)."""
    xp = namespace(y, inputs)
    if inputs.ndim == 2:
        return xp.matmul(y, xp.matrix_transpose(inputs))
    return xp.matmul(inputs, y[..., None])[..., 0]


def _rescaled(x: Array, eps: Any) -> tuple[Array, Array | int]:
    """Return (y, s) with x = s y as :func:`rescaled` does, s of shape (..., 1), and s ≥ 1 beside an eps.

    A tiny x may stay: eps outweighs the squares that underflow, but eps/s² would overflow, and read as
    a zero gradient.
    """
    y, s = rescaled(x)
    if isinstance(s, int):
        return y, s
    s = s[..., None]
    if eps != 0:
        s = namespace(s).maximum(s, namespace(s).ones_like(s))
        y = x / s
    return y, s


def _centred(inputs: Array) -> tuple[Array, Array]:
    """Return the inputs less their mean, and the mean."""
    first = inputs[..., :1, :]
    shifted = inputs - first  # so that a constant feature is centred to exact zeros
    mean = namespace(inputs).mean(shifted, axis=-2, keepdims=True)
    return shifted - mean, (first + mean)[..., 0, :]


def _enough(count: int, name: str) -> None:
    if count < 2:
        raise DeadNeuron(f"{name} holds {count} sample; batch norm with eps = 0 needs two, or else the neuron is dead")


def _refuse_dead(deviation: Array, inputs: Array, y: Array) -> None:
    """Raise where the deviation of Xy, (..., 1), is zero, or within the rounding of the product.

    A ball that straddles zero passes, and so do arrays of other libraries, which may be traced: there
    what follows is not finite.
    """
    xp = namespace(deviation)
    if isinstance(xp, ObjectNamespace):
        dead = np.frompyfunc(lambda x: x == 0, 1, 1)(deviation).astype(bool)
    elif xp is np:
        dead = _is_rounding(deviation.real, inputs, y.real)
    else:
        return
    if dead.any():
        where = tuple(int(i) for i in np.argwhere(dead[..., 0])[0])
        trajectory = f" in trajectory {', '.join(map(str, where))}" if where else ""
        raise DeadNeuron(
            f"the neuron is dead{trajectory}: its weights give all samples of the batch one pre-activation, "
            "so that their variance is zero; other weights, other samples or eps > 0 are needed"
        )


def _is_rounding(deviation: np.ndarray, inputs: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Tell where a deviation is below the error bound of the product, d · ulp · ‖|X||y|‖/√N."""
    n, d = inputs.shape[-2:]
    unit = d * np.finfo(deviation.dtype).eps / np.sqrt(n)
    size = norm(np.reshape(inputs, (*inputs.shape[:-2], n * d)))
    bound = (unit * size * norm(y))[..., None]
    suspect: np.ndarray = (deviation <= bound) & np.isfinite(bound)  # an overflow is no dead neuron
    if not suspect.any():  # the bound by ‖X‖‖y‖ is coarser, and cheap
        return suspect
    suspect &= deviation <= unit * norm(_times(np.abs(y), np.abs(inputs)))[..., None]
    return suspect
