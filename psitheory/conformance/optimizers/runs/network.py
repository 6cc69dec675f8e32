"""What optimisers are tried on: a loss that does not notice the scale of any neuron, without an eps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError
from psitheory.layout import Layout
from psitheory.models import BatchNormMLP
from psitheory.models.interface import Evaluation, Model


@dataclass(frozen=True, eq=False)
class Network:
    """A scale-invariant model and a start, in one precision.

    Attributes
    ----------
    model : Model
    start : array, (n,)
        The start, free part included.
    fixed : bool
        Whether the free part stays at the start, so that every weight left is in a scale-invariant block.
    usual : bool
        Whether it is the kit's own, beside which there is one of other shapes.
    kernels : mapping of str to tuple of int
        The shapes that parts have for frameworks, where these are not those of the layout.
    """

    model: Model
    start: np.ndarray
    fixed: bool = False
    usual: bool = False
    kernels: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def without_free(self) -> Network:
        """Return the same model with its free part fixed."""
        return replace(self, fixed=True)

    @property
    def dtype(self) -> np.dtype:
        """Return the precision."""
        return np.asarray(self.start).dtype

    @cached_property
    def layout(self) -> Layout:
        """Return the parts that an optimiser moves."""
        parts = self.model.layout.parts
        return Layout(*(part for part in parts if part.blocks)) if self.fixed else self.model.layout

    @cached_property
    def moved(self) -> np.ndarray:
        """Return which entries an optimiser moves."""
        kept = [np.full(part.size, bool(part.blocks) or not self.fixed) for part in self.model.layout.parts]
        return np.concatenate(kept)

    @property
    def first(self) -> np.ndarray:
        """Return the start of what an optimiser moves."""
        return np.asarray(self.start[self.moved])

    def tensor(self, name: str, w: np.ndarray) -> np.ndarray:
        """Return a part of flat weights as a new array of the shape that it has for frameworks."""
        part = np.array(self.layout.view(name, w))
        return part.reshape(self.kernels.get(name, part.shape))

    def whole(self, w: Array) -> np.ndarray:
        """Return all weights of the model, the fixed ones included."""
        out = self.start.copy()
        out[self.moved] = w
        return out

    def evaluate(self, w: Array, noise: np.random.Generator | None = None) -> Evaluation:
        """Return loss and gradient, NaN where the model has none; with ``noise``, at a point one ulp away."""
        if noise is not None:
            w = one_ulp_away(w, noise)
        try:
            found = self.model.evaluate(self.whole(w) if self.fixed else w)
        except ArgumentError:  # a dead neuron, or weights that are no longer finite: the run breaks here
            return Evaluation(np.full((), np.nan, self.dtype), np.full_like(w, np.nan))
        return Evaluation(found.loss, found.gradient[self.moved] if self.fixed else found.gradient)


def invariant_network(dtype: np.dtype, seed: int) -> Network:
    """Return a batch-norm network with two hidden layers of four neurons, eps = 0, and a linear last layer.

    Its gradients and weights are of size one, so that customary rates move it and customary eps do not show.
    """
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(16, 5)), 2 * rng.normal(size=(16, 3))
    model = BatchNormMLP(inputs.astype(dtype), targets.astype(dtype), hidden=(4, 4), loss="squared")
    return Network(model, model.initial(rng), usual=True)


def network_of_other_shapes(dtype: np.dtype, seed: int, *, kernels: bool) -> Network:
    """Return one with a tall and a square hidden layer of more than 128 rows, a multiple of four that is drawn.

    Methods are seen to branch on 8, 64 and 128 entries, on the number of axes, and on which side is longer.  With
    ``kernels`` the first layer is a kernel of a convolution.  There are as many layers as in the other, since code may
    name them.
    """
    rng = np.random.default_rng([seed, 1])
    rows, channels, outputs = (int(rng.choice(sizes)) for sizes in ((132, 136, 140, 144), (3, 4, 5), range(6, 12)))
    found = _drawn(dtype, rng, 4 * channels, (rows, rows), outputs)
    return replace(found, kernels={"W1": (rows, channels, 2, 2)} if kernels else {})


def network_of_more_layers(dtype: np.dtype, seed: int) -> Network:
    """Return one with four hidden layers, and as many outputs and rows as are drawn: some layers are wider than tall.

    No size is one of the usual network's, of which code might tell its layers.  Halves are even: code may pair rows.
    """
    rng = np.random.default_rng([seed, 2])
    inputs, *hidden, outputs = (int(n) for n in rng.permutation(np.arange(8, 32, 4)))
    return _drawn(dtype, rng, inputs, tuple(hidden), outputs)


def _drawn(dtype: np.dtype, rng: np.random.Generator, inputs: int, hidden: tuple[int, ...], outputs: int) -> Network:
    x, y = rng.normal(size=(16, inputs)), 2 * rng.normal(size=(16, outputs))
    model = BatchNormMLP(x.astype(dtype), y.astype(dtype), hidden=hidden, loss="squared")
    return Network(model, model.initial(rng))


def one_ulp_away(w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return ``w`` with every entry but zeros moved by one ulp up or down."""
    away = np.where(rng.integers(0, 2, w.shape) > 0, np.inf, -np.inf).astype(w.dtype)
    return np.where(w == 0, w, np.nextafter(w, away)).astype(w.dtype)
