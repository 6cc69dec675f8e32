r"""Lines through the origin: geodesics, two translations along them, and the distance, right for tiny turns too.

Statement
---------
At a unit vector y, with a tangent h and :math:`t = \|h\|`: :math:`\mathrm{Exp}_y(h) = y\cos t + \frac ht\sin t`; h
itself is carried to :math:`h\cos t - y\,t\sin t`, and another tangent x to
:math:`x - \langle\frac ht,x\rangle\bigl(\frac ht(1-\cos t) + y\sin t\bigr)`.  The end is a unit vector, the carried
vectors are tangent there, and carrying is isometric: it is the sphere's parallel transport.  At h = 0 all of it is read
as the limit.  The distance of two lines is :math:`\min(\theta, \pi-\theta)`, and the injectivity radius is
:math:`\pi/2`, half of the sphere's.

Assumptions
-----------
y is a unit vector, h and x are tangent at y; for the comparison with the transport t is no odd multiple of π.

Source
------
Cho17, §3 (G(1, n): exponential map and the two parallel translations); AMS08, §8.1.

Idea of the proof
-----------------
The plane of y and h turns by t; the rest stays.  With :math:`\tan(t/2) = qt` all but the angle is rational in q and t².

What is checked, what is not
----------------------------
The shipped formulas with every such turn on formal vectors, symbols and rationals, isometry in every dimension by what
happens along h and across it; their sines and cosines at lengths from 1 down to 1e-150, the distance, and the
logarithm, below π/2 and 1 % above, in balls and on floats.

Tags
----
lines, Grassmann, geodesics, transport
"""

import numpy as np

from proofs_check.bibliography import CHO17
from proofs_check.lines.d1_figures import distances_of_near_lines
from proofs_check.lines.turns import EVERY_TURN, PLANE, across, at, end, on_rows, projected, rational_turn, translated
from psitheory.arithmetic import namespace, norm
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, equal, theorem
from psitheory.geometry import lines, sphere
from psitheory.geometry.lines import turn_along
from psitheory.strategies import (
    choices,
    points,
    quotients,
    rescalings,
    tangents,
)

D1 = theorem(
    "D1",
    "Lines: geodesics, translations and distance",
    chapter="lines",
    source=CHO17,
    locator="§3, the manifold G(1, n) (number unchecked)",
    statement=r"\mathrm{Exp}_y(h) = y\cos\|h\| + \tfrac{h}{\|h\|}\sin\|h\|,\quad "
    r"\tau_h(x) = x - \langle\tfrac{h}{\|h\|},x\rangle"
    r"\bigl(\tfrac{h}{\|h\|}(1-\cos\|h\|) + y\sin\|h\|\bigr),\quad "
    r"\mathrm{dist} = \min(\theta,\pi-\theta),\quad \mathrm{inj} = \tfrac\pi2",
    assumptions=("y is a unit vector", "h and x are tangent at y", "‖h‖ is no odd multiple of π for the transport"),
    doc=__doc__,
)

EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)


@D1.law(**EVERY_TURN, on=EXACTLY)
def the_end_is_a_unit_vector(psi, w, h, x, q):
    """‖Exp_y(h)‖ = ‖y‖ = 1."""
    u, h = at(psi, w, h)
    there = end(psi, u, h, q)
    return equal(psi.layout.dots(there, there), psi.layout.dots(u, u))


@the_end_is_a_unit_vector.counterfeit(instance=PLANE)
def a_straight_step_is_a_unit_vector(psi, w, h, x, q):
    """‖y + h‖ = 1."""
    u, h = at(psi, w, h)
    return equal(psi.layout.dots(u + h, u + h), psi.layout.dots(u, u))


@D1.law(**EVERY_TURN, on=EXACTLY)
def a_vector_is_carried_as_by_parallel_transport(psi, w, h, x, q):
    """The translation of x along h is the sphere's parallel transport to Exp_y(h)."""
    u, h, x = at(psi, w, h, x)
    return equal(translated(psi, u, h, x, q), on_rows(psi, sphere.transport, u, end(psi, u, h, q), x))


@a_vector_is_carried_as_by_parallel_transport.counterfeit(instance=PLANE)
def a_vector_is_carried_by_projection(psi, w, h, x, q):
    """It is the projection of x to the tangent space at the end."""
    u, h, x = at(psi, w, h, x)
    return equal(translated(psi, u, h, x, q), projected(psi, u, h, x, q))


@D1.law(**EVERY_TURN, on=EXACTLY)
def the_moving_vector_is_carried_as_any_other(psi, w, h, x, q):
    """The translation of h along itself is that of a vector along h, for x = h."""
    return _moving_vector(psi, w, h, q, translated)


def _moving_vector(psi, w, h, q, rule):
    u, h = at(psi, w, h)
    own = on_rows(psi, lambda u, h: lines.carried(u, h, rational_turn(h, q)), u, h)
    return equal(own, rule(psi, u, h, h, q))


@the_moving_vector_is_carried_as_any_other.counterfeit(instance=PLANE)
def the_moving_vector_is_carried_by_projection(psi, w, h, x, q):
    """It is the projection of h."""
    return _moving_vector(psi, w, h, q, projected)


@D1.law(**EVERY_TURN, on=EXACTLY)
def carrying_is_isometric(psi, w, h, x, q):
    """‖τx‖ = ‖x‖ for tangent x, and so ⟨τx, τy⟩ = ⟨x, y⟩, τ being linear."""
    return _keeps_lengths(psi, w, h, x, q, translated)


def _keeps_lengths(psi, w, h, x, q, rule):
    u, h, x = at(psi, w, h, x)
    there = rule(psi, u, h, x, q)
    return equal(1 + psi.layout.dots(there, there), 1 + psi.layout.dots(x, x))


@carrying_is_isometric.counterfeit(instance=PLANE)
def projecting_is_isometric(psi, w, h, x, q):
    """The projection is: refuted along the motion, true of what is orthogonal to it."""
    return _keeps_lengths(psi, w, h, x, q, projected)


@D1.law(**EVERY_TURN, on=EXACTLY)
def carrying_turns_the_motion_and_leaves_the_rest(psi, w, h, x, q):
    """‖τh‖ = ‖h‖, and τp = p for the part of x across h: isometry in every dimension, τ being linear."""
    return _turns_one_plane(psi, w, h, x, q, translated)


def _turns_one_plane(psi, w, h, x, q, rule):
    u, h, x = at(psi, w, h, x)
    rest = on_rows(psi, across, h, x)
    moved, there = rule(psi, u, h, h, q), rule(psi, u, h, rest, q)
    lengths = [psi.layout.dots(moved, moved), psi.layout.dots(h, h)]
    left, right = (namespace(w).concat(sides) for sides in zip(lengths, (there, rest), strict=True))
    return equal(left, right)


@carrying_turns_the_motion_and_leaves_the_rest.counterfeit(instance=PLANE)
def projecting_leaves_the_motion_its_length(psi, w, h, x, q):
    """The projection does so too."""
    return _turns_one_plane(psi, w, h, x, q, projected)


# -- sines and cosines ----------------------------------------------------------------------------

LENGTHS = {"t": rescalings([1], decades=0.5), "tiny": choices(1, 2.0**-27, 2.0**-60, 2.0**-500)}


def _sines(t, tiny, versine):
    """Claim the three numbers of a turn by t·tiny, to rounding."""
    t, xp = t * tiny, namespace(t)
    turn = turn_along(t)
    return equal(xp.concat(turn), xp.concat([xp.cos(t), xp.sin(t) / t, versine(xp, t)]), accurate=True)


@D1.law(**LENGTHS, on=(BALLS, FLOATS))
def sines_are_right_to_rounding(t, tiny):
    """The factors cos t, sin(t)/t and (1 - cos t)/t² of a turn are right to rounding, at t = 1e-8 and 1e-150 too."""
    return _sines(t, tiny, lambda xp, t: 2 * (xp.sin(t / 2) / t) * (xp.sin(t / 2) / t))


@sines_are_right_to_rounding.counterfeit(instance={"t": np.array([1.0]), "tiny": 2.0**-27})
def the_textbook_versine_is_right_to_rounding(t, tiny):
    """The textbook's (1 - cos t)/t² is so: at t = 1e-8 it is 0."""
    return _sines(t, tiny, lambda xp, t: (1 - xp.cos(t)) / t / t)


TWO = {"psi": quotients(), "w": points("psi"), "z": points("psi")}


def _distances(psi, w, z, distance):
    """Claim cos dist = |⟨u, v⟩| in every block."""
    u, v, xp = psi.layout.units(w), psi.layout.units(z), namespace(w)
    return equal(1 + xp.cos(psi.layout.reduce(distance, u, v)), 1 + xp.abs(psi.layout.dots(u, v)))


@D1.law(**TWO, on=(BALLS, FLOATS))
def lines_are_as_far_as_the_nearer_vectors(psi, w, z):
    """Cos dist = |⟨y, z⟩|: dist = min(θ, π - θ)."""
    return _distances(psi, w, z, lines.angle)


@lines_are_as_far_as_the_nearer_vectors.counterfeit(
    instance={"psi": PLANE["psi"], "w": PLANE["w"], "z": np.array([-1.0, 0.0])}
)
def lines_are_as_far_as_the_vectors(psi, w, z):
    """Cos dist = |⟨y, z⟩| for the sphere's distance θ."""
    return _distances(psi, w, z, sphere.angle)


LOGARITHM = {"psi": quotients(), "w": points("psi"), "h": tangents("psi", "w")}


def _comes_back(psi, w, h, percent):
    """Claim log(Exp(h)) = h for h shorter than a share of π/2, where the share is given in per cent."""
    u, h = at(psi, w, h)
    below = 2 * namespace(w).atan(namespace(w).ones_like(w[..., :1])) * percent / 100
    h = on_rows(psi, lambda h: h * (below / (1 + norm(h, keepdims=True))), h)
    there = on_rows(psi, lambda u, h: lines.turned(u, h, turn_along(h)), u, h)
    return equal(u + on_rows(psi, lambda u, v: sphere.log(u, lines.nearer(u, v)), u, there), u + h)


@D1.law(**LOGARITHM, on=(BALLS, FLOATS))
def below_a_right_angle_the_logarithm_inverts(psi, w, h):
    """The logarithm of lines gives h back where ‖h‖ < π/2."""
    return _comes_back(psi, w, h, 100)


@below_a_right_angle_the_logarithm_inverts.counterfeit(
    instance={"psi": PLANE["psi"], "w": PLANE["w"], "h": np.array([0.0, 1000.0])}
)
def it_inverts_one_per_cent_beyond(psi, w, h):
    """It does so where ‖h‖ < 1.01·π/2."""
    return _comes_back(psi, w, h, 101)


@D1.law(**EVERY_TURN, quantifier="exists", on=(RATIONALS,), instance={**PLANE, "q": 1.0})
def two_geodesics_meet_at_a_right_angle(psi, w, h, x, q):
    """There are h of length π/2 for which h and -h lead to one line: the radius is no more than π/2."""
    u, h = at(psi, w, h)
    return equal(end(psi, u, h, q), -end(psi, u, -h, q))


@two_geodesics_meet_at_a_right_angle.counterfeit(instance={**PLANE, "q": 0.984375})
def two_geodesics_meet_earlier(psi, w, h, x, q):
    """They meet after every turn, such as one of 89.1°."""
    u, h = at(psi, w, h)
    return equal(end(psi, u, h, q), -end(psi, u, -h, q))


D1.exhibit(distances_of_near_lines)
