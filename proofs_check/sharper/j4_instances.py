"""Where the bounds of claim J4 are met, and the critical points that they are measured from."""

import numpy as np

from psitheory.models import Circle, RankOne, Rapidity, Rayleigh, Zonal
from psitheory.runner import Domain
from psitheory.strategies import rayleigh_quotients
from psitheory.strategies.rates import cosines
from psitheory.strategies.zonal import zonal_models


def at(angle, upto, **more):
    """Return a point at an angle from the pole of a cap of log-cosh."""
    return {"model": Circle(Rapidity.log_cosh(upto, **more)), "w": np.array([np.cos(angle), np.sin(angle)])}


def pole(model, w):
    """Return the minimum of a zonal function."""
    e = np.zeros(model.layout.n, dtype=int)
    e[np.cumsum([0, *model.sizes[:-1]])] = 1
    return e * (0 * w + 1)


def axis(model, w, k):
    """Return the k-th basis vector, counted round."""
    return np.eye(model.layout.n, dtype=int)[k % model.layout.n] * (0 * w + 1)


def best(model, w):
    """Return the best approximation of s·I: equal unit vectors, and v = s."""
    return np.array([1, 0, 1, 0, 1]) * (0 * w + 1) * np.array([1, 1, 1, 1, model.matrix[0, 0]])


LOW = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([16.0, 1.0]), "k": 0}
"""Near the minimum, where f - f* is nearly L ln cosh of the angle."""


EVENLY = {"model": RankOne(8 * np.eye(2)), "w": np.array([1.0, 1 / 8, 1.0, -1 / 8, 8 + 1 / 64])}
"""Near one of the best approximations of 8·I, which are many."""


TALL = {**at(3.1415, 3.1414, fall=2.0**20), "z": np.array([1.0, 0.0])}


TALL_IN_SPACE = {
    "model": Zonal((Rapidity.log_cosh(3.1414, fall=2.0**20),), (4,)),
    "w": np.array([np.cos(3.1415), np.sin(3.1415), 0.0, 0.0]),
    "z": np.eye(4)[0],
}


def two_sided_models():
    families = zonal_models(blocks=(1, 1), steepest=1.0), cosines(), rayleigh_quotients()
    return Domain(
        floats=lambda drawn: families[0].floats(drawn) | families[1].floats(drawn) | families[2].floats(drawn)
    )


EVEN = Rapidity([np.pi / 2], [1.0], 1.0)
"""The slope tanh min(θ, π - θ)."""


HALFWAY = {"model": Circle(EVEN), "w": np.array([0.0, 1.0])}


ENDS = {"model": Circle(EVEN), "w": np.array([-1.0, 0.0]), "z": np.array([1.0, 0.0])}
