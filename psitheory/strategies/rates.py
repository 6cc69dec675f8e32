"""Domains of what rate claims need: planar starts away from critical points."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.runner.domain import Domain


def planar_starts(count: int, *, angles: tuple[float, float] = (0.6, 1.1), ensembles: int = 2) -> Domain:
    """Draw (count, 2) unit vectors with random angles in a range; there are ``ensembles`` different draws."""

    def ensemble(seed: int) -> Any:
        theta = np.random.default_rng(seed).uniform(*angles, count)
        return np.stack([np.cos(theta), np.sin(theta)], axis=-1)

    return Domain(floats=lambda _: st.integers(0, ensembles - 1).map(ensemble))
