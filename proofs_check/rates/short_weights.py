"""Why L is taken at unit blocks: a law of claim C2 on the curvature where weights are short."""

import numpy as np

from psitheory.arithmetic import dot
from psitheory.checking import BALLS, RATIONALS, at_most, law
from psitheory.models import Rayleigh
from psitheory.strategies import points, rayleigh_quotients, vectors

SHORT = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1 / 1024, 0.0]), "x": np.array([0.0, 1.0])}


def _a_million_times(model, w, x):
    """Claim xᵀ∇²f(w)x ≥ 10⁶ L‖x‖²."""
    return at_most(10**6 * model.smoothness.value * dot(x, x), dot(x, model.hessian_vector(w, x)))


@law(
    model=rayleigh_quotients(),
    w=points("model"),
    x=vectors("model"),
    quantifier="exists",
    on=(RATIONALS, BALLS),
    instance=SHORT,
)
def short_weights_have_any_curvature(model, w, x):
    """There are w with xᵀ∇²f(w)x ≥ 10⁶ L‖x‖²: no bound of the Hessian holds on all weights, as it goes with 1/r²."""
    return _a_million_times(model, w, x)


@short_weights_have_any_curvature.counterfeit
def so_have_weights_twice_as_long(model, w, x):
    """It is so at twice these weights, where the curvature is a fourth of that."""
    return _a_million_times(model, 2 * w, x)
