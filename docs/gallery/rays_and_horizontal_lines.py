"""
What is a point of the quotient, and what is a tangent vector?
==============================================================

All positive multiples of w are one point: a ray.  A tangent vector is a vector at right angles to the ray, lifted to
each of its representatives: at 2w it is twice as long, and leads to the same ray again.
"""

import numpy as np

from psitheory import Layout, PSIQuotient
from psitheory.checking import Exhibit

psi = PSIQuotient(Layout.of([2]))
w, x = np.array([np.sqrt(3), 1.0]) / 2, np.array([-1.0, np.sqrt(3)]) / np.sqrt(12)
scales = np.array([[0.5], [1.0], [1.5]])
points, lifts = psi.act(scales, w), psi.act(scales, x)

turn = np.linspace(0, 2 * np.pi, 181)
circle = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
figure = Exhibit(
    "path",
    "Rays, the unit circle and horizontal lines",
    "One class is a ray; its tangent vectors lie on the horizontal line of each representative (dotted).  The three "
    "lifts of one vector lead from one ray (circles) to one ray (squares).",
    {
        "rays": np.stack([0 * circle, 1.9 * circle], axis=-2)[:-1:15],
        "circle": circle,
        "horizontal": np.stack([points - 1.6 * lifts, points + 1.6 * lifts], axis=-2),
        "lifts": np.stack([points, points + lifts], axis=-2),
    },
    {
        "guides": "rays,circle,horizontal",
        "rays": "rays: the classes",
        "circle": "unit circle",
        "horizontal": "horizontal lines",
        "lifts": "one vector, three lifts",
        "x": "w₁",
        "y": "w₂",
    },
)

# %%
# The three ends are one class.

ends = psi.canonical(psi.retract(points, lifts))
assert np.allclose(ends, ends[0], rtol=0, atol=1e-15)
