"""How many steps gradient descent takes from equivalent starts: what claim C2 says of it, as observations."""

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.checking import Interval, at_most, equal
from psitheory.checking.fits import log_log_slope
from psitheory.experiments.arrival import steps_to_reach
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import Cosine, Rayleigh
from psitheory.optimizers import GradientDescent

PLANE = Rayleigh(np.diag([0.0, 1.0]))
FAR, NEAR = np.geomspace(1.5, 15, 40), np.geomspace(1 / 40, 1 / 4, 40)
THRESHOLD = 0.02


def exponent_is(exponent, tolerance, method, u, scales):
    """Claim that the slope of log(steps) in log(a²) has an interval that holds the exponent, to the tolerance."""
    steps = steps_to_reach(PLANE, method, scales[:, None] * u, THRESHOLD, most_steps=20_000)
    fit = log_log_slope(scales**2, steps, censored=steps < 0, confidence=1 - 1e-6)
    found = np.array([fit.lower, -fit.upper, fit.upper - exponent, exponent - fit.lower])
    return at_most(Interval(found, found), np.array([exponent, -exponent, tolerance, tolerance]))


def steps_do_not_depend_on_the_scale(method, model, w, a):
    """Claim that the steps to G ≤ L²/1024 at the rate 1/L are as many from a·w as from w."""
    smoothness = float(model.smoothness.value)
    both = np.stack([w, model.layout.scale(a, w)])
    steps = steps_to_reach(model, method(1 / smoothness), both, smoothness**2 / 1024, most_steps=100)
    return equal(steps[0], steps[1])


def after_one_step(a, eta):
    """Return G after one step of gradient descent from a·(0, 1) on the cosine with (1, 0), where G was 1."""
    xp = namespace(a)
    one, zero = xp.ones_like(a), xp.zeros_like(a)
    model, w = Cosine(np.array([1.0, 0.0])), xp.stack([zero, one * a])
    here = model.evaluate(w)
    w, _ = GradientDescent(eta).step(model.layout, w, here, ())
    return riemannian_square(model.layout, w, model.evaluate(w).gradient)
