"""The curvature of the quotient, laws of claim A5: exactly in the metric, and by how geodesics spread."""

from proofs_check.quotient.product_cases import QUOTIENT, case
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, equal, law
from psitheory.geometry.wedges import wedges_across
from psitheory.strategies import tangents


def _wedge(psi, w, x, y):
    """Return Σ‖X_i ∧ Y_i‖² over the blocks, and ‖X ∧ Y‖², both in the metric."""
    dots, square = psi.layout.dots, psi.layout.dots(w, w)
    of_blocks = (dots(x, x) * dots(y, y) - dots(x, y) * dots(x, y)) / (square * square)
    xy = psi.inner(w, x, y)
    return namespace(w).sum(of_blocks, axis=-1), psi.inner(w, x, x) * psi.inner(w, y, y) - xy * xy


TANGENTS = {**QUOTIENT, "x": tangents("psi", "w"), "y": tangents("psi", "w")}


@law(**TANGENTS, on=(RATIONALS, BALLS, FLOATS))
def the_curvature_is_at_most_one(psi, w, x, y):
    """Σ‖X_i ∧ Y_i‖² ≤ ‖X ∧ Y‖²."""
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    return at_most(*_wedge(psi, w, x, y), surplus=wedges_across(psi, w, x, y))


@the_curvature_is_at_most_one.counterfeit
def the_curvature_is_one(psi, w, x, y):
    """Σ‖X_i ∧ Y_i‖² = ‖X ∧ Y‖²; true for one block without a free part."""
    return equal(*_wedge(psi, w, psi.horizontal(w, x), psi.horizontal(w, y)))


def _spread(curved, psi, w, x, y):
    """Compare dist(exp tX, exp tY)² at t = 1/16 with its expansion, ``curved`` being K‖X ∧ Y‖²."""
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    x, y = x / (1 + psi.norm(w, x)), y / (1 + psi.norm(w, y))
    distance = psi.dist(psi.exp(w, x / 16), psi.exp(w, y / 16))
    flat = psi.inner(w, x - y, x - y) / 16**2
    bend = curved(*_wedge(psi, w, x, y)) / (3 * 16**4)
    return at_most(namespace(w).abs(flat - bend - distance * distance), namespace(w).ones_like(flat) / (8 * 16**6))


@law(**TANGENTS, on=(BALLS,))
def geodesics_spread_as_the_curvature_says(psi, w, x, y):
    """dist(exp tX, exp tY)² = t²‖X-Y‖² - (t⁴/3)Σ‖X_i ∧ Y_i‖² within t⁶/8, for X, Y no longer than 1 and t = 1/16."""
    return _spread(lambda of_blocks, joint: of_blocks, psi, w, x, y)


@geodesics_spread_as_the_curvature_says.counterfeit(instance=case([3], [1, 0, 0], [0, 4, 0], [0, 0, 4]))
def the_quotient_is_flat(psi, w, x, y):
    """K = 0 for every plane."""
    return _spread(lambda of_blocks, joint: 0 * joint, psi, w, x, y)


@geodesics_spread_as_the_curvature_says.counterfeit(instance=case([2, 2], [1, 0, 1, 0], [0, 4, 0, 0], [0, 0, 0, 4]))
def the_quotient_is_one_sphere(psi, w, x, y):
    """K = 1 for every plane."""
    return _spread(lambda of_blocks, joint: joint, psi, w, x, y)


CURVATURE = (the_curvature_is_at_most_one, geodesics_spread_as_the_curvature_says)
