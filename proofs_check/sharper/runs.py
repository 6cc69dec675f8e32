"""Runs of chapter J: the smallest gradient, staircases that keep it large, and what is claimed of both."""

from proofs_check.sharper.gains import free_square, slopes
from psitheory.arithmetic import namespace
from psitheory.checking import at_most
from psitheory.experiments import descend
from psitheory.models import Circle, Rapidity
from psitheory.optimizers import AdaptiveRapidityDescent, RapidityDescent
from psitheory.rates.bounds import RAPIDITY
from psitheory.strategies.zonal import stair_tops


def least(model, method, w, steps):
    """Return Δ and min G over t < T."""
    seen = descend(model, method, w, steps, record=[0, steps])
    assert seen.min_squared_gradient is not None
    return seen.loss[0] - model.minimum, seen.min_squared_gradient[-1]


def stairs(y, turn, steps, *, fall=2.0**20):
    """Return an instance of T steps that meet the slope y each if they turn by ``turn``; its stairs are a bit short."""
    wave = Rapidity.staircase(y, turn * (1 - 2.0**-24), steps - 1, fall=fall)
    return {"steps": steps, "model": Circle(wave), "w": stair_tops(wave)}


def potential_is_bounded(steps, model, w, potential=lambda blocks, v: blocks + v):
    """Claim min Φ ≤ 2Δ/LT for a potential of -Σ ln(1 - y_i²) and G_v/L²."""
    L, seen, first = model.smoothness.value, [], model.evaluate(w).loss
    for _ in range(steps):
        y = slopes(model, w, L)
        blocks = -namespace(y).sum(namespace(y).log1p(-y * y), axis=-1)
        seen.append(potential(blocks, free_square(model, w) / (L * L)))
        w, _ = RapidityDescent(L).step(model.layout, w, model.evaluate(w), ())
    return at_most(namespace(w).min(namespace(w).stack(seen)), 2 * (first - model.minimum) / (L * steps))


def without_l(steps, model, w, c, largest):
    """Claim the last estimate at most ``largest`` of the first one and L, and min G at most the bound with it."""
    L, xp = model.smoothness.value, namespace(w)
    first, gap, seen = 10 * c * L / 7, model.evaluate(w).loss - model.minimum, []
    method = AdaptiveRapidityDescent(model, first)
    estimate = method.init(model.layout, w)
    for _ in range(steps):
        seen.append(xp.sum(slopes(model, w, 1 + 0 * L) ** 2, axis=-1))
        w, estimate = method.step(model.layout, w, model.evaluate(w), estimate)
    estimate = estimate[()]
    bound = RAPIDITY(smoothness=estimate, gap=gap, blocks=1, steps=steps)
    return at_most(xp.stack([estimate, xp.min(xp.stack(seen))]), xp.stack([largest(xp, first, L), bound]))
