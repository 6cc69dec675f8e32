"""The figure of claim D3: how far apart a run and its rotated copy are, for Adam, AdamS and Adam-G."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.models import Rayleigh
from psitheory.optimizers import Adam, AdamG, adam_s

STEPS, STARTS = 100, 8
METHODS = {"Adam": Adam(0.01), "AdamS": adam_s(0.01), "Adam-G": AdamG(0.01)}


def _points(matrix, method, w):
    run = descend(Rayleigh(matrix), method, w, STEPS, record=range(STEPS + 1), keep_points=True)
    assert run.points is not None
    return run.points


def how_far_a_rotation_is_seen(rng):
    """Show the distance of Q times the run on A and the run on QAQᵀ from Qw, over random Q in four dimensions."""
    matrix, w = np.diag([0.0, 1.0, 3.0, 7.0]), rng.normal(size=(STARTS, 4))
    turns = np.linalg.qr(rng.normal(size=(STARTS, 4, 4)))[0]
    psi, seen = PSIQuotient(Rayleigh(matrix).layout), {}
    for name, method in METHODS.items():
        apart = []
        for q, start in zip(turns, w, strict=True):
            here, there = _points(matrix, method, start), _points(q @ matrix @ q.T, method, q @ start)
            apart.append(psi.dist(there, here @ q.T))
        seen[name] = np.maximum(np.median(apart, axis=0), 1e-17)
    return Exhibit(
        "curves",
        "A rotation of the block, seen by the methods",
        f"Distance of the run on QAQᵀ from the rotated run on A, median over {STARTS} rotations in four dimensions: "
        "coordinate-wise second moments see the axes, one for each block does not.",
        {"x": np.arange(STEPS + 1), **seen},
        {"x": "step", "y": "distance of the classes (radians)", "yscale": "log"},
    )
