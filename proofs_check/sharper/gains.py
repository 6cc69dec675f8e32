"""What chapter J promises of one move: the majorant, the gain of a step of PSI-GD, and the function h."""

from psitheory.arithmetic import dot, namespace
from psitheory.arithmetic.hyperbolic import cosh, sinhc
from psitheory.geometry import PSIQuotient
from psitheory.optimizers import PerBlock


def h(y):
    """Return -ln(cosh t - y sinh t) at t = arctan y."""
    xp = namespace(y)
    t = xp.atan(y)
    return -xp.log(cosh(t) - y * t * sinhc(t))


def slopes(model, w, of_blocks):
    """Return y_i = r_i‖∇_i f‖/L_i."""
    layout = model.layout
    return layout.norms(w) * layout.norms(model.evaluate(w).gradient) / of_blocks


def free_square(model, w):
    """Return G_v = ‖∇_v f‖²."""
    free = model.layout.free_part(model.evaluate(w).gradient)
    return dot(free, free)


def row_sums(model, w):
    r"""Return :math:`\tilde L_i = \sum_jL_{ij}`, i and j over both blocks and v, of an approximation of rank one.

    On :math:`\{f \le f(w)\}` :math:`|v| \le V`; a block is curved by at most :math:`2V\|B\|/\sqrt3` and coupled by
    :math:`V\|B\|` to the other one, by :math:`\|B\|` to v.  Then the joint Hessian is at most their diagonal matrix.
    """
    xp, sigma = namespace(w), model.norm
    largest = sigma + xp.sqrt(2 * (model.evaluate(w).loss - model.minimum))
    own = 2 / xp.sqrt(3 + 0 * sigma)
    return PerBlock((largest * (1 + own) + 1) * sigma, 1 + 2 * sigma)


def majorant(model, w, xi, of_blocks, of_free):
    """Return f + Σ L_i ln(cosh t_i + (df_i(ξ_i)/L_i) sinh t_i) + ⟨∇_v f, s⟩ + L_v‖s‖²/2 for turns of t_i along ξ_i."""
    xp, layout, here = namespace(w), model.layout, model.evaluate(w)
    t = PSIQuotient(layout).block_norms(w, xi)
    slope = layout.dots(here.gradient, xi)  # t_i times the derivative along the unit vector
    along = of_blocks * xp.log(cosh(t) + slope / of_blocks * sinhc(t))
    s = layout.free_part(xi)
    return here.loss + xp.sum(along, axis=-1) + dot(layout.free_part(here.gradient), s) + of_free * dot(s, s) / 2
