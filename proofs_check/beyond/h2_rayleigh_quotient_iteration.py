r"""Newton on the quotient of a Rayleigh quotient is Rayleigh quotient iteration; PSI-GD is shifted power iteration.

Statement
---------
Let :math:`f = w^\top Aw/\|w\|^2`, A symmetric.  Newton's step on the quotient from w, where :math:`f(w)` is no
eigenvalue, leads to the class of :math:`(A - f(w)I)^{-1}w`, up to the sign of that vector: Rayleigh quotient
iteration, which converges cubically.  PSI-GD is

.. math:: w^+ = 2\eta\,[(f(w) + \tfrac1{2\eta})I - A]\,w,

power iteration with a shift.

Assumptions
-----------
A is symmetric; for Newton :math:`f(w)` is no eigenvalue of A and :math:`w^\top(A - fI)^{-1}w \ne 0`.

Source
------
AMS08, §6.4.1 (Rayleigh quotient iteration as Newton's method on projective space); PSI-GD: ours.

Idea of the proof
-----------------
:math:`P\nabla^2f P = 2P(A - fI)P/r^2` and :math:`\nabla f = 2(A - fI)w/r^2` (claim A6).  So :math:`P(A - fI)(w + \xi) =
0` for Newton's ξ: :math:`(A - fI)(w + \xi)` is a multiple of w.  PSI-GD: insert :math:`r^2\nabla f = 2(Aw - fw)`.

What is checked, what is not
----------------------------
Both identities exactly on rationals up to d = 50, the second in balls too.  The order 3 is *measured*, by the slopes of
log error against log error in 4,000 bits, with their range.

Tags
----
Newton, Rayleigh quotient iteration, power iteration
"""

import numpy as np

from proofs_check.bibliography import AMS08
from psitheory.arithmetic import dot, precision, to_balls
from psitheory.checking import BALLS, FLOATS, RATIONALS, Exhibit, Interval, at_most, equal, theorem, vacuous
from psitheory.checking.fits import log_log_slope
from psitheory.errors import NotInArithmetic
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent, QuotientNewton
from psitheory.strategies import counts, points, rayleigh_quotients, step_sizes
from psitheory.strategies.rates import points_off_the_axes

H2 = theorem(
    "H2",
    "Quotient Newton on Rayleigh is Rayleigh quotient iteration",
    chapter="beyond",
    source=AMS08,
    locator="§6.4.1; PSI-GD as power iteration is ours",
    statement=r"w + \xi_{\mathrm{Newton}} \parallel (A - f(w)I)^{-1}w,\qquad "
    r"w - \eta r^2\nabla f = 2\eta\,[(f + \tfrac1{2\eta})I - A]\,w",
    assumptions=("A is symmetric", "f(w) is no eigenvalue of A, and wᵀ(A - f(w)I)⁻¹w ≠ 0, for Newton"),
    doc=__doc__,
)

OFF = {"model": rayleigh_quotients(), "w": points_off_the_axes("model")}
ROUND = {"model": Rayleigh(np.diag([0.0, 1.0, 3.0])), "w": np.array([1.0, 1.0, 1.0])}


def _shifted(model, w, shift):
    """Claim that (A - shift)w⁺ is a multiple of w for Newton's w⁺."""
    try:
        new, _ = QuotientNewton(model).step(model.layout, w, model.evaluate(w), ())
    except NotInArithmetic:
        return vacuous("the Hessian on the quotient is singular there")
    image = dot(model.matrix, new) - shift * new
    return equal(image * dot(w, w), dot(image, w) * w)


@H2.law(**OFF, on=(RATIONALS,))
def newton_is_rayleigh_quotient_iteration(model, w):
    """(A - f(w)I)w⁺ is a multiple of w."""
    return _shifted(model, w, model.evaluate(w).loss[()])


@newton_is_rayleigh_quotient_iteration.counterfeit(instance=ROUND)
def newton_is_inverse_iteration(model, w):
    """(A - f*I)w⁺ is a multiple of w, with the least eigenvalue for f(w)."""
    return _shifted(model, w, model.minimum)


def _power(model, w, eta, factor=2):
    new, _ = PSIGradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
    shift = model.evaluate(w).loss[()] + 1 / (factor * eta)
    return equal(new, factor * eta * (shift * w - dot(model.matrix, w)))


@H2.law(model=rayleigh_quotients(), w=points("model"), eta=step_sizes(), on=(RATIONALS, BALLS))
def psi_gd_is_power_iteration(model, w, eta):
    """w⁺ = 2η[(f + 1/2η)I - A]w."""
    return _power(model, w, eta)


@psi_gd_is_power_iteration.counterfeit(instance={**ROUND, "eta": 0.25})
def psi_gd_is_power_iteration_with_another_shift(model, w, eta):
    """w⁺ = η[(f + 1/η)I - A]w, without the 2 of the gradient."""
    return _power(model, w, eta, factor=1)


def _errors(seed, steps=5):
    """Return the angles' sines with the limit along Newton's run, in balls of 4,000 bits."""
    rng = np.random.default_rng(seed)
    matrix = np.diag([-1.0, 0.0, 1.0, 2.0]) + np.diag(rng.uniform(-0.25, 0.25, 4))
    with precision(4000):
        model = to_balls(Rayleigh(matrix))
        w = to_balls(np.array([1.0, *rng.uniform(0.05, 0.2, 3)]))
        out = []
        for _ in range(steps):
            out.append((dot(w[1:], w[1:]) / dot(w, w)).sqrt())
            w = QuotientNewton(model).step(model.layout, w, model.evaluate(w), ())[0]
        return np.array([float(x.log().mid()) for x in out])


def _order(seed, claimed):
    """Claim that the slope of log error against log error before is at least ``claimed``."""
    logs = _errors(seed)
    slope = np.diff(logs)[1:] / np.diff(logs)[:-1]
    low, high = float(slope[1:].min()), float(slope[1:].max())
    return at_most(claimed, Interval(low, high))


@H2.law(seed=counts(0, 3), on=(FLOATS,))
def newton_is_of_order_three(seed):
    """The logarithm of the error grows threefold a step, to 2 %."""
    return _order(seed, 2.94)


@newton_is_of_order_three.counterfeit
def newton_is_of_order_four(seed):
    """It grows fourfold."""
    return _order(seed, 3.92)


@H2.exhibit
def errors_of_newton_and_of_power_iteration(rng):
    """Show the sine of the angle with the limit, step by step."""
    steps = 5
    newton = np.array([_errors(seed, steps) for seed in range(4)]) / np.log(10)
    before, after = newton[:, 1:-1].ravel(), newton[:, 2:].ravel()
    fit = log_log_slope(10.0 ** (before / 64), 10.0 ** (after / 64))  # shrunk into the range of floats; slopes remain
    return Exhibit(
        "curves",
        "The order of quotient Newton",
        "-log10 of the sine of the angle with the limit, from two of four starts, in 4,000 bits; the slope of log "
        f"error against log error before is {fit}; that of a cubic method is 3.",
        {
            "x": np.arange(steps),
            "newton": -newton[0],
            "another": -newton[1],
            "cubic": -newton[0, 1] * 3.0 ** (np.arange(steps) - 1),
        },
        {
            "x": "step",
            "y": "-log10 of the error",
            "newton": "quotient Newton",
            "another": "from another start",
            "cubic": "threefold each step",
            "guides": "cubic",
            "yscale": "log",
        },
    )
