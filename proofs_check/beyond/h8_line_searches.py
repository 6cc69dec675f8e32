r"""Line searches restore the quotient: they choose rates that no representative sees differently.

Statement
---------
One block, p = 0.  Gradient descent by exact line search, taken as the first local minimiser along the ray when there is
one, by Polyak's step with f* known (the same step as PSI-Polyak), and nonlinear conjugate gradients with scale-free β
visit the same classes from :math:`a\cdot w_0` as from :math:`w_0`: p = 0; for several blocks only for one common a.
PSI-GD with backtracking (from :math:`\bar\eta`, factor β, slope :math:`0 < c < 1`) accepts
:math:`\eta \ge \eta_* = \min(\bar\eta, 2\beta(1-c)/L)`, and

.. math:: \min_{t<T}G \le \frac\Delta{c\,\eta_*T}

without knowing L (if it may try often enough); its steps are the same from every representative, block by block.

Assumptions
-----------
f is PSI; for the rate with the L of claim C1 on :math:`\{f \le f_0\}`.

Source
------
Ours; Polyak's step and nonlinear conjugate gradients in Euclidean space are classical.

Idea of the proof
-----------------
From :math:`a\cdot w` the ray :math:`w - \eta\nabla f` is run through :math:`a^2` times as fast: a rule that looks at
losses along it stops at the same class.  :math:`G = r^2\|\nabla f\|^2` makes both Polyak steps one.
Backtracking: claim C1's step :math:`f(w_\eta) \le f - \eta(1 - \eta L/2)G` passes the test as soon as :math:`\eta
\le 2(1-c)/L`, so what was accepted was tried at most one factor β below; each step gains :math:`c\,\eta_*G`.

What is checked, what is not
----------------------------
The first three bit for bit under powers of two, on Rayleigh quotients and waves; that two Polyak steps are one
exactly on rationals and in balls; the rate and the accepted η in balls on Rayleigh quotients.  The bound is nearly met
for c = ½ and β near 1.  From θ = 3 the cosine has no minimiser on the ray.

Tags
----
line search, Polyak, conjugate gradients, Armijo, rates
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, POWERS_OF_TWO, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend, log_spaced
from psitheory.models import Circle, Cosine, Rapidity, Zonal, named_model
from psitheory.optimizers import ExactLineSearch, NonlinearCG, Polyak, PSIArmijo, PSIPolyak
from psitheory.rates import largest_curvature
from psitheory.rates.bounds import PSI_ARMIJO
from psitheory.strategies import choices, counts, points, ratios, rayleigh_quotients, rescalings, smooth_models
from psitheory.strategies.rates import points_off_the_axes
from psitheory.strategies.zonal import zonal_models

H8 = theorem(
    "H8",
    "Line searches restore the quotient",
    chapter="beyond",
    source=OURS,
    locator="line searches",
    statement=r"\text{exact search, Polyak, nonlinear CG: } p = 0;\qquad "
    r"\min_{t<T} G \le \frac{\Delta}{c\,\eta_*T},\ \eta_* = \min(\bar\eta, 2\beta(1-c)/L)\quad\text{(PSI-Armijo)}",
    assumptions=("f is positively scale-invariant", "one block, p = 0, or one common a", "0 < c < 1"),
    doc=with_tightness(__doc__, PSI_ARMIJO),
)


def _run(method, model, w, steps=2):
    state = method.init(model.layout, w)
    for _ in range(steps):
        w, state = method.step(model.layout, w, model.evaluate(w), state)
    return w


def _methods(model):
    return {
        "exact": ExactLineSearch(model),
        "fletcher-reeves": NonlinearCG(model, rule="fletcher-reeves"),
        "polak-ribiere": NonlinearCG(model),
        "armijo": PSIArmijo(model, 1.0),
    }


def _follows(model, w, a, name):
    method, scale = _methods(model)[name], model.layout.scale
    return equal(_run(method, model, scale(a, w)), scale(a, _run(method, model, w)))


SEARCHES = {
    "model": smooth_models(),
    "w": points("model"),
    "a": rescalings("model", decades=30),
    "name": choices("exact", "fletcher-reeves", "polak-ribiere", "armijo"),
}
PAIR = Zonal((Rapidity.log_cosh(2.0), Rapidity.log_cosh(2.0, scale=2.0)), (2, 2))
APART = {"model": PAIR, "w": np.array([1.0, 0.5, 1.0, 0.25]), "a": np.array([1.0, 2.0]), "name": "exact"}


@H8.law(**SEARCHES, on=(POWERS_OF_TWO,))
def searches_follow_equivalent_starts(model, w, a, name):
    """Two steps from a·w lead to a times where two steps from w lead, bit for bit."""
    return _follows(model, w, a, name)


@searches_follow_equivalent_starts.counterfeit(instance=APART)
def an_exact_search_follows_each_block(model, w, a, name):
    """The same for two blocks with scales of their own."""
    return _follows(model, w, a, name)


TWO = {"model": zonal_models(blocks=(2, 2)), "w": points_off_the_axes("model"), "a": rescalings("model", decades=30)}


@H8.law(**TWO, name=choices("exact", "polak-ribiere"), on=(POWERS_OF_TWO,), cost=2)
def searches_follow_one_common_scale_of_two_blocks(model, w, a, name):
    """The same for two blocks with one common scale."""
    return _follows(model, w, 0 * a + a[:1], name)


@searches_follow_one_common_scale_of_two_blocks.counterfeit(instance={**APART, "name": "polak-ribiere"})
def conjugate_gradients_follow_each_block(model, w, a, name):
    """The same with scales of their own."""
    return _follows(model, w, a, name)


@H8.law(**TWO, on=(POWERS_OF_TWO,))
def backtracking_follows_each_block(model, w, a):
    """PSI-GD with backtracking follows every rescaling, block by block."""
    return _follows(model, w, a, "armijo")


@backtracking_follows_each_block.counterfeit(instance={key: APART[key] for key in ("model", "w", "a")})
def polyaks_step_follows_each_block(model, w, a):
    """Polyak's step in the ambient space does."""
    scale, method = model.layout.scale, Polyak(0)
    return equal(_run(method, model, scale(a, w)), scale(a, _run(method, model, w)))


OFF = {"model": rayleigh_quotients(), "w": points_off_the_axes("model")}


def _polyaks(model, w):
    one, two = (_run(method(model.minimum), model, w, steps=1) for method in (Polyak, PSIPolyak))
    return equal(one, two)


@H8.law(**OFF, on=(RATIONALS, BALLS))
def both_polyak_steps_are_one(model, w):
    """(f - f*)/‖∇f‖² ∇f = (f - f*)/G grad f for one block."""
    return _polyaks(model, w)


@both_polyak_steps_are_one.counterfeit(
    instance={"model": Zonal((Rapidity.log_cosh(2.0),) * 2, (2, 2)), "w": np.array([1.0, 0.5, 2.0, 0.25])}, on=(BALLS,)
)
def both_polyak_steps_are_one_for_two_blocks(model, w):
    """The same for two blocks of different norms."""
    return _polyaks(model, w)


@H8.law(model=Cosine(np.array([1.0, 0.0])), part=ratios(0, 1), on=(BALLS,))
def there_need_be_no_minimiser_on_the_ray(model, part):
    """From θ = 3 f = -cos falls all along the ray, which turns by less than a right angle."""
    return _falls(model, part, 3)


def _falls(model, part, angle):
    """Claim that f falls along the ray -∇f from an angle, where it has turned by ``part`` of 1.5."""
    xp, angle = namespace(part), angle + 0 * part
    w = xp.stack([xp.cos(angle), xp.sin(angle)])
    direction = -model.evaluate(w).gradient
    moved = w + xp.tan(3 * part / 2) / xp.sqrt(dot(direction, direction)) * direction
    return at_most(dot(model.evaluate(moved).gradient, direction), 0)


@there_need_be_no_minimiser_on_the_ray.counterfeit(instance={"model": Cosine(np.array([1.0, 0.0])), "part": 0.875})
def there_is_none_on_the_ray_from_nearby_either(model, part):
    """The same from θ = 1."""
    return _falls(model, part, 1)


ARMIJO = {
    "steps": counts(1, 3),
    **OFF,
    "first": ratios(0, 4),
    "factor": choices(0.25, 0.5, 0.75),
    "slope": ratios(0, 1),
}


def _backtracking(steps, model, w, first, factor, slope, share=1):
    """Claim η_* at most each accepted rate, and min G at most the bound; η̄ = 10 first/7L."""
    xp, L = namespace(w), model.smoothness.value
    start = 10 * first / (7 * L)
    least = xp.minimum(start, 2 * factor * (1 - slope) / L)
    method, seen, accepted = PSIArmijo(model, start, factor=factor, slope=slope), [], []
    gap, state = model.evaluate(w).loss - model.minimum, method.init(model.layout, w)
    for _ in range(steps):
        here = model.evaluate(w)
        seen.append(xp.sum(model.layout.times_squared_norms(w, here.gradient) * here.gradient, axis=-1))
        w, state = method.step(model.layout, w, here, state)
        accepted.append(state[()])
    bound = PSI_ARMIJO(gap=gap, rate=least, slope=slope, steps=steps)
    return at_most(xp.stack([least, xp.min(xp.stack(seen))]), xp.stack([xp.min(xp.stack(accepted)), share * bound]))


TIGHT = {"steps": 1, "model": Circle(Rapidity.log_cosh(2.0)), "w": np.array([1.0, 1 / 64]), "slope": 0.5}


@H8.law(**ARMIJO, on=(BALLS,))
def backtracking_needs_no_constant(steps, model, w, first, factor, slope):
    """Accepted rates are at least min(η̄, 2β(1 - c)/L), and min G ≤ Δ/(cη_*T)."""
    return _backtracking(steps, model, w, first, factor, slope)


@backtracking_needs_no_constant.counterfeit(instance={**TIGHT, "first": 0.6999, "factor": 1023 / 1024})
def backtracking_is_one_percent_better(steps, model, w, first, factor, slope):
    """The same with .99 of the bound; refuted where η̄, nearly 1/L, is accepted at c = ½, and β is nearly 1."""
    return _backtracking(steps, model, w, first, factor, slope, share=99 / (100 + 0 * w[0]))


@H8.exhibit
def backtracking_on_digits(rng):
    """Show the smallest G of PSI-GD with backtracking on digits from four first rates, and exact line search."""
    model, start = named_model("digits")
    w, steps = start(rng), 200
    local = float(largest_curvature(model, w).value)
    times = log_spaced(30)(steps)
    curves = {
        f"rate{k}": descend(model, PSIArmijo(model, rate / local, slope=0.5), w, steps, record=times)
        for k, rate in enumerate((1.0, 16.0, 256.0, 4096.0))
    }
    return Exhibit(
        "curves",
        "Backtracking on digits: no rate to tune",
        f"c = β = ½, from η̄ = 1, 16, 256 and 4096 times 1/L̂, L̂ = {local:.3g} at the start by a local measurement.  "
        "G is a class function.",
        {"x": times + 1, **{name: np.asarray(run.min_squared_gradient) for name, run in curves.items()}},
        {
            "x": "step",
            "y": "smallest G so far",
            "rate0": "η̄ = 1/L̂",
            "rate1": "η̄ = 16/L̂",
            "rate2": "η̄ = 256/L̂",
            "rate3": "η̄ = 4096/L̂",
            "xscale": "log",
            "yscale": "log",
        },
    )
