r"""A batch-norm network of any depth: every row of a hidden weight matrix is a scale-invariant block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.compiled import Engine, check_engine
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout, Part, as_real, blocks, free
from psitheory.models.data import check_nonnegative, check_numpy, checked, labels_of, matched
from psitheory.models.interface import Evaluation
from psitheory.models.layers.activations import activation
from psitheory.models.layers.deviation import deviation
from psitheory.models.layers.heads import head
from psitheory.models.networks.backprop import Network, Parts, Samples
from psitheory.models.networks.backprop_compiled import CompiledNetwork
from psitheory.models.sampling import indices_of

_TILE = 2**17
"""Activations of a layer that are computed together, so that they lie in the cache."""


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
    hidden : tuple of int, or int
        The widths of the hidden layers; a number is the width of one.
    activation : str
        :math:`\varphi`, one of :data:`psitheory.models.layers.activations.NAMES`.
    loss : {"cross-entropy", "squared"}
        :math:`\ell`: the softmax cross-entropy, or :math:`\|\cdot\|^2`.
    affine : bool
        Whether there are :math:`\gamma` and :math:`\beta`; else they are 1 and 0.
    eps : number
        :math:`\epsilon \ge 0`.  More than 0 breaks the invariance.
    classes : int, optional
        k for the cross-entropy; one more than the largest label if left out.
    engine : {"numpy", "numba"}
        By what floats are computed: "numba" (the extra ``fast``; tanh and relu only) equals NumPy to rounding, and lets
        :func:`~psitheory.experiments.descend` run from one recorded time to the next without Python.

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
    engine: Engine = field(default="numpy", kw_only=True, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "hidden", _checked_widths(self.hidden))
        activation(self.activation)
        head(self.loss)
        targets = _labels(self.targets, self.classes) if self.loss == "cross-entropy" else _numbers(self.targets)
        if len(targets) != self.samples:
            raise ArgumentError(f"targets has {len(targets)} rows; {self.samples}, as many as inputs, are needed")
        object.__setattr__(self, "targets", targets)
        check_nonnegative(self.eps, "eps")
        check_engine(self.engine)
        self.compiled  # noqa: B018  # says now what cannot be compiled

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields: what is cached can be computed again, and some of it belongs to a thread."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

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
        """Return starting weights ``(*shape, n)``: W and V normal of variance 1/fan-in, gamma 1, beta and c 0."""

        def start(part: Part) -> Array:
            if len(part.shape) == 2:
                return rng.normal(size=(*shape, *part.shape)) / np.sqrt(part.shape[1])
            return np.full((*shape, *part.shape), 1.0 if part.name.startswith("gamma") else 0.0)

        w: Array = self.layout.pack(**{part.name: start(part) for part in self.layout.parts})
        return w.astype(float if self.inputs.dtype == object else self.inputs.dtype, copy=False)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient.

        Parameters
        ----------
        w : array, (..., n)
        batch : array of int, (B,) or (..., B), optional
            The samples to use: the same for all runs, or some for each; all if left out.

        Raises
        ------
        DeadNeuron
            If eps is 0 and a pre-activation is the same for all samples, up to rounding.
        """
        check_numpy(w, self.layout.n, "BatchNormMLP")
        w, batch = self._runs(w, batch)
        gradient = np.empty(w.shape, dtype=w.dtype)  # of one piece, whatever the strides of w
        losses = [self._gradient(tile, samples, out) for samples, tile, out in self._tiles(batch, w, gradient)]
        loss = losses[0] if w.ndim == 1 else np.concatenate(losses)
        return Evaluation(np.reshape(loss, w.shape[:-1]), gradient)

    def _gradient(self, w: Array, samples: Samples, out: Array) -> Array:
        """Return the loss and write the gradient to ``out``: one run, (n,), or rows of runs."""
        loss = self.compiled.gradient(np.atleast_2d(w), samples, np.atleast_2d(out)) if self.compiled else None
        return self._network.gradient(self._parts(w), samples, self._parts(out)) if loss is None else loss

    def hessian_vector(self, w: Array, x: Array, batch: Array | None = None) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n): the derivative along x of backpropagation."""
        check_numpy(w, self.layout.n, "BatchNormMLP")
        check_numpy(x, self.layout.n, "BatchNormMLP", "x")
        w, batch = self._runs(w, batch)
        w, x = np.broadcast_arrays(w, x)
        product = np.empty(w.shape, dtype=np.result_type(w, x))
        for samples, tile, direction, out in self._tiles(batch, w, x, product):
            self._network.hessian_vector(self._parts(tile), self._parts(direction), samples, self._parts(out))
        return product

    @cached_property
    def _network(self) -> Network:
        return Network(len(self.hidden), activation(self.activation), head(self.loss), self.affine, self.eps)

    @cached_property
    def compiled(self) -> CompiledNetwork | None:
        """Return the passes of the engine "numba", if that is this model's."""
        return CompiledNetwork(self._network, self.layout) if self.engine == "numba" else None

    def _runs(self, w: Array, batch: Array | None) -> tuple[Array, Array | None]:
        """Return the weights, for each row of the batch if it has several, and the indices of its samples."""
        if batch is None:
            return w, None
        batch = indices_of(batch, self.samples, w)
        if batch.ndim > 1:
            w = np.broadcast_to(w, (*np.broadcast_shapes(batch.shape[:-1], w.shape[:-1]), w.shape[-1]))
        return w, batch

    def _tiles(self, batch: Array | None, *arrays: Array) -> Iterator[tuple[Any, ...]]:
        """Yield samples and rows of each array, (..., n) all, for a few runs at a time."""
        w = arrays[0]
        if w.ndim == 1:
            yield self.samples_for(w, batch), *arrays
            return
        flat = [x.reshape(-1, x.shape[-1]) for x in arrays]
        own: Array = None  # every run's own batch
        if batch is not None and batch.ndim > 1:
            own = np.broadcast_to(batch, (*w.shape[:-1], batch.shape[-1])).reshape(len(flat[0]), -1)
        shared = self.samples_for(w, batch) if own is None else None
        activations = max(self.hidden) * (self.samples if batch is None else batch.shape[-1])
        runs = max(_TILE // activations, 1)
        for start in range(0, len(flat[0]), runs):
            tile = slice(start, start + runs)
            yield shared or self.samples_for(w, own[tile]), *(x[tile] for x in flat)

    def _parts(self, w: Array) -> Parts:
        return {part.name: self.layout.view(part.name, w) for part in self.layout.parts}

    def samples_for(self, w: Array, batch: np.ndarray | None = None) -> Samples:
        """Return a batch in the arithmetic of ``w``; all samples together are prepared once for each dtype."""
        if batch is not None:
            return _prepared(w, self.inputs[batch], self._wanted[batch])
        if w.dtype == object:  # balls are as wide as the precision of the moment
            return _prepared(w, self.inputs, self._wanted)
        dtype = w.real.dtype
        if dtype not in self._whole:
            self._whole[dtype] = _prepared(w, self.inputs, self._wanted)
        return self._whole[dtype]

    @cached_property
    def _whole(self) -> dict[np.dtype, Samples]:
        return {}

    @cached_property
    def _wanted(self) -> Array:
        """Return what the outputs are compared with, (N, k): numbers, or 1 for the label and 0 for the others."""
        if self.loss == "squared":
            return self.targets.reshape(self.samples, -1)
        hits = self.targets[:, None] == np.arange(self.outputs)
        return hits.astype(int if self.inputs.dtype == object else self.inputs.dtype)


def _prepared(w: Array, inputs: Array, targets: Array) -> Samples:
    inputs, targets = matched(inputs, w), matched(targets, w)
    xp = namespace(inputs)
    shifted = inputs - inputs[..., :1, :]  # so that a constant feature is centred to exact zeros
    rows = shifted - xp.mean(shifted, axis=-2, keepdims=True)
    size = shifted[..., 0, :1]
    if inputs.dtype != object:  # rounding, which it is for, does not exist elsewhere
        flat = shifted.reshape(*shifted.shape[:-2], -1)
        size = deviation(flat, 0) * float(np.sqrt(inputs.shape[-1]))
    return Samples(rows, np.array(rows.mT, order="C"), np.array(targets.mT, order="C"), size)


def _checked_widths(hidden: tuple[int, ...] | int) -> tuple[int, ...]:
    widths = tuple(hidden) if isinstance(hidden, (tuple, list)) else (hidden,)
    if not widths or not all(isinstance(h, (int, np.integer)) and not isinstance(h, bool) and h >= 1 for h in widths):
        raise ArgumentError(f"hidden is {shown(hidden)}; a positive integer, or a tuple of at least one, is needed")
    return tuple(int(h) for h in widths)


def _labels(targets: Array, classes: int | None) -> np.ndarray:
    if classes is not None and (not isinstance(classes, (int, np.integer)) or classes < 1):
        raise ArgumentError(f"classes is {shown(classes)}; a positive integer, or None, is needed")
    labels = labels_of(targets, "targets", "for the cross-entropy integer labels (N,) are")
    if labels.min() < 0 or (classes is not None and labels.max() >= classes):
        raise ArgumentError(f"targets holds labels from {labels.min()} to {labels.max()}; 0 to classes - 1 are needed")
    return labels


def _numbers(targets: Array) -> Array:
    targets = as_real(targets, "targets")
    if targets.ndim not in (1, 2):
        raise ArgumentError(f"targets has the shape {tuple(targets.shape)}; numbers (N,) or (N, k) are needed")
    return checked(targets, "targets", *[None] * targets.ndim)
