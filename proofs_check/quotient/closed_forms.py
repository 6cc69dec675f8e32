"""Closed forms of the joint Hessian and of its largest eigenvalue: quotients, cosines, functions on the circle."""

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, at_most, equal, law
from psitheory.models.data import matched
from psitheory.strategies import points, symmetric_rayleighs, vectors, waves
from psitheory.strategies.rates import cosines


def _curved(model, w, x):
    """Return r²·∇²f(w)x for the one block w: the Hessian at its unit vector, without a root."""
    return model.layout.scale(model.layout.dots(w, w), model.hessian_vector(w, x))


@law(model=symmetric_rayleighs(), w=points("model"), x=vectors("model"))
def the_hessian_of_a_quotient_is_reflected(model, w, x):
    """∇²f(u)x = 2R(A - f I)Rx with R = I - 2uuᵀ: its eigenvalues are 2(λ_i - f)."""
    return equal(_curved(model, w, x), 2 * _reflected(model, w, _shifted(model, w, _reflected(model, w, x))))


@the_hessian_of_a_quotient_is_reflected.counterfeit
def the_hessian_of_a_quotient_is_not_reflected(model, w, x):
    """∇²f(u)x = 2(A - f I)x: the same eigenvalues along other vectors."""
    return equal(_curved(model, w, x), 2 * _shifted(model, w, x))


def _reflected(model, w, x):
    layout = model.layout
    return x - layout.scale(2 * layout.dots(w, x) / layout.dots(w, w), w)


def _shifted(model, w, x):
    return namespace(w).matmul(x, matched(model.matrix, w)) - x * model.evaluate(w).loss


@law(model=cosines(), w=points("model"), x=vectors("model"), on=(BALLS, FLOATS), tight=True)
def the_joint_hessian_of_a_cosine_is_bounded(model, w, x):
    """xᵀ∇²f(u)x ≤ L‖x‖² for every x, with L = 2/√3."""
    return at_most((x * _curved(model, w, x)).sum(), model.smoothness.value * (x * x).sum())


@the_joint_hessian_of_a_cosine_is_bounded.counterfeit
def the_curvature_along_geodesics_bounds_it(model, w, x):
    """The same with L_g = 1: true of horizontal x."""
    return at_most((x * _curved(model, w, x)).sum(), (x * x).sum())


@law(model=waves(), w=points("model"), x=vectors("model"), on=(BALLS, FLOATS))
def on_the_circle_the_hessian_solves_its_quadratic_equation(model, w, x):
    """H²x = f″Hx + f′²x for H = ∇²f(u): its eigenvalues are ½(f″ ± √(f″² + 4f′²))."""
    return _quadratic(model, w, x, 1)


@on_the_circle_the_hessian_solves_its_quadratic_equation.counterfeit
def on_the_circle_the_slope_does_not_enter(model, w, x):
    """H²x = f″Hx: the eigenvalues are 0 and f″."""
    return _quadratic(model, w, x, 0)


def _quadratic(model, w, x, share):
    """Claim the equation times ‖w‖⁴, with f″ = r²tr ∇²f(w) and f′² = r²‖∇f(w)‖²."""
    basis = namespace(w).asarray(np.eye(2))
    trace = sum((e * _curved(model, w, e)).sum() for e in basis)
    image, slope = _curved(model, w, x), model.evaluate(w).gradient
    square = (w * w).sum() * (slope * slope).sum()
    return equal(_curved(model, w, image), trace * image + share * square * x)


CLOSED_FORMS = (
    the_hessian_of_a_quotient_is_reflected,
    the_joint_hessian_of_a_cosine_is_bounded,
    on_the_circle_the_hessian_solves_its_quadratic_equation,
)
