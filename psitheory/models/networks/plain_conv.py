"""A convolutional network without normalisation, which tells what each layer saw: what BNP works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.models.data import check_floats, checked
from psitheory.models.interface import Evaluation
from psitheory.models.layers.heads import head
from psitheory.models.layers.patches import by_image, folded, patches, sizes_left
from psitheory.models.networks.plain_layers import hessian_by_differences, labels_from_zero, layers, one_hot, start


@dataclass(frozen=True, eq=False)
class PlainConvNet:
    r"""Convolutions :math:`h_l = \max(W_l * h_{l-1} + b_l, 0)`, the mean over positions, a linear layer.

    The loss is the cross-entropy; no zeros stand around images, nothing is normalised, and every parameter is free.
    The inputs of each layer are among the statistics of an evaluation, under the names of the weights:
    ``statistics["W1"]`` are images (..., N, C, H, W) where W1 are filters (c, C·k·k), and (..., N, m) for the last
    layer, one for each of the weights (..., n).  Floats only.

    Parameters
    ----------
    images : float array, (N, C, H, W)
    labels : int array, (N,)
        From 0.
    channels : tuple of int
        How many filters each convolution has.
    kernel : int
        k, the height and width of filters.

    Raises
    ------
    ArgumentError
        If labels and images differ in number, a label is negative, a count is below 1, or images are too small for so
        many convolutions.
    ArgumentTypeError
        If labels are no integers.
    """

    images: Array
    labels: Array
    channels: tuple[int, ...] = field(kw_only=True)
    kernel: int = field(default=3, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", checked(self.images, "images", None, None, None, None))
        object.__setattr__(self, "labels", labels_from_zero(self.labels, "labels", self.samples))
        if not self.channels or min(*self.channels, self.kernel) < 1:
            raise ArgumentError(f"channels is {shown(self.channels)}, kernel {self.kernel}; at least 1 is needed")
        self.sizes  # noqa: B018  # says now that images are too small

    @property
    def samples(self) -> int:
        """Return N."""
        return len(self.images)

    @property
    def depth(self) -> int:
        """Return the number of convolutions."""
        return len(self.channels)

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Return height and width of the images, and of what each convolution leaves."""
        return sizes_left(self.images, self.kernel, self.depth)

    @cached_property
    def layout(self) -> Layout:
        """Return the free parts W1, b1, W2, b2, …, those of the linear layer last."""
        widths = [c * self.kernel**2 for c in (self.images.shape[1], *self.channels[:-1])] + [self.channels[-1]]
        return layers(zip(widths, (*self.channels, int(self.labels.max()) + 1), strict=True))

    def initial(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        r"""Return starting weights ``(*shape, n)``: W normal of variance :math:`2/m`, biases 0."""
        return start(self.layout, self.depth + 1, rng, shape)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return losses (...), gradients (..., n) and the inputs of each layer.

        A ``batch`` holds indices of images, (B,), or (..., B) with others for each of the weights.
        """
        check_floats(w, self.layout.n, "PlainConvNet")
        view, chosen, last = self.layout.view, slice(None) if batch is None else batch, self.depth + 1
        x = self.images[chosen]
        x = np.broadcast_to(x, (*w.shape[:-1], *x.shape[-4:]))
        count, seen, passed = x.shape[-4], {}, []
        for k, size in enumerate(self.sizes[1:], 1):
            seen[f"W{k}"] = x
            columns = patches(x, self.kernel)
            h = np.maximum(view(f"W{k}", w) @ columns + view(f"b{k}", w)[..., None], 0)
            passed.append((columns, h))
            x = by_image(h, count).swapaxes(-3, -2)
            x = x.reshape(*x.shape[:-1], *size)
        pooled = by_image(h, count).mean(axis=-1)  # (..., c, N)
        seen[f"W{last}"] = pooled.swapaxes(-1, -2)
        outputs = view(f"W{last}", w) @ pooled + view(f"b{last}", w)[..., None]
        loss, delta = head("cross-entropy").value_and_slope(outputs, one_hot(self.labels[chosen], outputs.shape[-2]))
        return Evaluation(loss, self._gradient(w, delta, pooled, passed), seen)

    def _gradient(self, w: Array, delta: Array, pooled: Array, passed: list[tuple[Array, Array]]) -> Array:
        out, view, last = np.zeros_like(w), self.layout.view, self.depth + 1
        view(f"W{last}", out)[...], view(f"b{last}", out)[...] = delta @ pooled.swapaxes(-1, -2), delta.sum(axis=-1)
        positions = passed[-1][1].shape[-1] // pooled.shape[-1]
        back = np.repeat(view(f"W{last}", w).swapaxes(-1, -2) @ delta, positions, axis=-1) / positions
        for k in range(self.depth, 0, -1):
            columns, h = passed[k - 1]
            slope = back * (h > 0)
            view(f"W{k}", out)[...], view(f"b{k}", out)[...] = slope @ columns.swapaxes(-1, -2), slope.sum(axis=-1)
            if k > 1:
                taps = view(f"W{k}", w).swapaxes(-1, -2)
                back = folded(taps @ slope, self.sizes[k - 1], self.sizes[k], self.kernel)
        return out

    def hessian_vector(self, w: Array, x: Array) -> Array:
        """Return the Hessian times x by central differences of the gradient: the activation has kinks."""
        return hessian_by_differences(self, w, x)
