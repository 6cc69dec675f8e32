"""Blocks of unequal sizes beside blocks of one size: as many blocks, as many entries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.goals import COMPILED, OURS
from benchmarks.peers import peer
from benchmarks.timing import Case, Contender
from psitheory.geometry import CompiledPSIQuotient, PSIQuotient
from psitheory.layout import Layout

BLOCKS, MEAN = 1000, 16


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield a case for each operation: a thousand blocks of 8 to 24 entries in random order, or of 16 each."""
    half = rng.integers(8, 25, BLOCKS // 2)
    ragged = Layout.of(rng.permutation(np.concatenate([half, 2 * MEAN - half])).tolist())
    equal = Layout.of([MEAN] * BLOCKS)
    kinds = {OURS: PSIQuotient, **({COMPILED: CompiledPSIQuotient} if peer("numba") else {})}
    w, z = rng.normal(size=(2, BLOCKS * MEAN))
    for op in ("project", "exp", "dist", "gradient"):
        contenders = [
            Contender(name + which, partial(getattr(kind(layout), op), w, z))
            for name, kind in kinds.items()
            for which, layout in (("", ragged), (", equal blocks", equal))
        ]
        yield Case("ragged", f"{op}, {BLOCKS} ragged blocks", contenders)
