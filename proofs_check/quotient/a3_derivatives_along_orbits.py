r"""Gradient and Hessian of a positively scale-invariant function along orbits.

Statement
---------
For PSI f, at every w and for every a > 0, with a_v = 1:
:math:`\langle w_i,\nabla_if\rangle = 0`; :math:`\nabla_if(a\cdot w) = \nabla_if(w)/a_i` and :math:`\nabla_vf` is
invariant; :math:`\nabla^2_{ij}f(a\cdot w) = \nabla^2_{ij}f(w)/(a_ia_j)`; :math:`\nabla^2_{ii}f\,w_i = -\nabla_if`;
:math:`\nabla^2_{ij}f\,w_j = 0` for :math:`i \ne j`, also for i = v.

Assumptions
-----------
f is PSI, and once (twice, for the Hessian) differentiable at w; no block of w is zero.

Source
------
Yi22, Aro18, Li19 (gradient); the Hessian identities follow by differentiating once more.

Idea of the proof
-----------------
Differentiate :math:`f(a\cdot w) = f(w)`: in a at a = 1 for Euler's identity, in w for the degree -1, twice in w for
the Hessian's degrees.  Differentiating :math:`\langle w_i,\nabla_if\rangle = 0` in :math:`w_i`, in
:math:`w_j` and in v gives the last two identities.

What is checked, what is not
----------------------------
On symbols for the generic second-order jet of a PSI function with the blocks [2], [3], [2,2], which proves each
identity for every smooth f there; on rationals up to 50 dimensions; under powers of two bit for bit, in balls and on
floats for Rayleigh quotients, cosines, waves on the circle, batch-norm neurons and networks; and on a batch-norm
network on 256 handwritten digits (powers of two bit for bit; generic scales against runs that start one ulp away).
The jet's formulas are the chain rule for :math:`f(w) = F(w/\|w\|)`; the tests compare them with SymPy's derivatives.

Tags
----
quotient, Euler identity, homogeneity
"""

from proofs_check.bibliography import YI22
from psitheory.arithmetic import dot
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, RATIONALS, SYMBOLS, equal, theorem
from psitheory.laws import model as laws
from psitheory.strategies import (
    digits_network,
    network_starts,
    points,
    psi_models,
    pythagorean_points,
    rescalings,
    step_sizes,
    vectors,
    whole_models,
)

A3 = theorem(
    "A3",
    "Gradient and Hessian along orbits: Euler, homogeneity",
    chapter="quotient",
    source=YI22,
    locator="scale invariance of batch normalization and its derivatives",
    statement=r"\langle w_i,\nabla_i f\rangle = 0,\quad \nabla_i f(a\cdot w) = \tfrac{1}{a_i}\nabla_i f(w),\quad "
    r"\nabla^2_{ij} f(a\cdot w) = \tfrac{1}{a_i a_j}\nabla^2_{ij} f(w),\quad "
    r"\nabla^2_{ii}f\,w_i = -\nabla_i f,\quad \nabla^2_{ij}f\,w_j = 0\ (i\ne j)",
    assumptions=("f is positively scale-invariant and twice differentiable at w", "no block of w is zero"),
    doc=__doc__,
)

MODEL = {"model": psi_models(), "w": points("model")}
DIGITS = {"model": digits_network(), "w": network_starts("model")}


@A3.law(**MODEL, a=rescalings("model"))
def the_loss_is_constant_on_orbits(model, w, a):
    """f(a·w) = f(w), which all else follows from."""
    return laws.loss_is_constant_on_orbits(model, w, a)


@the_loss_is_constant_on_orbits.counterfeit
def the_last_layer_is_scale_invariant_too(model, w, a):
    """A weight that no normalisation follows may be rescaled as well: ⟨u_1, w_1⟩ added to f."""
    layout = model.layout

    def loss(w):
        return model.evaluate(w).loss + w[..., 0]

    return equal(loss(layout.scale(a, w)), loss(w))


@A3.law(**MODEL)
def the_gradient_is_orthogonal_to_each_block(model, w):
    """⟨w_i, ∇_i f⟩ = 0."""
    return laws.gradient_is_orthogonal_to_each_block(model, w)


@the_gradient_is_orthogonal_to_each_block.counterfeit
def the_gradient_is_parallel_to_each_block(model, w):
    """∇_i f points along w_i: it has no component across."""
    gradient = model.evaluate(w).gradient
    return equal(model.layout.map(_across, lambda _, v: 0 * v, w, gradient), 0)


def _across(w, z):
    return z - dot(w, z, keepdims=True) / dot(w, w, keepdims=True) * w


@A3.law(**MODEL, a=rescalings("model"))
def the_gradient_scales_inversely(model, w, a):
    """∇_i f(a·w) = ∇_i f(w)/a_i, ∇_v f unchanged."""
    return laws.gradient_scales_inversely(model, w, a)


@the_gradient_scales_inversely.counterfeit
def the_gradient_is_unchanged_under_rescaling(model, w, a):
    """∇_i f(a·w) = ∇_i f(w); true for d = 1, where the gradient is zero."""
    return equal(model.evaluate(model.layout.scale(a, w)).gradient, model.evaluate(w).gradient)


@the_gradient_scales_inversely.counterfeit
def the_gradient_is_even(model, w, a):
    """∇f(-w) = ∇f(w).  A jet at one class knows nothing of -w, and must not be taken for a proof."""
    return equal(model.evaluate(-w).gradient, model.evaluate(w).gradient)


@A3.law(**MODEL, x=vectors("model"), a=rescalings("model"))
def the_hessian_scales_inversely(model, w, x, a):
    """∇²_{ij}f(a·w) = ∇²_{ij}f(w)/(a_i a_j)."""
    return laws.hessian_scales_inversely(model, w, x, a)


@the_hessian_scales_inversely.counterfeit
def the_hessian_is_of_degree_minus_one(model, w, x, a):
    """∇²f(a·w) x = ∇²f(w) x / a: one power of a instead of two."""
    there = model.hessian_vector(model.layout.scale(a, w), x)
    return equal(model.layout.scale(a, there), model.hessian_vector(w, x))


@A3.law(**MODEL, c=rescalings("model", decades=3), on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_hessian_along_the_orbit_is_minus_the_gradient(model, w, c):
    """∇²_{ii}f w_i = -∇_i f, and ∇²_{ij}f w_j = 0 for i ≠ j."""
    return laws.hessian_along_the_orbit(model, w, c)


@the_hessian_along_the_orbit_is_minus_the_gradient.counterfeit
def the_hessian_annihilates_the_orbit(model, w, c):
    """∇²f w_i = 0 everywhere; true at critical points."""
    return equal(model.hessian_vector(w, model.layout.scale(c, w)), 0)


# -- what proofs put in the place of f ------------------------------------------------------------

FUNCTION = {"model": whole_models(), "w": pythagorean_points("model"), "x": vectors("model"), "rho": step_sizes()}


@A3.law(**FUNCTION, on=(RATIONALS, BALLS, FLOATS))
def jets_are_jets_of_functions(model, w, x, rho):
    """Value, gradient and Hessian at the unit representative make a jet that gives those at w."""
    return laws.jet_gives_the_function_back(model, w, x, rho)


@jets_are_jets_of_functions.counterfeit
def a_radial_slope_changes_nothing_else(model, w, x, rho):
    """The same if the jet's gradient is changed along the blocks and its Hessian is not."""
    return laws.jet_forgets_the_radial_slope(model, w, x, rho)


@A3.law(**DIGITS, a=rescalings("model"), on=(POWERS_OF_TWO, CONTROLS), example=True)
def on_digits_the_loss_is_constant_on_orbits(model, w, a):
    """f(a·w) = f(w) for a batch-norm network on handwritten digits."""
    return laws.loss_is_constant_on_orbits(model, w, a)


@on_digits_the_loss_is_constant_on_orbits.counterfeit
def on_digits_the_last_layer_is_scale_invariant_too(model, w, a):
    """All weights may be rescaled by one factor, the last layer included."""
    return equal(model.evaluate(a[0] * w).loss, model.evaluate(w).loss)


@A3.law(**DIGITS, a=rescalings("model"), on=(POWERS_OF_TWO, CONTROLS), example=True)
def on_digits_the_gradient_scales_inversely(model, w, a):
    """∇_i f(a·w) = ∇_i f(w)/a_i for a batch-norm network on handwritten digits."""
    return laws.gradient_scales_inversely(model, w, a)


@on_digits_the_gradient_scales_inversely.counterfeit
def on_digits_the_gradient_is_unchanged_under_rescaling(model, w, a):
    """∇_i f(a·w) = ∇_i f(w) for a batch-norm network on handwritten digits."""
    return equal(model.evaluate(model.layout.scale(a, w)).gradient, model.evaluate(w).gradient)


@A3.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_the_gradient_is_orthogonal_to_each_block(model, w):
    """⟨w_i, ∇_i f⟩ = 0 for a batch-norm network on handwritten digits: ∇f is its own horizontal part."""
    gradient = model.evaluate(w).gradient
    return equal(model.layout.map(_across, lambda _, v: v, w, gradient), gradient)


@on_digits_the_gradient_is_orthogonal_to_each_block.counterfeit
def on_digits_the_weights_are_orthogonal_to_each_block(model, w):
    """The weights themselves are their own horizontal part."""
    return equal(model.layout.map(_across, lambda _, v: v, w, w), w)
