r"""The odometer: norms record how far each block has turned.

Statement
---------
After horizontal steps :math:`w^+ = w + \xi` the norm of each block is :math:`r_T = r_0\prod_t\sec\theta_t`, θ the
turn in a step.  So :math:`\sum_t\theta_t^2 \le \ln(r_T^2/r_0^2)`, and for PSI-GD at :math:`\eta = 1/L`

.. math:: \sum_i\sum_t\theta_{i,t}^2 \le \sum_i\ln\frac{r_{i,T}^2}{r_{i,0}^2} \le \frac{2(f_0 - f_T)}L \le
          \frac{2\Delta}L.

Assumptions
-----------
f is PSI; steps are horizontal.  The last part needs the L of claim C1.

Source
------
Ours; the growth of norms is claim B5's.

Idea of the proof
-----------------
For horizontal ξ: :math:`\langle w_i, w_i^+\rangle = r_i^2`, so :math:`\cos\theta_i = r_i/r_i^+`.  :math:`\theta^2 \le
2\ln\sec\theta`, since tan is above θ.  PSI-GD turns by :math:`\arctan y_i`, and :math:`\ln(r^{+2}/r^2) = \ln(1 + y^2)
\le y^2`; claim C1 bounds the sum of :math:`y^2 = G_i/L^2`.

What is checked, what is not
----------------------------
The law of the secant is *proved* on formal vectors, for blocks of any dimension, and checked along runs on rationals;
the inequalities in balls on zonal functions and Rayleigh quotients.  The constant 2 cannot be lowered: on steep
staircases the sum of squares comes to .999 of the bound.

Tags
----
norms, turns, PSI-GD
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.sharper.runs import stairs
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Rapidity, Rayleigh
from psitheory.models.named import named_model
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import ODOMETER
from psitheory.strategies import counts, points, quotients, rayleigh_quotients, step_sizes, tangents
from psitheory.strategies.zonal import known_models

H3 = theorem(
    "H3",
    "Odometer: norms record turns",
    chapter="beyond",
    source=OURS,
    locator="the odometer",
    statement=r"r_{i,T} = r_{i,0}\prod_t\sec\theta_{i,t},\qquad \sum_i\sum_t\theta_{i,t}^2 \le "
    r"\sum_i\ln\frac{r_{i,T}^2}{r_{i,0}^2} \le \frac{2\Delta}{L}\quad(\eta = 1/L)",
    assumptions=("f is positively scale-invariant", "steps are horizontal", "for the last part: L as in claim C1"),
    doc=with_tightness(__doc__, ODOMETER),
)


def _secant(layout, w, x):
    """Claim r²/r⁺² = cos² of the angle between w and w + x, for each block."""
    new = w + x
    r, s = layout.dots(w, w), layout.dots(new, new)
    between = layout.dots(w, new)
    return equal(r / s, between * between / (r * s))


QUOTIENT = {"psi": quotients(), "w": points("psi"), "x": tangents("psi", "w")}


@H3.law(**QUOTIENT, on=(SYMBOLS, RATIONALS))
def a_horizontal_step_lengthens_by_the_secant(psi, w, x):
    """r⁺ = r sec θ for each block."""
    return _secant(psi.layout, w, psi.horizontal(w, x))


@a_horizontal_step_lengthens_by_the_secant.counterfeit(
    instance={"psi": PSIQuotient(Rayleigh(np.eye(2)).layout), "w": np.array([1.0, 0.0]), "x": np.array([1.0, 1.0])}
)
def any_step_lengthens_by_the_secant(psi, w, x):
    """The same for a step with a radial part."""
    return _secant(psi.layout, w, x)


RUN = {"steps": counts(1, 3), "model": rayleigh_quotients(), "w": points("model"), "eta": step_sizes(decades=1)}


def _product(steps, model, w, eta, method):
    layout, product, start = model.layout, 1, w
    for _ in range(steps):
        new, _ = method(eta).step(layout, w, model.evaluate(w), ())
        between = layout.dots(w, new)
        product = product * between * between / (layout.dots(w, w) * layout.dots(new, new))
        w = new
    return equal(product * layout.dots(w, w), layout.dots(start, start))


@H3.law(**RUN, on=(RATIONALS, BALLS))
def the_product_of_secants_is_the_growth(steps, model, w, eta):
    """r_T = r_0 Π sec θ_t along a run of PSI-GD of any rate."""
    return _product(steps, model, w, eta, PSIGradientDescent)


@the_product_of_secants_is_the_growth.counterfeit(
    instance={"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0]), "eta": 1.0}
)
def the_product_of_secants_is_the_growth_with_decay(steps, model, w, eta):
    """The same with decoupled decay: the odometer is turned back by Π(1 - ηλ)."""
    return _product(steps, model, w, eta, lambda eta: PSIGradientDescent(eta, decay=1 / (4 * eta)))


def _turns(steps, model, w):
    """Return Σ_iΣ_tθ², Σ_i ln(r_T²/r_0²), the drop and Δ of PSI-GD at 1/L."""
    xp, layout, psi, L = namespace(w), model.layout, PSIQuotient(model.layout), model.smoothness.value
    total, start = 0, w
    for _ in range(steps):
        new, _ = PSIGradientDescent(1 / L).step(layout, w, model.evaluate(w), ())
        theta = psi.angles(w, new)
        total, w = total + xp.sum(theta * theta, axis=-1), new
    growth = xp.sum(xp.log(layout.dots(w, w) / layout.dots(start, start)), axis=-1)
    first = model.evaluate(start).loss
    return xp, total, growth, first - model.evaluate(w).loss, first - model.minimum, L


def _chain(steps, model, w, share=1):
    xp, total, growth, drop, gap, L = _turns(steps, model, w)
    return at_most(
        xp.stack([total, growth, 2 * drop / L]),
        share * xp.stack([growth, 2 * drop / L, ODOMETER(gap=gap, smoothness=L)]),
    )


NEAR = Circle(Rapidity.log_cosh(2.0))
SMALL = {"steps": 1, "model": NEAR, "w": np.array([1.0, 1 / 64])}


@H3.law(steps=counts(1, 3), model=known_models(), w=points("model"), on=(BALLS, FLOATS), tight=True)
def turns_and_growth_are_bounded(steps, model, w):
    """ΣΣθ² ≤ Σ ln(r_T²/r_0²) ≤ 2(f_0 - f_T)/L ≤ 2Δ/L for PSI-GD at 1/L."""
    return _chain(steps, model, w)


@turns_and_growth_are_bounded.counterfeit(instance=SMALL)
def turns_and_growth_are_bounded_by_one_percent_less(steps, model, w):
    """The same with .99 of each right side."""
    return _chain(steps, model, w, share=99 / (100 + 0 * w[0]))


ON_STAIRS = stairs(1 / 64, float(np.arctan(1 / 64)), 3)
RUNS = {"steps": counts(1, 3), "model": known_models(), "w": points("model")}


@H3.law(
    steps=counts(1, 3), model=known_models(), w=points("model"), quantifier="exists", on=(BALLS,), instance=ON_STAIRS
)
def the_turns_come_to_the_bound(steps, model, w):
    """There are staircases with ΣΣθ² ≥ .999 · 2Δ/L at T = 3."""
    _, total, _, _, gap, L = _turns(steps, model, w)
    return at_most(999 * ODOMETER(gap=gap, smoothness=L), 1000 * total)


@the_turns_come_to_the_bound.counterfeit
def the_turns_always_come_to_the_bound(steps, model, w):
    """The same for every function and start."""
    _, total, _, _, gap, L = _turns(steps, model, w)
    return at_most(999 * ODOMETER(gap=gap, smoothness=L), 1000 * total)


@H3.exhibit
def the_odometer_on_digits(rng):
    """Show turns, growth and what the loss allows along a run of PSI-GD on digits, summed over its neurons."""
    model, start = named_model("digits")
    eta, steps = 0.5, 300
    run = descend(model, PSIGradientDescent(eta), start(rng), steps, record=range(steps + 1), keep_points=True)
    assert run.points is not None
    assert run.norms is not None
    squares = PSIQuotient(model.layout).angles(run.points[:-1], run.points[1:]) ** 2
    turned = np.concatenate([[0], squares.sum(axis=-1).cumsum()])
    growth = 2 * np.log(run.norms / run.norms[0]).sum(axis=-1)
    return Exhibit(
        "curves",
        "The odometer on digits",
        "32 neurons, PSI-GD at η = 0.5: the norms have grown by a little more than the sum of squared turns.  Both "
        "stay below 2η(f_0 - f_t), which holds where L ≤ 1/η.",
        {"x": np.arange(steps + 1), "turns": turned, "growth": growth, "allowed": 2 * eta * (run.loss[0] - run.loss)},
        {
            "x": "step",
            "y": "sum over neurons",
            "turns": "Σθ²",
            "growth": "Σ ln(r²/r_0²)",
            "allowed": "2η(f_0 - f)",
            "guides": "allowed",
        },
    )
