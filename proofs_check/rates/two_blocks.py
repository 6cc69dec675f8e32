"""Where bounds for two coupled blocks and a free parameter are nearly met: near the best approximations of s·I."""

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.models import RankOne
from psitheory.optimizers import PerBlock
from psitheory.strategies import counts, ratios
from psitheory.strategies.rates import even_rank_ones, near_the_best_rank_one

NEAR_MINIMA = {
    "steps": counts(1, 4),
    "model": even_rank_ones(),
    "w": near_the_best_rank_one("model"),
    "c": ratios(0, 2),
}

_START = np.array([1.0, 1 / 16, 1.0, -1 / 16, 8.0])
CURVED_BLOCKS = {"steps": 2, "model": RankOne(8 * np.eye(2)), "w": _START, "c": 1.75}
CURVED_V = {"steps": 2, "model": RankOne(np.eye(2) / 8), "w": _START, "c": 1.75}


def largest_curvature_below(model, w):
    r"""Return a bound on L where f ≤ f(w): there |v| is at most ‖B‖ + √(2(f(w) - f*))."""
    gap = model.evaluate(w).loss - model.minimum  # no less than (|v| - ‖B‖)²/2 wherever v is
    return model.smoothness_within(model.norm + namespace(w).sqrt(2 * gap)).value


def second_block_twice_as_far(eta):
    """Return the rate η for the first block and v, 2η for the second block."""
    return PerBlock(namespace(eta).stack([eta, 2 * eta]), eta)


def free_parameter_three_times_as_far(eta):
    """Return the rate η for both blocks, 3η for v."""
    return PerBlock(eta, 3 * eta)
