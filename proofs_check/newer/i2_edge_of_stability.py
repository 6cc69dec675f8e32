r"""The edge of stability on the sphere: gradient descent with decay drifts along its minima, towards flat ones.

Statement
---------
One block, p = 0, a manifold of minima, :math:`\lambda_1 > 0` the simple largest eigenvalue of Hess f at **unit**
points of it.  After a transient, as :math:`\eta\lambda \to 0`, gradient descent with decay follows

.. math:: \frac{d\zeta}{d\tau} = -\frac{2\nabla\log\lambda_1}{4 + \|\nabla\log\lambda_1\|^2},
    \qquad \tau = \eta\lambda t .

Assumptions
-----------
f is smooth near the minima; the start is near them and generic.  An asymptotic statement: single runs differ from it by
about 1e-3 at :math:`\eta\lambda` = 3e-5, and more at larger ones.

Source
------
Lyu22.

Idea of the proof
-----------------
Decay shortens the weights until the effective rate reaches the edge, :math:`\eta/r^2 = 2/\lambda_1`; then the iterates
oscillate along the top eigenvector with the amplitude at which growth balances decay, and the oscillation drives them
down :math:`\log\lambda_1`.  With :math:`s = \|\nabla\log\lambda_1\|` and :math:`z^2 = a^2r^2` a step turns by
:math:`-sa^2` and changes :math:`r^2` by :math:`\eta\lambda_1(2a^2 - \eta\lambda)`; that :math:`r^2 =
\eta\lambda_1/2` is kept says :math:`a^2 = 2\eta\lambda/(4+s^2)`.

What is checked, what is not
----------------------------
Two steps from that amplitude, in balls and on floats, on :math:`f = \tfrac12(1 + x/2\sqrt{x^2+y^2})z^2/\|w\|^2`, whose
minima are the circle z = 0 with :math:`\lambda_1 = 1 + \tfrac12\cos\theta`, for :math:`\eta\lambda` from 2⁻⁸ to 2⁻²⁰.
That runs come to it and follow: at :math:`\tau = 4` six runs from each of three starts, at :math:`\eta\lambda` = 1/500
and 1/1000, are nearer to the flow than to its two rivals (as intervals over the runs); no tolerance is claimed.  Tried
on this function only; the limit itself is not proved here.

Tags
----
newer work, weight decay, edge of stability, implicit bias
"""

from functools import cache

import numpy as np

from proofs_check.bibliography import LYU22
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, Exhibit, Interval, at_most, theorem
from psitheory.strategies import choices, ratios

I2 = theorem(
    "I2",
    "The edge of stability on the sphere",
    chapter="newer",
    source=LYU22,
    locator="sharpness-reduction flow on the sphere",
    statement=r"\frac{d\zeta}{d\tau} = -\frac{2\nabla\log\lambda_1}{4 + \|\nabla\log\lambda_1\|^2},"
    r"\quad \tau = \eta\lambda t",
    assumptions=(
        "one block, p = 0; λ₁ > 0 is the simple largest eigenvalue of Hess f at unit points of the minima",
        "after a transient, as ηλ → 0",
    ),
    doc=__doc__,
)


def slope(theta):
    """Return the derivative of log λ₁, λ₁ = 1 + ½cos θ."""
    return -0.5 * np.sin(theta) / (1 + 0.5 * np.cos(theta))


def gradient(w):
    """Return the gradient of ½(1 + x/2√(x²+y²))z²/‖w‖² at w (..., 3)."""
    xp = namespace(w)
    x, y, z = (w[..., k : k + 1] for k in range(3))
    flat, square = xp.sqrt(x * x + y * y), xp.sum(w * w, axis=-1, keepdims=True)
    share = z * z / square
    of_a = xp.concat([y * y, -x * y, 0 * x], axis=-1) / (2 * flat**3)
    across = xp.concat([0 * x, 0 * x, z], axis=-1) - share * w
    return of_a * share / 2 + (1 + x / (2 * flat)) * across / square


def flow(theta, tau, law, steps=2000):
    """Return θ after the time τ along dθ/dτ = law(slope), by midpoint steps."""
    h = tau / steps
    for _ in range(steps):
        theta = theta + h * law(slope(theta + h / 2 * law(slope(theta))))
    return theta


@cache
def _runs(inverse, tau, theta=1.2, runs=6, before=0.5):
    """Return the angles (R,) of GD with decay, ηλ = 1/inverse, at the end of a transient and at τ after it."""
    product = 1 / inverse
    rng = np.random.default_rng(0)
    r = np.sqrt(1 + 0.5 * np.cos(theta)) / np.sqrt(2)  # η = 1: the edge is at r² = λ₁/2
    amplitude = np.sqrt(product) * rng.uniform(0.5, 1.5, runs)
    w = r * np.stack([np.full(runs, np.cos(theta)), np.full(runs, np.sin(theta)), amplitude], axis=-1)
    first = None
    for t in range(round((before + tau) * inverse) + 1):
        if t == round(before * inverse):
            first = np.arctan2(w[:, 1], w[:, 0])
        w = (1 - product) * w - gradient(w)
    return first, np.arctan2(w[:, 1], w[:, 0])


def lyu(slope):
    """Return the velocity of the theorem."""
    return -2 * slope / (4 + slope * slope)


def still(slope):
    """Return the velocity of what stays where it converged."""
    return 0 * slope


def without_the_square(slope):
    """Return -½∇log λ₁."""
    return -slope / 2


FLOWS = {"the flow": lyu, "still": still, "without the square": without_the_square}


@cache
def _flowed(inverse, theta, law):
    """Return the angles (R,) to which a flow leads from where the runs end their transient."""
    first, _ = _runs(inverse, 4.0, theta)
    return flow(first, 4.0, FLOWS[law])


def _nearer(inverse, theta, law, rival):
    """Claim that every run ends nearer to one flow than to another, both from where its transient ends."""
    _, last = _runs(inverse, 4.0, theta)
    here, there = _flowed(inverse, theta, law), _flowed(inverse, theta, rival)
    difference = np.abs(last - here) - np.abs(last - there)
    return at_most(Interval(difference.min(), difference.max()), 0.0)


CASES = {
    "inverse": choices(500, 1000),
    "theta": choices(0.6, 1.2, 1.8),
    "rival": choices("still", "without the square"),
}
"""At τ = 4 the flows from these starts are .01 to .08 apart, the runs of one start some .01."""


@I2.law(**CASES, on=(FLOATS,))
def descent_with_decay_follows_the_flow(inverse, theta, rival):
    """At τ = 4, for ηλ = 1/500 and 1/1000, six runs from three starts are nearer to the flow than to both rivals."""
    return _nearer(inverse, theta, "the flow", rival)


@descent_with_decay_follows_the_flow.counterfeit(rival="the flow")
def it_stays_where_it_converged(inverse, theta, rival):
    """The runs are nearer to where their transient ended than to the flow."""
    return _nearer(inverse, theta, "still", rival)


@descent_with_decay_follows_the_flow.counterfeit(rival="the flow")
def it_follows_the_flow_without_the_square(inverse, theta, rival):
    """They are nearer to the flow of -½∇log λ₁ than to the flow."""
    return _nearer(inverse, theta, "without the square", rival)


# -- two steps at the edge -----------------------------------------------------------------------


def _at_the_edge(t, product, share):
    """Return cos θ, ∇log λ₁ and w₀, at the angle z₀/r with the square ``share`` ηλ, of r² = λ₁/2: the edge at η = 1."""
    xp = namespace(t)
    c, s = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    top, amplitude = 1 + c / 2, share(-s / (2 + c)) * product
    along = xp.sqrt(1 - amplitude)
    return c, -s / (2 + c), xp.sqrt(top / 2) * xp.stack([c * along, s * along, xp.sqrt(amplitude)])


def _two_steps(t, bits, share, velocity):
    """Claim that two steps turn by 2ηλ times the velocity and stay at the edge, each to 2(ηλ)²."""
    xp = namespace(t)
    product = (1 + 0 * t) / 2**bits
    _, slope, w = _at_the_edge(t, product, share)
    moved = w
    for _ in range(2):
        moved = (1 - product) * moved - gradient(moved)
    before, after = (xp.sqrt(z[0] * z[0] + z[1] * z[1]) for z in (w, moved))
    sine = (w[0] * moved[1] - w[1] * moved[0]) / (before * after)
    away = xp.sum(moved * moved) / (1 + moved[0] / (2 * after)) * 2 - 1
    allowed = 2 * product * product
    return at_most(xp.stack([xp.abs(sine - 2 * product * velocity(slope)), xp.abs(away)]), xp.stack([allowed, allowed]))


EDGE = {"t": ratios(-2, 3).map(np.array), "bits": choices(8, 12, 16, 20), "on": (BALLS, FLOATS)}


@I2.law(**EDGE)
def at_its_amplitude_descent_moves_along_the_edge(t, bits):
    """From r² = ηλ₁/2 and z² = 2ηλr²/(4 + ‖∇log λ₁‖²) two steps follow the flow and keep r² = ηλ₁/2, to O((ηλ)²)."""
    return _two_steps(t, bits, lambda s: 2 / (4 + s * s), lyu)


@at_its_amplitude_descent_moves_along_the_edge.counterfeit
def it_moves_so_without_the_square(t, bits):
    """The same for -½∇log λ₁, with the amplitude z² = ½ηλr² that balances it."""
    return _two_steps(t, bits, lambda s: (1 + 0 * s) / 2, without_the_square)


@I2.exhibit
def how_descent_drifts(rng):
    """Show the angle of two runs beside the flow."""
    theta, curves, times = 1.2, {}, np.linspace(0.05, 6, 60)
    for inverse in (200, 2000):
        w = np.array([[np.cos(theta), np.sin(theta), inverse**-0.5]]) * np.sqrt((1 + 0.5 * np.cos(theta)) / 2)
        path = []
        for _ in range(6 * inverse + 1):
            path.append(np.arctan2(w[0, 1], w[0, 0]))
            w = (1 - 1 / inverse) * w - gradient(w)
        curves[f"ηλ = 1/{inverse}"] = np.interp(times, np.arange(len(path)) / inverse, path)
    curves["flow"] = np.array([flow(theta, t, lyu, 400) for t in times])
    curves["−½∇log λ₁"] = np.array([flow(theta, t, lambda slope: -slope / 2, 400) for t in times])
    return Exhibit(
        "curves",
        "Gradient descent with decay drifts along its minima, to flat ones",
        "λ₁ = 1 + ½cos θ: the flattest minimum is at π.",
        {"x": times, **curves},
        {"x": "τ = ηλt", "y": "θ", "guides": "flow,−½∇log λ₁"},
    )
