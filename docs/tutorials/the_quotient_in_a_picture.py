"""
The quotient in a picture
=========================

Weights that differ by a positive factor in a block are one point of the quotient.  This page walks through its parts:
points, tangent vectors, length, the retraction.

A point is a ray
----------------
"""

import numpy as np

from psitheory import Layout, PSIQuotient

psi = PSIQuotient(Layout.of([2]))
psi

# %%
# ``act`` multiplies each block by its scale; ``canonical`` picks the representative of length 1.

w = np.array([3.0, 4.0])
print(psi.act(np.array([2.0]), w), psi.canonical(w))
assert np.allclose(psi.dist(w, psi.act(np.array([7.0]), w)), 0)

# %%
# A tangent vector is horizontal
# ------------------------------
#
# Along the ray nothing changes, so that what counts of a vector is its part at right angles: its *horizontal* part.
# The metric divides by the length of w, which makes it the same at every representative.

z = np.array([1.0, 1.0])
x = psi.horizontal(w, z)
print(x, x @ w, psi.norm(w, x))
lift = psi.act(np.array([2.0]), x)
assert np.allclose(psi.norm(2 * w, lift), psi.norm(w, x))

# %%
# Rays, the circle, horizontal lines
# ----------------------------------

from psitheory.registry import find

picture = find("A4")[0].theorem.exhibits[0](np.random.default_rng(0))

# %%
# The retraction turns by the arctangent
# --------------------------------------
#
# A step w + ξ along the horizontal line reaches a ray at the angle arctan‖ξ‖, never a right angle.

for size in (0.1, 1.0, 10.0):
    step = size * x / psi.norm(w, x)
    turn = psi.dist(w, psi.retract(w, step))
    print(f"a step of length {size:4}: turns by {turn:.4f}, arctan {np.arctan(size):.4f}")
    assert np.allclose(turn, np.arctan(size))

# %%
# The laws of this geometry are theorems A1 to A8; each is verified by ``psitheory verify --chapter quotient``.
