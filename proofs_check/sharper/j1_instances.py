"""Points and vectors at which the false neighbours of claim J1 fail."""

import numpy as np

from psitheory.arithmetic import RATIONALS as EXACT
from psitheory.layout import Layout
from psitheory.models import Cosine, Rapidity, Zonal
from psitheory.models.functions.jet import Jet

AT_A_JET = {
    "model": Jet(Layout.of([2], 1), np.eye(3)[0], 0.0, np.ones(3), np.eye(3)),
    "w": np.eye(3)[0],
    "x": np.ones(3),
}
ANY = {**AT_A_JET, "L": np.ones(1), "L_v": 1.0}

ON_A_COSINE = {"model": Cosine(np.array([1.0, 0.0])), "w": np.array([9.0, 16.0]), "x": np.array([-16.0, 9.0])}
"""cos θ = .51, where cos θ + sin²θ is 1.25, nearly its largest value."""

LOG_COSH = Rapidity.log_cosh(2.0)
TWO_LOG_COSHES = {
    "model": Zonal((LOG_COSH, LOG_COSH), (2, 2)),
    "w": np.array([3.0, 4.0, 3.0, 4.0]),
    "x": np.array([-4.0, 3.0, -4.0, 3.0]),
}
BESIDE_V = {"model": Zonal((LOG_COSH,), (2,), free=1), "w": np.array([3.0, 4.0, 1.0]), "x": np.array([0.0, 0.0, 1.0])}

COUPLED = Jet(
    Layout.of([2, 2]),
    EXACT.asarray([1, 0, 1, 0]),
    EXACT.element(0),
    EXACT.asarray([0, 1, 0, 1]),
    EXACT.asarray(np.array([[0, 0, 0, 0], [0, 1, 0, -1], [0, 0, 0, 0], [0, -1, 0, 1]])) / 2,
)
"""df = (1, 1) and Hess f = g - df⊗df/2: with L = 1 and m = 2 the exponential's form is 0 everywhere."""
AT_THE_JET = {"model": COUPLED, "w": EXACT.asarray([1, 0, 1, 0]), "x": EXACT.asarray([-1, 1, 1, -1])}
