"""The figures of claim C1: the rate against its bound, how tight that is, and L along a run on digits."""

from itertools import groupby
from typing import Any

import numpy as np

from psitheory.checking import Exhibit
from psitheory.checking.fits import log_log_slope
from psitheory.experiments import descend, log_spaced
from psitheory.experiments.tightness import stored_tightness
from psitheory.models import Rayleigh
from psitheory.models.named import named_model
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates import largest_curvature_along
from psitheory.rates.bounds import PSI_GD, SMOOTH


def one_over_t_is_a_uniform_rate(rng):
    """Show min G / 2LΔ against 1/T, each horizon on instances of its own: diag(0, 1/T, 1), random starts."""
    horizons = np.unique(np.rint(np.geomspace(1, 1000, 25)).astype(int))

    def relative_minima(gap, horizon, w):
        run = descend(Rayleigh(np.diag([0.0, gap, 1.0])), PSIGradientDescent(0.5), w, int(horizon), record=[0, horizon])
        smallest: Any = run.min_squared_gradient
        return smallest[-1] / PSI_GD(smoothness=2.0, gap=run.loss[0], steps=1)

    fixed = np.array([relative_minima(0.1, horizon, np.array([4.0, 1.0, 0.0])) for horizon in horizons])

    def drawn(horizon):
        """Draw starts whose loss falls like 1/T throughout; a larger one would fall in the first steps."""
        return np.stack([rng.uniform(0.5, 8, 16), np.ones(16), rng.uniform(-1, 1, 16) / np.sqrt(horizon)], axis=1)

    observed = np.array([relative_minima(1 / horizon, horizon, drawn(horizon)) for horizon in horizons])
    late = horizons >= 10
    fit = log_log_slope(np.repeat(horizons[late], 16), observed[late].ravel())
    worst = {best.steps: best.ratio for best in stored_tightness(PSI_GD.name)}  # of staircases, which come last
    told = ", ".join(f"{ratio:.3f}" for ratio in worst.values())
    return Exhibit(
        "rate",
        "PSI-GD: the smallest squared gradient against its bound",
        "On instances that vary with T it falls like 1/T, as the bound does; on one fixed instance it falls faster.  "
        f"Exponent for T ≥ 10: {fit}.  The largest observed/bound that searches found: {told} at "
        f"T = {', '.join(map(str, worst))}.",
        {
            "steps": horizons,
            "observed": np.exp(np.log(observed).mean(axis=1)),
            "lower": observed.min(axis=1),
            "upper": observed.max(axis=1),
            "fit": np.where(late, np.exp(fit.intercept) * horizons**fit.slope, np.nan),
            "bound": 1 / horizons,
            "fixed": fixed,
            "tight": np.array([worst.get(int(horizon), np.nan) for horizon in horizons]) / horizons,
        },
        {
            "steps": "number of steps T",
            "y": "min G / 2LΔ",
            "observed": "instances of each T: mean",
            "fit": f"fit: exponent {fit.slope:.2f} ± {fit.upper - fit.slope:.2f}".replace("-", "−"),
            "bound": "bound 1/T",
            "fixed": "one fixed instance",
            "tight": "largest found",
            "range": "instances of each T: range",
            "points": "tight",
        },
    )


def how_tight_the_bound_is(rng):
    """Show the largest share of 2LΔ/T that searches found, and the exact worst case in flat space."""
    families = groupby(stored_tightness(PSI_GD.name), key=lambda best: best.family)
    four, six, flat, steep = (list(found) for _, found in families)
    quotients = [max(pair, key=lambda best: best.ratio) for pair in zip(four, six, strict=True)]
    stored = np.array([best.steps for best in quotients])
    horizons = np.union1d(stored, np.rint(np.geomspace(1, 100, 41)).astype(int))

    def at_stored(found):
        return np.array([dict(zip(stored, found, strict=True)).get(steps, np.nan) for steps in horizons])

    return Exhibit(
        "curves",
        "How tight 2LΔ/T is",
        "On Rayleigh quotients of up to six eigenvalues searches find instances at "
        + ", ".join(f"{best.ratio:.3f}" for best in quotients)
        + f" of the bound for T = {', '.join(map(str, stored))}.  Where L bounds the joint Hessian from above only, "
        "staircases on the circle that fall steeply come to the bound at every T; where it bounds the norm, staircases "
        "come to 4LΔ/(3T - 1), the exact worst case (in a flat space: Abbaszadehpeivasti, de Klerk and Zamani, 2022), "
        "which is 2/3 of the bound for large T.",
        {
            "x": horizons,
            "quotients": at_stored([best.ratio for best in quotients]),
            "staircases": at_stored([best.ratio for best in flat]),
            "cliffs": at_stored([best.ratio for best in steep]),
            "flat": SMOOTH(smoothness=1.0, gap=1.0, steps=horizons) * horizons / 2,
        },
        {
            "x": "number of steps T",
            "y": "min G / (2LΔ/T)",
            "quotients": "largest found on Rayleigh quotients",
            "staircases": "staircases, L two-sided",
            "cliffs": "staircases that fall steeply, L one-sided",
            "flat": "exact worst case, L two-sided",
            "guides": "flat",
            "points": "quotients,staircases,cliffs",
            "xscale": "log",
        },
    )


def l_along_a_run_on_digits(rng):
    """Show the largest eigenvalue of the scaled Hessian on steps of PSI-GD on digits, which is L where it looked."""
    model, start = named_model("digits")
    eta, times = 0.5, log_spaced(24)(999)
    around = np.unique([times, times + 1])
    run = descend(model, PSIGradientDescent(eta), start(rng), 1000, record=around, keep_points=True)
    ends = np.searchsorted(around, np.stack([times, times + 1], axis=1))
    seen = largest_curvature_along(model, np.asarray(run.points)[ends], tolerance=1e-4)
    return Exhibit(
        "curves",
        "L along a run on digits: local, not certified",
        f"{len(times)} of the 1,000 steps of PSI-GD at η = {eta:g}: {seen}.  With an L "
        "below 1/η a step lowers the loss by ηG/2 at least.",
        {
            "x": times + 1,
            "begin": seen.values[:, 0],
            "middle": seen.values[:, 1],
            "largest": seen.per_segment,
            "limit": np.full(len(times), 1 / eta),
        },
        {
            "x": "step",
            "y": "largest eigenvalue of the scaled Hessian",
            "begin": "where the step begins",
            "middle": "halfway",
            "largest": "largest seen on the step",
            "limit": "1/η",
            "points": "begin,middle",
            "guides": "limit",
            "xscale": "log",
        },
    )


FIGURES = (one_over_t_is_a_uniform_rate, how_tight_the_bound_is, l_along_a_run_on_digits)
