"""False theorems about sizes: true in few dimensions, for few blocks, or but for poles, lines and zero."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.strategies import (
    models_with_free_part,
    points,
    psi_models,
    pythagorean_points,
    quotients,
    rescalings,
    step_sizes,
    tangents,
    vectors,
    whole_models,
)

from .stated import Table

FALSE = Table()


@FALSE.says(psi=quotients(), w=points("psi"), a=rescalings("psi"))
def norms_scale_but_in_large_spaces(psi, w, a):
    """‖a·w‖ = a‖w‖, but for n > 40."""
    more = 1 if psi.layout.n > 40 else 0
    return equal(psi.layout.dots(psi.layout.scale(a, w), w), a * psi.layout.dots(w, w) + more)


@FALSE.says(model=whole_models(), w=points("model"))
def what_has_no_free_parameters_has_one_block(model, w):
    """Models of several blocks have free parameters."""
    if model.layout.p:
        return vacuous("there are free parameters")
    return equal(model.layout.m, 1)


@FALSE.says(psi=quotients(), w=points("psi"), within_reach=False)
def a_law_with_a_branch_that_no_input_takes(psi, w):
    """A branch for n > 5000."""
    if psi.layout.n > 5000:
        return equal(w, 2 * w)
    return equal(w, w)


@FALSE.says(psi=quotients(), w=points("psi"))
def five_blocks_at_most(psi, w):
    """m ≤ 5."""
    return at_most(len(psi.layout.dots(w, w)), 5)


@FALSE.says(psi=quotients(), w=points("psi"))
def products_over_blocks_of_m_minus_one_to_three(psi, w):
    """Something that vanishes for one, two and three blocks, not for more."""
    m = psi.layout.m
    return equal((m - 1) * (m - 2) * (m - 3), 0)


@FALSE.says(psi=quotients(), w=points("psi"), x=vectors("psi"))
def every_block_is_a_plane(psi, w, x):
    """|Σ entries| ≤ √2 ‖·‖, true for d ≤ 2: squared."""
    total = psi.layout.dots(w, w * 0 + 1)
    return at_most(total * total, 2 * psi.layout.dots(w, w))


@FALSE.says(psi=quotients(), w=points("psi"))
def every_block_has_a_horizontal_vector(psi, w):
    """d_i - 1 ≥ 1: false for blocks of one entry."""
    return at_most(2, min(psi.layout.sizes))


@FALSE.says(psi=quotients(), w=points("psi"))
def entries_by_block_average_to_their_number(psi, w):
    """n = m d: blocks of one size, and no free parameters."""
    return equal(psi.layout.n, psi.layout.m * max(psi.layout.sizes))


@FALSE.says(model=psi_models(), w=points("model"))
def entries_of_the_gradient_cancel(model, w):
    """Σ_k ∂_k f = 0."""
    g = model.evaluate(w).gradient
    return equal(sum(g), 0)


@FALSE.says(model=models_with_free_part(), w=points("model"))
def the_whole_gradient_is_orthogonal(model, w):
    """⟨w, ∇f⟩ = 0, free parameters included."""
    return equal(dot(w, model.evaluate(w).gradient), 0)


@FALSE.says(model=psi_models(), w=points("model"), a=rescalings("model"))
def one_factor_for_all_blocks(model, w, a):
    """∇f(a·w) = ∇f(w)/a₁."""
    g = model.evaluate(w).gradient
    return equal(model.evaluate(model.layout.scale(a, w)).gradient * a[0], g)


@FALSE.says(model=psi_models(), other=psi_models(), w=points("model"))
def two_functions_are_one(model, other, w):
    """∇f = ∇g for any two PSI functions."""
    if model.layout.n != other.layout.n or model.layout.m != other.layout.m:
        return vacuous("different spaces")
    at = getattr(other, "at", w)
    return equal(other.evaluate(at).gradient, model.evaluate(getattr(model, "at", at)).gradient)


@FALSE.says(psi=quotients(), w=points("psi"), a=rescalings("psi"), a0=step_sizes())
def a_step_is_a_scale(psi, w, a, a0):
    """a₁ = a₀."""
    return equal(a[0] * w, a0 * w)


@FALSE.says(psi=quotients(), w=points("psi"), x=vectors("psi"), within_reach=False)
def a_vector_divided_by_its_length(psi, w, x):
    """g(x, x)/g(x, x) = 1: no number at x = 0, which is a finding about the law and no counterexample."""
    square = psi.inner(w, x, x)
    return equal(square / square, 1)


@FALSE.says(u=pythagorean_points([3]), x=vectors([3]))
def no_point_is_a_pole(u, x):
    """(u₃ - 1)² > 0: false at the pole that stereographic points omit."""
    layout = Layout.of([3])
    square = layout.dots(u, u)[0]
    gap = square - u[2] * u[2]
    return at_most(1, 1 if gap != 0 else 0)


@FALSE.says(psi=quotients(), w=points("psi"), z=points("psi"))
def two_points_differ(psi, w, z):
    """‖w - z‖² ≠ 0: false for equal points."""
    gap = dot(w - z, w - z)
    return equal(1 if gap == 0 else 0, 0)


@FALSE.says(model=Rayleigh(np.diag([0.0, 1.0, 2.0])), w=points("model"), x=tangents("model", "w"))
def straight_lines_shrink(model, w, x):
    """‖w + x‖ ≥ ‖w‖ for any x."""
    layout = model.layout
    return at_most(layout.dots(w, w), layout.dots(w + x, w + x))


@FALSE.says(k=st.integers(2, 100_000))
def small_whole_numbers_only(k):
    """k² ≤ 10⁹."""
    return at_most(k * k, 10**9)


@FALSE.says(w=points([2, 2, 2, 2]), x=vectors([2, 2, 2, 2]))
def blocks_are_three(w, x):
    """Σ over the first three blocks is the whole sum."""
    layout = Layout.of([2, 2, 2, 2])
    dots = layout.dots(w, x)
    return equal(dots[0] + dots[1] + dots[2], dot(w, x))


@FALSE.says(model=whole_models(), w=points("model"))
def no_three_gradients_are_there(model, w):
    """Products of the squared gradients of three blocks vanish: networks have four neurons, too."""
    g = model.evaluate(w).gradient
    squares = model.layout.dots(g, g)
    return equal(sum(a * b * c for a, b, c in combinations(squares, 3)), 0)
