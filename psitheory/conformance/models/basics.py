"""What must be so before anything can be said of a loss: it repeats itself, and its gradient is its own."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array
from psitheory.checking import Verdict
from psitheory.conformance.findings import Finding, raised
from psitheory.errors import PsitheoryError
from psitheory.symmetry.baseline import agree
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.sampling import usable, usable_points

REPEATS = "loss_depends_on_the_weights_alone"
GRADIENT = "gradient_is_that_of_the_loss"
POINTS = 4


def repeats(function: LossFunction, rng: np.random.Generator, replay: str) -> Finding:
    """Find out whether the same weights give the same loss, before and after others."""
    law = REPEATS
    (w, first), *_ = usable(function, rng, 2)  # the second is another point, evaluated between
    again = function.observe(w)
    unlike = [a for a in first if not np.array_equal(first[a], again[a], equal_nan=True)]
    aspect = unlike[0] if unlike else "loss"
    return Finding(
        law,
        Verdict.HOLDS if agree(function, w, first, again) else Verdict.REFUTED,
        claimed="f(w) is the same each time",
        observed=f"{_number(first[aspect])!r} against {_number(again[aspect])!r}",
        means="f keeps state from call to call, or is random; nothing can be said of its symmetries",
        replay=replay,
        kind="floats, to rounding" if unlike else "floats, bit for bit",
        cases=2,
    )


def _number(value: Array) -> float:
    return float(value) if value.ndim == 0 else float(np.sum(value))


def gradient_is_right(function: LossFunction, rng: np.random.Generator, replay: str) -> Finding:
    """Compare the gradient with differences of the loss along random directions."""
    law, worst, smallest = GRADIENT, 0.0, ""
    cases = 0
    h = 1e-4 if function.dtype == np.float64 else 3e-2
    assert function.gradients is not None
    try:
        for w in usable_points(function, rng, POINTS):
            gradient = np.asarray(function.gradients(w[None])[0], float)
            x = w * rng.normal(size=w.shape)
            one, two = ((function.loss(w + s * x) - function.loss(w - s * x)) / (2 * s) for s in (h, h / 2))
            slope, exact = (4 * two - one) / 3, float(gradient @ x)
            scale = max(abs(exact), abs(slope), float(np.abs(gradient * x).max(initial=0)))
            doubt = 10 * abs(two - one) + 1e3 * float(np.finfo(function.dtype).eps) * (
                abs(function.loss(w)) / h + scale
            )
            cases += 1
            if abs(slope - exact) > doubt + 1e-7 * scale and abs(slope - exact) / (scale or 1.0) > worst:
                worst = abs(slope - exact) / (scale or 1.0)
                smallest = f"along a random direction: {exact!r} by the gradient, {slope!r} by differences"
    except PsitheoryError:
        raise
    except Exception as error:
        return raised(law, error, replay=replay)
    return Finding(
        law,
        Verdict.REFUTED if worst else Verdict.HOLDS,
        claimed="⟨∇f(w), x⟩ = d/dt f(w + tx)",
        observed=f"they differ by {worst:.1e} of their size",
        smallest=smallest,
        means="the gradient that is given is not that of the loss",
        replay=replay,
        kind="floats",
        cases=cases,
    )
