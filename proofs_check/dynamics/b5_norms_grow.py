r"""Norms grow, by as much as the loss falls.

Statement
---------
For a horizontal step, :math:`r_{i,t+1}^2 = r_{i,t}^2 + \|\xi_{i,t}\|^2`.  Under PSI-GD with :math:`0 < \eta < 2/L`

.. math:: \sum_i\log\frac{r_{i,T}^2}{r_{i,0}^2} \le \frac{\eta\,(f_0 - f_T)}{1 - \eta L/2},

which is :math:`2(f_0-f_T)/L` at :math:`\eta = 1/L`.  Under GD, if :math:`\min_ir_{i,0}^2 \ge \eta L` (and
:math:`1 \ge \eta L` if p > 0), :math:`\sum_i(r_{i,T}^2 - r_{i,0}^2) \le 2\eta\,(f_0-f_T)`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`, with L for the joint Hessian at unit blocks on :math:`\{f \le f_0\}`; steps are those of
GD or PSI-GD without momentum or decay, so that they are horizontal.

Source
------
Aro18, Li19, Wan20 (growth of the norms under GD); the bound for PSI-GD is ours.

Idea of the proof
-----------------
Pythagoras.  For PSI-GD :math:`\log(1+x) \le x` and :math:`\|\xi_i\|^2/r_i^2 = \eta^2r_i^2\|\nabla_if\|^2`; sum over i
and t and use claim C1.  For GD the descent lemma (claim A8) with :math:`r_{i,t}^2 \ge r_{i,0}^2 \ge \eta L` gives
:math:`f_{t+1} \le f_t - \tfrac\eta2\|\nabla f\|^2`, and the squares grow by :math:`\eta^2\sum_i\|\nabla_if\|^2`.

What is checked, what is not
----------------------------
The identity, for both methods, on symbols for the generic jet with the blocks [2], [3], [2,2], on rationals, in balls
and on floats.  The bounds along runs: that of GD on rationals (Rayleigh quotients), that of PSI-GD, which has a
logarithm, in balls and on floats; both on cosines and waves too, and on two blocks coupled to each other and to a free
parameter.

Tags
----
dynamics, norms, PSI-GD, gradient descent
"""

import numpy as np

from proofs_check.bibliography import ARO18
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.models import RankOne, Rayleigh
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import counts, points, psi_models, rank_one_models, ratios, smooth_models, step_sizes

B5 = theorem(
    "B5",
    "Norms grow, by as much as the loss falls",
    chapter="dynamics",
    source=ARO18,
    locator="growth of the norms; Li19; Wan20",
    statement=r"r_{i,t+1}^2 = r_{i,t}^2 + \|\xi_{i,t}\|^2;\quad "
    r"\text{PSI-GD: } \sum_i\log\frac{r_{i,T}^2}{r_{i,0}^2} \le \frac{\eta(f_0-f_T)}{1-\eta L/2};\quad "
    r"\text{GD: } \sum_i(r_{i,T}^2-r_{i,0}^2) \le 2\eta(f_0-f_T)\ \text{if } \min_i r_{i,0}^2 \ge \eta L",
    assumptions=(
        "f is positively scale-invariant with L-Lipschitz gradient at unit blocks, on {f ≤ f_0}",
        "steps have no momentum and no decay",
        "PSI-GD: 0 < η < 2/L; GD: ηL ≤ r_{i,0}² for each block, and ηL ≤ 1 if there are free parameters",
    ),
    doc=__doc__,
)

# -- one step -----------------------------------------------------------------------------------

STEP = {"model": psi_models(), "w": points("model"), "eta": step_sizes(decades=1)}
UNIT = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0]), "eta": 1.0}


@B5.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_squares_grow_by_the_square_of_a_psi_step(model, w, eta):
    """‖w_i⁺‖² = r_i² + η²r_i⁴‖∇_i f‖² for PSI-GD."""
    return _pythagoras(PSIGradientDescent(eta), model, w)


def _pythagoras(optimizer, model, w):
    """Claim that each r² grows by the square of the step that the method makes from zero state."""
    layout, dots = model.layout, model.layout.dots
    moved, _ = optimizer.step(layout, w, model.evaluate(w), optimizer.init(layout, w))
    square, step = dots(w, w), moved - w
    return equal(dots(moved, moved) / square, 1 + dots(step, step) / square)


@the_squares_grow_by_the_square_of_a_psi_step.counterfeit(instance=UNIT)
def norms_are_constant_under_psi_gd(model, w, eta):
    """‖w_i⁺‖² = r_i²."""
    moved, _ = PSIGradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
    square = model.layout.dots(w, w)
    return equal(model.layout.dots(moved, moved) / square, square / square)


@the_squares_grow_by_the_square_of_a_psi_step.counterfeit(instance=UNIT)
def decay_leaves_the_step_horizontal(model, w, eta):
    """The same with decoupled decay, λ = 1."""
    return _pythagoras(PSIGradientDescent(eta, decay=1), model, w)


@B5.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_squares_grow_by_the_square_of_a_step_of_gradient_descent(model, w, eta):
    """‖w_i⁺‖² = r_i² + η²‖∇_i f‖² for GD."""
    return _pythagoras(GradientDescent(eta), model, w)


@the_squares_grow_by_the_square_of_a_step_of_gradient_descent.counterfeit(instance=UNIT)
def norms_are_constant_under_gradient_descent(model, w, eta):
    """‖w_i⁺‖² = r_i²."""
    moved, _ = GradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
    square = model.layout.dots(w, w)
    return equal(model.layout.dots(moved, moved) / square, square / square)


# -- runs ---------------------------------------------------------------------------------------

RUN = {"steps": counts(1, 5), "model": smooth_models(), "w": points("model"), "c": ratios(0, 2)}
JOINT = {"steps": counts(1, 4), "model": rank_one_models(), "w": points("model"), "c": ratios(0, 2)}


def _growth(optimizer, model, w, steps):
    """Return r_0² and r_T² (m,), f_0 and f_T."""
    run = descend(model, optimizer, w, steps, record=[0, steps])
    dots = model.layout.dots
    return dots(w, w), dots(run.final, run.final), run.loss[0], run.loss[-1]


def _smoothness(model, w):
    """Return L on {f ≤ f(w)}."""
    within = getattr(model, "smoothness_within", None)
    bound = within(model.radius_below(model.evaluate(w).loss)) if within else model.smoothness
    return bound.value


def _logarithms_are_bounded(model, w, c, steps, share=(1, 1)):
    """Claim the bound of PSI-GD at η = c/L, times a share of two numbers."""
    smoothness = _smoothness(model, w)
    eta = c / smoothness
    first, last, loss, lower = _growth(PSIGradientDescent(eta), model, w, steps)
    xp = namespace(first)
    total = xp.sum(xp.log(last / first), axis=-1)
    return at_most(share[1] * total, share[0] * eta * (loss - lower) / (1 - c / 2))


@B5.law(**RUN, on=(BALLS, FLOATS))
def under_psi_gd_the_logarithms_are_bounded(steps, model, w, c):
    """Σ_i log(r_T²/r_0²) ≤ η(f_0 - f_T)/(1 - ηL/2) at η = c/L, 0 < c < 2."""
    return _logarithms_are_bounded(model, w, c, steps)


NEAR_THE_BOTTOM = {"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([16.0, 1.0])}


@under_psi_gd_the_logarithms_are_bounded.counterfeit(instance={**NEAR_THE_BOTTOM, "c": 0.125})
def ninety_nine_hundredths_of_the_bound_of_psi_gd_hold(steps, model, w, c):
    """The sum is at most .99 of that bound; refuted near a minimum at a small rate."""
    return _logarithms_are_bounded(model, w, c, steps, share=(99, 100))


@B5.law(**JOINT, on=(BALLS, FLOATS))
def under_psi_gd_the_logarithms_of_two_coupled_blocks_are_bounded(steps, model, w, c):
    """The same sum over two blocks coupled to each other and to a free parameter."""
    return _logarithms_are_bounded(model, w, c, steps)


ALIKE = {"steps": 1, "model": RankOne(8 * np.eye(2)), "w": np.array([1.0, 1 / 64, 1.0, -1 / 64, 8.0])}
"""Next to one of the best directions, which are many; L is known up to a twentieth."""


@under_psi_gd_the_logarithms_of_two_coupled_blocks_are_bounded.counterfeit(instance={**ALIKE, "c": 0.125})
def nineteen_twentieths_of_that_bound_hold_for_two_coupled_blocks(steps, model, w, c):
    """The same sum is at most .95 of the bound."""
    return _logarithms_are_bounded(model, w, c, steps, share=(19, 20))


def _least(model, squares):
    """Return min r_i², or 1 if that is less and there are free parameters."""
    xp = namespace(squares)
    least = xp.min(squares, axis=-1)
    return xp.minimum(least, xp.ones_like(squares)[0]) if model.layout.p else least


def _squares_are_bounded(model, w, c, steps, room=1, share=(1, 1)):
    """Claim the bound of GD at ηL = (c/2) room min r_0²: allowed for room ≤ 1."""
    eta = c * room * _least(model, model.layout.dots(w, w)) / (2 * _smoothness(model, w))
    first, last, loss, lower = _growth(GradientDescent(eta), model, w, steps)
    growth = namespace(first).sum(last - first, axis=-1)
    return at_most(share[1] * growth / eta, 2 * share[0] * (loss - lower))


@B5.law(**RUN, on=(RATIONALS, BALLS, FLOATS))
def under_gradient_descent_the_squares_are_bounded(steps, model, w, c):
    """Σ_i(r_T² - r_0²) ≤ 2η(f_0 - f_T) where ηL ≤ min r_0²."""
    return _squares_are_bounded(model, w, c, steps)


@under_gradient_descent_the_squares_are_bounded.counterfeit(instance={**NEAR_THE_BOTTOM, "c": 63 / 32})
def rates_may_be_a_tenth_larger(steps, model, w, c):
    """The same where ηL ≤ 1.1 min r_0²."""
    return _squares_are_bounded(model, w, c, steps, room=11 / (10 * namespace(w).ones_like(w)[0]))


@B5.law(**JOINT, on=(BALLS, FLOATS))
def under_gradient_descent_the_squares_of_two_coupled_blocks_are_bounded(steps, model, w, c):
    """The same for two blocks coupled to each other and to a free parameter, where also ηL ≤ 1."""
    return _squares_are_bounded(model, w, c, steps)


@under_gradient_descent_the_squares_of_two_coupled_blocks_are_bounded.counterfeit(instance={**ALIKE, "c": 63 / 32})
def three_fifths_of_that_bound_hold_for_two_coupled_blocks(steps, model, w, c):
    """The same sum is at most .6 of the bound."""
    return _squares_are_bounded(model, w, c, steps, share=(3, 5))


def _squares(run):
    return np.asarray(run.norms)[:, 0] ** 2


@B5.exhibit
def how_norms_grow(rng):
    """Show log r_t² under PSI-GD and under GD from three lengths of the start, beside the bound of PSI-GD."""
    model, steps = Rayleigh(np.diag([0.0, 0.05, 1.0])), 200
    u = np.array([1.0, 2.0, 9.0]) / np.sqrt(86)
    smoothness = float(model.smoothness.value)
    run = descend(model, PSIGradientDescent(1 / smoothness), u, steps, record=range(steps + 1))
    curves = {
        "PSI-GD, from any length": np.log(_squares(run)),
        "bound of PSI-GD": 2 * (run.loss[0] - run.loss) / smoothness,
    }
    for scale in (0.5, 1.0, 2.0):
        gd = descend(model, GradientDescent(1 / smoothness), scale * u, steps, record=range(steps + 1))
        curves[f"GD, r₀ = {scale:g}"] = np.log(_squares(gd) / scale**2)
    return Exhibit(
        "curves",
        "Norms grow by as much as the loss falls",
        "Under PSI-GD the growth does not depend on the length of the start; under GD short weights grow until their "
        "steps fit.",
        {"x": np.arange(1, steps + 1), **{name: curve[1:] for name, curve in curves.items()}},
        {"x": "step t", "y": "log r²/r₀²", "xscale": "log", "guides": "bound of PSI-GD"},
    )
