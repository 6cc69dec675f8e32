r"""Linear convergence of PSI-GD under gradient domination, and its rate near a minimum.

Statement
---------
If :math:`G \ge 2\mu(f - f^*)` **on** :math:`\{f \le f(w_0)\}`, then PSI-GD at :math:`\eta = 1/L` never leaves that set
and :math:`f(w_T) - f^* \le (1 - \mu/L)^T(f(w_0) - f^*)`.  Near a nondegenerate minimum the **distance** contracts by
:math:`\rho(I - \eta\,\mathrm{Hess} f)`, and :math:`f - f^*` by its square (generic start).

For the Rayleigh quotient with a simple lowest eigenvalue: :math:`G \ge 4(f-\lambda_1)(\lambda_2-f)`, so for
:math:`f(w_0) < \lambda_2`

.. math:: f(w_T) - \lambda_1 \le \Bigl(1 - \frac{\lambda_2 - f(w_0)}{\lambda_{\max} - \lambda_1}\Bigr)^T
          (f(w_0) - \lambda_1),

and the distance contracts by :math:`\max_{i\ge2}|1 - 2\eta(\lambda_i - \lambda_1)|`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}` with the stated L.  Domination on all classes is impossible for p = 0 unless f is
constant: at a maximum G = 0.  The local rate needs a :math:`C^2` minimum, a positive-definite Hessian and
:math:`\rho < 1`; a start in an invariant subspace may contract faster.

Source
------
Linear convergence under domination: Polyak and Łojasiewicz; along a retraction: AMS08, §4.5.  The statement for the
quotient, and the constants, are ours.

Idea of the proof
-----------------
:math:`f^+ \le f - G/(2L) \le f - (\mu/L)(f - f^*)` by claim C1.  For the quotient, G is four times the variance of the
eigenvalues under the weights :math:`x_i^2/\|x\|^2`, and no eigenvalue lies inside :math:`(\lambda_1, \lambda_2)`, so
:math:`\mathbb{E}(\lambda-\lambda_1)(\lambda-\lambda_2) \ge 0`.  The step is
:math:`x_i^+ = (1 - 2\eta(\lambda_i - f))x_i`, hence :math:`x_i/x_1` is multiplied by
:math:`(1 - 2\eta(\lambda_i-f))/(1 + 2\eta(f - \lambda_1))`.

What is checked, what is not
----------------------------
Domination, the linear rate and the exact multipliers on Rayleigh quotients on rationals, in balls and on floats; the
linear rate on the cosine, where :math:`\mu = (1 - f(w_0))/2`, in balls and on floats.  The local rate of distance and
of f by runs of up to 30 steps in balls from a distance of about :math:`2^{-20}`: the slowest component gives a bound
from below, the norm one from above, both to a thousandth; a step on the cosine up to third order, anywhere; and a step
near the best approximation of rank one, two coupled blocks and a free parameter, up to second order.  Other minima are
covered by the proof, not by a check.

Tags
----
rates, Polyak-Łojasiewicz, linear convergence
"""

import numpy as np

from proofs_check.bibliography import AMS08
from proofs_check.rates import SMOOTH_NETWORKS
from proofs_check.rates.c4_figures import linear_convergence
from proofs_check.rates.local_rates import LOCAL_RATES
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, theorem
from psitheory.experiments import descend
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import Cosine, Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import DOMINATED
from psitheory.strategies import counts, points, vectors
from psitheory.strategies.rates import gapped_rayleighs, starts_below_the_second_eigenvalue

C4 = theorem(
    "C4",
    "Linear convergence under gradient domination; the local rate",
    chapter="rates",
    source=AMS08,
    locator="§4.5 (along a retraction)",
    statement=r"G \ge 2\mu(f - f^*)\text{ on }\{f\le f(w_0)\}\ \Rightarrow\ f(w_T)-f^* \le (1-\mu/L)^T\Delta,\qquad "
    r"\frac{d(w_{t+1},w^*)}{d(w_t,w^*)} \to \rho(I - \eta\,\mathrm{Hess} f)",
    assumptions=(
        "f is positively scale-invariant with L-Lipschitz gradient at unit blocks; η = 1/L",
        SMOOTH_NETWORKS,
        "domination holds on the sublevel set of the start",
        "for the local rate: a nondegenerate minimum near which f is C², ρ < 1, a generic start",
    ),
    doc=with_tightness(__doc__, DOMINATED),
)

ANYWHERE = {"model": gapped_rayleighs(), "w": points("model")}
BELOW = {"steps": counts(1, 8), "model": gapped_rayleighs(), "w": starts_below_the_second_eigenvalue("model")}


@C4.law(**ANYWHERE, on=(RATIONALS, BALLS, FLOATS))
def the_quotient_is_dominated_below_the_second_eigenvalue(model, w):
    """4(f - λ_1)(λ_2 - f) ≤ G, at every point."""
    here, spectrum = model.evaluate(w), model.spectrum
    bound = 4 * (here.loss - spectrum[0]) * (spectrum[1] - here.loss)
    return at_most(bound, riemannian_square(model.layout, w, here.gradient))


AT_A_SADDLE = {"model": Rayleigh(np.diag([0.0, 1.0, 2.0])), "w": np.array([0.0, 1.0, 0.0])}


@the_quotient_is_dominated_below_the_second_eigenvalue.counterfeit(instance=AT_A_SADDLE)
def the_quotient_is_dominated_everywhere(model, w):
    """(λ_2 - λ_1)(f - λ_1)/100 ≤ G at every point."""
    here, spectrum = model.evaluate(w), model.spectrum
    bound = (spectrum[1] - spectrum[0]) * (here.loss - spectrum[0]) / 100
    return at_most(bound, riemannian_square(model.layout, w, here.gradient))


@the_quotient_is_dominated_below_the_second_eigenvalue.counterfeit(
    instance={"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([3.0, 1.0])}
)
def the_quotient_is_dominated_twice_as_much(model, w):
    """8(f - λ_1)(λ_2 - f) ≤ G at every point."""
    here, spectrum = model.evaluate(w), model.spectrum
    bound = 8 * (here.loss - spectrum[0]) * (spectrum[1] - here.loss)
    return at_most(bound, riemannian_square(model.layout, w, here.gradient))


def _falls(model, w, steps, dominance):
    """Claim the linear rate with ``dominance(f_0)`` for μ."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps, record=[0, steps])
    gap = seen.loss[0] - model.minimum
    bound = DOMINATED(gap=gap, dominance=dominance(seen.loss[0]), smoothness=smoothness, steps=steps)
    return at_most((seen.loss[-1] - model.minimum) / gap, bound / gap)


@C4.law(**BELOW, on=(RATIONALS, BALLS, FLOATS))
def the_quotient_falls_linearly(steps, model, w):
    """f_T - λ_1 ≤ (1 - (λ_2 - f_0)/(λ_max - λ_1))^T Δ from starts with f_0 < λ_2."""
    return _falls(model, w, steps, lambda f: 2 * (model.spectrum[1] - f))


@the_quotient_falls_linearly.counterfeit(
    instance={"steps": 8, "model": Rayleigh(np.diag([0.0, 1.0, 8.0])), "w": np.array([8.0, 8.0, 1.0])}
)
def the_quotient_falls_as_near_its_minimum_from_the_start(steps, model, w):
    """f_T - λ_1 ≤ (1 - 2(λ_2 - λ_1)/(λ_max - λ_1))^T Δ, with twice the domination that holds at the minimum."""
    return _falls(model, w, steps, lambda f: 4 * (model.spectrum[1] - model.spectrum[0]))


@the_quotient_falls_linearly.counterfeit(
    instance={"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0, 2.0])), "w": np.array([1.0, 16.0, 0.0])},
    w=points("model"),
)
def the_quotient_falls_linearly_from_everywhere(steps, model, w):
    """f_T - λ_1 ≤ (1 - (λ_2 - λ_1)/(λ_max - λ_1))^T Δ from every start: slow beside a saddle, all the same."""
    return _falls(model, w, steps, lambda f: 2 * (model.spectrum[1] - model.spectrum[0]))


COSINE = {"steps": counts(1, 8), "z": vectors([3])}


def _cosine_falls(steps, z, dominance):
    """Claim the linear rate on the cosine with (1, 0, 0)."""
    xp = namespace(z)
    return _falls(Cosine(xp.stack([1 + 0 * z[0], 0 * z[0], 0 * z[0]])), z, steps, dominance)


@C4.law(**COSINE, on=(BALLS, FLOATS))
def the_cosine_falls_linearly(steps, z):
    """f_T + 1 ≤ (1 - (1 - f_0)√3/4)^T (f_0 + 1): on {f ≤ f_0} the cosine is dominated by μ = (1 - f_0)/2."""
    return _cosine_falls(steps, _off_axis(z), lambda f: (1 - f) / 2)


@the_cosine_falls_linearly.counterfeit(instance={"steps": 1, "z": np.array([-16.0, 1.0, 0.0])})
def the_cosine_falls_as_near_its_minimum_from_everywhere(steps, z):
    """f_T + 1 ≤ (1 - √3/2)^T (f_0 + 1) from everywhere, with μ = 1 as at the minimum."""
    return _cosine_falls(steps, _off_axis(z), lambda f: 1 + 0 * f)


def _off_axis(z):
    """Return a point that is neither minimum nor maximum."""
    one = namespace(z).ones_like(z[0])
    return namespace(z).stack([z[0], one + z[1] * z[1], z[2]])


for law in LOCAL_RATES:
    C4.law(law)
C4.exhibit(linear_convergence)
