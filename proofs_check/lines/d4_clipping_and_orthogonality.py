r"""Riemannian clipping bounds the turn of a step, more loosely with momentum; the regulariser of orthogonality.

Statement
---------
Clipped at ν, the T-th step of SGD-G turns a block by at most :math:`\eta\nu(1-\gamma^T)/(1-\gamma)`: by
:math:`\eta\nu` without momentum, and never beyond :math:`\eta\nu/(1-\gamma)`.  Clipping keeps the direction of the
gradient.  :math:`\frac\alpha2\|Y^\top Y - I\|^2` of k columns has the gradient :math:`2\alpha Y(Y^\top Y - I)`; it is
zero just where the columns are orthonormal, and at least :math:`\frac\alpha2(k-n)` for k > n.

Assumptions
-----------
No block is zero; η is constant; the first buffer is zero.

Source
------
Cho17, Algorithm 1 and §4.1, which gives no bound with momentum; the bounds of the turn and for k > n are ours.

Idea of the proof
-----------------
:math:`\|d_T\| \le \gamma\|d_{T-1}\| + \eta\nu`, since translation keeps lengths, and the turn is at most
:math:`\|d_T\|`; equality if the gradient is longer than ν and keeps its direction.  :math:`Y^\top Y` has k - n
eigenvalues 0 at least, each of which adds 1 to :math:`\|Y^\top Y - I\|^2`.

What is checked, what is not
----------------------------
Turns along runs, in balls and on floats, and on a batch-norm network of digits; that the bound is met, by search.  The
regulariser, for two columns in three dimensions, on symbols and rationals: a quartic has the derivative
:math:`\frac{1}{12}(8p(1) - 8p(-1) - p(2) + p(-2))` exactly.

Tags
----
lines, clipping, momentum, orthogonality
"""

import numpy as np

from proofs_check.bibliography import CHO17
from proofs_check.lines.d4_figures import turns_on_digits
from proofs_check.lines.penalty import adds_up, along, at_least
from proofs_check.lines.turns import at, on_rows
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, theorem
from psitheory.experiments import iterate
from psitheory.geometry import PSIQuotient, sphere
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.models.interface import Evaluation
from psitheory.optimizers import SGDG, AdamG
from psitheory.optimizers.euclidean import Momentum
from psitheory.rates.bounds import CLIPPED_TURN
from psitheory.strategies import (
    choices,
    counts,
    digits_network,
    network_starts,
    points,
    psi_models,
    quotients,
    step_sizes,
    vectors,
)

D4 = theorem(
    "D4",
    "Clipping bounds turns, and what the regulariser of orthogonality is",
    chapter="lines",
    source=CHO17,
    locator="Algorithm 1; §4.1 (numbers unchecked)",
    statement=r"\angle(u_{T-1},u_T) \le \eta\nu\frac{1-\gamma^T}{1-\gamma},\qquad "
    r"\nabla\tfrac\alpha2\|Y^\top Y-I\|^2 = 2\alpha Y(Y^\top Y-I)",
    assumptions=("no block is zero", "η is constant", "the first buffer is zero"),
    doc=with_tightness(__doc__, CLIPPED_TURN),
)

# -- turns ------------------------------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 4),
    "model": psi_models(),
    "w": points("model"),
    "eta": step_sizes(decades=1),
    "nu": step_sizes(decades=1),
    "gamma": choices(0, 0.5, 0.9375),
}
STRAIGHT = {
    "steps": 2,
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "eta": 0.125,
    "nu": 0.5,
    "gamma": 0.5,
}
"""At 45° the gradient has length 1; it stays above ν, and on a circle it keeps its direction."""


def _turns(method, steps, model, w):
    """Return the turn of each block in the last of some steps."""
    psi, before = PSIQuotient(model.layout), w
    for t, point, _, _ in iterate(model, method, w):
        if t == steps:
            return psi.angles(before, point)
        before = point
    raise AssertionError("iterate never ends")


def _bound(steps, eta, nu, gamma):
    return CLIPPED_TURN(rate=eta, threshold=nu, momentum=gamma, steps=steps)


def _of_sgd_g(steps, model, w, eta, nu, gamma, bound):
    turns = _turns(SGDG(eta, momentum=gamma, threshold=nu), steps, model, w)
    return at_most(turns, bound + 0 * turns)


@D4.law(**RUN, on=(BALLS, FLOATS))
def a_turn_is_bounded(steps, model, w, eta, nu, gamma):
    """∠(u_{T-1}, u_T) ≤ ην(1 - γ^T)/(1 - γ) in every block: ην without momentum, below ην/(1 - γ) with it."""
    return _of_sgd_g(steps, model, w, eta, nu, gamma, _bound(steps, eta, nu, gamma))


@a_turn_is_bounded.counterfeit(instance=STRAIGHT)
def a_turn_is_bounded_as_without_momentum(steps, model, w, eta, nu, gamma):
    """∠(u_{T-1}, u_T) ≤ ην with momentum too."""
    return _of_sgd_g(steps, model, w, eta, nu, gamma, eta * nu)


@a_turn_is_bounded.counterfeit(instance=STRAIGHT)
def a_turn_is_bounded_by_one_per_cent_less(steps, model, w, eta, nu, gamma):
    """∠(u_{T-1}, u_T) ≤ 0.99·ην(1 - γ^T)/(1 - γ)."""
    return _of_sgd_g(steps, model, w, eta, nu, gamma, _bound(steps, 99 * eta / 100, nu, gamma))


@a_turn_is_bounded.counterfeit(instance=STRAIGHT)
def a_turn_of_adam_g_is_bounded(steps, model, w, eta, nu, gamma):
    """The same for Adam-G with β₁ = γ, which divides by what was clipped, and turns by about η whatever ν is."""
    turns = _turns(AdamG(eta, beta1=gamma, threshold=nu, eps=0), steps, model, w)
    return at_most(turns, _bound(steps, eta, nu, gamma) + 0 * turns)


DIGITS = {"model": digits_network(), "w": network_starts("model")}


def _on_digits(model, w, bound):
    turns = _turns(SGDG(0.5, threshold=2.0**-6), 3, model, w)
    return at_most(turns, bound + 0 * turns)


@D4.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_the_third_turn_is_bounded(model, w):
    """No neuron of a batch-norm network of digits turns farther in the third step, at γ = 0.9."""
    return _on_digits(model, w, _bound(3, 0.5, 2.0**-6, 0.9))


@on_digits_the_third_turn_is_bounded.counterfeit
def on_digits_it_is_bounded_as_without_momentum(model, w):
    """No neuron turns farther than ην."""
    return _on_digits(model, w, 2.0**-7)


STEP = {"psi": quotients(), "w": points("psi"), "g": vectors("psi"), "nu": step_sizes(decades=1)}


def _goes_along(psi, w, g, nu, clipped):
    """Claim that a step stays in the plane of u and c = clipped(h): ‖c‖²Pu⁺ = ⟨c,u⁺⟩c."""
    u, h = at(psi, w, g)
    new, _ = SGDG(1, momentum=0, threshold=nu).step(psi.layout, u, Evaluation(None, h), Momentum(0, 0 * u))
    c = at(psi, u, on_rows(psi, clipped, h))[1]
    off = on_rows(psi, lambda u, v, c: dot(c, c, keepdims=True) * sphere.project(u, v), u, new, c)
    return equal(u + off, u + on_rows(psi, lambda v, c: dot(c, v, keepdims=True) * c, new, c))


@D4.law(**STEP, on=(BALLS, FLOATS))
def clipping_keeps_the_direction(psi, w, g, nu):
    """The clipped step stays in the plane of u and its gradient."""
    return _goes_along(psi, w, g, nu, lambda h: h)


@clipping_keeps_the_direction.counterfeit(
    instance={
        "psi": PSIQuotient(Layout.of([3])),
        "w": np.array([1.0, 0.0, 0.0]),
        "g": np.array([0.0, 1.0, 2.0]),
        "nu": 0.5,
    }
)
def clipping_is_entry_by_entry(psi, w, g, nu):
    """It stays in that of u and of the gradient whose entries are clipped at ±ν."""
    return _goes_along(psi, w, g, nu, lambda h: namespace(h).clip(h, -nu + 0 * h, nu + 0 * h))


# -- orthogonality ------------------------------------------------------------------------------------------

ROWS = {"a": vectors([3]), "b": vectors([3])}
UNEQUAL = {"a": np.array([1.0, 0.0, 0.0]), "b": np.array([1.0, 2.0, 0.0])}
EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)


@D4.law(**ROWS, c=vectors([3]), d=vectors([3]), on=EXACTLY)
def the_gradient_of_the_penalty_has_the_factor_two(a, b, c, d):
    """½‖YᵀY - I‖² has the gradient 2Y(YᵀY - I)."""
    return along(a, b, c, d, 1)


@the_gradient_of_the_penalty_has_the_factor_two.counterfeit(instance={**UNEQUAL, "c": UNEQUAL["a"], "d": UNEQUAL["b"]})
def the_gradient_of_the_penalty_has_the_factor_one(a, b, c, d):
    """It has the gradient Y(YᵀY - I): 2Y(YᵀY - I) is twice the derivative."""
    return along(a, b, c, d, 2)


@D4.law(**ROWS, on=EXACTLY)
def the_penalty_adds_up_what_is_not_orthonormal(a, b):
    """½‖YᵀY - I‖² = ½(‖a‖² - 1)² + ½(‖b‖² - 1)² + ⟨a, b⟩², zero just where a and b are orthonormal."""
    return adds_up(a, b, 2)


@the_penalty_adds_up_what_is_not_orthonormal.counterfeit(instance=UNEQUAL)
def the_inner_product_counts_half(a, b):
    """The same with ½⟨a, b⟩²."""
    return adds_up(a, b, 1)


PLANE = {"a": vectors([2]), "b": vectors([2]), "c": vectors([2])}


@D4.law(**PLANE, on=(RATIONALS, BALLS, FLOATS))
def three_vectors_of_the_plane_are_never_orthonormal(a, b, c):
    """½‖YᵀY - I‖² ≥ (k - n)/2 = ½ for three vectors in the plane."""
    return at_least(a, b, c, 100)


@three_vectors_of_the_plane_are_never_orthonormal.counterfeit(instance={**dict(zip("abc", np.eye(3, 2), strict=True))})
def they_are_farther_from_it(a, b, c):
    """It is at least 0.505."""
    return at_least(a, b, c, 101)


D4.exhibit(turns_on_digits)
