r"""The Riemannian gradient and Hessian of a function on the PSI quotient.

Statement
---------
:math:`(\mathrm{grad} f)_i = r_i^2\nabla_if`, :math:`(\mathrm{grad} f)_v = \nabla_vf`: horizontal, equivariant
(:math:`\mathrm{grad} f(a\cdot w) = a\cdot\mathrm{grad} f(w)`), and :math:`g(\mathrm{grad} f,\xi) = Df[\xi]`.  The
Hessian is three objects: the operator on lifts :math:`(\mathrm{Hess} f[\xi])_i = r_i^2P_i\sum_j\nabla^2_{ij}f\,\xi_j`;
the bilinear form :math:`\xi^T\nabla^2f\,\eta` on horizontal vectors, without any r; and the symmetric matrix
:math:`r_iP_i\nabla^2_{ij}fP_jr_j` in the coordinates :math:`\xi_i/r_i`.

Assumptions
-----------
f is PSI and twice differentiable; no block of w is zero.

Source
------
Yi22 (gradient); AMS08, §3.6, §5.3 (Hessians on Riemannian quotients).

Idea of the proof
-----------------
:math:`g_w(r^2\nabla f,\xi) = \langle\nabla f,\xi\rangle`, and Euler's identity makes it horizontal.  On the unit sphere
:math:`\mathrm{Hess} f[\xi] = P\nabla^2f\,\xi - \langle u,\nabla f\rangle\xi`, whose last term vanishes by Euler's
identity; the isometry with the product of spheres gives the factor :math:`r_i^2`.  The left P is essential:
:math:`\langle w_i,\nabla^2_{ii}f\,\xi_i\rangle = -\langle\nabla_if,\xi_i\rangle`, which is no zero.

What is checked, what is not
----------------------------
Each sentence on symbols for the generic jet with the blocks [2], [3], [2,2], on rationals up to 50 dimensions, under
powers of two bit for bit (equivariance), in balls and on floats; and the operator against the second derivative along
geodesics, in balls.

Tags
----
quotient, gradient, Hessian
"""

from dataclasses import replace

from proofs_check.bibliography import YI22
from proofs_check.quotient.a3_derivatives_along_orbits import jets_are_jets_of_functions
from psitheory.arithmetic import dot
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.laws import broken
from psitheory.laws import manifold as laws
from psitheory.models import Cosine
from psitheory.strategies import points, psi_models, rescalings, vectors

A6 = theorem(
    "A6",
    "Riemannian gradient and Hessian on the quotient",
    chapter="quotient",
    source=YI22,
    locator="the Riemannian gradient of the PSI manifold; AMS08, §5.3",
    statement=r"(\mathrm{grad} f)_i = r_i^2\nabla_i f,\quad \mathrm{grad} f(a\cdot w) = a\cdot\mathrm{grad} f(w),\quad "
    r"(\mathrm{Hess} f[\xi])_i = r_i^2 P_i \sum_j \nabla^2_{ij}f\,\xi_j",
    assumptions=("f is positively scale-invariant and twice differentiable at w", "no block of w is zero"),
    doc=__doc__,
)

MODEL = {"model": psi_models(), "w": points("model")}


def _at_cosine(w, **more):
    import numpy as np

    return {"model": Cosine(np.array([1.0, 0.0])), "w": np.array(w), **{k: np.array(v) for k, v in more.items()}}


@A6.law(**MODEL, x=vectors("model"))
def the_gradient_represents_the_derivative(model, w, x):
    """g(grad f, ξ) = ⟨∇f, ξ⟩ for horizontal ξ."""
    return laws.gradient_represents_the_derivative(PSIQuotient(model.layout), model.evaluate(w).gradient, w, x)


@the_gradient_represents_the_derivative.counterfeit(instance=_at_cosine([0.0, 2.0], x=[1.0, 0.0]))
def the_euclidean_gradient_represents_the_derivative(model, w, x):
    """The Euclidean gradient is the gradient of the metric; true at unit norm, false for the cosine at r = 2."""
    psi = broken.EuclideanGradient(model.layout)
    return laws.gradient_represents_the_derivative(psi, model.evaluate(w).gradient, w, x)


@the_gradient_represents_the_derivative.counterfeit
def the_gradient_times_one_norm_represents_the_derivative(model, w, x):
    """r∇f is the gradient of the metric."""
    psi = broken.ProportionalGradient(model.layout)
    return laws.gradient_represents_the_derivative(psi, model.evaluate(w).gradient, w, x)


@A6.law(**MODEL)
def the_gradient_is_horizontal(model, w):
    """Grad f has no vertical part."""
    psi = PSIQuotient(model.layout)
    gradient = psi.gradient(w, model.evaluate(w).gradient)
    return equal(model.layout.dots(w, gradient), 0)


@the_gradient_is_horizontal.counterfeit
def a_weight_decay_keeps_the_gradient_horizontal(model, w):
    """The gradient stays horizontal when an L2 term is added to f."""
    psi = PSIQuotient(model.layout)
    gradient = psi.gradient(w, model.evaluate(w).gradient + w)
    return equal(model.layout.dots(w, gradient), 0)


@A6.law(**MODEL, a=rescalings("model"))
def the_gradient_is_equivariant(model, w, a):
    """Grad f(a·w) = a·grad f(w): the lifts of one tangent vector."""
    return _gradient_is_equivariant(PSIQuotient(model.layout), model, w, a)


def _gradient_is_equivariant(psi, model, w, a):
    def gradient(w):
        return psi.gradient(w, model.evaluate(w).gradient)

    return equal(gradient(psi.act(a, w)), model.layout.scale(a, gradient(w)))


@the_gradient_is_equivariant.counterfeit
def the_euclidean_gradient_is_equivariant(model, w, a):
    """∇f(a·w) = a·∇f(w)."""
    return _gradient_is_equivariant(broken.EuclideanGradient(model.layout), model, w, a)


@A6.law(**MODEL, x=vectors("model"), a=rescalings("model"))
def the_hessian_is_equivariant(model, w, x, a):
    """Hess f(a·w)[a·ξ] = a·Hess f(w)[ξ]."""
    psi = PSIQuotient(model.layout)
    x, to = psi.horizontal(w, x), psi.act(a, w)
    lifted = model.layout.scale(a, x)
    there = psi.hessian(to, None, model.hessian_vector(to, lifted), lifted)
    return equal(there, model.layout.scale(a, psi.hessian(w, None, model.hessian_vector(w, x), x)))


@the_hessian_is_equivariant.counterfeit
def the_euclidean_hessian_is_equivariant(model, w, x, a):
    """∇²f(a·w) a·ξ = a·∇²f(w) ξ."""
    layout = model.layout
    there = model.hessian_vector(layout.scale(a, w), layout.scale(a, x))
    return equal(there, layout.scale(a, model.hessian_vector(w, x)))


@A6.law(**MODEL, x=vectors("model"), y=vectors("model"))
def the_hessian_is_the_euclidean_form_on_horizontal_vectors(model, w, x, y):
    """g(Hess f[ξ], η) = ξᵀ∇²f η, without any r."""
    psi = PSIQuotient(model.layout)
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    image = model.hessian_vector(w, x)
    return equal(psi.inner(w, psi.hessian(w, None, image, x), y), dot(image, y))


@the_hessian_is_the_euclidean_form_on_horizontal_vectors.counterfeit(
    instance=_at_cosine([1.0, 2.0], x=[2.0, -1.0], y=[2.0, -1.0])
)
def the_form_needs_no_horizontal_vectors(model, w, x, y):
    """The same with arbitrary vectors in place of horizontal ones."""
    psi = PSIQuotient(model.layout)
    image = model.hessian_vector(w, x + w)
    return equal(psi.inner(w, psi.hessian(w, None, image, x), y + w), dot(image, y + w))


@A6.law(**MODEL, x=vectors("model"))
def the_hessian_of_a_horizontal_vector_is_horizontal(model, w, x):
    """⟨w_i, (Hess f[ξ])_i⟩ = 0, thanks to the projection on the left."""
    psi = PSIQuotient(model.layout)
    x = psi.horizontal(w, x)
    return equal(model.layout.dots(w, psi.hessian(w, None, model.hessian_vector(w, x), x)), 0)


@the_hessian_of_a_horizontal_vector_is_horizontal.counterfeit(instance=_at_cosine([0.0, 1.0], x=[1.0, 0.0]))
def the_left_projection_may_be_left_out(model, w, x):
    """r²∇²f ξ is horizontal by itself."""
    psi = broken.HessianWithoutProjection(model.layout)
    x = psi.horizontal(w, x)
    return equal(model.layout.dots(w, psi.hessian(w, None, model.hessian_vector(w, x), x)), 0)


@A6.law(**MODEL, x=vectors("model"), on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def what_the_left_projection_removes(model, w, x):
    """⟨w_i, (∇²f ξ)_i⟩ = -⟨∇_i f, ξ_i⟩ for horizontal ξ."""
    layout = model.layout
    x = PSIQuotient(layout).horizontal(w, x)
    return equal(layout.dots(w, model.hessian_vector(w, x)), -layout.dots(model.evaluate(w).gradient, x))


@what_the_left_projection_removes.counterfeit
def the_left_projection_removes_the_opposite(model, w, x):
    """⟨w_i, (∇²f ξ)_i⟩ = +⟨∇_i f, ξ_i⟩."""
    layout = model.layout
    x = PSIQuotient(layout).horizontal(w, x)
    return equal(layout.dots(w, model.hessian_vector(w, x)), layout.dots(model.evaluate(w).gradient, x))


A6.law(replace(jets_are_jets_of_functions, on=(RATIONALS,)))  # which proofs here put in the place of f
