r"""A batch-norm convolutional network: every filter of a convolution is a scale-invariant block."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, rescaled
from psitheory.errors import ArgumentError, ArgumentTypeError, DeadNeuron, shown
from psitheory.layout import Layout, blocks, free
from psitheory.models.data import check_floats, checked, labels_of, matched
from psitheory.models.interface import Evaluation
from psitheory.models.layers.activations import activation
from psitheory.models.layers.deviation import are_dead, deviation
from psitheory.models.layers.heads import head
from psitheory.models.layers.patches import by_image, folded, patches, sizes_left
from psitheory.models.sampling import indices_of


class _Layer(NamedTuple):
    """What a layer leaves: patches (..., d, M), filters / scale (..., c, d), normalised outputs and slopes (..., c, M).

    M counts the positions of all images of a batch, image by image.
    """

    patches: Array
    filters: Array
    scale: Array | int
    z: Array
    sigma: Array
    slope: Array


@dataclass(frozen=True, eq=False)
class BatchNormConvNet:
    r"""Convolutions with batch norm, then the mean over positions, a linear layer and the cross-entropy; on floats.

    With :math:`h_0` the images and * the convolution without padding,

    .. math::

        z_l = K_l * h_{l-1}, \quad \hat z_l = (z_l - \bar z_l)/\sqrt{\operatorname{var} z_l}, \quad
        h_l = \varphi(\hat z_l), \quad f = \operatorname{mean} \ell(V \bar h + c, y),

    means and variances being taken for each channel over all images of a batch and all positions.  f is invariant
    under positive rescalings of every filter of every :math:`K_l`.  The parts are ``K1``, ``K2``, … (channels are
    blocks, entries in the order of incoming channel, row, column), then ``V`` and ``c`` (free).

    Parameters
    ----------
    images : array, (N, C, H, W)
    labels : array of int, (N,)
        0, …, k-1.
    channels : tuple of int
        How many filters each convolution has.
    kernel : int
        The height and width of filters; each convolution makes images smaller by this less one.
    activation : str
        :math:`\varphi`, one of :data:`psitheory.models.layers.activations.NAMES`.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownName
        If an argument does not fit, or images are too small for so many convolutions.

    Examples
    --------
    >>> from psitheory.models.datasets import dataset
    >>> rng = np.random.default_rng(0)
    >>> inputs, labels = dataset("digits", rows=20, rng=rng)
    >>> model = BatchNormConvNet(inputs.reshape(-1, 1, 8, 8), labels, channels=(4, 6))
    >>> w = model.initial(rng)
    >>> bool(model.evaluate(w).loss == model.evaluate(model.layout.scale(np.full(10, 8.0), w)).loss)
    True
    """

    images: Array
    labels: Array
    channels: tuple[int, ...] = field(kw_only=True)
    kernel: int = field(default=3, kw_only=True)
    activation: str = field(default="tanh", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", checked(self.images, "images", None, None, None, None))
        needed = f"{self.samples} integers from 0 on are"
        labels = labels_of(self.labels, "labels", needed)
        if labels.shape != (self.samples,) or labels.min() < 0:
            raise ArgumentTypeError(f"labels is {shown(self.labels)}; {needed} needed")
        object.__setattr__(self, "labels", labels)
        activation(self.activation)
        for name, values in (("channels", self.channels), ("kernel", (self.kernel,))):
            if not isinstance(values, tuple) or not values or not all(_is_count(x) for x in values):
                raise ArgumentError(f"{name} is {shown(getattr(self, name))}; positive integers are needed")
        self.sizes  # noqa: B018  # says now that images are too small

    @property
    def samples(self) -> int:
        """Return the number N of images."""
        return len(self.images)

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Return height and width of the images, and of what each convolution leaves."""
        return sizes_left(self.images, self.kernel, len(self.channels))

    @cached_property
    def layout(self) -> Layout:
        """Return the parts: filters of K1, K2, … are blocks; V and c are free."""
        incoming = (self.images.shape[1], *self.channels)
        area, outputs = self.kernel**2, int(self.labels.max()) + 1
        filters = [blocks(f"K{i}", c, incoming[i - 1] * area) for i, c in enumerate(self.channels, 1)]
        return Layout(*filters, free("V", outputs, self.channels[-1]), free("c", outputs))

    def initial(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return starting weights ``(*shape, n)``: filters and V normal of variance 1/fan-in, c 0."""

        def start(part: tuple[int, ...]) -> Array:
            if len(part) < 2:
                return np.zeros((*shape, *part))
            return rng.normal(size=(*shape, *part)) / np.sqrt(part[1])

        out: Array = self.layout.pack(**{part.name: start(part.shape) for part in self.layout.parts})
        return out.astype(self.images.dtype, copy=False)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient.

        Parameters
        ----------
        w : array, (..., n)
        batch : array of int, (B,) or (..., B), optional
            The images to use: the same for all runs, or some for each; all if left out.

        Raises
        ------
        DeadNeuron
            If a channel is the same at all positions of all images of the batch, up to rounding.
        """
        check_floats(w, self.layout.n, "BatchNormConvNet")
        images, one_hot = self._chosen(w, batch)
        layers, h = self._forward(w, images)
        pooled = by_image(h, images.shape[-4]).mean(axis=-1)
        weights = self.layout.view("V", w)
        outputs = weights @ pooled + self.layout.view("c", w)[..., None]
        loss, delta = head("cross-entropy").value_and_slope(outputs, one_hot)
        out = {"V": delta @ pooled.mT, "c": delta.sum(axis=-1)}
        positions = h.shape[-1] // images.shape[-4]
        back = np.repeat(weights.mT @ delta, positions, axis=-1) / positions
        return Evaluation(loss, self.layout.pack(**self._backward(layers, back), **out))

    def _chosen(self, w: Array, batch: Array | None) -> tuple[Array, Array]:
        """Return images (..., B, C, H, W) and one-hot labels (..., k, B) in the precision of ``w``."""
        rows = slice(None) if batch is None else indices_of(batch, self.samples, w)
        hits = self.labels[rows][..., None, :] == np.arange(int(self.labels.max()) + 1)[:, None]
        return matched(self.images[rows], w), hits.astype(w.dtype)

    def _forward(self, w: Array, images: Array) -> tuple[list[_Layer], Array]:
        """Return the layers, and what leaves the last of them, (..., c, M)."""
        layers, x, phi = [], images, activation(self.activation)
        for i, size in enumerate(self.sizes[1:], 1):
            columns = patches(x, self.kernel)
            filters, scale = rescaled(self.layout.view(f"K{i}", w))
            z, sigma = _normalised(filters @ columns, f"K{i}")
            h, slope = phi.value_and_slope(z)
            layers.append(_Layer(columns, filters, scale, z, sigma, slope))
            x = np.moveaxis(by_image(h, images.shape[-4]).reshape(*h.shape[:-1], -1, *size), -4, -3)
        return layers, h

    def _backward(self, layers: list[_Layer], back: Array) -> dict[str, Array]:
        """Return the gradient in each K, given that in what leaves the last layer, (..., c, M)."""
        out = {}
        for i in range(len(layers), 0, -1):
            layer, n = layers[i - 1], back.shape[-1]
            delta = back * layer.slope
            delta = delta - delta.mean(axis=-1, keepdims=True) - layer.z * (dot(delta, layer.z, keepdims=True) / n)
            delta = delta / layer.sigma
            product = delta @ layer.patches.mT
            out[f"K{i}"] = product if isinstance(layer.scale, int) else product / layer.scale[..., None]
            if i > 1:
                back = folded(layer.filters.mT @ delta, self.sizes[i - 1], self.sizes[i], self.kernel)
        return out


def _is_count(x: object) -> bool:
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool) and int(x) >= 1


def _normalised(z: Array, name: str) -> tuple[Array, Array]:
    """Return rows of mean 0 and variance 1, and their deviations (..., 1)."""
    size = deviation(z, 0)
    z = z - z.mean(axis=-1, keepdims=True)
    sigma = deviation(z, 0)
    dead = are_dead(sigma, size)
    if dead.any():
        channel = int(np.argwhere(dead)[0][-2])
        raise DeadNeuron(f"channel {channel} of {name} is the same at all positions of the batch, so that it is dead")
    return z / sigma, sigma
