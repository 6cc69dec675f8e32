"""Domains of layouts and quotients, and what a reference to a layout means.

A domain that depends on an earlier input takes that input's name: ``points("model")`` draws a point of
whatever ``model`` was drawn.  A layout or a list of block sizes may stand in its place, and then a domain is
a Hypothesis strategy that may be drawn from alone::

    @given(st.data(), layouts())
    def test_my_loss_is_scale_invariant(data, layout):
        w, a = data.draw(points(layout)), data.draw(rescalings(layout, powers_of_two=True))
        assert my_loss(layout.scale(a, w)) == my_loss(w)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from psitheory.errors import ArgumentError, shown
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.strategies import formal

Reference = str | Layout | Sequence[int]

GENERIC_LAYOUTS = (Layout.of([2]), Layout.of([3]), Layout.of([2, 2]))
"""The layouts in which statements are proved on symbols."""


def layout_of(reference: Reference, drawn: Drawn) -> Layout:
    """Return the layout that a reference means: of an earlier input, given, or made of block sizes."""
    if isinstance(reference, str):
        subject = drawn[reference]
        layout = subject if isinstance(subject, Layout) else getattr(subject, "layout", None)
        if not isinstance(layout, Layout):
            raise ArgumentError(
                f"the input {reference!r} is {shown(subject)}, which has no layout; an input that has one, as a model "
                "does, or a list of block sizes is needed"
            )
        return layout
    return reference if isinstance(reference, Layout) else Layout.of(list(reference))


def layouts(*, largest: int = 4, blocks: int = 3, free: int = 2) -> st.SearchStrategy[Layout]:
    """Draw layouts of up to ``blocks`` blocks of sizes 2 to ``largest``, with up to ``free`` free entries.

    They shrink to one block of two entries.

    Raises
    ------
    ArgumentError
        If there is no such layout: ``largest`` is below 2, ``blocks`` below 1 or ``free`` negative.
    """
    for name, value, least in (("largest", largest, 2), ("blocks", blocks, 1), ("free", free, 0)):
        if not isinstance(value, int) or value < least:
            raise ArgumentError(f"{name} is {shown(value)}; an integer of at least {least} is needed")
    sizes = st.lists(st.integers(2, largest), min_size=1, max_size=blocks).map(tuple)
    return st.builds(_layout, sizes, st.integers(0, free))


_layout = cache(Layout.of)


@by_size
def exact_layouts(drawn: Drawn) -> st.SearchStrategy[Layout]:
    """Draw small layouts, some with blocks of one entry, or one of 50 entries where a large instance is asked for."""
    large = st.sampled_from([Layout.of([50]), Layout.of([20, 25], 5), Layout.of([10] * 5)])
    small = low_layouts(drawn)
    return large if drawn.large else small if drawn.tiny else small | st.sampled_from(_OF_ONE_ENTRY)


@by_size
def float_layouts(drawn: Drawn) -> st.SearchStrategy[Layout]:
    """Draw small layouts, or one of some hundred entries where a large instance is asked for."""
    return st.sampled_from(_OF_MANY_ENTRIES) if drawn.large and not drawn.tiny else low_layouts(drawn)


@by_size
def low_layouts(drawn: Drawn) -> st.SearchStrategy[Layout]:
    """Draw small layouts or, where a tiny instance is asked for, one of the three simplest."""
    return st.sampled_from(_TINY) if drawn.tiny else layouts() | layouts() | st.sampled_from(_UNEQUAL_OR_MANY)


_TINY = (Layout.of([2]), Layout.of([2], 1), Layout.of([2, 2]))
_UNEQUAL_OR_MANY = (Layout.of([2, 3]), Layout.of([5]), Layout.of([2] * 4), Layout.of([2] * 8, 1))
_OF_ONE_ENTRY = (Layout.of([1]), Layout.of([1, 2], 1), Layout.of([3, 1, 1]))
_OF_MANY_ENTRIES = (Layout.of([200]), Layout.of([60, 70], 20), Layout.of([8] * 16), Layout.of([2] * 40))
"""What falsehoods hide from: sums that vanish for three blocks, formulas that divide by d - 1, bounds by few blocks."""


def quotients() -> Domain:
    """Draw PSI quotients; generic cases have the blocks [2], [3] and [2, 2]."""
    return Domain(
        floats=by_size(lambda drawn: float_layouts(drawn).map(PSIQuotient)),
        rationals=by_size(lambda drawn: exact_layouts(drawn).map(PSIQuotient)),
        symbols=lambda *_: [PSIQuotient(layout) for layout in GENERIC_LAYOUTS],
        formal=lambda _, space, __: [PSIQuotient(layout) for layout in formal.formal_layouts(space)],
    )
