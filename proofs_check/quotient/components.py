"""The components of the quotient as a whole, laws of claim A5: closed geodesics, where they meet, ends and diameter."""

import numpy as np

from proofs_check.quotient.product_cases import CLOSED, case, pi
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, law, vacuous
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.strategies import points, tangents, vectors


def _turned(psi, w, x, angle):
    """Return the end of the geodesic along ``x`` after each block of d_i ≥ 2 has turned by ``angle``, if it moves."""
    x = psi.horizontal(w, x)
    lengths = psi.block_norms(w, x)
    xp = namespace(w)
    round_block = np.array(psi.layout.sizes) >= 2
    if not all(np.ravel(xp.greater(lengths, xp.zeros_like(lengths)))[round_block]):
        return None
    return psi.exp(w, psi.layout.scale(angle / xp.where(round_block, lengths, xp.ones_like(lengths)), x))


def _comes_back(psi, w, x, angle):
    end = _turned(psi, w, x, angle)
    return vacuous("a block does not move") if end is None else equal(end, w)


@law(**CLOSED, x=tangents("psi", "w"), on=(BALLS, FLOATS))
def every_great_circle_has_the_length_of_a_full_turn(psi, w, x):
    """A vector with ‖ξ_i‖_g = 2π for each d_i ≥ 2 leads exp back to w; for d_i = 2 that is the whole circle."""
    return _comes_back(psi, w, x, 2 * pi(w))


@every_great_circle_has_the_length_of_a_full_turn.counterfeit(instance=case([2], [1, 0], [0, 1]))
def every_great_circle_has_the_length_of_a_half_turn(psi, w, x):
    """‖ξ_i‖_g = π leads back already, as it would on lines."""
    return _comes_back(psi, w, x, pi(w))


def _meet(psi, w, x, y, angle):
    ends = _turned(psi, w, x, angle), _turned(psi, w, y, angle)
    return vacuous("a block does not move") if any(end is None for end in ends) else equal(*ends)


@law(**CLOSED, x=tangents("psi", "w"), y=tangents("psi", "w"), on=(BALLS, FLOATS))
def all_geodesics_meet_after_half_a_turn(psi, w, x, y):
    """The ends exp ξ and exp η are one class if all ‖ξ_i‖_g = ‖η_i‖_g = π: exp is injective no farther."""
    return _meet(psi, w, x, y, pi(w))


@all_geodesics_meet_after_half_a_turn.counterfeit(instance=case([2], [1, 0], [0, 1], [0, -1]))
def all_geodesics_meet_after_a_quarter_of_a_turn(psi, w, x, y):
    """They meet at ‖ξ_i‖_g = ‖η_i‖_g = π/2 already."""
    return _meet(psi, w, x, y, pi(w) / 2)


LINE = {"psi": PSIQuotient(Layout.of([1, 3])), "w": points("psi"), "x": vectors("psi")}


@law(**LINE, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def nothing_is_tangent_to_a_block_of_one_entry(psi, w, x):
    """For d_i = 1 the horizontal part is zero: no curve leaves the class."""
    return equal(psi.horizontal(w, x)[..., 0], 0)


@nothing_is_tangent_to_a_block_of_one_entry.counterfeit(instance=case([1, 3], [1, 1, 0, 0], [0, 0, 0, 1]))
def nothing_is_tangent_to_a_block_of_three_entries(psi, w, x):
    """For d_i = 3 the horizontal part is zero too."""
    return equal(psi.horizontal(w, x)[..., 1:], 0)


@law(psi=PSIQuotient(Layout.of([1, 3])), w=points("psi"), on=(BALLS, FLOATS))
def the_two_ends_of_a_line_are_infinitely_far_apart(psi, w):
    """dist(w, z) = ∞ where z_i = -w_i for a block of d_i = 1."""
    z = psi.layout.scale(namespace(w).asarray([-1, 1]), w)
    return equal(1 / psi.dist(w, z), 0)


@the_two_ends_of_a_line_are_infinitely_far_apart.counterfeit(instance=case([1, 3], [1, 1, 0, 0]))
def the_two_poles_of_a_sphere_are_infinitely_far_apart(psi, w):
    """dist(w, z) = ∞ where z_i = -w_i for a block of d_i = 3."""
    z = psi.layout.scale(namespace(w).asarray([1, -1]), w)
    return equal(1 / psi.dist(w, z), 0)


def _on_the_component(psi, w, z):
    """Return ``z`` with the blocks of ``w`` where d_i = 1."""
    return psi.layout.map(lambda w, z: w if w.shape[-1] == 1 else z, lambda _, z: z, w, z)


def _round_blocks(psi):
    return sum(size >= 2 for size in psi.layout.sizes)


@law(**CLOSED, z=points("psi"), on=(BALLS, FLOATS))
def no_two_classes_of_a_component_are_farther_apart(psi, w, z):
    """Squared distances are at most π²·#{d_i ≥ 2} on each component, if p = 0."""
    distance = psi.dist(w, _on_the_component(psi, w, z))
    return at_most(distance * distance, _round_blocks(psi) * (pi(w) * pi(w)))


@no_two_classes_of_a_component_are_farther_apart.counterfeit(
    instance=case([2, 2], [1, 0, 1, 0], [-1, 0, -1, 0], names="wz")
)
def no_two_classes_are_farther_apart_than_a_half_turn(psi, w, z):
    """No distance exceeds π, whatever the number of blocks."""
    return at_most(psi.dist(w, _on_the_component(psi, w, z)), pi(w))


@law(**CLOSED, on=(BALLS, FLOATS))
def opposite_classes_are_that_far_apart(psi, w):
    """dist² = π²·#{d_i ≥ 2} between w and the class with all blocks of d_i ≥ 2 reversed."""
    distance = psi.dist(w, _on_the_component(psi, w, -w))
    return equal(distance * distance, _round_blocks(psi) * (pi(w) * pi(w)))


@opposite_classes_are_that_far_apart.counterfeit(instance=case([2, 2], [1, 0, 1, 0]))
def opposite_classes_are_one_half_turn_apart_for_every_block(psi, w):
    """The distance is π·#{d_i ≥ 2} there."""
    return equal(psi.dist(w, _on_the_component(psi, w, -w)), _round_blocks(psi) * pi(w))


COMPONENTS = (
    every_great_circle_has_the_length_of_a_full_turn,
    all_geodesics_meet_after_half_a_turn,
    nothing_is_tangent_to_a_block_of_one_entry,
    the_two_ends_of_a_line_are_infinitely_far_apart,
    no_two_classes_of_a_component_are_farther_apart,
    opposite_classes_are_that_far_apart,
)
