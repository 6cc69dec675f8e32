"""The figures of claim E3: how far SGD with decay and AdamG* are apart, against η."""

import numpy as np

from proofs_check.sphere.e3_runs import Setting, gap_after
from psitheory.arithmetic import precision, to_balls
from psitheory.arithmetic.balls import BALLS
from psitheory.checking import Exhibit
from psitheory.models import Rayleigh

SETTINGS = {
    "v used first (λ = 0)": (Setting(), 0),
    "v used first (λ = 1)": (Setting(), 1),
    "v updated first (λ = 0)": (Setting("new"), 0),
    "v updated first (λ = 1)": (Setting("new"), 1),
}
EXPONENTS = np.arange(4, 9)


def _gaps(steps, setting, decay):
    """Return log₁₀ of the distance at each η, computed with 256 bits."""
    with precision(256):
        model, w = Rayleigh(to_balls(np.diag([0.0, 1.0, 3.0]))), to_balls(np.array([1.0, 2.0, -1.0]))
        found = [gap_after(model, w, BALLS.element(2.0**-k), decay, steps(int(k)), setting) for k in EXPONENTS]
        return np.array([float(gap.log().mid()) for gap in found]) / np.log(10)


def _figure(title, caption, steps):
    rows = {name: _gaps(steps, *chosen) for name, chosen in SETTINGS.items()}
    return Exhibit(
        "curves",
        title,
        caption,
        {"x": -EXPONENTS * np.log10(2), **rows},
        {"x": "log₁₀ η", "y": "log₁₀ of the distance", "points": ",".join(rows)},
    )


def after_five_steps(rng):
    """Show the distance after five steps."""
    return _figure(
        "SGD with decay and AdamG* after five steps",
        "Slopes 5 (both λ), 3 and 2: the order depends on when v is updated.",
        lambda k: 5,
    )


def at_a_fixed_horizon(rng):
    """Show the distance at ηN = 1/4."""
    return _figure(
        "SGD with decay and AdamG* at a fixed horizon, ηN = 1/4",
        "Slopes 3 (both λ), 2 and 1: errors of the second moment add up over N steps.",
        lambda k: 2 ** (k - 2),
    )


FIGURES = (after_five_steps, at_a_fixed_horizon)
