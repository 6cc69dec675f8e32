"""The backward pass of a batch-norm network, and descent on it, compiled; what is not ordinary is left to NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.arithmetic import ordinary_range
from psitheory.compiled import is_compiled
from psitheory.errors import ArgumentError
from psitheory.layout import Layout
from psitheory.models.networks.backprop import Network, Samples

if TYPE_CHECKING:
    from psitheory.compiled.backprop import Batch, Shape


class CompiledNetwork:
    """Does for rows of weights (K, n) what :class:`~psitheory.models.networks.backprop.Network` does, wherever it can.

    Raises
    ------
    ArgumentError
        If the activation is not compiled.
    """

    def __init__(self, network: Network, layout: Layout) -> None:
        from psitheory.compiled.network import ACTIVATIONS

        if network.activation.name not in ACTIVATIONS:
            raise ArgumentError(
                f"activation is {network.activation.name!r}; engine 'numba' needs one of {', '.join(ACTIVATIONS)}"
            )
        self._network, self._layout = network, layout
        self._shapes: dict[np.dtype[Any], Shape] = {}

    def gradient(self, w: np.ndarray, samples: Samples, out: np.ndarray) -> np.ndarray | None:
        """Return losses (K,) and write gradients (K, n) to ``out``; None where NumPy's formula has to.

        It has to where floats are neither of single nor of double precision, a row is of extreme size, a neuron dead,
        or something not finite.
        """
        from psitheory.compiled.backprop import gradients

        if not is_compiled(w, samples.rows):
            return None
        loss, batch = np.empty(len(w), w.dtype), _batch(samples)
        done = gradients(np.ascontiguousarray(w), self._shape(w.dtype), batch, self._memory(w, batch), loss, out)
        return loss if done else None

    def descender(self, w: np.ndarray, samples: Samples, rates: np.ndarray, on_quotient: bool) -> Any:
        """Return :func:`psitheory.compiled.backprop.descended` on these samples, for floats such as ``w``.

        It takes coordinates, steps, seen, total, least and out.
        """
        from psitheory.compiled.backprop import descended

        shape, batch = self._shape(w.dtype), _batch(samples)
        memory = self._memory(w, batch)
        return lambda x, *rest: bool(descended(x, shape, batch, memory, rates, on_quotient, *rest))

    def _shape(self, dtype: np.dtype[Any]) -> Shape:
        """Return what the passes know of the network, for floats of that kind."""
        if dtype not in self._shapes:
            self._shapes[dtype] = self._new_shape(dtype)
        return self._shapes[dtype]

    def _new_shape(self, dtype: np.dtype[Any]) -> Shape:
        from psitheory.compiled.backprop import Shape
        from psitheory.compiled.network import ACTIVATIONS

        network, parts = self._network, self._layout.parts
        starts = np.cumsum([0, *(part.size for part in parts)])
        rows = [
            start + np.arange(part.blocks + 1) * part.shape[1]
            for start, part in zip(starts, parts, strict=False)
            if part.blocks
        ]
        eps = float(network.eps)
        return Shape(
            np.array([parts[0].shape[1], *(part.shape[0] for part in parts if part.blocks), parts[-1].size]),
            starts[:-1],
            np.concatenate([np.stack([ends[:-1], ends[1:]], axis=-1) for ends in rows]),
            ACTIVATIONS[network.activation.name],
            network.affine,
            network.head.name == "squared",
            eps,
            8 * float(np.finfo(dtype).eps) if eps == 0 else 0.0,
            ordinary_range(dtype),
        )

    def _memory(self, w: np.ndarray, batch: Batch) -> Any:
        size = self._shape(w.dtype).memory(batch.rows.shape[1])
        return self._network.scratch("compiled", (size,), w)


def _batch(samples: Samples) -> Batch:
    from psitheory.compiled.backprop import Batch

    arrays = (samples.columns, samples.rows, samples.targets)
    columns, rows, targets = (np.ascontiguousarray(x.reshape(-1, *x.shape[-2:])) for x in arrays)
    return Batch(columns, rows, targets, np.abs(samples.size).reshape(-1))
