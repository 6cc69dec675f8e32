"""Inputs for tests of what judges a law."""

from __future__ import annotations

import numpy as np

from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO

ARRAYS = (BALLS, FLOATS, POWERS_OF_TWO, CONTROLS)

DENSE = {"x": np.random.default_rng(0).normal(size=8), "y": np.random.default_rng(1).normal(size=8)}
