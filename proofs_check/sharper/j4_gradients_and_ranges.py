r"""How large gradients and ranges can be: bounds in L alone, since every great circle returns.

Statement
---------
Every :math:`d_i \ge 2`.  With the one-sided L: :math:`G_i \le L^2(1 - e^{-2(f-f^*)/L})` and :math:`G_i <
L^2\tanh^2\pi = .9926L^2` at every point; for **every** critical point z

.. math:: f(w) - f(z) \le L\sum_i\ln\cosh\angle(w_i,z_i) + \tfrac L2\|v-v_z\|^2,

so, without v, :math:`\sup f - \inf f < mL\ln\cosh\pi = 2.4503\,mL`, and this is sharp as a supremum for every d.  With
the two-sided :math:`\bar L` and one block :math:`G \le \bar L^2\tanh^2\frac\pi2 = .8412\bar L^2` and
:math:`\sup f - \inf f \le 2\bar L\ln\cosh\frac\pi2 = 1.8399\bar L`, both attained.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`, :math:`d_i \ge 2`.  The one-sided statements about a point w need L on
:math:`\{f \le f(w)\}`, the range and the two-sided ones everywhere.

Source
------
Ours.

Idea of the proof
-----------------
The first bound is the gain of one step of rapidity descent (claim J3).  Turn one block by :math:`2\pi` down its own
gradient: f returns, so by claim J2 :math:`0 \le \ln(\cosh2\pi - y\sinh2\pi)`, :math:`y \le \tanh\pi`; equality would be
a log-cosh all the way, whose slope jumps where it meets itself.  From a critical point all :math:`df_i` in claim J2 are
0, and no angle is above :math:`\pi`.  Two-sided: along the great circle of the gradient write
:math:`f' = \bar L\tanh\tau`; then :math:`|\tau'| \le 1` (claim J1).  f' is positive within :math:`\tau_0` of a point
of rapidity :math:`\tau_0`, and the rest of the circle must take back the integral: :math:`\tau_0 \le \pi - \tau_0`.
From a minimum to a maximum :math:`\tau \le \min(s, t - s)`, :math:`t \le \pi`.

What is checked, what is not
----------------------------
All bounds are *tried* in balls, on steep zonal functions of one to three blocks and v, on Rayleigh quotients (with
saddles and maxima for z), cosines, and on two coupled blocks with v.  That they are sharp, or attained, is shown by
caps of log-cosh in the plane and in R⁴.

Tags
----
quotient, smoothness, bounds without a gap
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.sharper import JOINT, j4_instances
from proofs_check.sharper.gains import slopes
from proofs_check.sharper.j4_instances import at, axis, best, pole, two_sided_models
from psitheory.arithmetic import dot, namespace
from psitheory.arithmetic.hyperbolic import log_cosh
from psitheory.checking import BALLS, FLOATS, at_most, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Rapidity, Zonal
from psitheory.strategies import counts, points, rayleigh_quotients
from psitheory.strategies.rates import even_rank_ones, near_the_best_rank_one
from psitheory.strategies.zonal import known_models, zonal_models

J4 = theorem(
    "J4",
    "Bounds on gradients and ranges, in L alone",
    chapter="sharper",
    source=OURS,
    locator="gradients and ranges",
    statement=r"G_i \le L^2(1 - e^{-2(f-f^*)/L}),\quad G_i < L^2\tanh^2\pi,\quad \sup f - \inf f < mL\ln\cosh\pi;"
    r"\qquad G \le \bar L^2\tanh^2\tfrac\pi2,\quad \sup f - \inf f \le 2\bar L\ln\cosh\tfrac\pi2",
    assumptions=(
        "f is positively scale-invariant and C^{1,1}",
        f"{JOINT}; the two-sided constant bounds its modulus everywhere",
        "every block has at least two entries",
    ),
    doc=__doc__,
)


def _pi(like):
    """Return π in the arithmetic of a number."""
    one = 1 + 0 * like
    return 4 * namespace(one).atan(one)


KNOWN = {"model": known_models(blocks=(1, 3)), "w": points("model")}


def _by_the_gap(model, w, share=1):
    xp, L, here = namespace(w), model.smoothness.value, model.evaluate(w)
    y = slopes(model, w, L)
    return at_most(y * y, (0 * y) - xp.expm1(-2 * share * (here.loss - model.minimum) / L))


@J4.law(**KNOWN, on=(BALLS, FLOATS))
def a_gradient_is_bounded_by_the_gap(model, w):
    """G_i ≤ L²(1 - e^{-2(f - f*)/L})."""
    return _by_the_gap(model, w)


@a_gradient_is_bounded_by_the_gap.counterfeit(instance=at(1.0, 2.0))
def a_gradient_is_bounded_by_one_percent_less_of_the_gap(model, w):
    """The same with .99(f - f*); refuted by log-cosh, where it is an equality."""
    return _by_the_gap(model, w, share=99 / (100 + 0 * w[0]))


def _by_a_turn(model, w, turn=1):
    xp, y = namespace(w), slopes(model, w, model.smoothness.value)
    return at_most(y, xp.tanh(turn * _pi(w[0])) + 0 * y)


@J4.law(**KNOWN, on=(BALLS, FLOATS))
def no_gradient_is_larger_than_a_turn_allows(model, w):
    """√G_i ≤ L tanh π."""
    return _by_a_turn(model, w)


@no_gradient_is_larger_than_a_turn_allows.counterfeit(instance=at(3.125, 3.1328125))
def no_gradient_is_larger_than_a_turn_by_six_allows(model, w):
    """√G_i ≤ L tanh(.99π); refuted on a cap of log-cosh that nearly reaches the antipode."""
    return _by_a_turn(model, w, turn=99 / (100 + 0 * w[0]))


def _above(model, w, z, smoothness, share=1):
    """Claim f(w) - f(z) ≤ L Σ ln cosh ∠ + (L/2)‖v - v_z‖², L a share of ``smoothness``."""
    xp, angles = namespace(w), PSIQuotient(model.layout).angles(w, z)
    v = model.layout.free_part(w - z)
    rise = xp.sum(log_cosh(angles), axis=-1) + dot(v, v) / 2
    return at_most(model.evaluate(w).loss - model.evaluate(z).loss, share * smoothness * rise)


ZONAL = {"model": zonal_models(free=1), "w": points("model")}


@J4.law(**ZONAL, on=(BALLS,))
def a_valley_rises_no_faster_than_log_cosh(model, w):
    """f(w) - f(z) ≤ LΣ ln cosh ∠(w_i, z_i) + (L/2)‖v - v_z‖² from the minimum z of a zonal function."""
    return _above(model, w, pole(model, w), model.smoothness.value)


@a_valley_rises_no_faster_than_log_cosh.counterfeit(
    instance={"model": Zonal((Rapidity.log_cosh(2.0),), (4,)), "w": np.array([1.0, 0.5, 0.5, 1.0])}
)
def a_valley_rises_one_percent_slower(model, w):
    """The same with .99 L; refuted by log-cosh in R⁴."""
    return _above(model, w, pole(model, w), model.smoothness.value, share=99 / (100 + 0 * w[0]))


@J4.law(model=rayleigh_quotients(), w=points("model"), k=counts(0, 49), on=(BALLS, FLOATS))
def from_every_critical_point_f_rises_no_faster(model, w, k):
    """The same from any eigenvector of a Rayleigh quotient: minimum, saddle or maximum."""
    return _above(model, w, axis(model, w, k), model.smoothness.value)


@from_every_critical_point_f_rises_no_faster.counterfeit(instance=j4_instances.LOW)
def from_every_critical_point_f_rises_one_percent_slower(model, w, k):
    """The same with .99 L; refuted near the minimum."""
    return _above(model, w, axis(model, w, k), 99 * model.smoothness.value / 100)


COUPLED = {"model": even_rank_ones(), "w": near_the_best_rank_one("model")}


@J4.law(**COUPLED, on=(BALLS,))
def the_same_where_blocks_are_coupled(model, w):
    """The same for two blocks coupled to each other and to v, with an L that holds between both points."""
    v = namespace(w).maximum(model.matrix[0, 0], w[-1])
    return _above(model, w, best(model, w), model.smoothness_within(v).value)


@the_same_where_blocks_are_coupled.counterfeit(instance=j4_instances.EVENLY)
def nine_tenths_of_the_constant_will_do_where_blocks_are_coupled(model, w):
    """The same with .9 L."""
    v = namespace(w).maximum(model.matrix[0, 0], w[-1])
    return _above(model, w, best(model, w), 9 * model.smoothness_within(v).value / 10)


PAIR = {**KNOWN, "z": points("model")}


def _range(model, w, z, turn=1):
    xp, L = namespace(w), model.smoothness.value
    rise = model.layout.m * L * log_cosh(turn * _pi(w[0]))
    return at_most(model.evaluate(w).loss - model.evaluate(z).loss, xp.sum(rise))


@J4.law(**PAIR, on=(BALLS,))
def the_range_is_bounded(model, w, z):
    """f(w) - f(z) ≤ mL ln cosh π for all w and z, without v."""
    return _range(model, w, z)


@the_range_is_bounded.counterfeit(instance=j4_instances.TALL)
def the_range_is_bounded_by_a_smaller_angle(model, w, z):
    """The same with .99 π."""
    return _range(model, w, z, turn=99 / (100 + 0 * w[0]))


@J4.law(**PAIR, quantifier="exists", on=(BALLS,), instance=j4_instances.TALL_IN_SPACE)
def the_range_is_sharp_in_space(model, w, z):
    """There are functions on the sphere of R⁴ whose range is .999 of the bound."""
    claimed = _range(model, w, z)
    return at_most(999 * claimed.right, 1000 * claimed.left)


@the_range_is_sharp_in_space.counterfeit
def every_range_is_nearly_the_bound(model, w, z):
    """The same for every function and every two points."""
    claimed = _range(model, w, z)
    return at_most(999 * claimed.right, 1000 * claimed.left)


@J4.law(model=two_sided_models(), w=points("model"), on=(BALLS,))
def two_sided_gradients_are_smaller(model, w):
    """√G ≤ L̄ tanh(π/2) for one block; sin θ of the cosine is at most .866 of its L̄."""
    return _by_a_turn(model, w, turn=1 / (2 + 0 * w[0]))


@two_sided_gradients_are_smaller.counterfeit(instance=j4_instances.HALFWAY)
def two_sided_gradients_are_one_percent_smaller(model, w):
    """√G ≤ L̄ tanh(.49π); refuted where the slope is tanh min(θ, π - θ)."""
    return _by_a_turn(model, w, turn=49 / (100 + 0 * w[0]))


@two_sided_gradients_are_smaller.counterfeit(instance=at(2.0, 2.5))
def one_side_is_enough_for_gradients(model, w):
    """The same with the one-sided L; refuted by a log-cosh with a cliff."""
    return _by_a_turn(model, w, turn=1 / (2 + 0 * w[0]))


def _even_range(model, w, z, turn=1):
    L = model.smoothness.value
    return at_most(model.evaluate(w).loss - model.evaluate(z).loss, 2 * L * log_cosh(turn * _pi(w[0]) / 2))


@J4.law(model=two_sided_models(), w=points("model"), z=points("model"), on=(BALLS,))
def two_sided_ranges_are_smaller(model, w, z):
    """f(w) - f(z) ≤ 2L̄ ln cosh(π/2) for one block; the cosine's is 1.732 L̄."""
    return _even_range(model, w, z)


@two_sided_ranges_are_smaller.counterfeit(instance=j4_instances.ENDS)
def two_sided_ranges_are_one_percent_smaller(model, w, z):
    """The same with .99 π; refuted where the slope is tanh min(θ, π - θ)."""
    return _even_range(model, w, z, turn=99 / (100 + 0 * w[0]))


@two_sided_ranges_are_smaller.counterfeit(instance=j4_instances.TALL)
def one_side_is_enough_for_ranges(model, w, z):
    """The same with the one-sided L; refuted by L ln cosh of the distance, capped."""
    return _even_range(model, w, z)
