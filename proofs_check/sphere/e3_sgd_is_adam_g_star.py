r"""SGD with decay is AdamG*, to an order that depends on when the second moment is updated.

Statement
---------
SGD with decoupled decay, :math:`w^+ = (1-\eta\lambda)w - \eta\nabla f(w)`, is close to AdamG*, :math:`u^+ = n(u -
\eta'\nabla f(u)/\sqrt v)`, :math:`v^+ = \beta v + \|\nabla f(u)\|^2`, one v a block, with :math:`\beta =
(1-\eta\lambda)^4`, :math:`\eta' = (2\beta)^{-1/2}`, :math:`v_0 = r_0^4/(2\eta^2\beta^{1/2})`.  The distance of their
classes is, as :math:`\eta\to0`,

- with v used before its update: 0 after one step, :math:`O(\eta^5)` after a fixed number N ≥ 2 of steps,
  :math:`O(\eta^3)` at a fixed horizon :math:`\eta N`;
- with v updated first: :math:`O(\eta^3)` for λ = 0 and :math:`O(\eta^2)` for λ > 0 after N steps, :math:`O(\eta^2)` and
  :math:`O(\eta)` at a fixed horizon; :math:`\eta' = 2^{-1/2}` restores the 3.

Assumptions
-----------
f is PSI and smooth, :math:`\nabla f(u_0) \ne 0`, :math:`0 \le \eta\lambda < 1`, no free parameters.

Source
------
Rob20 (equivalence of SGD and AdamG*), which states an equivalence without orders.

Idea of the proof
-----------------
With :math:`v = r^4/(2\eta^2\beta^{1/2})` the two steps have one direction; :math:`r^{+4} =
\beta r^4(1+\epsilon)^2`, :math:`\epsilon = \eta^2\|\nabla f(u)\|^2/(r^4\beta^{1/2})`, of which AdamG* lacks
:math:`\epsilon^2`: a relative error :math:`O(\eta^4)` of a step of size η.  Over N ~ 1/η steps these errors of v add up
to :math:`O(\eta^3)`.  Updating v first divides by :math:`\beta^{1/2}` too much, and by :math:`1+\epsilon`.

What is checked, what is not
----------------------------
The first step exactly; the local order :math:`\log_2(e(\eta)/e(\eta/2))`, in balls of up to 512 bits, on Rayleigh
quotients of two and three dimensions: for N = 2 … 5 from weights of norm 1 at η = 2⁻²⁰ within 1/64 of the whole
number that is claimed; within 1/16 at the horizon 1/4 at η = 2⁻⁷, and for two blocks.  What decides is η/r²: from short
weights 2⁻²⁰ is no small rate.  An order is a statement about a limit; these are values near it.

Tags
----
sphere, AdamG*, decay, orders
"""

import numpy as np

from proofs_check.bibliography import ROB20
from proofs_check.sphere.e3_figures import FIGURES
from proofs_check.sphere.e3_runs import Setting, adam_g_star, local_order
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Frozen, RankOne, Rayleigh
from psitheory.optimizers import GradientDescent
from psitheory.strategies import choices, counts, factors, generic_models, generic_points, step_sizes
from psitheory.strategies.rates import points_off_the_axes

E3 = theorem(
    "E3",
    "SGD with decay is AdamG*, to the fifth, third, second or first order",
    chapter="sphere",
    source=ROB20,
    locator="equivalence of SGD and AdamG*",
    statement=r"\beta = (1-\eta\lambda)^4,\ \eta' = (2\beta)^{-1/2},\ v_0 = \frac{r_0^4}{2\eta^2\beta^{1/2}}:\quad "
    r"\mathrm{dist}([w_N],[u_N]) = O(\eta^5)\ (N\text{ fixed}),\ O(\eta^3)\ (\eta N\text{ fixed})",
    assumptions=(
        "f is positively scale-invariant and smooth, without free parameters",
        "∇f(u_0) ≠ 0",
        "0 ≤ ηλ < 1",
        "v is used before its update; one v a block",
    ),
    doc=__doc__,
)

MODELS = choices(Rayleigh(np.diag([0.0, 1.0])), Rayleigh(np.diag([0.0, 1.0, 3.0])))
NEAR = {
    "model": MODELS,
    "w": points_off_the_axes("model"),
    "eta": 2.0**-20,
    "decay": choices(0, 1),
    "steps": counts(2, 5),
}
ONE = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 2.0]), "eta": 2.0**-20, "decay": 1, "steps": 2}


def _order_is(claimed, model, w, eta, decay, steps, setting, within=16):
    """Claim that the local order is within 1/16 of a whole number, or within another part of 1."""
    found = local_order(model, w, eta, decay, steps, setting)
    return at_most(within * namespace(found).abs(found - claimed), 1 + 0 * found)


def _order_near_units_is(claimed, model, w, eta, decay, steps, setting):
    """Claim it from weights of norm 1, within 1/64."""
    w = PSIQuotient(model.layout).canonical(w)
    return _order_is(claimed, model, w, eta, decay, (steps, steps), setting, within=64)


FIRST = {
    "model": generic_models(free=False),
    "w": generic_points("model"),
    "eta": step_sizes(decades=1),
    "b": factors(),
}


def _one_step(model, w, eta, b, setting):
    """Compare one step of each from weights of norm about 1, with ηλ = b."""
    layout, psi = model.layout, PSIQuotient(model.layout)
    w = psi.canonical(w)
    method = adam_g_star(layout, w, eta, b / eta, setting)
    new, _ = GradientDescent(eta, decay=b / eta).step(layout, w, model.evaluate(w), ())
    u, _ = method.step(layout, w, model.evaluate(w), method.init(layout, w))
    return equal(layout.units(new), layout.units(u))


@E3.law(**FIRST, on=(BALLS, FLOATS))
def the_first_step_is_the_same(model, w, eta, b):
    """One step of SGD with decay and one of AdamG*, v used before its update, lead to one class."""
    return _one_step(model, w, eta, b, Setting())


@the_first_step_is_the_same.counterfeit
def the_first_step_is_the_same_with_v_updated_first(model, w, eta, b):
    """The same with v updated first."""
    return _one_step(model, w, eta, b, Setting("new"))


@E3.law(**NEAR, on=(BALLS,))
def used_before_its_update_the_order_is_five(model, w, eta, decay, steps):
    """After N = 2 … 5 steps the classes are O(η⁵) apart, with and without decay, v used before its update."""
    return _order_near_units_is(5, model, w, eta, decay, steps, Setting())


@used_before_its_update_the_order_is_five.counterfeit(instance=ONE)
def it_is_five_with_the_square_for_the_fourth_power(model, w, eta, decay, steps):
    """The same with β = (1 - ηλ)²."""
    return _order_near_units_is(5, model, w, eta, decay, steps, Setting(power=2))


@used_before_its_update_the_order_is_five.counterfeit(instance=ONE)
def it_is_five_with_the_uncorrected_rate(model, w, eta, decay, steps):
    """The same with η' = 2^{-1/2}."""
    return _order_near_units_is(5, model, w, eta, decay, steps, Setting(corrected=False))


@E3.law(**NEAR, on=(BALLS,))
def updated_first_the_order_is_three_or_two(model, w, eta, decay, steps):
    """With v updated first they are O(η³) apart for λ = 0, O(η²) for λ > 0."""
    return _order_near_units_is(3 - decay, model, w, eta, decay, steps, Setting("new"))


@updated_first_the_order_is_three_or_two.counterfeit(instance=ONE)
def updated_first_the_order_is_three_with_decay_too(model, w, eta, decay, steps):
    """With v updated first they are O(η³) apart for λ > 0 too."""
    return _order_near_units_is(3, model, w, eta, decay, steps, Setting("new"))


@E3.law(**NEAR, on=(BALLS,))
def another_rate_restores_the_third_order(model, w, eta, decay, steps):
    """With v updated first and η' = 2^{-1/2} they are O(η³) apart, with and without decay."""
    return _order_near_units_is(3, model, w, eta, decay, steps, Setting("new", corrected=False))


@another_rate_restores_the_third_order.counterfeit(instance=ONE)
def another_rate_restores_the_fourth_order(model, w, eta, decay, steps):
    """They are O(η⁴) apart."""
    return _order_near_units_is(4, model, w, eta, decay, steps, Setting("new", corrected=False))


HORIZON = {
    "model": MODELS,
    "w": choices(np.array([1.0, 2.0, -1.0]), np.array([2.0, 1.0, 0.5])),
    "divides_by": choices("old", "new"),
    "decay": choices(0, 1),
}


def _order_at_the_horizon(claimed, model, w, divides_by, decay):
    """Take η = 2⁻⁷ and 2⁻⁸ up to ηN = 1/4."""
    eta = 0 * w[0] + 1
    return _order_is(claimed, model, w[: model.layout.n], eta / 128, decay, (32, 64), Setting(divides_by))


@E3.law(**HORIZON, on=(BALLS,))
def at_a_fixed_horizon_the_orders_are_three_two_and_one(model, w, divides_by, decay):
    """At ηN = 1/4: O(η³) with v used before its update; else O(η²) for λ = 0 and O(η) for λ > 0."""
    return _order_at_the_horizon(3 if divides_by == "old" else 2 - decay, model, w, divides_by, decay)


@at_a_fixed_horizon_the_orders_are_three_two_and_one.counterfeit
def at_a_fixed_horizon_one_order_is_lost(model, w, divides_by, decay):
    """One order less than after N steps: four for v used before its update."""
    return _order_at_the_horizon(4 if divides_by == "old" else 2 - decay, model, w, divides_by, decay)


TWO_BLOCKS = {
    "model": Frozen(RankOne(np.array([[2.0, 1.0], [0.0, 3.0]])), np.ones(1)),
    "w": choices(np.array([1.0, 2.0, 1.0, 0.5]), np.array([2.0, 1.0, -1.0, 3.0])),
    "eta": 2.0**-20,
    "decay": choices(0, 1),
    "steps": counts(2, 4),
}


@E3.law(**TWO_BLOCKS, on=(BALLS,))
def two_blocks_have_a_second_moment_each(model, w, eta, decay, steps):
    """The order is five for two coupled blocks of different norms, with one v for each."""
    return _order_is(5, model, w, eta, decay, (steps, steps), Setting())


@two_blocks_have_a_second_moment_each.counterfeit
def two_blocks_share_a_second_moment(model, w, eta, decay, steps):
    """The same with the v of the first block for both."""
    return _order_is(5, model, w, eta, decay, (steps, steps), Setting(one_for_all=True))


for figure in FIGURES:
    E3.exhibit(figure)
