r"""SGD-G: project, clip, momentum, move along the geodesic, translate; plain, it is descent by the exponential map.

Statement
---------
:math:`h = P_u\nabla f(u)`, :math:`\hat h = \min(1, \nu/\|h\|)h`, :math:`d = \gamma\tau - \eta\hat h`,
:math:`u^+ = \mathrm{Exp}_u(d)` and :math:`\tau^+` = d carried along its own geodesic, with u = w/r.  Without momentum
and clipping the classes are those of Riemannian gradient descent (claim C6).  Since it normalises first, it visits the
same classes from every representative.

Assumptions
-----------
f is PSI and differentiable along the run; no block is zero.

Source
------
Cho17, Algorithm 1 (SGD-G).

Idea of the proof
-----------------
:math:`\nabla f(u) = r\nabla f(w)` is tangent at u, so that :math:`\eta r^2\nabla f(w)` and :math:`\eta h` are lifts of
one tangent vector; the geodesics are those of the sphere (claim D1).  Parallel transport keeps a buffer tangent.

What is checked, what is not
----------------------------
That plain SGD-G is C6's method on formal vectors, in balls and on floats.  The rest, which takes roots, in balls and on
floats: the shipped step from any buffer, put together again from the sphere's functions, and its buffer; runs from
rescaled starts bit for bit, on a batch-norm network of digits too.

Tags
----
lines, SGD-G, momentum, clipping
"""

import numpy as np

from proofs_check.bibliography import CHO17
from proofs_check.lines.d2_figures import plateau_on_digits
from proofs_check.lines.turns import at, on_rows
from psitheory.arithmetic import namespace, norm
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, equal, theorem
from psitheory.geometry import PSIQuotient, sphere
from psitheory.laws.update import after
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.models.interface import Evaluation
from psitheory.optimizers import SGDG, GradientDescent, HeavyBall, RiemannianGradientDescent
from psitheory.optimizers.euclidean import Momentum
from psitheory.strategies import (
    counts,
    digits_network,
    factors,
    network_starts,
    points,
    psi_models,
    quotients,
    rescalings,
    step_sizes,
    vectors,
)

D2 = theorem(
    "D2",
    "SGD-G: steps along geodesics of lines",
    chapter="lines",
    source=CHO17,
    locator="Algorithm 1 (number unchecked)",
    statement=r"d = \gamma\tau - \eta\min\bigl(1,\tfrac{\nu}{\|h\|}\bigr)h,\quad u^+ = \mathrm{Exp}_u(d),\quad "
    r"\tau^+ = \mathrm{PT}_{u\to u^+}(d),\qquad h = P_u\nabla f(u)",
    assumptions=("f is positively scale-invariant and differentiable along the run", "no block is zero"),
    doc=__doc__,
)

# -- without momentum and clipping ------------------------------------------------------------------


def _plain(eta):
    return SGDG(eta, momentum=0, threshold=None)


PLAIN = {"steps": counts(1, 3), "model": psi_models(), "w": points("model"), "eta": step_sizes(decades=1)}
NEAR = {"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0]), "eta": 1.0}


def _classes_agree(steps, model, w, one, two):
    """Claim that two methods are at the same class after some steps from w."""
    units = model.layout.units
    return equal(units(after(one, model, w, steps)), units(after(two, model, w, steps)))


@D2.law(**PLAIN, on=(BALLS, FLOATS))
def plain_sgd_g_is_descent_by_the_exponential_map(steps, model, w, eta):
    """Without momentum and clipping SGD-G visits the classes of Riemannian gradient descent."""
    return _classes_agree(steps, model, w, _plain(eta), RiemannianGradientDescent(eta))


@plain_sgd_g_is_descent_by_the_exponential_map.counterfeit(instance=NEAR)
def plain_sgd_g_is_projected_descent(steps, model, w, eta):
    """It visits those of the step u - η∇f(u), normalised: gradient descent from the unit representative."""
    return _classes_agree(1, model, model.layout.units(w), _plain(eta), GradientDescent(eta))


# -- one step, from any buffer ------------------------------------------------------------------------

STEP = {
    "psi": quotients(),
    "w": points("psi"),
    "g": vectors("psi"),
    "m": vectors("psi"),
    "eta": step_sizes(decades=0.5),
    "gamma": factors(),
    "nu": step_sizes(decades=0.5),
}
TWO = {
    "psi": PSIQuotient(Layout.of([2])),
    "w": np.array([1.0, 0.0]),
    "g": np.array([0.0, 2.0]),
    "m": np.array([0.0, 1.0]),
    "eta": 0.5,
    "gamma": 0.5,
    "nu": 0.5,
}


def _clipped(h, nu):
    size = norm(h, keepdims=True)
    return h * (nu / namespace(h).maximum(size, nu + 0 * size))


def _moved(psi, w, m, g, direction, translate):
    """Return u⁺ and τ⁺ of the step along ``direction``, a function of tangent τ and h."""
    u, m, h = at(psi, w, m, psi.layout.scale(psi.layout.norms(w), g))
    d = on_rows(psi, direction, m, h)
    end = on_rows(psi, sphere.exp, u, d)
    return namespace(w).concat([end, on_rows(psi, translate, u, end, d)])


def _step_is(psi, w, g, m, eta, gamma, nu, direction, translate=sphere.transport):
    _, m = at(psi, w, m)
    method = SGDG(eta, momentum=gamma, threshold=nu)
    new, state = method.step(psi.layout, w, Evaluation(None, g), Momentum(0, m))
    both = [on_rows(psi, lambda rows: rows, x) for x in (new, state.buffer)]
    return equal(namespace(w).concat(both), _moved(psi, w, m, g, direction, translate))


@D2.law(**STEP, on=(BALLS, FLOATS))
def a_step_is_project_clip_momentum_move_translate(psi, w, g, m, eta, gamma, nu):
    """u⁺ and τ⁺ are those of d = γτ - ηĥ, by the sphere's exponential map and parallel transport."""
    return _step_is(psi, w, g, m, eta, gamma, nu, lambda m, h: gamma * m - eta * _clipped(h, nu))


@a_step_is_project_clip_momentum_move_translate.counterfeit(instance=TWO)
def momentum_is_not_translated(psi, w, g, m, eta, gamma, nu):
    """The same with τ⁺ = d."""

    def left(u, end, d):
        return d

    return _step_is(psi, w, g, m, eta, gamma, nu, lambda m, h: gamma * m - eta * _clipped(h, nu), left)


@a_step_is_project_clip_momentum_move_translate.counterfeit(instance=TWO)
def momentum_is_clipped_too(psi, w, g, m, eta, gamma, nu):
    """The same with d = min(1, ν/‖h'‖)h', h' = γτ - ηh."""
    return _step_is(psi, w, g, m, eta, gamma, nu, lambda m, h: _clipped(gamma * m - eta * h, nu))


@D2.law(**STEP, on=(BALLS, FLOATS))
def translating_keeps_the_buffer_tangent(psi, w, g, m, eta, gamma, nu):
    """⟨τ⁺, u⁺⟩ = 0 after a step from any tangent buffer."""
    return _buffer_is_tangent(psi, w, g, m, SGDG(eta, momentum=gamma, threshold=nu))


def _buffer_is_tangent(psi, w, g, m, method):
    u, m, g = at(psi, w, m, g)
    new, state = method.step(psi.layout, u, Evaluation(None, g), Momentum(0, m))
    size = psi.layout.dots(new, new)
    return equal(psi.layout.dots(new, state.buffer) + size, size)


@translating_keeps_the_buffer_tangent.counterfeit(instance=TWO)
def the_buffer_of_heavy_ball_is_tangent(psi, w, g, m, eta, gamma, nu):
    """It is so for heavy ball, whose gradient and buffer are tangent where it starts."""
    return _buffer_is_tangent(psi, w, g, m, HeavyBall(eta, gamma))


# -- representatives ------------------------------------------------------------------------------------

RUN = {**PLAIN, "a": rescalings("model")}


def _does_not_see_lengths(method, steps, model, w, a):
    return equal(after(method, model, model.layout.scale(a, w), steps), after(method, model, w, steps))


@D2.law(**RUN, on=(POWERS_OF_TWO, BALLS))
def every_representative_leads_to_the_same_points(steps, model, w, eta, a):
    """From a·w_0 and from w_0 SGD-G with momentum and clipping is at the same point after T ≥ 1 steps."""
    return _does_not_see_lengths(SGDG(eta), steps, model, w, a)


@every_representative_leads_to_the_same_points.counterfeit(instance={**NEAR, "a": np.array([2.0])})
def a_normalised_step_of_euclidean_descent_does_so_too(steps, model, w, eta, a):
    """u⁺ = (w - η∇f(w))/‖w - η∇f(w)‖, which normalises last, is there too."""
    units = model.layout.units
    there, here = (after(GradientDescent(eta), model, start, 1) for start in (model.layout.scale(a, w), w))
    return equal(units(there), units(here))


DIGITS = {"model": digits_network(), "w": network_starts("model"), "a": rescalings("model", decades=8)}


@D2.law(**DIGITS, on=(POWERS_OF_TWO, CONTROLS), example=True)
def on_digits_every_representative_leads_to_the_same_points(model, w, a):
    """So it is after three steps on a batch-norm network of digits."""
    return _does_not_see_lengths(SGDG(0.2), 3, model, w, a)


@on_digits_every_representative_leads_to_the_same_points.counterfeit
def on_digits_heavy_ball_does_so_too(model, w, a):
    """So it is of heavy ball with the classes."""
    layout, method = model.layout, HeavyBall(0.2, 0.9)
    there, here = (layout.units(after(method, model, start, 3)) for start in (layout.scale(a, w), w))
    return equal(there, here)


D2.exhibit(plateau_on_digits)
