r"""A batch-norm network of any depth: every row of a hidden weight matrix is a scale-invariant block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, rescaled, squared_norm
from psitheory.errors import ArgumentError, ArgumentTypeError, DeadNeuron, shown
from psitheory.layout import Layout, Part, blocks, free
from psitheory.models.activations import activation
from psitheory.models.data import check_width, checked, divided, matched
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.heads import cross_entropy, squared
from psitheory.models.interface import Evaluation

_HEADS: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {"cross-entropy": cross_entropy, "squared": squared}
_TILE = 8
"""Runs whose hidden activations lie in the cache together."""


@dataclass(frozen=True, eq=False)
class BatchNormMLP:
    r"""A multi-layer perceptron whose hidden layers are batch-normalised, with a linear last layer.

    With :math:`h_0 = x` and means and variances over the samples of a batch,

    .. math::

        z_l = W_l h_{l-1}, \quad \hat z_l = (z_l - \bar z_l)/\sqrt{\operatorname{var} z_l + \epsilon}, \quad
        h_l = \varphi(\gamma_l \hat z_l + \beta_l), \quad f = \operatorname{mean} \ell(V h + c, y).

    If :math:`\epsilon = 0`, f is invariant under positive rescalings of every row of every :math:`W_l`.
    Hidden layers have no bias: normalisation would remove it.  The parts are ``W1``, ``W2``, … (rows are
    blocks), then, if affine, ``gamma1``, ``beta1``, …, then ``V`` and ``c`` (free).

    Parameters
    ----------
    inputs : array, (N, d)
    targets : array
        Labels 0, …, k-1 as integers, (N,), for the cross-entropy; numbers, (N,) or (N, k), for the
        squared loss.
    hidden : tuple of int
        The widths of the hidden layers.
    activation : str
        :math:`\varphi`, one of :data:`psitheory.models.activations.NAMES`.
    loss : {"cross-entropy", "squared"}
        :math:`\ell`: the softmax cross-entropy, or :math:`\tfrac12\|\cdot\|^2`.
    affine : bool
        Whether there are :math:`\gamma` and :math:`\beta`; else they are 1 and 0.
    eps : number
        :math:`\epsilon \ge 0`.  More than 0 breaks the invariance.
    classes : int, optional
        k for the cross-entropy; one more than the largest label if left out.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownName
        If an argument does not fit.
    """

    inputs: Array
    targets: Array
    hidden: tuple[int, ...] = field(kw_only=True)
    activation: str = field(default="tanh", kw_only=True)
    loss: Literal["cross-entropy", "squared"] = field(default="cross-entropy", kw_only=True)
    affine: bool = field(default=False, kw_only=True)
    eps: Array = field(default=0.0, kw_only=True)
    classes: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "hidden", _checked_widths(self.hidden))
        activation(self.activation)
        if self.loss not in _HEADS:
            raise ArgumentError(f"loss is {shown(self.loss)}; one of {', '.join(map(repr, _HEADS))} is needed")
        targets = _labels(self.targets, self.classes) if self.loss == "cross-entropy" else _numbers(self.targets)
        if len(targets) != self.samples:
            raise ArgumentError(f"targets has {len(targets)} rows; {self.samples}, as many as inputs, are needed")
        object.__setattr__(self, "targets", targets)
        checked(np.array([float(self.eps) if isinstance(self.eps, int) else self.eps]), "eps", 1)
        if self.eps < 0:
            raise ArgumentError(f"eps is {shown(self.eps)}; zero or a positive number is needed")

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.inputs)

    @cached_property
    def outputs(self) -> int:
        """Return the number k of outputs."""
        if self.loss == "squared":
            return 1 if self.targets.ndim == 1 else int(self.targets.shape[1])
        return self.classes or int(self.targets.max()) + 1

    @cached_property
    def layout(self) -> Layout:
        """Return the parts: rows of W1, W2, … are blocks; gamma, beta, V and c are free."""
        widths = (self.inputs.shape[1], *self.hidden)
        parts = [blocks(f"W{i}", widths[i], widths[i - 1]) for i in range(1, len(widths))]
        if self.affine:
            parts += [free(f"{name}{i}", h) for i, h in enumerate(self.hidden, 1) for name in ("gamma", "beta")]
        return Layout(*parts, free("V", self.outputs, widths[-1]), free("c", self.outputs))

    def initial(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return starting weights (*shape, n): W and V normal of variance 1/fan-in, gamma 1, beta and c 0."""

        def start(part: Part) -> Array:
            if len(part.shape) == 2:
                return rng.normal(size=(*shape, *part.shape)) / np.sqrt(part.shape[1])
            return np.full((*shape, *part.shape), 1.0 if part.name.startswith("gamma") else 0.0)

        w: Array = self.layout.pack(**{part.name: start(part) for part in self.layout.parts})
        return w.astype(float if self.inputs.dtype == object else self.inputs.dtype, copy=False)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient, on the samples ``batch``, (b,) or (..., b), if given.

        Raises
        ------
        DeadNeuron
            If eps is 0 and a pre-activation is the same for all samples, up to rounding.
        """
        check_width(w, self.layout.n)
        gradient = np.empty_like(w)
        if w.ndim == 1:
            return Evaluation(np.asarray(self._descend(w, self._samples(w, batch), gradient)), gradient)
        runs, gradients = w.reshape(-1, w.shape[-1]), gradient.reshape(-1, w.shape[-1])
        own: Array = None  # every run's own batch
        if batch is not None and np.ndim(batch) > 1:
            own = np.broadcast_to(batch, (*w.shape[:-1], np.shape(batch)[-1])).reshape(len(runs), -1)
        shared = self._samples(w, batch) if own is None else None
        losses = []
        for start in range(0, len(runs), _TILE):
            tile = slice(start, start + _TILE)
            samples = shared or self._samples(w, own[tile])
            losses.append(self._descend(runs[tile], samples, gradients[tile]))
        return Evaluation(np.concatenate(losses).reshape(w.shape[:-1]), gradient)

    def hessian_vector(self, w: Array, x: Array, batch: Array | None = None) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n), by a complex step of the gradient."""
        return complex_step_hessian_vector(lambda z: self.evaluate(z, batch).gradient, w, x)

    def _descend(self, w: Array, samples: _Samples, gradient: Array) -> Array:
        """Return the loss at ``w`` and write its gradient; products are as wide as the ensemble axes of ``w``."""
        xp = namespace(w)
        part = self.layout.view
        value_and_slope = activation(self.activation).value_and_slope
        layers, h = [], samples.columns
        for i in range(1, len(self.hidden) + 1):
            layer = self._normalised(i, part(f"W{i}", w), h, samples)
            y = layer.z
            if self.affine:
                y = part(f"gamma{i}", w)[..., None] * y + part(f"beta{i}", w)[..., None]
            h, slope = value_and_slope(y)
            layers.append((layer, slope))
        v = part("V", w)
        loss, delta = _HEADS[self.loss](v @ h + part("c", w)[..., None], samples.targets)
        part("V", gradient)[...] = delta @ h.mT
        part("c", gradient)[...] = xp.sum(delta, axis=-1)
        delta = v.mT @ delta
        for i in range(len(self.hidden), 0, -1):
            layer, slope = layers[i - 1]
            delta *= slope
            if self.affine:
                part(f"gamma{i}", gradient)[...] = dot(delta, layer.z)
                part(f"beta{i}", gradient)[...] = xp.sum(delta, axis=-1)
                delta *= part(f"gamma{i}", w)[..., None]
            delta -= layer.z * (dot(delta, layer.z, keepdims=True) / delta.shape[-1])
            if i == 1:  # centred inputs take the mean out by themselves, and the division is cheaper afterwards
                product = (delta @ samples.rows) / layer.deviation
            else:
                delta -= xp.mean(delta, axis=-1, keepdims=True)
                delta /= layer.deviation
                product = delta @ layer.h.mT
                delta = layer.weights.mT @ delta
            part(f"W{i}", gradient)[...] = divided(product, layer.scale)
        return loss

    def _normalised(self, i: int, weights: Array, h: Array, samples: _Samples) -> _Layer:
        """Return the normalised pre-activations of layer ``i``; its weights are ``scale`` times those in the result."""
        xp = namespace(weights)
        weights, scale = rescaled(weights)
        if self.eps != 0 and not isinstance(scale, int):  # what is tiny must stay so beside eps
            small = np.minimum(scale, 1)
            weights, scale = weights * small[..., None], scale / small
        z = weights @ h
        if i == 1:
            size = squared_norm(weights) * samples.size
        else:
            mean = xp.mean(z, axis=-1, keepdims=True)
            z -= mean
            size = (mean * mean)[..., 0]
        variance = dot(z, z) / z.shape[-1]
        if self.eps == 0:
            _check_alive(i, variance, size, z.shape[-1])
        else:
            variance = variance + (self.eps if isinstance(scale, int) else self.eps / scale / scale)
        deviation = xp.sqrt(variance)[..., None]
        z /= deviation
        return _Layer(weights, scale, h, z, deviation)

    def _samples(self, w: Array, batch: Array | None) -> _Samples:
        """Return the samples of a batch in the arithmetic of ``w``; all of them are prepared once for each dtype."""
        if batch is not None:
            return self._prepared(w, matched(self.inputs, w)[batch], matched(self._columns_of_targets, w)[batch])
        key = str(w.real.dtype) if w.dtype != object else None
        if key is None or key not in self._cache:
            found = self._prepared(w, matched(self.inputs, w), matched(self._columns_of_targets, w))
            if key is None:  # balls are as wide as the precision of the moment
                return found
            self._cache[key] = found
        return self._cache[key]

    @cached_property
    def _cache(self) -> dict[str, _Samples]:
        return {}

    @cached_property
    def _columns_of_targets(self) -> Array:
        """Return the targets (N, k), labels as 0 and 1."""
        if self.loss == "squared":
            return self.targets.reshape(self.samples, -1)
        hits = self.targets[:, None] == np.arange(self.outputs)
        return hits.astype(int if self.inputs.dtype == object else self.inputs.dtype)

    @staticmethod
    def _prepared(w: Array, inputs: Array, targets: Array) -> _Samples:
        xp = namespace(w)
        rows = inputs - xp.mean(inputs, axis=-2, keepdims=True)
        size = xp.mean(squared_norm(inputs), axis=-1, keepdims=True)
        # both orders are kept: products with a transposed factor take half as long again
        return _Samples(rows, np.array(rows.mT, order="C"), np.array(targets.mT, order="C"), size)


class _Samples(NamedTuple):
    """Centred inputs (..., N, d) and (..., d, N), targets (..., k, N), mean square of the raw inputs (..., 1)."""

    rows: Array
    columns: Array
    targets: Array
    size: Array


class _Layer(NamedTuple):
    """What the way back needs: ``scale * weights`` are the layer's, ``h`` came in, ``z`` is normalised."""

    weights: Array
    scale: Array | int
    h: Array
    z: Array
    deviation: Array


def _check_alive(i: int, variance: Array, size: Array, samples: int) -> None:
    """Raise if some variance is zero, or in floats no larger than the rounding of terms of mean square ``size``."""
    xp = namespace(variance)
    if xp is np:
        variance, size = variance.real, size.real
        dead = variance <= size * (8 * np.finfo(variance.dtype).eps) ** 2
    else:
        dead = np.frompyfunc(lambda answer: answer is False, 1, 1)(xp.greater(variance, xp.zeros_like(variance)))
    if np.any(dead):
        unit = int(np.argwhere(np.asarray(dead, dtype=bool))[0][-1])
        raise DeadNeuron(
            f"neuron {unit} of W{i} is dead: its pre-activation is the same for all {samples} samples; "
            "weights or samples that tell them apart, or eps > 0, are needed"
        )


def _checked_widths(hidden: tuple[int, ...]) -> tuple[int, ...]:
    widths = tuple(hidden) if isinstance(hidden, (tuple, list)) else ()
    if not widths or not all(isinstance(h, (int, np.integer)) and h >= 1 for h in widths):
        raise ArgumentError(f"hidden is {shown(hidden)}; a tuple of at least one positive integer is needed")
    return tuple(int(h) for h in widths)


def _labels(targets: Array, classes: int | None) -> np.ndarray:
    labels = np.asarray(targets)
    if labels.dtype.kind not in "iu" or labels.ndim != 1 or not labels.size:
        raise ArgumentTypeError(f"targets is {shown(targets)}; the cross-entropy needs integer labels (N,)")
    if labels.min() < 0 or (classes is not None and labels.max() >= classes):
        raise ArgumentError(f"targets holds labels from {labels.min()} to {labels.max()}; 0 to classes - 1 are needed")
    return labels


def _numbers(targets: Array) -> Array:
    return checked(targets, "targets", *[None] * np.ndim(targets))
