"""What chapter J promises of one move: the majorant, the gain of a step of PSI-GD, and the function h."""

from psitheory.arithmetic import dot, namespace
from psitheory.arithmetic.hyperbolic import cosh, sinhc
from psitheory.geometry import PSIQuotient


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


def majorant(model, w, xi, of_blocks, of_free):
    """Return f + Σ L_i ln(cosh t_i + (df_i(ξ_i)/L_i) sinh t_i) + ⟨∇_v f, s⟩ + L_v‖s‖²/2 for turns of t_i along ξ_i."""
    xp, layout, here = namespace(w), model.layout, model.evaluate(w)
    t = PSIQuotient(layout).block_norms(w, xi)
    slope = layout.dots(here.gradient, xi)  # t_i times the derivative along the unit vector
    along = of_blocks * xp.log(cosh(t) + slope / of_blocks * sinhc(t))
    s = layout.free_part(xi)
    return here.loss + xp.sum(along, axis=-1) + dot(layout.free_part(here.gradient), s) + of_free * dot(s, s) / 2
