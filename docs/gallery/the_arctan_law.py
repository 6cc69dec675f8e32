"""
How far does a step of the retraction turn a block?
===================================================

The angle of w and w + ξ is arctan‖ξ‖, where ‖ξ‖ is measured in the quotient's metric, whatever the length of w.  It
follows the geodesic to second order and never reaches a right angle.
"""

import numpy as np

from psitheory import Layout, PSIQuotient
from psitheory.checking import Exhibit

psi = PSIQuotient(Layout.of([2]))
lengths, w = np.linspace(0, 4, 121), np.array([1.0, 0.0])
x = lengths[:, None] * np.array([0.0, 1.0])
turn = psi.dist(w, psi.retract(w, x))
figure = Exhibit(
    "curves",
    "The arctan law of the retraction",
    "The angle by which a block turns, against the length of the step.",
    {
        "x": lengths,
        "turn": turn,
        "exp": np.where(lengths <= np.pi, lengths, np.nan),
        "right": np.full_like(lengths, np.pi / 2),
    },
    {
        "x": "length ‖ξ‖ of the step",
        "y": "angle (radians)",
        "turn": "retraction",
        "exp": "geodesic",
        "right": "right angle",
        "guides": "right",
    },
)

# %%
# It is the arctangent to rounding, and for the representative 1000·w it is the same.

far = psi.dist(1000 * w, psi.retract(1000 * w, 1000 * x))
assert np.allclose(turn, np.arctan(lengths), rtol=1e-15, atol=1e-15)
assert np.allclose(far, turn, rtol=1e-14, atol=0)
