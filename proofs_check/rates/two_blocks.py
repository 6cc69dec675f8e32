"""Where bounds for two coupled blocks and a free parameter are nearly met: near the best approximations of s·I."""

import numpy as np
from hypothesis import strategies as st

from proofs_check.sharper.runs import least
from psitheory.arithmetic import namespace
from psitheory.checking import at_most
from psitheory.models import RankOne
from psitheory.optimizers import PerBlock, PSIGradientDescent
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

WHERE_V_LEADS = {
    "model": RankOne(np.diag([1.0, 0.5])),
    "r": st.sampled_from([1 / 64, 16.0, 1.0]),
    "tilt": ratios(0, 1),
    "v": ratios(1, 2),
}
"""What is left of G is that of v, beside blocks of norm about r."""


def near_the_best(r, tilt, v):
    """Return blocks r·(1, ±tilt²/64), next to their best directions, and v, for which 1 is best there."""
    xp = namespace(v)
    one, across = xp.ones_like(v), tilt * tilt / 64
    return xp.stack([r * one, r * across, r * one, -r * across, v])


def largest_curvature_below(model, w):
    r"""Return a bound on L where f ≤ f(w): there |v| is at most ‖B‖ + √(2(f(w) - f*))."""
    gap = model.evaluate(w).loss - model.minimum  # no less than (|v| - ‖B‖)²/2 wherever v is
    return model.smoothness_within(model.norm + namespace(w).sqrt(2 * gap)).value


def constants_below(model, w):
    r"""Return :math:`\tilde L_1, \tilde L_2, \tilde L_v` on {f ≤ f(w)}, where |v| ≤ V = ‖B‖ + √(2(f(w) - f*)).

    At unit blocks :math:`\|\nabla^2_{ii}f\| \le \tfrac{2}{\sqrt3}V\|B\|`, as for a cosine;
    :math:`\|\nabla^2_{12}f\| \le V\|B\|`, :math:`\|\nabla^2_{iv}f\| \le \|B\|` and
    :math:`\nabla^2_{vv}f = 1`.  For the first, 6/5 > 2/√3 is taken.
    """
    norm, gap = model.norm, model.evaluate(w).loss - model.minimum
    largest = norm + namespace(w).sqrt(2 * gap)
    block = 11 * largest * norm / 5 + norm
    return block, block, 1 + 2 * norm


def minimum_is_bounded_at_own_rates(steps, model, w, c, pick):
    """Claim min G ≤ 2 L̃ Δ/((2 - c)cT) at η_i = c/L̃_i, with the ``pick`` of the L̃_i; at c = 1: 2 L̃ Δ/T."""
    first, second, free = constants_below(model, w)
    xp = namespace(w)
    method = PSIGradientDescent(PerBlock(c / xp.stack([first, second]), c / free))
    gap, smallest = least(model, method, w, steps)
    return at_most(smallest, 2 * pick(xp)(xp.stack([first, second, free])) * gap / ((2 - c) * c * steps))


def second_block_twice_as_far(eta):
    """Return the rate η for the first block and v, 2η for the second block."""
    return PerBlock(namespace(eta).stack([eta, 2 * eta]), eta)


def free_parameter_three_times_as_far(eta):
    """Return the rate η for both blocks, 3η for v."""
    return PerBlock(eta, 3 * eta)
