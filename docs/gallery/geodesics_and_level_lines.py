"""
How do the geodesic and the retraction differ on the sphere?
============================================================

The straight line w + tξ leaves the sphere, but its classes stay on the great circle that the geodesic follows, and lag
behind.  The level lines are those of a Rayleigh quotient, whose minima are two opposite classes.
"""

import numpy as np

from psitheory import Layout, PSIQuotient
from psitheory.checking import Exhibit
from psitheory.models import Rayleigh
from psitheory.plotting import chart, on_sphere

psi = PSIQuotient(Layout.of([3]))
w, x = np.array([0.0, -0.6, 0.8]), np.array([1.4, 0.0, 0.0])
t = np.linspace(0, 1, 41)[:, None]
geodesic, line = psi.exp(w, t * x), psi.retract(w, t * x)
model = Rayleigh(np.diag([3.0, 1.0, 2.0]))
longitude, latitude = chart(91, 181)
figure = Exhibit(
    "path",
    "A geodesic, and what the retraction makes of it",
    "The line w + tξ, its classes, and the geodesic exp(tξ) at equal steps of t, over the level lines of a Rayleigh "
    "quotient (dark is low, stars are minima).",
    {
        "sphere": model.evaluate(on_sphere(longitude, latitude[:, None])).loss,
        "geodesic exp(tξ)": geodesic,
        "classes of w + tξ": psi.canonical(line),
        "line w + tξ": line,
        "minima": np.array([[0.0, -1.0, 0.0]]),
    },
    {"every": "5", "view": "35,-60", "points": "minima"},
)

# %%
# Each point of the line lies at the angle arctan t‖ξ‖, each point of the geodesic at t‖ξ‖.

assert np.allclose(psi.dist(w, line), np.arctan(1.4 * t[:, 0]), rtol=0, atol=1e-14)
assert np.allclose(psi.dist(w, geodesic), 1.4 * t[:, 0], rtol=0, atol=1e-14)
