"""The network on which optimisers are run, as the problem of a typed run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psitheory.conformance.optimizers.runs.network import Network
from psitheory.scaletypes.optimizers.problem import Part, Problem


def problem_of(network: Network) -> Problem:
    """Return the problem of a network, whose parts with blocks are matrices of scale-invariant rows."""
    layout = network.layout

    def parts_of(w: np.ndarray) -> list[np.ndarray]:
        return [np.array(layout.view(part.name, w)) for part in layout.parts]

    def evaluate(weights: Sequence[np.ndarray]) -> tuple[float, list[np.ndarray]]:
        found = network.evaluate(np.concatenate([np.ravel(x) for x in weights]))
        return float(found.loss), parts_of(np.asarray(found.gradient))

    start = tuple(parts_of(network.first))
    parts = tuple(Part(p.name, x.shape, bool(p.blocks)) for p, x in zip(layout.parts, start, strict=True))
    return Problem(parts, start, evaluate)
