"""The figures of claim J3: the rate of rapidity descent against its bound and 2LΔ/T, and a race on digits."""

import numpy as np

from proofs_check.sharper.runs import least
from psitheory.checking import Exhibit
from psitheory.experiments import descend, log_spaced
from psitheory.models import Circle, Rapidity, Rayleigh
from psitheory.models.named import named_model
from psitheory.optimizers import AdaptiveRapidityDescent, PSIArmijo, PSIGradientDescent, RapidityDescent
from psitheory.rates import largest_curvature
from psitheory.rates.bounds import PSI_GD, RAPIDITY
from psitheory.strategies.zonal import stair_tops

GAP = 1.4


def the_rate_against_both_bounds(rng):
    """Show min G/L² at Δ = 1.4 L: staircases, which meet the bound while they fit on the circle, and others."""
    horizons = np.unique(np.rint(np.geomspace(1, 300, 24)).astype(int))
    bound = RAPIDITY(smoothness=1.0, gap=GAP, blocks=1, steps=horizons)
    sharp = np.full(len(horizons), np.nan)
    for k, steps in enumerate(horizons):
        y = float(np.sqrt(bound[k]))
        if steps * np.arctanh(y) <= np.pi:
            wave = Rapidity.staircase(y, float(np.arctanh(y)) * (1 - 2.0**-24), int(steps) - 1, fall=2.0**20)
            _, sharp[k] = least(Circle(wave), RapidityDescent(1.0), stair_tops(wave), int(steps))
    observed = np.array([_on_quotients(rng, int(steps)) for steps in horizons])
    return Exhibit(
        "rate",
        "Rapidity descent against its bound and 2LΔ/T",
        "With L = 1 and Δ = 1.4: staircases with cliffs meet the bound L²(1 - exp(-2Δ/LT)) for T = 1, 2 and 3, as many "
        "as fit on half the circle; the bound stays below L² and below 2LΔ/T, which it approaches.  Rayleigh "
        "quotients, whose Δ is below L/2, fall faster.",
        {
            "steps": horizons,
            "observed": observed.max(axis=1),
            "lower": observed.min(axis=1),
            "upper": observed.max(axis=1),
            "sharp": sharp,
            "bound": bound,
            "quadratic": PSI_GD(smoothness=1.0, gap=GAP, steps=horizons),
        },
        {
            "steps": "number of steps T",
            "y": "min G/L²",
            "observed": "Rayleigh quotients: largest",
            "range": "Rayleigh quotients: range",
            "sharp": "staircases",
            "bound": "bound",
            "quadratic": "2LΔ/T",
            "points": "sharp",
            "guides": "quadratic",
        },
    )


def _on_quotients(rng, steps):
    """Return min G of 16 starts on diag(0, 1/T, 1), in units of L²."""
    w = np.stack([rng.uniform(0.1, 4, 16), np.ones(16), rng.uniform(-1, 1, 16) / np.sqrt(steps)], axis=1)
    return least(Rayleigh(np.diag([0.0, 1 / steps, 1.0])), RapidityDescent(2.0), w, steps)[1] / 4


def a_race_on_digits_without_a_known_l(rng):
    """Show the smallest G so far on digits: rapidity descent that seeks L, PSI-GD with backtracking, PSI-GD."""
    model, start = named_model("digits")
    w, steps = start(rng), 400
    local = float(largest_curvature(model, w).value)
    methods = {
        "rapidity": AdaptiveRapidityDescent(model, local / 64),
        "armijo": PSIArmijo(model, 64 / local, slope=0.5),
        "psi": PSIGradientDescent(1 / local),
    }
    times = log_spaced(40)(steps)
    runs = {name: descend(model, method, w, steps, record=times) for name, method in methods.items()}
    return Exhibit(
        "curves",
        "A race on digits without a known L",
        f"L at the start is {local:.3g} by a local measurement; the searches begin at L/64.  G is a class function, so "
        "the picture does not depend on the representatives.  A race proves nothing of other instances.",
        {"x": times + 1, **{name: np.asarray(run.min_squared_gradient) for name, run in runs.items()}},
        {
            "x": "step",
            "y": "smallest G so far",
            "rapidity": "rapidity descent, L sought",
            "armijo": "PSI-GD with backtracking",
            "psi": "PSI-GD at 1/L of the start",
            "xscale": "log",
            "yscale": "log",
        },
    )


FIGURES = (the_rate_against_both_bounds, a_race_on_digits_without_a_known_l)
