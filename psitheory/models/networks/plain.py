"""A multi-layer perceptron without normalisation, which tells what each layer saw: what BNP works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.models.data import check_floats, checked
from psitheory.models.interface import Evaluation
from psitheory.models.layers.heads import head
from psitheory.models.networks.plain_layers import hessian_by_differences, labels_from_zero, layers, one_hot, start


@dataclass(frozen=True, eq=False)
class PlainMLP:
    r"""A ReLU network :math:`h_l = \max(W_lh_{l-1} + b_l, 0)` with a linear last layer and the softmax cross-entropy.

    Nothing is normalised and every parameter is free.  The inputs of each layer are among the statistics of an
    evaluation, under the names of the weights: ``statistics["W2"]`` is :math:`h_1`, (..., N, m), one for each of the
    weights (..., n).  Floats only.

    Parameters
    ----------
    inputs : float array, (N, d)
    targets : int array, (N,)
        Labels from 0.
    hidden : tuple of int

    Raises
    ------
    ArgumentError
        If labels and inputs differ in number, a label is negative, or a width is below 1.
    ArgumentTypeError
        If labels are no integers.
    """

    inputs: Array
    targets: Array
    hidden: tuple[int, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        object.__setattr__(self, "targets", labels_from_zero(self.targets, "targets", self.samples))
        if not self.hidden or min(self.hidden) < 1:
            raise ArgumentError(f"hidden is {shown(self.hidden)}; widths of at least 1 are needed")

    @property
    def samples(self) -> int:
        """Return N."""
        return len(self.inputs)

    @property
    def depth(self) -> int:
        """Return the number of layers with weights."""
        return len(self.hidden) + 1

    @cached_property
    def layout(self) -> Layout:
        """Return the free parts W1, b1, W2, b2, …."""
        widths = (self.inputs.shape[1], *self.hidden, int(self.targets.max()) + 1)
        return layers(pairwise(widths))

    def initial(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        r"""Return starting weights ``(*shape, n)``: W normal of variance :math:`2/m`, biases 0."""
        return start(self.layout, self.depth, rng, shape)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return losses (...), gradients (..., n) and the inputs of each layer.

        A ``batch`` holds indices of samples, (B,), or (..., B) with others for each of the weights.
        """
        check_floats(w, self.layout.n, "PlainMLP")
        view, chosen = self.layout.view, slice(None) if batch is None else batch
        x = self.inputs[chosen]
        h = np.broadcast_to(x, (*w.shape[:-1], *x.shape[-2:])).swapaxes(-1, -2)
        below: dict[str, Array] = {}
        for k in range(1, self.depth + 1):
            below[f"W{k}"] = h
            z = view(f"W{k}", w) @ h + view(f"b{k}", w)[..., None]
            h = np.maximum(z, 0)
        loss, slope = head("cross-entropy").value_and_slope(z, one_hot(self.targets[chosen], z.shape[-2]))
        seen = {name: np.swapaxes(h, -1, -2) for name, h in below.items()}
        return Evaluation(loss, self._gradient(w, slope, below), seen)

    def _gradient(self, w: Array, slope: Array, below: dict[str, Array]) -> Array:
        out, view = np.zeros_like(w), self.layout.view
        for k in range(self.depth, 0, -1):
            h = below[f"W{k}"]
            view(f"W{k}", out)[...], view(f"b{k}", out)[...] = slope @ np.swapaxes(h, -1, -2), slope.sum(axis=-1)
            slope = (np.swapaxes(view(f"W{k}", w), -1, -2) @ slope) * (h > 0)
        return out

    def hessian_vector(self, w: Array, x: Array) -> Array:
        """Return the Hessian times x by central differences of the gradient: the activation has kinks."""
        return hessian_by_differences(self, w, x)
