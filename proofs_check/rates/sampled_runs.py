"""Long runs of PSI-SGD: their means by intervals of confidence, as a law of claim C3 and as its figure."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from proofs_check.rates.noisy_runs import SWAP, gap_of, with_noise, without_noise
from psitheory.checking import FLOATS, Exhibit, Interval, at_most, law
from psitheory.experiments import descend
from psitheory.models.functions.rayleigh_mean import RayleighMean
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_SGD_TUNED
from psitheory.rates.confidence import mean_intervals

LONG: dict[str, Any] = {
    "model": RayleighMean(np.diag([0.0, 1.0]) + np.stack([-SWAP, SWAP]) / 4),
    "w": np.array([1.0, 1.0]),
    "c": st.sampled_from([0.125, 0.5, 1.0]),
    "seed": st.integers(0, 2**16),
    "steps": 48,
}


def _squares_of_long_runs(model, w, eta, steps, seed, runs=2000):
    """Return G of independent runs, (runs, T), and the intervals (2, T) that hold its means with error 1e-6."""
    seen = descend(
        model,
        PSIGradientDescent(eta),
        np.tile(w, (runs, 1)),
        steps - 1,
        record=range(steps),
        rng=np.random.default_rng(seed),
        batch_size=1,
        sampling="independent",
    )
    squares, range_of_loss = seen.squared_gradient.T, float(model.smoothness.value) / 2
    return squares, mean_intervals(squares, range_of_loss**2, error=1e-6)  # G is four times a variance on that range


def _sampled(model, w, c, seed, steps, bound):
    smoothness = model.smoothness.value
    eta = float(c / smoothness)
    _, (lower, upper) = _squares_of_long_runs(model, w, eta, steps, seed)
    return at_most(
        Interval(lower.min(), upper.min()), bound(smoothness, gap_of(model, w), eta, model.variance(1), steps)
    )


@law(**LONG, on=(FLOATS,))
def the_least_mean_of_long_runs_is_bounded(model, w, c, seed, steps):
    """min_{t<T} E G ≤ 2Δ/(ηT) + Lησ² for T = 48, by intervals of confidence 1 - 1e-6 from 2,000 runs."""
    return _sampled(model, w, c, seed, steps, with_noise)


@the_least_mean_of_long_runs_is_bounded.counterfeit(instance={**LONG, "c": 1.0, "seed": 0})
def noise_costs_nothing_in_long_runs(model, w, c, seed, steps):
    """min_{t<T} E G ≤ 2Δ/(ηT) for T = 48: a rate of 1/T at a fixed horizon with noise that does not vanish."""
    return _sampled(model, w, c, seed, steps, without_noise)


def the_rate_with_its_confidence(rng):
    """Show the least mean of G at the rate tuned to each horizon, with its interval, against the bound."""
    model, w = LONG["model"], LONG["w"]
    horizons = np.unique(np.rint(np.geomspace(2, 100, 10)).astype(int))
    smoothness, gap, variance = model.smoothness.value, gap_of(model, w), model.variance(1)
    rows = []
    for steps in map(int, horizons):
        eta = float(min(1 / smoothness, np.sqrt(2 * gap / (smoothness * steps * variance))))
        squares, (lower, upper) = _squares_of_long_runs(model, w, eta, steps, int(rng.integers(2**32)), runs=4000)
        bound = PSI_SGD_TUNED(smoothness=smoothness, gap=gap, variance=variance, steps=steps)
        rows.append((lower.min(), squares.mean(axis=0).min(), upper.min(), bound))
    lower, mean, upper, bound = np.array(rows).T
    return Exhibit(
        "rate",
        "PSI-SGD at the rate tuned to the horizon",
        "The least mean of G over 4,000 runs, with the interval that holds it with probability 1 - 1e-6 whatever its "
        "distribution, below 2LΔ/T + 2σ√(2LΔ/T).",
        {"steps": horizons, "observed": mean, "lower": lower, "upper": upper, "bound": bound},
        {
            "steps": "number of steps T",
            "y": "min E G",
            "observed": "mean over 4,000 runs",
            "range": "interval of confidence 1 - 1e-6",
            "bound": "bound",
        },
    )
