r"""What the symmetries of a loss leave behind in gradient descent with finite steps: exact balances, with momentum too.

Statement
---------
Let c be a generator of the scaling symmetries of f, :math:`\sum_kc_kw_k\partial_kf = 0`, and
:math:`Q = \sum_kc_kw_k^2`.  With :math:`c_1 = 1-\eta\lambda` the step :math:`w^+ = c_1w - \eta g` gives
:math:`Q^+ = c_1^2Q + \eta^2\sum_kc_kg_k^2`.
For heavy ball, :math:`A = \sum_kc_kw_km_k`, :math:`B = \sum_kc_km_k^2` with the buffer m after its update:

* decay on the weights: :math:`A_t = \beta(c_1A_{t-1} - \eta B_{t-1})`, :math:`Q^+ = c_1^2Q - 2\eta c_1A + \eta^2B`;
* decay in the buffer: :math:`A_t = \beta(A_{t-1} - \eta B_{t-1}) + \lambda Q_t`, :math:`Q^+ = Q - 2\eta A + \eta^2B`.

Assumptions
-----------
One :math:`\lambda` for all the weights that c moves.

Source
------
Kun20, in continuous time; the discrete identities are ours.

Idea of the proof
-----------------
Expand the squares; the mixed term :math:`\sum c_kw_kg_k` is zero at every point.

What is checked, what is not
----------------------------
Polynomial identities in w, m and any g with :math:`\sum c_kw_kg_k = 0`, through the shipped methods: on symbols,
rationals, in balls and on floats, for generators of one number a block.  Three steps of a network on
handwritten digits, whose neurons are such blocks, on floats against control runs.

Tags
----
newer work, conservation laws, momentum, weight decay
"""

import numpy as np

from proofs_check.bibliography import KUN20
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, SYMBOLS, equal, theorem
from psitheory.experiments import iterate
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, HeavyBall
from psitheory.optimizers.euclidean import Momentum
from psitheory.strategies import (
    choices,
    digits_network,
    factors,
    network_starts,
    points,
    rescalings,
    step_sizes,
    vectors,
)

I7 = theorem(
    "I7",
    "Exact discrete balance",
    chapter="newer",
    source=KUN20,
    locator="conservation laws; discrete time is ours",
    statement=r"\sum_kc_kw_k\partial_kf = 0,\ Q = \sum_kc_kw_k^2:\quad Q^+ = (1-\eta\lambda)^2Q + \eta^2\sum_kc_kg_k^2",
    assumptions=("f is differentiable and invariant under exp(sc)", "one λ for all the weights that c moves"),
    doc=__doc__,
)

EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)
SPACES = [PSIQuotient(Layout.of(sizes)) for sizes in ([2, 2], [3, 2])]
STEP = {
    "psi": choices(*SPACES),
    "w": points("psi"),
    "z": vectors("psi"),
    "p": rescalings("psi", decades=1),
    "eta": step_sizes(decades=1),
    "decay": step_sizes(decades=1),
}
ONE = {
    "psi": SPACES[0],
    "w": np.array([2.0, 1.0, 1.0, 0.0]),
    "z": np.array([0.0, 1.0, 1.0, 2.0]),
    "p": np.array([1.0, 2.0]),
    "eta": 0.5,
    "decay": 0.5,
}


def _generator(p):
    """Return c: the last block shrinks where the others grow."""
    return namespace(p).concat([p[..., :-1], -p[..., -1:]], axis=-1)


def _pairing(psi, c, x, y):
    """Return Σ c_k x_k y_k."""
    return namespace(x).sum(c * psi.layout.dots(x, y), axis=-1)


def _gradient(psi, c, w, z):
    """Return ⟨cw, cw⟩z - ⟨cw, z⟩cw, which is orthogonal to cw: the general gradient that the symmetry allows."""
    moved, xp = psi.layout.scale(c, w), namespace(w)
    return z * xp.sum(psi.layout.dots(moved, moved), axis=-1) - moved * xp.sum(psi.layout.dots(moved, z), axis=-1)


def _balance(psi, w, z, p, eta, decay, claimed):
    """Claim Q⁺ = claimed(Q, Σ c_k g_k²) for gradient descent with decay."""
    c = _generator(p)
    g = _gradient(psi, c, w, z)
    moved, _ = GradientDescent(eta, decay=decay).step(psi.layout, w, Evaluation(0, g), ())
    return equal(_pairing(psi, c, moved, moved), claimed(_pairing(psi, c, w, w), _pairing(psi, c, g, g)))


@I7.law(**STEP, on=EXACTLY)
def the_balance_decays_and_grows_by_the_gradients(psi, w, z, p, eta, decay):
    """Q⁺ = (1 - ηλ)²Q + η²Σc_k g_k²."""
    kept = (1 - eta * decay) * (1 - eta * decay)
    return _balance(psi, w, z, p, eta, decay, lambda q, squares: kept * q + eta * eta * squares)


@the_balance_decays_and_grows_by_the_gradients.counterfeit(instance=ONE)
def the_balance_decays_to_first_order(psi, w, z, p, eta, decay):
    """Q⁺ - Q = -2ηλQ, as in continuous time."""
    return _balance(psi, w, z, p, eta, decay, lambda q, squares: q - 2 * eta * decay * q)


@the_balance_decays_and_grows_by_the_gradients.counterfeit(instance=ONE)
def descent_conserves_the_balance(psi, w, z, p, eta, decay):
    """Q⁺ = (1 - ηλ)²Q: finite steps of GD without decay conserve Q."""
    kept = (1 - eta * decay) * (1 - eta * decay)
    return _balance(psi, w, z, p, eta, decay, lambda q, squares: kept * q)


# -- momentum -----------------------------------------------------------------------------------

MOMENTUM = {**STEP, "m": vectors("psi"), "beta": factors()}
LEANING = {**ONE, "m": np.array([1.0, 0.0, 0.0, 1.0]), "beta": 0.5}


def _two_steps(psi, w, z, p, eta, decay, m, beta, coupled):
    """Return c, the points w, w⁺, w⁺⁺ and the buffers m⁺, m⁺⁺ from the buffer m."""
    options = {"coupled_decay": decay} if coupled else {"decay": decay}
    method, c, state, points_, buffers = HeavyBall(eta, beta, **options), _generator(p), Momentum(0, m), [w], []
    for _ in range(2):
        w, state = method.step(psi.layout, w, Evaluation(0, _gradient(psi, c, w, z)), state)
        points_.append(w)
        buffers.append(state.buffer)
    return c, points_, buffers


def _pairs(psi, coupled, inputs):
    """Return Q_t, Q_{t+1}, A_{t-1}, A_t, B_{t-1}, B_t at the second step."""
    c, (before, w, after_it), (old, new) = _two_steps(psi, coupled=coupled, **inputs)
    form = lambda x, y: _pairing(psi, c, x, y)  # noqa: E731
    return form(w, w), form(after_it, after_it), form(before, old), form(w, new), form(old, old), form(new, new)


def _claim(psi, coupled, inputs, *, with_a=True):
    eta, decay, beta = inputs["eta"], inputs["decay"], inputs["beta"]
    q, later, a_old, a, b_old, b = _pairs(psi, coupled, inputs)
    kept = 1 if coupled else 1 - eta * decay
    leaned = beta * (kept * a_old - eta * b_old) + (decay * q if coupled else 0)
    xp = namespace(q)
    grown = kept * kept * q + eta * eta * b - (2 * eta * kept * a if with_a else 0 * a)
    return equal(xp.stack([a, later]), xp.stack([leaned, grown]))


@I7.law(**MOMENTUM, coupled=choices(False, True), on=(RATIONALS, BALLS, FLOATS))
def with_momentum_two_more_numbers_close_the_balance(psi, w, z, p, eta, decay, m, beta, coupled):
    """A and Q follow the two recursions, for both places of the decay, from any buffer."""
    inputs = {"w": w, "z": z, "p": p, "eta": eta, "decay": decay, "m": m, "beta": beta}
    return _claim(psi, coupled, inputs)


@with_momentum_two_more_numbers_close_the_balance.counterfeit(instance={**LEANING, "coupled": False})
def with_momentum_the_balance_closes_without_a(psi, w, z, p, eta, decay, m, beta, coupled):
    """Q⁺ = (1 - ηλ)²Q + η²B."""
    inputs = {"w": w, "z": z, "p": p, "eta": eta, "decay": decay, "m": m, "beta": beta}
    return _claim(psi, coupled, inputs, with_a=False)


# -- on digits ----------------------------------------------------------------------------------


def _on_digits(model, w, eta, decay, gradients):
    """Claim the balance of every neuron over three steps."""
    dots, c1, squares = model.layout.dots, 1 - eta * decay, None
    run = iterate(model, GradientDescent(eta, decay=decay), w)
    for (_, at, evaluation, _), _ in zip(run, range(4), strict=False):
        claimed, squares = squares, dots(at, at)
        expected = squares if claimed is None else claimed
        squares = c1 * c1 * squares + gradients * eta * eta * dots(evaluation.gradient, evaluation.gradient)
        last = dots(at, at)
    return equal(last, expected)


@I7.law(
    model=digits_network(),
    w=network_starts("model"),
    eta=0.125,
    decay=0.0625,
    gradients=1,
    on=(CONTROLS,),
    example=True,
)
def on_digits_each_neuron_keeps_its_balance(model, w, eta, decay, gradients):
    """The third step of GD with decay on handwritten digits, for each neuron's own generator."""
    return _on_digits(model, w, eta, decay, gradients)


@on_digits_each_neuron_keeps_its_balance.counterfeit(gradients=0)
def on_digits_finite_steps_conserve_the_balance(model, w, eta, decay, gradients):
    """The same without the squares of the gradients."""
    return _on_digits(model, w, eta, decay, gradients)
