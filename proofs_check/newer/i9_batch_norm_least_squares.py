r"""Batch norm makes least squares converge at any rate of the weights; the time is a U.

Statement
---------
For :math:`\tfrac12E(y - a\,w^\top x/\sqrt{w^\top Hw})^2`, :math:`H \succ 0`, :math:`g = E[xy] \ne 0`, gradient
descent with the rates :math:`\varepsilon_a \in (0, 1]` and **any** :math:`\varepsilon_w > 0` converges to a stationary
point, from almost every start to the minimum.  The time is a U in :math:`\varepsilon_w`: proportional to
:math:`1/\varepsilon_w` below about 1 (unit :math:`w_0`) and to :math:`\varepsilon_w` above.  :math:`\kappa^*` of
:math:`H - Huu^\top H/u^\top Hu` is at most :math:`\kappa(H)`, for every :math:`u \ne 0`.

Assumptions
-----------
H is positive definite, :math:`g \ne 0`; the start is generic: from :math:`a_0 = 0`, :math:`g^\top w_0 = 0` nothing
moves.

Source
------
Cai19; the U is ours.

Idea of the proof
-----------------
Norms grow until steps fit: :math:`r^2` rises to about :math:`\varepsilon_w` at once, and then the effective rate
:math:`\varepsilon_w/r^2` is that of small ones.  With :math:`x = H^{1/2}u` the matrix is :math:`H^{1/2}(I -
xx^\top/x^\top x)H^{1/2}`, H less one positive direction: its positive eigenvalues interlace those of H.

What is checked, what is not
----------------------------
The condition, in balls, by the quadratic form on the complement; on one stored problem that runs arrive at the rates
1/100 to 1000, within the steps they are given, and that the exponent of the time rounds to -1 and to 1 at the two ends,
on floats as they are (an ensemble around the start gives the interval).  Almost every start is not checked.

Tags
----
newer work, batch norm, linear convergence
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import CAI19
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, Exhibit, Interval, at_most, equal, theorem
from psitheory.models.conditioning import spectrum
from psitheory.models.functions.decoupled import NormalisedLeastSquares
from psitheory.optimizers import GradientDescent, PerBlock
from psitheory.strategies import choices

I9 = theorem(
    "I9",
    "Batch norm makes least squares rate-free",
    chapter="newer",
    source=CAI19,
    locator="convergence for any rate of the weights; the U is ours",
    statement=r"\kappa^*\Bigl(H - \frac{Huu^\top H}{u^\top Hu}\Bigr) \le \kappa(H),\qquad \varepsilon_w > 0\
    \text{any}",
    assumptions=("H ≻ 0, E[xy] ≠ 0", "ε_a ∈ (0, 1]", "a generic start"),
    doc=__doc__,
)


@st.composite
def problems(draw):
    """Draw whole eigenvalues of a diagonal H and a vector u of unit last entry at least."""
    d = draw(st.integers(2, 4))
    values = np.array(draw(st.lists(st.integers(1, 9), min_size=d, max_size=d, unique=True)), dtype=float)
    u = np.array(draw(st.lists(st.integers(-9, 9), min_size=d, max_size=d)), dtype=float)
    u[-1] = u[-1] or 1
    return values, u


def _reduced(problem, scale):
    """Return the largest and least positive eigenvalue of H - HuuᵀH/uᵀHu, over those of H, and ``scale`` of them."""
    values, u = problem
    xp = namespace(u)
    moved = values * u
    matrix = xp.eye(len(u)) * values - moved[:, None] * (moved[None, :] / dot(u, moved))
    size = dot(u, u)
    lifted = matrix + u[:, None] * (u[None, :] * ((xp.max(values) + 1) / size))  # u is its kernel: put above
    low = xp.min(spectrum(lifted))
    high = xp.max(spectrum(matrix))
    return at_most(scale * high * xp.min(values), 100 * low * xp.max(values))


@I9.law(problem=problems(), on=(BALLS,))
def the_reduced_condition_is_at_most_the_whole(problem):
    """κ*(H - HuuᵀH/uᵀHu) ≤ κ(H)."""
    return _reduced(problem, 100)


@the_reduced_condition_is_at_most_the_whole.counterfeit(
    instance={"problem": (np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 0.0]))}
)
def the_reduced_condition_is_a_hundredth_less(problem):
    """κ* is at most κ(H)/1.01."""
    return _reduced(problem, 101)


# -- stuck ----------------------------------------------------------------------------------------


def _moves(w, claimed):
    model = NormalisedLeastSquares(namespace(w).eye(2), namespace(w).eye(2)[0], 1)
    xp = namespace(w)
    start = xp.concat([w, 0 * w[:1]], axis=-1)
    moved, _ = GradientDescent(PerBlock(1, 1)).step(model.layout, start, model.evaluate(start), ())
    return equal(moved - start, claimed(start))


@I9.law(w=st.integers(1, 9).map(lambda k: np.array([0.0, float(k)])), on=(BALLS, FLOATS))
def a_start_that_is_not_generic_is_stuck(w):
    """From a_0 = 0 and gᵀw_0 = 0 nothing moves."""
    return _moves(w, lambda start: 0 * start)


@a_start_that_is_not_generic_is_stuck.counterfeit(w=st.integers(1, 9).map(lambda k: np.array([1.0, float(k)])))
def a_generic_start_is_stuck(w):
    """From a_0 = 0 and any w_0 nothing moves."""
    return _moves(w, lambda start: 0 * start)


# -- the U ----------------------------------------------------------------------------------------

VALUES, VECTOR, START = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, -1.0]), np.array([0.6, -0.48, 0.64, 0.5])
LIMIT = 4000


def steps_needed(rate, runs=4, of_a=1.0):
    """Return the least and the largest number of steps until the gap is 1e-6, over starts 1e-3 apart."""
    model = NormalisedLeastSquares(np.diag(VALUES), VECTOR, 10.0)
    least = (10 - np.sum(VECTOR**2 / VALUES)) / 2
    w = START + 1e-3 * np.random.default_rng(0).normal(size=(runs, 4))
    method, needed = GradientDescent(PerBlock(rate, of_a)), np.full(runs, LIMIT)
    for t in range(LIMIT):
        evaluation = model.evaluate(w)
        reached = (evaluation.loss - least < 1e-6) & (needed == LIMIT)
        needed[reached] = t
        if (needed < LIMIT).all():
            break
        w, _ = method.step(model.layout, w, evaluation, ())
    return int(needed.min()), int(needed.max())


RATES = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)


def _arrives(rate, of_a):
    low, high = steps_needed(rate, of_a=of_a)
    return at_most(Interval(low, high), LIMIT - 1)


@I9.law(rate=choices(*RATES), on=(FLOATS,))
def it_converges_at_every_rate_of_the_weights(rate):
    """The gap becomes a millionth at ε_w = 1/100 … 1000 and ε_a = 1, on a problem with κ(H) = 4."""
    return _arrives(rate, 1.0)


@it_converges_at_every_rate_of_the_weights.counterfeit
def it_converges_at_every_rate_of_a(rate):
    """It does so at ε_a = 2.5 too."""
    return _arrives(rate, 2.5)


def _has_the_exponent(rates, exponent):
    """Claim that the exponent of the time between two rates, a decade apart, is nearer to one number than to others."""
    (one, other), (first, last) = steps_needed(rates[0]), steps_needed(rates[1])
    apart = np.abs(np.log10([first / other, last / one]) - exponent)
    return at_most(Interval(apart.min(), apart.max()), 0.5)


@I9.law(case=choices(((0.01, 0.1), -1), ((100.0, 1000.0), 1)), on=(FLOATS,))
def the_time_falls_and_then_rises_in_proportion(case):
    """The exponent of the time is nearest to -1 from ε_w = 1/100 to 1/10, and to 1 from 100 to 1000."""
    return _has_the_exponent(*case)


@the_time_falls_and_then_rises_in_proportion.counterfeit(case=choices(((100.0, 1000.0), 0)))
def the_time_does_not_depend_on_the_rate(case):
    """It is nearest to 0 from 100 to 1000."""
    return _has_the_exponent(*case)


@the_time_falls_and_then_rises_in_proportion.counterfeit(case=choices(((0.01, 0.1), 1)))
def the_time_grows_with_every_rate(case):
    """It is nearest to 1 from 1/100 to 1/10 too: the time is proportional to ε_w."""
    return _has_the_exponent(*case)


@I9.exhibit
def the_time_is_a_u(rng):
    """Show the steps until the gap is a millionth against ε_w."""
    rates = np.logspace(-2, 3, 21)
    needed = np.array([steps_needed(rate, runs=1)[0] for rate in rates], dtype=float)
    return Exhibit(
        "curves",
        "The time to converge is a U in the rate of the weights",
        "Unit w₀: below 1 the steps are too short, above it the first one makes the weights too long.",
        {"x": rates, "steps": needed, "1/ε": needed[0] * rates[0] / rates, "ε": needed[-1] * rates / rates[-1]},
        {"x": "ε_w", "y": "steps", "xscale": "log", "yscale": "log", "guides": "1/ε,ε"},
    )
