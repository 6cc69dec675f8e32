r"""Every step has an image on the sphere, with a rate of its own.

Statement
---------
For :math:`w^+ = w - \eta\,a\oslash b` and a block of d entries let :math:`\nu = \|b\|/\sqrt d`,
:math:`c = r\,a\oslash(b/\nu)`, :math:`A = \eta/(r^2\nu)`, :math:`\eta_e = A/(1-A\langle c,u\rangle)` and
:math:`c_\perp = Pc`.  Then :math:`w^+ = r(1-A\langle c,u\rangle)(u - \eta_ec_\perp)`.  So, where
:math:`1-A\langle c,u\rangle > 0`, :math:`u^+ = (u-\eta_ec_\perp)/\sqrt{1+\eta_e^2\|c_\perp\|^2}`, and it turns by
exactly :math:`\arctan(\eta_e\|c_\perp\|)`; where it is negative :math:`u^+` is minus that; where it is 0 the turn is
:math:`\pi/2`.

Assumptions
-----------
No block of w is zero, no entry of b is zero, and :math:`1-A\langle c,u\rangle \ne 0` where :math:`\eta_e` is used.

Source
------
Rob20 (image step and effective learning rate), which leaves the sign of the factor unsaid.

Idea of the proof
-----------------
:math:`\eta\,a\oslash b = rAc`, and :math:`c = \langle c,u\rangle u + c_\perp`; u and :math:`c_\perp` are orthogonal.

What is checked, what is not
----------------------------
The identity on formal vectors, symbols, rationals, balls and floats for a step that is divided by nothing; with a
division entry by entry, which formal vectors do not have, in balls and on floats, as are the angles; all three signs of
the factor; Adam's steps on a batch-norm network of handwritten digits, whose radial parts are not zero.

Tags
----
sphere, effective rate, Adam
"""

import numpy as np

from proofs_check.bibliography import ROB20
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.optimizers import Adam, image_step
from psitheory.strategies import (
    digits_network,
    network_starts,
    points,
    pythagorean_points,
    quotients,
    ratios,
    step_sizes,
    tangents,
    vectors,
)

E1 = theorem(
    "E1",
    "The image of a step on the sphere, and its effective rate",
    chapter="sphere",
    source=ROB20,
    locator="image step and effective learning rate",
    statement=r"w^+ = w-\eta\,a\oslash b\ \Longrightarrow\ w^+ = r(1-A\langle c,u\rangle)(u-\eta_ec_\perp),\quad "
    r"\eta_e = \frac{A}{1-A\langle c,u\rangle},\quad \angle(w,w^+) = \arctan(\eta_e\|c_\perp\|)",
    assumptions=("no block of w and no entry of b is zero", "1 - A⟨c,u⟩ > 0 for the angle"),
    doc=__doc__,
)

STEP = {"psi": quotients(), "w": pythagorean_points("psi"), "a": vectors("psi"), "eta": step_sizes(decades=2)}
TWO = {"psi": PSIQuotient(Layout.of([2])), "w": np.array([2.0, 0.0]), "a": np.array([1.0, 1.0]), "eta": 1.0}


def _on_blocks(layout, x):
    return layout.map(lambda rows: rows, lambda v: v - v, x)


def _image(psi, w, a, eta, rate=lambda seen: seen.rate):
    layout = psi.layout
    seen, r = image_step(layout, w, a, rate=eta), layout.norms(w)
    image = layout.scale(seen.factor, w) - layout.scale(r * rate(seen), seen.direction)
    return equal(_on_blocks(layout, w - a * eta), _on_blocks(layout, image))


@E1.law(**STEP)
def a_step_is_its_image(psi, w, a, eta):
    """W⁺ = r((1 - A⟨c,u⟩)u - A c⊥), for a step that is divided by nothing."""
    return _image(psi, w, a, eta)


@a_step_is_its_image.counterfeit(instance=TWO)
def the_effective_rate_ignores_the_radial_part(psi, w, a, eta):
    """The same with η_e = A: w⁺ = r(1 - A⟨c,u⟩)(u - A c⊥)."""
    return _image(psi, w, a, eta, rate=lambda seen: seen.rate * seen.factor)


@E1.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_cosine_has_the_sign_of_the_factor(psi, w, a, eta):
    """⟨w,w⁺⟩ = r²(1 - A⟨c,u⟩), so that the turn is acute, right or obtuse as the factor is positive, 0 or negative."""
    layout = psi.layout
    factor = image_step(layout, w, a, rate=eta).factor
    return equal(layout.dots(w, w - a * eta), layout.dots(w, w) * factor)


@the_cosine_has_the_sign_of_the_factor.counterfeit(instance=TWO)
def every_turn_is_acute(psi, w, a, eta):
    """The same with the factor 1, as for horizontal steps."""
    return equal(psi.layout.dots(w, w - a * eta), psi.layout.dots(w, w))


TURN = {
    "psi": quotients(),
    "w": points("psi"),
    "x": tangents("psi", "w"),
    "z": vectors("psi"),
    "rho": ratios(0, 1),
    "eta": step_sizes(decades=2),
}
BEYOND = {**TWO, "x": np.array([0.0, 1.0]), "z": np.array([0.0, 0.0]), "rho": 0.5}
del BEYOND["a"]


def _divided(psi, w, x, z, rho, eta):
    """Return a and b with a⊘b = (x⊥ + ρw)/η: A⟨c,u⟩ is ρ in every block."""
    b = 1 + z * z
    return (psi.horizontal(w, x) + rho * w) / eta * b, b


def _turns_by(angle, psi, w, x, z, rho, eta):
    a, b = _divided(psi, w, x, z, rho, eta)
    seen = image_step(psi.layout, w, a, b, rate=eta)
    return equal(psi.angles(w, w - a / b * eta), angle(seen, psi.layout.norms(seen.direction)))


def _arctangent(seen, length):
    return namespace(length).atan(seen.effective_rate * length)


@E1.law(**TURN, on=(BALLS, FLOATS))
def a_block_turns_by_the_arctangent(psi, w, x, z, rho, eta):
    """∠(w,w⁺) = arctan(η_e‖c⊥‖) where 1 - A⟨c,u⟩ > 0, with a division entry by entry."""
    return _turns_by(_arctangent, psi, w, x, z, rho, eta)


@a_block_turns_by_the_arctangent.counterfeit(instance=BEYOND)
def it_does_so_beyond_a_right_angle(psi, w, x, z, rho, eta):
    """The same where 1 - A⟨c,u⟩ = -ρ < 0."""
    return _turns_by(_arctangent, psi, w, x, z, 1 + rho, eta)


@a_block_turns_by_the_arctangent.counterfeit(instance=BEYOND)
def it_turns_by_what_the_sine_says(psi, w, x, z, rho, eta):
    """∠(w,w⁺) = arctan(A‖c⊥‖): the radial part does not count."""
    return _turns_by(lambda seen, s: _arctangent(seen, s * seen.factor), psi, w, x, z, rho, eta)


@E1.law(**TURN, on=(BALLS, FLOATS))
def beyond_a_right_angle_the_direction_is_reversed(psi, w, x, z, rho, eta):
    """∠(-w,w⁺) = arctan(|η_e|‖c⊥‖) where 1 - A⟨c,u⟩ = -ρ < 0."""
    a, b = _divided(psi, w, x, z, 1 + rho, eta)
    seen = image_step(psi.layout, w, a, b, rate=eta)
    return equal(psi.angles(-w, w - a / b * eta), -_arctangent(seen, psi.layout.norms(seen.direction)))


@beyond_a_right_angle_the_direction_is_reversed.counterfeit(instance=BEYOND)
def beyond_a_right_angle_it_is_not(psi, w, x, z, rho, eta):
    """∠(w,w⁺) = arctan(|η_e|‖c⊥‖) there."""
    return _turns_by(lambda seen, s: -_arctangent(seen, s), psi, w, x, z, 1 + rho, eta)


DIGITS = {"model": digits_network(), "w": network_starts("model"), "eta": step_sizes(decades=1)}


def _adam_turns(model, w, eta, direction):
    layout, method = model.layout, Adam(eta / 100, beta1=0.5, beta2=0.75)
    state = method.init(layout, w)
    for _ in range(2):
        before, (w, state) = w, method.step(layout, w, model.evaluate(w), state)
    a, b = state.first / (1 - 0.5**2), np.sqrt(state.second / (1 - 0.75**2)) + 1e-8
    seen = image_step(layout, before, a, b, rate=eta / 100)
    s = layout.norms(seen.direction) * direction(seen)
    return equal(PSIQuotient(layout).angles(before, w), np.arctan2(s, 1 + 0 * s))


@E1.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_adam_turns_by_the_arctangent(model, w, eta):
    """The second step of Adam turns every neuron by arctan(η_e‖c⊥‖), on a batch-norm network of digits."""
    return _adam_turns(model, w, eta, lambda seen: seen.effective_rate)


@on_digits_adam_turns_by_the_arctangent.counterfeit
def on_digits_adam_has_no_radial_part(model, w, eta):
    """The same with A for η_e."""
    return _adam_turns(model, w, eta, lambda seen: seen.rate)


@E1.exhibit
def turns_against_the_radial_part(rng):
    """Show the turn of a block against the radial part of its step."""
    radial, layout = np.linspace(-1, 3, 201), Layout.of([2])
    w, a = np.array([1.0, 0.0]), np.stack([radial, np.full_like(radial, 0.5)], axis=-1)
    seen = image_step(layout, w, a, rate=1.0)
    predicted = np.arctan2(0.5 * seen.rate[..., 0] * np.sign(seen.factor[..., 0]), np.abs(seen.factor[..., 0]))
    predicted[np.searchsorted(radial, 1)] = np.nan  # no line is drawn over the jump
    return Exhibit(
        "curves",
        "A turn against the radial part of the step",
        "arctan(η_e‖c⊥‖) is the turn up to A⟨c,u⟩ = 1, where the step passes a right angle.",
        {
            "x": radial,
            "turn": PSIQuotient(layout).angles(w, w - a)[..., 0],
            "formula": predicted,
        },
        {
            "x": "A⟨c,u⟩, the radial part",
            "y": "radians",
            "turn": "turn of the block",
            "formula": "arctan(η_e‖c⊥‖)",
            "guides": "formula",
        },
    )
