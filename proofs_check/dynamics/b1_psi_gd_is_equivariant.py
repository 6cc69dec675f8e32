r"""PSI-GD treats equivalent weights alike.

Statement
---------
The step :math:`w_i^+ = w_i - \eta r_i^2\nabla_if(w)`, :math:`v^+ = v - \eta\nabla_vf(w)` is equivariant: from
:math:`a\cdot w` it leads to :math:`a\cdot w^+`.  So the iterates from :math:`a\cdot w_0` are :math:`a` times the
iterates from :math:`w_0`.  For scales that are powers of two this holds **bit for bit** in floating point, as long as
only products, quotients and square roots are used and nothing over- or underflows.  It may overflow in the end: each
step multiplies :math:`r_i^2` by :math:`1 + \eta^2G_i`, :math:`G_i = r_i^2\|\nabla_if\|^2`, a function of the class;
while :math:`G_i \ge \gamma > 0` norms grow geometrically.

Assumptions
-----------
f is PSI and differentiable along the run; no block of :math:`w_0` is zero; :math:`\eta > 0`.

Source
------
Yi22 (PSI-GD and PSI-SGD; equivalent weights stay equivalent).

Idea of the proof
-----------------
:math:`(a_ir_i)^2\nabla_if(a\cdot w) = a_i^2r_i^2\nabla_if(w)/a_i = a_i\,r_i^2\nabla_if(w)` by claim A3; induct on the
number of steps.  Multiplying by :math:`2^k` changes no mantissa, and so commutes with products, quotients and square
roots of even powers; it does not commute with pow(x, 3/2) or exp(log(x)/2), which round differently.

What is checked, what is not
----------------------------
One step on symbols, for the generic jet with the blocks [2], [3], [2,2]: for every smooth PSI f there; one step and
short runs on rationals up to 50 dimensions, bit for bit for scales 2^±300, in balls and on floats; 200 steps of a
batch-norm network on 64 handwritten digits at :math:`\eta = 1/\hat L`, with :math:`\hat L` the largest curvature
along the run (1.63, 2.07, 1.63, 1.73, 1.27 for starts from the seeds 0 to 4): bit for bit for powers of two, and for
generic scales within ten times what one ulp at the start changes. Long chaotic runs at generic scales part as any two
runs one ulp apart do; no claim is made there.

Tags
----
dynamics, equivariance, PSI-GD
"""

import numpy as np

from proofs_check.bibliography import YI22
from psitheory.checking import CONTROLS, POWERS_OF_TWO, equal, theorem
from psitheory.laws.broken import NormalisedGradientDescent, NormGradientDescent
from psitheory.laws.update import run_commutes_with_rescaling, step_commutes_with_rescaling
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import (
    counts,
    digits_network,
    network_starts,
    points,
    psi_models,
    rescalings,
    stable_rates,
    step_sizes,
    whole_models,
)

B1 = theorem(
    "B1",
    "PSI-GD is equivariant: equivalent weights stay equivalent",
    chapter="dynamics",
    source=YI22,
    locator="PSI-GD and PSI-SGD",
    statement=r"w_i^+ = w_i - \eta r_i^2\nabla_i f(w)\quad\Longrightarrow\quad (a\cdot w)^+ = a\cdot w^+",
    assumptions=("f is positively scale-invariant and differentiable", "no block is zero", "η > 0"),
    doc=__doc__,
)

STEP = {"model": psi_models(), "w": points("model"), "a": rescalings("model"), "eta": step_sizes()}

TWO = {
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "a": np.array([2.0]),
    "eta": 1.0,
}


@B1.law(**STEP)
def a_step_is_equivariant(model, w, a, eta):
    """One step from a·w leads to a·w⁺."""
    return step_commutes_with_rescaling(PSIGradientDescent(eta), model, w, a)


@a_step_is_equivariant.counterfeit(instance=TWO)
def a_step_of_euclidean_gradient_descent_is_equivariant(model, w, a, eta):
    """One step of w - η∇f from a·w leads to a·w⁺."""
    return step_commutes_with_rescaling(GradientDescent(eta), model, w, a)


@a_step_is_equivariant.counterfeit(instance=TWO)
def a_step_with_one_norm_is_equivariant(model, w, a, eta):
    """One step of w - η‖w‖∇f from a·w leads to a·w⁺."""
    return step_commutes_with_rescaling(NormGradientDescent(eta), model, w, a)


@a_step_is_equivariant.counterfeit(instance=TWO)
def a_step_with_the_rate_over_the_norm_is_equivariant(model, w, a, eta):
    """One step of w - (η/‖w‖)∇f from a·w leads to a·w⁺."""
    return step_commutes_with_rescaling(NormalisedGradientDescent(eta), model, w, a)


@B1.law(**{name: STEP[name] for name in ("model", "w", "eta")})
def norms_grow_by_factors_of_the_class(model, w, eta):
    """r_i² is multiplied by 1 + η²G_i, G_i = r_i²‖∇_if‖², which depends on the class alone."""
    return _grow_by_factors_of_the_class(PSIGradientDescent(eta), model, w, eta)


@norms_grow_by_factors_of_the_class.counterfeit(instance={"model": TWO["model"], "w": TWO["w"], "eta": 1.0})
def norms_grow_so_under_gradient_descent(model, w, eta):
    """The same for Euclidean gradient descent: true at r_i = 1."""
    return _grow_by_factors_of_the_class(GradientDescent(eta), model, w, eta)


def _grow_by_factors_of_the_class(method, model, w, eta):
    dots, here = model.layout.dots, model.evaluate(w)
    moved, _ = method.step(model.layout, w, here, method.init(model.layout, w))
    squares = dots(w, w)
    return equal(dots(moved, moved), squares * (1 + eta * eta * squares * dots(here.gradient, here.gradient)))


RUN = {"steps": counts(1, 8), "model": whole_models(any_function=True), "w": points("model"), "a": rescalings("model")}


@B1.law(**RUN, eta=step_sizes(decades=1))
def a_run_is_equivariant(steps, model, w, a, eta):
    """The iterates from a·w_0 are a times those from w_0."""
    return run_commutes_with_rescaling(PSIGradientDescent(eta), model, w, a, steps)


@a_run_is_equivariant.counterfeit(instance={"steps": 1, **TWO})
def a_run_of_euclidean_gradient_descent_is_equivariant(steps, model, w, a, eta):
    """The iterates of gradient descent from a·w_0 are a times those from w_0."""
    return run_commutes_with_rescaling(GradientDescent(eta), model, w, a, steps)


DIGITS = {
    "steps": 200,
    "model": digits_network(rows=64),
    "w": network_starts("model"),
    "a": rescalings("model"),
    "eta": stable_rates("model", "w", "steps"),
}


@B1.law(**DIGITS, on=(POWERS_OF_TWO, CONTROLS), example=True)
def on_digits_a_run_of_200_steps_is_equivariant(steps, model, w, a, eta):
    """200 steps of a batch-norm network on handwritten digits, at η = 1/L̂, from equivalent starts."""
    return run_commutes_with_rescaling(PSIGradientDescent(eta), model, w, a, steps)


@on_digits_a_run_of_200_steps_is_equivariant.counterfeit(steps=3, eta=step_sizes(decades=1))
def on_digits_a_run_of_euclidean_gradient_descent_is_equivariant(steps, model, w, a, eta):
    """Three steps of gradient descent on the same network, from equivalent starts."""
    return run_commutes_with_rescaling(GradientDescent(eta), model, w, a, steps)
