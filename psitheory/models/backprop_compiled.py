"""The backward pass of a batch-norm network with everything but its matrix products compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, ordinary_range, ordinary_squares, rescaled
from psitheory.errors import ArgumentError
from psitheory.models.backprop import Network, Parts, Samples
from psitheory.models.batchnorm import product
from psitheory.models.data import divided


class _Layer(NamedTuple):
    weights: np.ndarray
    scale: np.ndarray | int
    incoming: np.ndarray
    z: np.ndarray
    h: np.ndarray
    gamma: np.ndarray
    sigma: np.ndarray


@dataclass(frozen=True)
class CompiledNetwork:
    """Does what :class:`~psitheory.models.backprop.Network` does; hands over to it whatever is no ordinary float.

    Raises
    ------
    ArgumentError
        If the activation is not compiled.
    """

    reference: Network

    def __post_init__(self) -> None:
        from psitheory.compiled.network import ACTIVATIONS

        if self.reference.activation.name not in ACTIVATIONS:
            raise ArgumentError(
                f"activation is {self.reference.activation.name!r}; "
                f"engine 'numba' needs one of {', '.join(ACTIVATIONS)}"
            )

    def gradient(self, w: Parts, samples: Samples, out: Parts) -> Array:
        """Return the loss (...) and write its gradient to ``out``."""
        loss = self._gradient(w, samples, out) if w["V"].dtype.kind == "f" else None
        return self.reference.gradient(w, samples, out) if loss is None else loss

    def hessian_vector(self, w: Parts, x: Parts, samples: Samples, out: Parts) -> None:
        """Write the derivative of the gradient along ``x`` to ``out``."""
        self.reference.hessian_vector(w, x, samples, out)

    def _gradient(self, w: Parts, samples: Samples, out: Parts) -> Array | None:
        """Return the loss, or None where a row of weights or activations is of extreme size, or dead."""
        from psitheory.compiled.network import ACTIVATIONS, pulled_back

        one = w["V"].ndim == 2  # run
        if one:
            w, out = ({name: x[None] for name, x in parts.items()} for parts in (w, out))
        layers = self._forward(w, samples)
        if layers is None:
            return None
        h = layers[-1].h
        loss, delta = self._outputs(w, h, samples, out)
        out["V"][...] = delta @ h.mT
        delta = np.matmul(w["V"].mT, delta, out=self._memory("delta", h.shape, h))
        activation = ACTIVATIONS[self.reference.activation.name]
        for i in range(len(layers), 0, -1):
            layer = layers[i - 1]
            of_gamma, of_beta = np.empty_like(layer.sigma), np.empty_like(layer.sigma)
            pulled_back(delta, layer.z, layer.h, activation, layer.gamma, layer.sigma, of_gamma, of_beta)
            if self.reference.affine:
                out[f"gamma{i}"][...], out[f"beta{i}"][...] = of_gamma, of_beta
            of_weights = product(delta, samples.rows if i == 1 else layer.incoming.mT)
            out[f"W{i}"][...] = divided(of_weights, layer.scale)
            if i > 1:
                memory = self._memory(f"delta{i % 2}", layer.incoming.shape, delta)
                delta = np.matmul(layer.weights.mT, delta, out=memory)
        return loss[0] if one else loss

    def _forward(self, w: Parts, samples: Samples) -> list[_Layer] | None:
        layers: list[_Layer] = []
        h = samples.columns
        for i in range(1, self.reference.depth + 1):
            layer = self._layer(i, w, h, samples.size if i == 1 else None)
            if layer is None:
                return None
            layers.append(layer)
            h = layer.h
        return layers

    def _layer(self, i: int, w: Parts, incoming: np.ndarray, size: np.ndarray | None) -> _Layer | None:
        from psitheory.compiled.network import ACTIVATIONS, normalised

        network = self.reference
        weights, scale = rescaled(w[f"W{i}"])
        squares = ordinary_squares(weights)
        if squares is None or not (isinstance(scale, int) or network.eps == 0):
            return None
        shape = (*weights.shape[:-1], incoming.shape[-1])
        z = product(weights, incoming, self._memory(f"z{i}", shape, weights))
        rounding = 8 * float(np.finfo(weights.dtype).eps) if network.eps == 0 else 0.0
        bound = np.zeros_like(squares) if size is None else np.sqrt(squares) * (np.abs(size) * rounding)
        gamma, beta = np.ones_like(squares), np.zeros_like(squares)
        if network.affine:
            gamma[...], beta[...] = w[f"gamma{i}"], w[f"beta{i}"]
        sigma, h = np.empty_like(squares), self._memory(f"h{i}", shape, weights)
        activation = ACTIVATIONS[network.activation.name]
        low, high = ordinary_range(weights.dtype)  # less, for the ratio of what lies there to what it is divided by
        ordinary = (low**0.8, high**0.8)
        is_centred = size is not None
        of_mean = 0.0 if is_centred else rounding
        eps = float(network.eps)
        if not normalised(z, activation, gamma, beta, eps, squares, ordinary, bound, is_centred, of_mean, sigma, h):
            return None
        return _Layer(weights, scale, incoming, z, h, gamma, sigma)

    def _outputs(self, w: Parts, h: np.ndarray, samples: Samples, out: Parts) -> tuple[np.ndarray, np.ndarray]:
        """Return the loss and its derivative in the outputs, and write the sums of the latter to ``out["c"]``."""
        from psitheory.compiled.network import cross_entropy

        outputs = np.matmul(w["V"], h, out=self._memory("outputs", (*w["V"].shape[:-1], h.shape[-1]), h))
        if self.reference.head.name != "cross-entropy":
            outputs += w["c"][..., None]
            loss, delta = self.reference.head.value_and_slope(outputs, samples.targets)
            out["c"][...] = np.add.reduce(delta, axis=-1)
            return loss, delta
        loss, of_bias = np.empty(len(h), h.dtype), np.empty(w["c"].shape, h.dtype)
        targets = samples.targets.reshape(-1, *samples.targets.shape[-2:])
        cross_entropy(outputs, np.ascontiguousarray(w["c"]), targets, loss, of_bias)
        out["c"][...] = of_bias
        return loss, outputs

    def _memory(self, name: str, shape: tuple[int, ...], like: np.ndarray) -> Any:
        return self.reference.scratch(name, shape, like)
