"""PSI-SGD where noise is all there is, and on two coupled blocks with a free parameter: laws of claim C3."""

import numpy as np
from hypothesis import strategies as st

from proofs_check.rates.noisy_runs import SWAP, gap_of, least_mean, with_noise
from proofs_check.rates.rank_one_mean import RankOneMean
from proofs_check.rates.two_blocks import free_parameter_three_times_as_far
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, at_most, law
from psitheory.models.functions.rayleigh_mean import RayleighMean
from psitheory.strategies import counts, ratios
from psitheory.strategies.rates import near_the_best_rank_one

SHARP = {"share": ratios(0, 1), "size": ratios(0, 1), "c": ratios(0, 1)}


def _from_the_noise(share, size, c, bound):
    """Claim the bound for T = 6 on diag(0, 1) ± ε(0 1; 1 0), ε = size/16, where σ² = 4ε², from G_0 of about that."""
    xp, one, eps = namespace(size), namespace(size).ones_like(size), size / 16
    mean, swap = xp.stack([xp.stack([0 * one, 0 * one]), xp.stack([0 * one, one])]), eps * SWAP.astype(int)
    model = RayleighMean(xp.stack([mean + swap, mean - swap]))
    w, eta = xp.stack([one, eps * (1 + share)]), c / 2
    return at_most(least_mean(model, w, lambda t: eta, 6), bound(2 * one, gap_of(model, w), eta, 4 * eps * eps, 6))


@law(**SHARP, on=(BALLS, FLOATS))
def the_least_mean_is_bounded_where_noise_is_all_there_is(share, size, c):
    """The same for T = 6 with the least σ², from about as far as the noise itself leads."""
    return _from_the_noise(share, size, c, with_noise)


@the_least_mean_is_bounded_where_noise_is_all_there_is.counterfeit(instance={"share": 0.0, "size": 0.25, "c": 1.0})
def half_of_the_noise_costs_as_much(share, size, c):
    """The same with Lησ²/2."""
    return _from_the_noise(
        share, size, c, lambda smoothness, gap, rate, v, steps: with_noise(smoothness, gap, rate, v / 2, steps)
    )


NOISE = np.array([[1.0, 0.5], [0.25, -1.0]]) / 4096
TWO_BLOCKS = {
    "steps": counts(1, 4),
    "model": st.sampled_from([RankOneMean(s * np.eye(2) + np.stack([NOISE, -NOISE])) for s in (8.0, 0.125)]),
    "w": near_the_best_rank_one("model"),
    "v": ratios(0, 2),
    "c": ratios(0, 1),
}


def _two_blocks(steps, model, w, v, c, bound, rate_of=lambda eta: eta):
    """Claim the bound at η = c/L, with L and σ² that hold where the runs stay; blocks start as in w."""
    w, largest = namespace(w).concat([w[:-1], v * namespace(w).ones_like(w[-1:])]), model.largest(v)
    smoothness = model.mean.smoothness_within(largest).value
    gap, eta = model.evaluate(w).loss - model.mean.minimum, c / smoothness
    least = least_mean(model, w, lambda t: rate_of(eta), steps)
    return at_most(least, bound(smoothness, gap, eta, model.variance(largest), steps))


@law(**TWO_BLOCKS, on=(BALLS, FLOATS))
def the_least_mean_is_bounded_for_two_blocks_and_a_free_parameter(steps, model, w, v, c):
    """The same for two coupled blocks and a free parameter, mini-batches of one of two samples."""
    return _two_blocks(steps, model, w, v, c, with_noise)


@the_least_mean_is_bounded_for_two_blocks_and_a_free_parameter.counterfeit(
    instance={
        "steps": 6,
        "model": RankOneMean(np.eye(2) / 8 + np.stack([NOISE, -NOISE])),
        "w": np.array([1.0, 1 / 16, 1.0, -1 / 16, 1.0]),
        "v": 1.0,
        "c": 1.0,
    }
)
def the_free_parameter_may_go_three_times_as_far(steps, model, w, v, c):
    """The same if v steps with 3η."""
    return _two_blocks(steps, model, w, v, c, with_noise, free_parameter_three_times_as_far)


NOISY_BLOCKS = (
    the_least_mean_is_bounded_where_noise_is_all_there_is,
    the_least_mean_is_bounded_for_two_blocks_and_a_free_parameter,
)
