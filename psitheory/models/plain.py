"""A multi-layer perceptron without normalisation, which tells what each layer saw: what BNP works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.models.data import check_width, checked
from psitheory.models.interface import Evaluation
from psitheory.models.plain_layers import hessian_by_differences, layers, start


@dataclass(frozen=True, eq=False)
class PlainMLP:
    r"""A ReLU network :math:`h_l = \max(W_lh_{l-1} + b_l, 0)` with a linear last layer and the softmax cross-entropy.

    Nothing is normalised and every parameter is free.  The inputs of each layer are among the statistics of an
    evaluation, under the names of the weights: ``statistics["W2"]`` is :math:`h_1`, (N, m).  Floats only, one run.

    Parameters
    ----------
    inputs : float array, (N, d)
    targets : int array, (N,)
        Labels from 0.
    hidden : tuple of int

    Raises
    ------
    ArgumentError
        If labels and inputs differ in number, or a width is below 1.
    """

    inputs: Array
    targets: Array
    hidden: tuple[int, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", checked(self.inputs, "inputs", None, None))
        if np.shape(self.targets) != (len(self.inputs),):
            raise ArgumentError(f"targets is {shown(self.targets)}; one label for each of {len(self.inputs)} inputs")
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

    def initial(self, rng: np.random.Generator) -> Array:
        r"""Return normal weights of variance :math:`2/m` and biases of zero."""
        return start(self.layout, self.depth, rng)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss, gradient and the inputs of each layer, on a batch of sample indices if one is given."""
        check_width(w, self.layout.n)
        view, chosen = self.layout.view, slice(None) if batch is None else batch
        h, seen = self.inputs[chosen], {}
        for k in range(1, self.depth + 1):
            seen[f"W{k}"] = h
            z = h @ view(f"W{k}", w).T + view(f"b{k}", w)
            h = np.maximum(z, 0)
        rows, labels = np.arange(len(z)), self.targets[chosen]
        z = z - z.max(axis=1, keepdims=True)
        log_total = np.log(np.exp(z).sum(axis=1))
        slope = np.exp(z - log_total[:, None])
        slope[rows, labels] -= 1
        return Evaluation((log_total - z[rows, labels]).mean(), self._gradient(w, slope / len(z), seen), seen)

    def _gradient(self, w: Array, slope: Array, seen: dict[str, Array]) -> Array:
        out, view = np.zeros_like(w), self.layout.view
        for k in range(self.depth, 0, -1):
            h = seen[f"W{k}"]
            view(f"W{k}", out)[...], view(f"b{k}", out)[...] = slope.T @ h, slope.sum(axis=0)
            slope = (slope @ view(f"W{k}", w)) * (h > 0)
        return out

    def hessian_vector(self, w: Array, x: Array) -> Array:
        """Return the Hessian times x by central differences of the gradient: the activation has kinks."""
        return hessian_by_differences(self, w, x)
