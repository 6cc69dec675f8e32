r"""The RT transport of AdamSRT is no isometry, but where AdamSRT uses it, it is the parallel transport.

Statement
---------
:math:`\tau(m) = \frac{r}{r^+}((u\cdot u^+)m - (m\cdot u^+)u)` is horizontal at :math:`w^+`.  It shrinks what
is orthogonal to u and :math:`u^+`, by :math:`\cos\theta` beside the factor :math:`r/r^+`, so that it is **no
isometry** for d ≥ 3.  On the span of u and :math:`u^+` it is :math:`r/r^+` times the parallel transport
of the horizontal part, and AdamSRT's first moment lies in that span, since its step goes along it.

Assumptions
-----------
No block of w is zero; d ≥ 3 for the shrinking; :math:`\theta < \pi` for the parallel transport.

Source
------
Rob20 (the RT transport).

Idea of the proof
-----------------
For m orthogonal to both the second term is zero.  With :math:`m = m_0u + m_1e`, e a unit vector along the motion,
:math:`\tau(m)\,r^+/r = m_1(\cos\theta\,e - \sin\theta\,u)`, which is :math:`m_1e` carried along.

What is checked, what is not
----------------------------
Every law on formal vectors, with a horizontal step of any length; all but the comparison with the shipped transport,
which takes norms, on symbols and rationals besides.  That it is no isometry is an existence law with an instance in
three dimensions.

Tags
----
sphere, transport, AdamSRT
"""

import numpy as np

from proofs_check.bibliography import ROB20
from psitheory.arithmetic import dot
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.optimizers.moments import rescaled_and_transported
from psitheory.strategies import factors, points, quotients, tangents

E5 = theorem(
    "E5",
    "The RT transport: no isometry, and parallel where AdamSRT uses it",
    chapter="sphere",
    source=ROB20,
    locator="the RT transport",
    statement=r"\tau(m) = \frac{r}{r^+}\bigl((u\cdot u^+)m - (m\cdot u^+)u\bigr),\quad "
    r"\|\tau(m)\| = \frac{r}{r^+}\cos\theta\,\|m\|\ (m\perp u,u^+),\quad "
    r"\tau(m) = \frac{r}{r^+}\,\mathrm{PT}(Pm)\ (m\in\mathrm{span}(u,u^+))",
    assumptions=("no block of w is zero", "d ≥ 3 for the shrinking", "θ < π for the parallel transport"),
    doc=__doc__,
)

MOTION = {"psi": quotients(), "w": points("psi"), "x": tangents("psi", "w"), "m": tangents("psi", "w")}
THREE = {
    "psi": PSIQuotient(Layout.of([3])),
    "w": np.array([1.0, 0.0, 0.0]),
    "x": np.array([0.0, 1.0, 0.0]),
    "m": np.array([0.0, 0.0, 1.0]),
}
"""A turn by 45°, and a vector that it should leave alone."""


def _inner_with_the_point(psi, new, m):
    layout = psi.layout
    return equal(layout.dots(new, m) + layout.dots(new, new), layout.dots(new, new))


@E5.law(psi=quotients(), w=points("psi"), new=points("psi"), m=tangents("psi", "w"))
def the_transported_vector_is_horizontal(psi, w, new, m):
    """⟨τ(m),w⁺⟩ = 0 for any m, horizontal or not, and any step that does not lead to zero."""
    return _inner_with_the_point(psi, new, rescaled_and_transported(psi.layout, w, new, m))


@the_transported_vector_is_horizontal.counterfeit(
    instance={"psi": THREE["psi"], "w": THREE["w"], "new": np.array([1.0, 1.0, 0.0]), "m": np.array([0.0, 1.0, 0.0])}
)
def the_vector_itself_is_horizontal(psi, w, new, m):
    """⟨Pm,w⁺⟩ = 0 without a transport."""
    return _inner_with_the_point(psi, new, psi.horizontal(w, m))


def _across(psi, w, x, m):
    """Return a horizontal step, and the part of m that is orthogonal to it and to w."""
    x, m = psi.horizontal(w, x), psi.horizontal(w, m)

    def off(x, m):
        return dot(x, x, keepdims=True) * m - dot(x, m, keepdims=True) * x

    return x, psi.layout.map(off, lambda _, v: v, x, m)


def _is_multiplied(psi, w, x, m, by):
    """Claim r⁺²τ(m) = by·m, for m orthogonal to the motion."""
    layout = psi.layout
    x, m = _across(psi, w, x, m)
    moved = rescaled_and_transported(layout, w, w + x, m)
    return equal(layout.times_squared_norms(w + x, moved), layout.scale(by(layout, w, w + x), m))


@E5.law(**MOTION)
def what_is_orthogonal_to_the_motion_shrinks_by_the_cosine(psi, w, x, m):
    """τ(m) = (r/r⁺)cos θ m for m orthogonal to w and w⁺: r⁺²τ(m) = ⟨w,w⁺⟩m."""
    return _is_multiplied(psi, w, x, m, lambda layout, w, new: layout.dots(w, new))


@what_is_orthogonal_to_the_motion_shrinks_by_the_cosine.counterfeit(instance={**THREE, "x": np.array([0.0, 0.75, 0.0])})
def the_transport_is_an_isometry(psi, w, x, m):
    """τ(m) = (r/r⁺)m for it: r⁺²τ(m) = r r⁺m."""
    return _is_multiplied(psi, w, x, m, lambda layout, w, new: layout.norms(w) * layout.norms(new))


def _lengths(psi, w, x, m):
    """Return r⁺²‖τ(m)‖² and r²‖m‖² of a horizontal m: equal for an isometry times r/r⁺."""
    layout, new = psi.layout, w + x
    moved = rescaled_and_transported(layout, w, new, m)
    return layout.dots(moved, moved) * layout.dots(new, new), layout.dots(w, w) * layout.dots(m, m)


@E5.law(**MOTION, quantifier="exists", on=(RATIONALS,), instance=THREE)
def it_is_no_isometry(psi, w, x, m):
    """There is a horizontal m whose square shrinks by two (cos²45°) beside the factor (r/r⁺)²."""
    moved, kept = _lengths(psi, w, psi.horizontal(w, x), psi.horizontal(w, m))
    return at_most(2 * moved, kept)


@it_is_no_isometry.counterfeit(instance={**THREE, "m": np.array([0.0, 1.0, 0.0])})
def every_vector_shrinks(psi, w, x, m):
    """Every horizontal m does so: refuted along the motion."""
    moved, kept = _lengths(psi, w, psi.horizontal(w, x), psi.horizontal(w, m))
    return at_most(2 * moved, kept)


STEP = {**MOTION, "c": factors()}


def _tilted(psi, w, m, c):
    """Return m with the radial part -cw: the step -cm ends at no zero block."""
    return psi.horizontal(w, m) - c * w


@E5.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def inside_adam_srt_lengths_are_kept(psi, w, x, m, c):
    """r⁺‖τ(m)‖ = r‖Pm‖ where the step is -cm, as it is in AdamSRT."""
    m = _tilted(psi, w, m, c)
    moved, _ = _lengths(psi, w, -c * m, m)
    layout, along = psi.layout, psi.horizontal(w, m)
    return equal(moved, layout.dots(w, w) * layout.dots(along, along))


@inside_adam_srt_lengths_are_kept.counterfeit(instance={**THREE, "c": 0.5})
def lengths_are_kept_for_any_step(psi, w, x, m, c):
    """r⁺‖τ(m)‖ = r‖Pm‖ for a step that leaves the span of w and m."""
    moved, _ = _lengths(psi, w, psi.horizontal(w, x), m)
    layout, along = psi.layout, psi.horizontal(w, m)
    return equal(moved, layout.dots(w, w) * layout.dots(along, along))


def _is_parallel(psi, w, x, m, power=2):
    """Claim τ(m) = (r/r⁺)^power times the shipped transport, which is a lift and has the factor r⁺/r."""
    layout, new = psi.layout, w + x
    ratio = layout.norms(w) / layout.norms(new)
    carried = layout.scale(ratio**power, psi.transport(w, new, psi.horizontal(w, m)))
    moved = rescaled_and_transported(layout, w, new, m)
    return equal(
        layout.map(lambda rows: rows, lambda v: v - v, moved), layout.map(lambda r: r, lambda v: v - v, carried)
    )


@E5.law(**STEP, on=(BALLS, FLOATS))
def inside_adam_srt_it_is_the_parallel_transport(psi, w, x, m, c):
    """τ(m) = (r/r⁺)PT(Pm) where the step is -cm."""
    m = _tilted(psi, w, m, c)
    return _is_parallel(psi, w, -c * m, m)


@inside_adam_srt_it_is_the_parallel_transport.counterfeit(instance={**THREE, "c": 0.5})
def it_is_the_parallel_transport_for_any_step(psi, w, x, m, c):
    """τ(m) = (r/r⁺)PT(Pm) for a step that leaves the span of w and m."""
    return _is_parallel(psi, w, psi.horizontal(w, x), m)
