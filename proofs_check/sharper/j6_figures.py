"""The figure of claim J6: how long a step may be."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.models import Circle, Cosine, Rapidity
from psitheory.optimizers import PSIGradientDescent


def how_long_a_step_may_be(rng):
    """Show ηL up to which PSI-GD lowers f, by the slope: the formula, log-cosh and the cosine."""
    y = np.linspace(0.01, 0.86, 86)
    below = np.where(y < np.tanh(np.pi / 4), np.tan(2 * np.arctanh(np.minimum(y, 0.6557))) / y, np.nan)
    cosine = Cosine(np.array([1.0, 0.0]))
    curves = {
        "log_cosh": _largest(Circle(Rapidity.log_cosh(2.5)), np.arctanh(y), 1.0),
        "cosine": _largest(cosine, np.arcsin(y * 2 / np.sqrt(3)), 2 / np.sqrt(3)),
    }
    return Exhibit(
        "curves",
        "How long a step may be",
        "The largest ηL at which a step of PSI-GD does not raise f.  Log-cosh meets tan(2 artanh y)/y; beyond y = "
        "tanh(π/4) = .6558 no step is too long.  The cosine allows longer steps from the slopes that it has near its "
        "minimum.",
        {"x": y, **{name: np.where(values < 30, values, np.nan) for name, values in curves.items()}, "formula": below,
         "two": np.full_like(y, 2.0)},
        {
            "x": "y = √G/L",
            "y": "largest ηL",
            "log_cosh": "log-cosh",
            "cosine": "cosine",
            "formula": "tan(2 artanh y)/y",
            "two": "2",
            "guides": "formula,two",
            "yscale": "log",
        },
    )  # fmt: skip


def _largest(model, angles, smoothness):
    """Return the largest ηL, by bisection, at which a step from each angle does not raise f."""
    w = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    here = model.evaluate(w)
    low, high = np.full(len(w), 1.0), np.full(len(w), 1e3)
    for _ in range(50):
        middle = np.sqrt(low * high)
        after, _ = PSIGradientDescent(middle / smoothness).step(model.layout, w, here, ())
        falls = model.evaluate(after).loss <= here.loss
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    return low


FIGURES = (how_long_a_step_may_be,)
