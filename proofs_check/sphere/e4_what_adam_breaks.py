r"""Three ways in which Adam leaves the sphere, and the three changes that mend one each.

Statement
---------
Adam divides entry by entry, so that it does not commute with rotations of a block; one second moment a block (S) does.
Its moments are not tangent where the step ends; the transport (T) makes the first one horizontal.  They keep the size
of the old point; the rescaling (R) multiplies m by :math:`r/r^+` and v by :math:`(r/r^+)^2`, as gradients at
:math:`w^+` are scaled.  No change does what another does.  AdamSRT still has the scaling exponent 1, as Adam has, and
SGD-MRT the 2 of SGD.

Assumptions
-----------
No block is zero; eps = 0, since AdamSRT's eps stands in R and T too and has a scale of its own.

Source
------
Rob20 (AdamS, AdamSR, AdamST, AdamSRT; SGD-MRT; the rules are those of the authors' code).

Idea of the proof
-----------------
:math:`\|Qg\| = \|g\|` for orthogonal Q.  :math:`(\langle w,w^+\rangle m - \langle m,w^+\rangle w)` is orthogonal to
:math:`w^+`.  The rest is by counting degrees, as in claim B4.

What is checked, what is not
----------------------------
Rotation equivariance from any moments under reflections, which generate all rotations; tangency and scale of the
moments after a step from any moments; SGD-MRT's on formal vectors, symbols and rationals; runs from rescaled starts for
powers of two bit for bit and in balls.  Roots keep Adam off the exact arithmetics.  The figure shows moments on digits.

Tags
----
sphere, Adam, AdamSRT, rotations
"""

import numpy as np

from proofs_check.bibliography import ROB20
from proofs_check.sphere.e4_figures import moments_on_digits
from psitheory.arithmetic import dot
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, RATIONALS, SYMBOLS, equal, theorem, vacuous
from psitheory.geometry import PSIQuotient
from psitheory.laws.update import after
from psitheory.layout import Layout
from psitheory.layout.reals import is_zero
from psitheory.models import Rayleigh
from psitheory.models.interface import Evaluation
from psitheory.optimizers import SGDMRT, Adam, AdamSRT, HeavyBall, PerBlock, adam_s
from psitheory.optimizers.adaptive import Moments
from psitheory.optimizers.euclidean import Momentum
from psitheory.optimizers.moments import squares_of_blocks
from psitheory.strategies import (
    choices,
    counts,
    factors,
    generic_models,
    generic_points,
    points,
    quotients,
    rescalings,
    step_sizes,
    vectors,
)

E4 = theorem(
    "E4",
    "Adam leaves the sphere in three ways, and S, R and T mend one each",
    chapter="sphere",
    source=ROB20,
    locator="AdamS, AdamSR, AdamST, AdamSRT, SGD-MRT",
    statement=r"m^+ = \frac{\langle w,w^+\rangle m - \langle m,w^+\rangle w}{r^{+2}}\perp w^+,\quad "
    r"v^+ = \frac{r^2}{r^{+2}}v,\quad v = \beta_2v + (1-\beta_2)\|\nabla_if\|^2",
    assumptions=("no block is zero", "eps = 0"),
    doc=__doc__,
)

FROM_ANY = {
    "psi": quotients(),
    "w": points("psi"),
    "g": vectors("psi"),
    "m": vectors("psi"),
    "s": vectors("psi"),
    "eta": step_sizes(decades=1),
    "beta": factors(),
}
TWO = {
    "psi": PSIQuotient(Layout.of([2])),
    "w": np.array([1.0, 0.0]),
    "g": np.array([0.5, 2.0]),
    "m": np.array([0.0, 1.0]),
    "s": np.array([1.0, 0.0]),
    "eta": 1.0,
    "beta": 0.5,
}


def _stepped(method, layout, w, g, m, s):
    """Return the weights and moments after the second step, with ‖s_i‖² for the second moment of block i."""
    return method.step(layout, w, Evaluation(None, g), Moments(1, m, squares_of_blocks(layout, s)))


def _reflected(layout, q, x):
    """Return x with every block reflected in the plane across that of q."""
    return layout.map(
        lambda q, x: x - 2 * dot(q, x, keepdims=True) / dot(q, q, keepdims=True) * q, lambda _, v: v, q, x
    )


def _commutes_with_reflections(method, psi, w, g, m, s, q):
    layout = psi.layout
    plain, _ = _stepped(method, layout, w, g, m, s)
    there, slope, buffer = (_reflected(layout, q, x) for x in (w, g, m))
    turned, _ = _stepped(method, layout, there, slope, buffer, s)
    return equal(turned, _reflected(layout, q, plain))


@E4.law(**FROM_ANY, q=points("psi"), on=(BALLS, FLOATS))
def one_second_moment_a_block_commutes_with_rotations(psi, w, g, m, s, eta, beta, q):
    """AdamS steps from reflected weights, gradients and moments to reflected weights."""
    return _commutes_with_reflections(adam_s(eta, beta1=beta, beta2=beta, eps=0), psi, w, g, m, s, q)


@one_second_moment_a_block_commutes_with_rotations.counterfeit(instance={**TWO, "q": np.array([1.0, 2.0])})
def one_for_each_entry_commutes_with_rotations(psi, w, g, m, s, eta, beta, q):
    """Adam does so too."""
    return _commutes_with_reflections(Adam(eta, beta1=beta, beta2=beta, eps=0), psi, w, g, m, s, q)


def _inner_with_the_point(layout, w, new, m):
    """Claim ⟨m,w⁺⟩ = 0 after the step, beside the size of the parts that cancel."""
    return equal(layout.dots(new, m) + layout.dots(new, new), layout.dots(new, new))


def _first_is_horizontal(method, psi, w, g, m, s):
    new, state = _stepped(method, psi.layout, w, g, m, s)
    return _inner_with_the_point(psi.layout, w, new, state.first)


@E4.law(**FROM_ANY, rescale=choices(True, False), on=(BALLS, FLOATS))
def the_transport_makes_the_first_moment_horizontal(psi, w, g, m, s, eta, beta, rescale):
    """⟨m⁺,w⁺⟩ = 0 after a step with T, with or without R, from any m."""
    return _first_is_horizontal(AdamSRT(eta, beta1=beta, beta2=beta, eps=0, rescale=rescale), psi, w, g, m, s)


@the_transport_makes_the_first_moment_horizontal.counterfeit(instance={**TWO, "rescale": True})
def the_rescaling_makes_it_horizontal(psi, w, g, m, s, eta, beta, rescale):
    """⟨m⁺,w⁺⟩ = 0 after a step without T, with or without R."""
    method = AdamSRT(eta, beta1=beta, beta2=beta, eps=0, rescale=rescale, transport=False)
    return _first_is_horizontal(method, psi, w, g, m, s)


def _second_has_the_scale(method, psi, w, g, m, s, beta):
    layout = psi.layout
    new, state = _stepped(method, layout, w, g, m, s)
    before = layout.dots(s, s) * beta + layout.dots(g, g) * (1 - beta)
    ratio = layout.dots(w, w) / layout.dots(new, new)
    return equal(layout.reduce(_first_entry, state.second), before * ratio)


def _first_entry(rows):
    return rows[..., 0]


@E4.law(**FROM_ANY, transport=choices(True, False), on=(BALLS, FLOATS))
def the_rescaling_gives_the_second_moment_the_new_scale(psi, w, g, m, s, eta, beta, transport):
    """The second moment has v⁺r⁺² = v r² after a step with R, with or without T."""
    method = AdamSRT(eta, beta1=beta, beta2=beta, eps=0, transport=transport)
    return _second_has_the_scale(method, psi, w, g, m, s, beta)


@the_rescaling_gives_the_second_moment_the_new_scale.counterfeit(instance={**TWO, "transport": True})
def the_transport_gives_it_the_new_scale(psi, w, g, m, s, eta, beta, transport):
    """The second moment has v⁺r⁺² = v r² after a step without R, with or without T."""
    method = AdamSRT(eta, beta1=beta, beta2=beta, eps=0, transport=transport, rescale=False)
    return _second_has_the_scale(method, psi, w, g, m, s, beta)


MRT = {name: FROM_ANY[name] for name in ("psi", "w", "g", "m", "eta", "beta")}


@E4.law(**MRT, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_buffer_of_sgd_mrt_is_horizontal(psi, w, g, m, eta, beta):
    """⟨m⁺,w⁺⟩ = 0 after a step of SGD-MRT from any m, unless it leads to zero."""
    plain, _ = HeavyBall(eta, beta).step(psi.layout, w, Evaluation(None, g), Momentum(0, m))
    if np.any(psi.layout.reduce(is_zero, plain)):
        return vacuous("the step leads to zero, which has no class")
    new, state = SGDMRT(eta, beta).step(psi.layout, w, Evaluation(None, g), Momentum(0, m))
    return _inner_with_the_point(psi.layout, w, new, state.buffer)


@the_buffer_of_sgd_mrt_is_horizontal.counterfeit(instance={name: TWO[name] for name in MRT})
def the_buffer_of_heavy_ball_is_horizontal(psi, w, g, m, eta, beta):
    """The same of heavy ball, even from horizontal gradients."""
    new, state = HeavyBall(eta, beta).step(psi.layout, w, Evaluation(None, g), Momentum(0, m))
    return _inner_with_the_point(psi.layout, w, new, state.buffer)


RUN = {
    "steps": counts(1, 2),
    "model": generic_models(free=False),
    "w": generic_points("model"),
    "a": rescalings("model", decades=30),
    "eta": step_sizes(decades=1),
}
TWICE = {
    "steps": 1,
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "a": np.array([2.0]),
    "eta": 0.5,
}


def _follows(method, power, steps, model, w, a, eta):
    """Claim that rate ηa^p from a·w follows rate η from w, class for class."""
    layout = model.layout
    r = layout.norms(w)
    one = after(method(PerBlock(eta * r, 1)), model, w, steps)
    two = after(method(PerBlock(eta * r * a**power, 1)), model, layout.scale(a, w), steps)
    return equal(layout.scale(1 / a, two), one)


def _adam_srt(rate):
    return AdamSRT(rate, eps=0)


@E4.law(**RUN, on=(POWERS_OF_TWO, BALLS))
def adam_srt_has_the_exponent_one(steps, model, w, a, eta):
    """Rate ηa from a·w follows rate η from w, for AdamSRT."""
    return _follows(_adam_srt, 1, steps, model, w, a, eta)


@adam_srt_has_the_exponent_one.counterfeit(instance=TWICE)
def adam_srt_is_equivariant(steps, model, w, a, eta):
    """The same rate η from a·w follows rate η from w: S, R and T make Adam equivariant."""
    return _follows(_adam_srt, 0, steps, model, w, a, eta)


@E4.law(**RUN, on=(POWERS_OF_TWO, BALLS))
def sgd_mrt_has_the_exponent_two(steps, model, w, a, eta):
    """Rate ηa² from a·w follows rate η from w, for SGD-MRT with β = 1/2."""
    return _follows(lambda rate: SGDMRT(rate, 0.5), 2, steps, model, w, a, eta)


@sgd_mrt_has_the_exponent_two.counterfeit(instance=TWICE)
def sgd_mrt_has_the_exponent_one(steps, model, w, a, eta):
    """Rate ηa from a·w follows rate η from w, as for AdamSRT."""
    return _follows(lambda rate: SGDMRT(rate, 0.5), 1, steps, model, w, a, eta)


E4.exhibit(moments_on_digits)
