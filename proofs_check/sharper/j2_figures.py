"""The figure of claim J2: the majorant beside the quadratic bound."""

import numpy as np

from proofs_check.sharper.gains import majorant
from psitheory.checking import Exhibit
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Rapidity


def the_majorant_beside_the_quadratic_bound(rng):
    """Show f, both bounds and the two steps that they lead to, down a geodesic of a log-cosh valley."""
    y, reach = 0.8, float(np.arctanh(0.8))
    model = Circle(Rapidity.log_cosh(2.0))
    w = np.array([np.cos(reach), np.sin(reach)])
    t = np.linspace(0, 2, 201)
    xi = t[:, None] * np.array([np.sin(reach), -np.cos(reach)])
    f = model.evaluate(PSIQuotient(model.layout).exp(np.broadcast_to(w, xi.shape), xi)).loss
    wavy = Circle(Rapidity(np.array([0.6, 0.25, 0.45, 1.0]), np.array([1.0, -1.8, 0.0, 0.95])))
    there = np.array([np.cos(1.9), np.sin(1.9)])
    down = t[:, None] * np.array([np.sin(1.9), -np.cos(1.9)])
    other = wavy.evaluate(PSIQuotient(wavy.layout).exp(np.broadcast_to(there, down.shape), down)).loss
    slope = float(wavy.wave.derivative(np.array(1.9), 1))
    return Exhibit(
        "curves",
        "The log-cosh majorant",
        f"Down from slopes of {y:g}L and {slope:.3f}L.  On ln cosh θ the majorant is f itself, and rapidity descent, "
        "whose turn minimises it, reaches the minimum; on another function it stays above f, and below the quadratic "
        "bound.",
        {
            "x": t,
            "f": f - f[0],
            "other": other - other[0],
            "majorant": majorant(model, np.broadcast_to(w, xi.shape), xi, 1.0, 1.0) - f[0],
            "above": majorant(wavy, np.broadcast_to(there, down.shape), down, 1.0, 1.0) - other[0],
            "quadratic": -y * t + t * t / 2,
        },
        {
            "x": "turn t (radians)",
            "y": "(f - f_0)/L",
            "f": "f = L ln cosh θ",
            "other": "another function with that L",
            "majorant": "majorant of the first",
            "above": "majorant of the other",
            "quadratic": "quadratic bound of the first",
            "guides": "majorant,above,quadratic",
        },
    )


FIGURES = (the_majorant_beside_the_quadratic_bound,)
