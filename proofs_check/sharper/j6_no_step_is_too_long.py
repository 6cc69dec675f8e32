r"""No step is too long far from the valley: where gradients are large, every step lowers f.

Statement
---------
p = 0.  A step of **any** method along :math:`-(\eta_i\nabla_if)` turns block i by :math:`\arctan(\eta_iLy_i/r_i^2)
< \frac\pi2`, and f falls if every turn is below :math:`2\operatorname{artanh}y_i`, :math:`y_i = \sqrt{G_i}/L`.  So f
falls for **every** :math:`\eta > 0` (gradient descent at any radius, PSI-GD) where all :math:`\sqrt{G_i} \ge
L\tanh\frac\pi4 = .6558L`; below, for PSI-GD at :math:`\eta L < \tan(2\operatorname{artanh}y_i)/y_i`, which is above 2.
Both are sharp.  With free parameters also :math:`\eta L < 2`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`; its joint Hessian at unit blocks is at most L on :math:`\{f \le f_0\}`.

Source
------
Ours.

Idea of the proof
-----------------
By claim J2 a turn by :math:`t_i` down the gradients changes f by at most :math:`L\sum_i\ln(\cosh t_i - y_i\sinh t_i)`,
and :math:`\cosh t - y\sinh t < 1` iff :math:`\tanh\frac t2 < y`.  A step along the gradient itself turns by less than a
right angle, whatever its length; :math:`\tanh\frac\pi4 \le y` is enough for that.  PSI-GD turns by
:math:`\arctan(\eta Ly)`; :math:`\tan(2\operatorname{artanh}y) > 2y`.  Free parameters contribute
:math:`-\eta(1 - \eta L/2)G_v`.  On log-cosh a turn by :math:`2\operatorname{artanh}y` leads to the mirror image.

What is checked, what is not
----------------------------
All of it is *tried* in balls: on steep zonal functions of one to three blocks, on log-cosh and the cosine for steps
over six decades, at any radius; sharpness by log-cosh.

Tags
----
quotient, step sizes, descent
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.sharper import JOINT
from proofs_check.sharper.gains import slopes
from proofs_check.sharper.j6_figures import FIGURES
from psitheory.arithmetic import namespace
from psitheory.arithmetic.hyperbolic import artanh
from psitheory.checking import BALLS, FLOATS, at_most, theorem, vacuous
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Cosine, Rapidity, Zonal
from psitheory.optimizers import GradientDescent, PerBlock, PSIGradientDescent
from psitheory.strategies import choices, points, ratios, step_sizes
from psitheory.strategies.zonal import points_on_slopes, zonal_models

J6 = theorem(
    "J6",
    "No step is too long far from the valley",
    chapter="sharper",
    source=OURS,
    locator="long steps",
    statement=r"f(w^+) < f(w)\ \text{ for every } \eta > 0 \text{ where all } \sqrt{G_i} \ge L\tanh\tfrac\pi4;\qquad "
    r"\text{below, if } \eta L < \tan(2\operatorname{artanh}y_i)/y_i\ (> 2)",
    assumptions=(
        "f is positively scale-invariant and C^{1,1}",
        f"{JOINT}, on {{f ≤ f(w)}} at least",
        "there are no free parameters, or ηL < 2 too",
    ),
    doc=__doc__,
)

LOG_COSH = Circle(Rapidity.log_cosh(2.5))
COSINE = Cosine(np.array([1.0, 0.0]))


def _at(angle):
    xp = namespace(angle)
    return xp.stack([xp.cos(angle), xp.sin(angle)])


def _falls(model, w, after):
    return at_most(model.evaluate(after).loss, model.evaluate(w).loss)


def _turned(model, w, turns):
    """Turn every block by so much down its own gradient."""
    psi = PSIQuotient(model.layout)
    down = -psi.gradient(w, model.evaluate(w).gradient)
    return psi.exp(w, model.layout.scale(turns, model.layout.scale(1 / psi.block_norms(w, down), down)))


def _mirrored(model, w, share):
    """Claim that f falls on turns of ``share`` times 2 artanh y_i."""
    y = slopes(model, w, model.smoothness.value)
    if not all(bool(x > 0) for x in y):
        return vacuous("a block has no gradient, and does not know where down is")
    return _falls(model, w, _turned(model, w, share * 2 * artanh(y)))


@J6.law(model=zonal_models(), w=points_on_slopes("model"), share=ratios(0, 1), on=(BALLS, FLOATS))
def f_falls_on_turns_below_twice_the_rapidity(model, w, share):
    """F falls if block i turns by less than 2 artanh y_i, for all i."""
    return _mirrored(model, w, share)


@f_falls_on_turns_below_twice_the_rapidity.counterfeit(
    instance={"model": Zonal((Rapidity.log_cosh(2.0),), (3,)), "w": np.array([1.0, 0.5, 0.5]), "share": 1 - 2.0**-10}
)
def f_falls_on_turns_one_percent_longer(model, w, share):
    """The same for 1.01 times 2 artanh y_i; refuted by log-cosh."""
    return _mirrored(model, w, 101 / (100 + 0 * share))


FAR = {"model": choices(LOG_COSH, COSINE), "part": ratios(0, 1), "r": step_sizes(), "eta": step_sizes()}
"""Angles from .875 to 2.25, where both have y ≥ .6558, on log-cosh nearly down to it."""


def _anyhow(model, angle, r, method):
    w = r * _at(angle)
    after, _ = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    return _falls(model, w, after)


@J6.law(**FAR, on=(BALLS, FLOATS))
def gradient_descent_lowers_f_at_every_rate(model, part, r, eta):
    """Where √G ≥ L tanh(π/4), a step of gradient descent of any rate from any radius lowers f."""
    return _anyhow(model, (7 + 11 * part) / 8, r, GradientDescent(eta))


@gradient_descent_lowers_f_at_every_rate.counterfeit(
    instance={"model": LOG_COSH, "part": 0.5, "r": 2.0**-10, "eta": 1024.0}
)
def it_does_where_the_slope_is_a_bit_smaller(model, part, r, eta):
    """The same where √G ≥ .65L; at y = .65 a very long step raises log-cosh by .0132L."""
    return _anyhow(model, artanh(65 / (100 + 0 * part)), r, GradientDescent(eta))


def _psi_gd(model, angle, share):
    """Claim that f falls on a step of PSI-GD with ηL = share · tan(2 artanh y)/y."""
    w, L = _at(angle), model.smoothness.value
    (y,) = slopes(model, w, L)
    eta = share * namespace(y).tan(2 * artanh(y)) / (y * L)
    return _anyhow(model, angle, 1 + 0 * angle, PSIGradientDescent(eta))


@J6.law(model=LOG_COSH, part=ratios(0, 1), share=ratios(0, 1), on=(BALLS, FLOATS))
def psi_gd_may_go_beyond_two_over_l(model, part, share):
    """Below .6558L PSI-GD lowers f at every ηL < tan(2 artanh y)/y."""
    return _psi_gd(model, 3 * part / 4, share)


@psi_gd_may_go_beyond_two_over_l.counterfeit(instance={"model": LOG_COSH, "part": 0.5, "share": 0.5})
def psi_gd_may_go_one_percent_further(model, part, share):
    """The same at 1.01 times that; refuted by log-cosh (and by ηL = 2.4 at y = .3)."""
    return _psi_gd(model, 3 * part / 4, 101 / (100 + 0 * share))


@J6.law(y=ratios(0, 1), on=(BALLS, FLOATS))
def that_is_more_than_two_over_l(y):
    """tan(2 artanh y)/y ≥ 2 for y < tanh(π/4): 2.008, 2.375, 3.916, 8.93 at y = .05, .3, .5, .6."""
    y = 5 * y / 8
    return at_most(2 * y, namespace(y).tan(2 * artanh(y)))


@that_is_more_than_two_over_l.counterfeit
def that_is_more_than_two_and_a_bit_over_l(y):
    """It is at least 2.02; refuted for small y."""
    y = 5 * y / 8
    return at_most(202 * y / 100, namespace(y).tan(2 * artanh(y)))


@J6.law(model=LOG_COSH, angle=float(np.arctanh(0.3)), c=2.37, quantifier="exists", on=(BALLS,))
def two_over_l_is_not_the_limit(model, angle, c):
    """There are f and w with y = .3 at which PSI-GD at η = 2.37/L lowers f."""
    return _anyhow(model, angle, 1 + 0 * angle, PSIGradientDescent(c))


@two_over_l_is_not_the_limit.counterfeit
def nor_are_two_point_four_over_l(model, angle, c):
    """It does at 2.4/L."""
    return _anyhow(model, angle, 1 + 0 * angle, PSIGradientDescent(24 / (10 + 0 * c)))


# -- free parameters ------------------------------------------------------------------------------


def _with_free(model, w, c):
    L = model.smoothness.value
    after, _ = PSIGradientDescent(PerBlock(c / L, c / L)).step(model.layout, w, model.evaluate(w), ())
    return _falls(model, w, after)


@J6.law(model=zonal_models(free=2), w=points("model"), c=ratios(0, 2), on=(BALLS,))
def with_free_parameters_two_over_l_is_a_limit(model, w, c):
    """With v f falls at every ηL < 2."""
    return _with_free(model, w, c)


@with_free_parameters_two_over_l_is_a_limit.counterfeit(
    instance={"model": Zonal((Rapidity.log_cosh(2.5),), (2,), free=1), "w": np.array([0.0, 1.0, 9.0]), "c": 1.0}
)
def with_free_parameters_large_slopes_of_blocks_are_enough(model, w, c):
    """With v f falls at ηL = 2.02 where the blocks have large slopes."""
    return _with_free(model, w, 202 / (100 + 0 * c))


for figure in FIGURES:
    J6.exhibit(figure)
