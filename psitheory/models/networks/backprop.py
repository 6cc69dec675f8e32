"""Forward and backward passes of a batch-norm network, and the derivative of the backward pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, namespace
from psitheory.models.layers.activations import Activation
from psitheory.models.layers.batchnorm import Normalised, centred, normalised, product, pull_back
from psitheory.models.layers.heads import Head
from psitheory.models.scratch import Scratch

Parts = dict[str, Array]
"""The parts of flat weights, gradients or directions, by name; arrays (..., *shape)."""


class Samples(NamedTuple):
    """A batch: centred inputs (..., N, d) and (..., d, N), targets (..., k, N), and their root mean square (..., 1).

    Both orders are kept, since a product with a transposed factor takes half as long again.
    """

    rows: Array
    columns: Array
    targets: Array
    size: Array


class _Layer(NamedTuple):
    normalised: Normalised
    outer: Array
    """What the activation is applied to."""
    slope: Array


@dataclass(frozen=True)
class Network:
    """The shape of a network: its depth, its functions, and what its layers have."""

    depth: int
    activation: Activation
    head: Head
    affine: bool
    eps: Any
    scratch: Scratch = field(default_factory=Scratch)

    def gradient(self, w: Parts, samples: Samples, out: Parts) -> Array:
        """Return the loss (...) and write its gradient to ``out``."""
        layers, last = self._forward(w, samples)
        loss, delta = self.head.value_and_slope(self._outputs(w, last), samples.targets)
        out["V"][...] = delta @ last.mT
        out["c"][...] = namespace(delta).sum(delta, axis=-1)
        delta = np.matmul(w["V"].mT, delta, out=self.scratch("delta", last.shape, last))
        for i in range(self.depth, 0, -1):
            layer, _, slope = layers[i - 1]
            delta *= slope
            if self.affine:
                out[f"gamma{i}"][...] = dot(delta, layer.z)
                out[f"beta{i}"][...] = namespace(delta).sum(delta, axis=-1)
                delta *= w[f"gamma{i}"][..., None]
            pull_back(layer, delta, self.scratch("drop", delta.shape, delta))
            if i == 1:  # centred inputs take the mean out by themselves, and their weights are fewer than delta
                of_weights = product(delta, samples.rows) / layer.deviation
            else:
                delta -= namespace(delta).mean(delta, axis=-1, keepdims=True)
                delta /= layer.deviation
                of_weights = delta @ layer.incoming.mT
                memory = self.scratch(f"delta{i % 2}", layer.incoming.shape, delta)
                delta = np.matmul(layer.weights.mT, delta, out=memory)
            out[f"W{i}"][...] = of_weights / layer.scale
        return loss

    def hessian_vector(self, w: Parts, x: Parts, samples: Samples, out: Parts) -> None:
        r"""Write the derivative of the gradient along ``x`` to ``out``.

        Names that begin with ``moved`` are derivatives along x.
        """
        xp = namespace(w["V"])
        layers, last = self._forward(w, samples)
        moved: list[tuple[Array, Array, Array, Array]] = []
        moved_h: Array = None  # of the inputs: zero
        for i, (layer, outer, slope) in enumerate(layers, 1):
            moved_weights = x[f"W{i}"] / layer.scale
            moved_z = moved_weights @ layer.incoming
            if moved_h is not None:
                moved_z += layer.weights @ moved_h
            moved_z = centred(moved_z)
            moved_deviation = dot(layer.z, moved_z, keepdims=True) / moved_z.shape[-1]
            moved_z = (moved_z - layer.z * moved_deviation) / layer.deviation
            moved_outer = moved_z
            if self.affine:
                moved_outer = x[f"gamma{i}"][..., None] * layer.z + w[f"gamma{i}"][..., None] * moved_z
                moved_outer = moved_outer + x[f"beta{i}"][..., None]
            moved_slope = self.activation.curvature(outer) * moved_outer
            moved.append((moved_z, moved_deviation, moved_slope, moved_h))
            moved_h = slope * moved_outer
        _, delta = self.head.value_and_slope(self._outputs(w, last), samples.targets)
        moved_outputs = w["V"] @ moved_h + x["V"] @ last + x["c"][..., None]
        moved_delta = self.head.moved_slope(delta, samples.targets, moved_outputs)
        out["V"][...] = moved_delta @ last.mT + delta @ moved_h.mT
        out["c"][...] = xp.sum(moved_delta, axis=-1)
        delta, moved_delta = w["V"].mT @ delta, w["V"].mT @ moved_delta + x["V"].mT @ delta
        for i in range(self.depth, 0, -1):
            layer, _, slope = layers[i - 1]
            moved_z, moved_deviation, moved_slope, moved_h = moved[i - 1]
            delta, moved_delta = delta * slope, moved_delta * slope + delta * moved_slope
            if self.affine:
                out[f"gamma{i}"][...] = dot(moved_delta, layer.z) + dot(delta, moved_z)
                out[f"beta{i}"][...] = xp.sum(moved_delta, axis=-1)
                gamma, moved_gamma = w[f"gamma{i}"][..., None], x[f"gamma{i}"][..., None]
                delta, moved_delta = gamma * delta, gamma * moved_delta + moved_gamma * delta
            n = delta.shape[-1]
            inner = dot(delta, layer.z, keepdims=True) / n
            moved_inner = (dot(moved_delta, layer.z, keepdims=True) + dot(delta, moved_z, keepdims=True)) / n
            moved_delta = centred(moved_delta - moved_z * inner - layer.z * moved_inner)
            delta = centred(delta - layer.z * inner) / layer.deviation
            moved_delta = (moved_delta - delta * moved_deviation) / layer.deviation
            of_weights = moved_delta @ layer.incoming.mT
            if moved_h is not None:
                of_weights = of_weights + delta @ moved_h.mT
                moved_delta = layer.weights.mT @ moved_delta + (x[f"W{i}"] / layer.scale).mT @ delta
                delta = layer.weights.mT @ delta
            out[f"W{i}"][...] = of_weights / layer.scale

    def _forward(self, w: Parts, samples: Samples) -> tuple[list[_Layer], Array]:
        """Return the layers, and the activations (..., h, N) that leave the last of them."""
        layers, h = [], samples.columns
        for i in range(1, self.depth + 1):
            weights = w[f"W{i}"]
            shape = (*weights.shape[:-1], h.shape[-1])
            memory = self.scratch(f"z{i}", shape, weights)
            size = samples.size if i == 1 else None
            layer = normalised(f"W{i}", weights, h, self.eps, size=size, out=memory)
            outer = layer.z
            if self.affine:
                outer = w[f"gamma{i}"][..., None] * outer + w[f"beta{i}"][..., None]
            if self.activation.write is not None and outer.dtype.kind == "f":
                h, slope = self.scratch(f"h{i}", shape, outer), self.scratch(f"slope{i}", shape, outer)
                self.activation.write(outer, h, slope)
            else:
                h, slope = self.activation.value_and_slope(outer)
            layers.append(_Layer(layer, outer, slope))
        return layers, h

    def _outputs(self, w: Parts, last: Array) -> Array:
        """Return what the last layer gives, (..., k, N)."""
        outputs = np.matmul(w["V"], last, out=self.scratch("outputs", (*w["V"].shape[:-1], last.shape[-1]), last))
        outputs += w["c"][..., None]
        return outputs
