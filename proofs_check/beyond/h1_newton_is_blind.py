r"""Euclidean Newton is blind: it doubles the weights and never changes the class.

Statement
---------
Let p = 0 and :math:`\nabla^2f(w)` be invertible.  Then Newton's step is :math:`-(\nabla^2f)^{-1}\nabla f = w`: it leads
to :math:`2w`, a point of the same class.  Damped and levelled steps, :math:`w + tw`, stay in the class too.

Assumptions
-----------
f is PSI and twice differentiable; there are no free parameters, and the Hessian is invertible.

Source
------
Ours; the identity behind it is claim A3's.

Idea of the proof
-----------------
By claim A3 :math:`\nabla^2f(w)\,w = -\nabla f(w)`, summed over the blocks, since :math:`\nabla^2_{ij}f\,w_j = 0` for
:math:`i \ne j` and :math:`\nabla^2_{ii}f\,w_i = -\nabla_if`.  So w solves Newton's equation; an invertible Hessian has
no other solution.

What is checked, what is not
----------------------------
That w solves the equation is *proved* on formal vectors, for every smooth f and blocks of any dimension, and checked
in balls on batch-norm networks.  That the step is w: exactly, by solving the equation on Rayleigh quotients.
Newton's method on the quotient, which does move, is claim H2.

Tags
----
Newton, second-order methods, quotient
"""

import numpy as np

from proofs_check.bibliography import OURS
from psitheory.arithmetic import namespace
from psitheory.arithmetic.linear import solve
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.checking import BALLS, RATIONALS, SYMBOLS, Exhibit, equal, theorem, vacuous
from psitheory.errors import NotInArithmetic
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.models.functions.jet import Jet
from psitheory.optimizers import PSIGradientDescent, QuotientNewton
from psitheory.strategies import points, psi_models, rayleigh_quotients
from psitheory.strategies.free import models_with_free_part
from psitheory.strategies.rates import points_off_the_axes

H1 = theorem(
    "H1",
    "Euclidean Newton never changes the class",
    chapter="beyond",
    source=OURS,
    locator="Newton's method",
    statement=r"-(\nabla^2f(w))^{-1}\nabla f(w) = w",
    assumptions=(
        "f is positively scale-invariant and twice differentiable",
        "there are no free parameters",
        "the Hessian is invertible at w",
    ),
    doc=__doc__,
)


def _equation(model, w, x):
    """Claim ∇²f(w) x = -∇f(w)."""
    return equal(model.hessian_vector(w, x), -model.evaluate(w).gradient)


@H1.law(model=psi_models(), w=points("model"), on=(SYMBOLS, RATIONALS, BALLS))
def the_weights_solve_newtons_equation(model, w):
    """∇²f(w) w = -∇f(w), in the blocks where there are free parameters beside them."""
    return _on_blocks(model, w, model.layout.map(lambda w: w, lambda v: 0 * v, w))


def _on_blocks(model, w, x):
    """Claim the equation of the blocks, which are all that there is where no parameters are free."""
    layout = model.layout
    blocks = layout.map(lambda x: x, lambda v: 0 * v, model.hessian_vector(w, x))
    return equal(blocks, layout.map(lambda z: -z, lambda v: 0 * v, model.evaluate(w).gradient))


ROUND = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0])}


@the_weights_solve_newtons_equation.counterfeit(instance=ROUND)
def minus_the_weights_solve_newtons_equation(model, w):
    """∇²f(w)(-w) = -∇f(w): the step leads to 0."""
    return _equation(model, w, -w)


@the_weights_solve_newtons_equation.counterfeit(instance=ROUND)
def half_the_weights_solve_newtons_equation(model, w):
    """∇²f(w) w/2 = -∇f(w), as for a function of degree 2."""
    return _equation(model, w, w / 2)


def _matrix(model, w):
    xp = namespace(w)
    eye = xp.eye(w.shape[-1]) if isinstance(xp, ObjectNamespace) else np.eye(w.shape[-1])
    return np.stack([model.hessian_vector(w, e) for e in eye], axis=-1)


@H1.law(model=rayleigh_quotients(), w=points_off_the_axes("model"), on=(RATIONALS,))
def newtons_step_is_the_weights(model, w):
    """-(∇²f)⁻¹∇f = w, by solving the equation."""
    try:
        return equal(solve(_matrix(model, w), -model.evaluate(w).gradient), w)
    except NotInArithmetic:
        return vacuous("the Hessian is singular there")


@newtons_step_is_the_weights.counterfeit(instance={**ROUND, "w": np.array([2.0, 1.0])})
def newtons_step_changes_the_class(model, w):
    """Newton's step on the quotient is a multiple of the weights, too."""
    step = QuotientNewton(model).step(model.layout, w, model.evaluate(w), ())[0] - w
    return equal(PSIQuotient(model.layout).horizontal(w, step), 0 * w)


@H1.law(model=models_with_free_part(), w=points("model"), on=(SYMBOLS, RATIONALS))
def beside_free_parameters_only_the_blocks_equation_holds(model, w):
    """With v the equation of the blocks holds for (w, 0) up to how v's gradient turns: ∇²_{vi}f w_i = 0."""
    return _on_blocks(model, w, model.layout.map(lambda w: w, lambda v: 0 * v, w))


@beside_free_parameters_only_the_blocks_equation_holds.counterfeit(
    instance={"model": Jet(Layout.of([2], 1), np.eye(3)[0], 0.0, np.ones(3), np.eye(3)), "w": np.eye(3)[0]}
)
def beside_free_parameters_the_whole_equation_holds(model, w):
    """∇²f(w)(w, 0) = -∇f(w), the entries of v included."""
    return _equation(model, w, model.layout.map(lambda w: w, lambda v: 0 * v, w))


@H1.exhibit
def loss_of_newton_beside_others(rng):
    """Show f on a Rayleigh quotient by Euclidean Newton, which does not move, Newton on the quotient, and PSI-GD."""
    model, w, steps = Rayleigh(np.diag([0.0, 1.0, 2.0, 5.0])), np.array([3.0, 1.0, -1.0, 0.5]), 8
    quotient = descend(model, QuotientNewton(model), w, steps, record=range(steps + 1))
    gradient = descend(model, PSIGradientDescent(0.1), w, steps, record=range(steps + 1))
    seen = [w]
    for _ in range(steps):
        seen.append(seen[-1] + solve(_matrix(model, seen[-1]), -model.evaluate(seen[-1]).gradient))
    return Exhibit(
        "curves",
        "Newton in the ambient space and on the quotient",
        f"Euclidean Newton stays at one loss while the weights grow 2^{steps} times; on the quotient Newton converges "
        "cubically.",
        {
            "x": np.arange(steps + 1),
            "euclidean": model.evaluate(np.stack(seen)).loss,
            "quotient": np.maximum(quotient.loss, 1e-17),
            "psi": gradient.loss,
        },
        {
            "x": "step",
            "y": "f - f*",
            "euclidean": "Euclidean Newton",
            "quotient": "Newton on the quotient",
            "psi": "PSI-GD",
            "yscale": "log",
        },
    )
