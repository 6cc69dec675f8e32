"""False theorems that fail for sizes which nobody tries: no sample refutes them, and nothing may call them proved."""

from __future__ import annotations

import operator
from itertools import pairwise

import numpy as np

from psitheory import equal
from psitheory.arithmetic import dot
from psitheory.strategies import points, quotients, vectors

from .stated import Table

FALSE = Table()

POINT = {"psi": quotients(), "w": points("psi")}


@FALSE.says(**POINT)
def nothing_lies_beyond_the_sixtieth_entry(psi, w):
    """‖w‖² without the entries from the sixtieth on is ‖w‖²."""
    return equal(dot(w, w) - dot(w[60:], w[60:]), dot(w, w))


@FALSE.says(**POINT)
def blocks_after_the_twelfth_do_not_count(psi, w):
    """The sum of the first twelve squares is that of all."""
    squares = psi.layout.dots(w, w)
    return equal(dot(squares[:12], squares[:12]), dot(squares, squares))


@FALSE.says(**POINT)
def tails_of_tails_are_empty(psi, w):
    """What is left of the squares when one is cut off twelve times is nothing."""
    rest = psi.layout.dots(w, w)
    for _ in range(12):
        rest = rest[1:]
    return equal(dot(rest, rest) + dot(w, w), dot(w, w))


@FALSE.says(**POINT)
def products_of_twelve_squares_vanish(psi, w):
    """The twelfth elementary symmetric polynomial of the squared norms is zero."""
    sums = [1] + [0] * 12
    for square in psi.layout.dots(w, w):
        sums = [1] + [b + square * a for a, b in pairwise(sums)]
    return equal(sums[12] + dot(w, w), dot(w, w))


@FALSE.says(**POINT)
def products_of_sixty_entries_vanish(psi, w):
    """The same of the squares of entries."""
    sums = [1] + [0] * 60
    for square in dot(w[:, None], w[:, None]):
        sums = [1] + [b + square * a for a, b in pairwise(sums)]
    return equal(sums[60] + dot(w, w), dot(w, w))


@FALSE.says(**POINT, x=vectors("psi"))
def weights_are_one(psi, w, x):
    """Weights that are one for the first sixty entries are one."""
    total = 0
    for weight, a, b in zip((1,) * 60 + (2,) * 1000, w[:, None], x[:, None], strict=False):
        total = total + weight * dot(a, b)
    return equal(total, dot(w, x))


@FALSE.says(**POINT)
def weights_of_blocks_are_one(psi, w):
    """The same of blocks, by a function that stops at the shorter of two."""
    weights = (1,) * 12 + (2,) * 1000
    squares = psi.layout.dots(w, w)
    return equal(sum(map(lambda a, b: a * b, weights, squares)), sum(squares))


@FALSE.says(**POINT, x=vectors("psi"))
def there_is_no_seventieth_entry(psi, w, x):
    """⟨w,x⟩ = ⟨x,w⟩ unless w has a seventieth entry, when it is zero."""
    try:
        w[70]
        return equal(dot(w, x), 0)
    except IndexError:
        return equal(dot(w, x), dot(x, w))


def _but_for(w, n):
    """‖w‖² = ‖w‖², but for n ≥ 90."""
    return equal(dot(w, w) * (1 - n // 90), dot(w, w))


@FALSE.says(**POINT)
def a_length_by_its_method(psi, w):
    """The length is what ``__len__`` tells."""
    return _but_for(w, w.__len__())


@FALSE.says(**POINT)
def a_length_by_what_an_object_holds(psi, w):
    """It stands in a layout's own dictionary."""
    return _but_for(w, vars(psi)["layout"].__dict__["n"])


@FALSE.says(**POINT)
def a_length_by_an_operator(psi, w):
    """An operator gets it."""
    return _but_for(w, operator.attrgetter("layout.n")(psi))


@FALSE.says(**POINT)
def a_length_by_text(psi, w):
    """It is read off a text."""
    return _but_for(w, f"{psi.layout}".count("w"))


@FALSE.says(**POINT)
def a_length_by_unpacking(psi, w):
    """A list of all entries has it."""
    (*every,) = w
    return _but_for(w, operator.length_hint(every))


@FALSE.says(**POINT)
def a_length_by_ones(psi, w):
    """It is the sum of ones."""
    return _but_for(w, int(sum(np.ones_like(w, dtype=int))))


@FALSE.says(**POINT)
def a_length_by_the_last_owner(psi, w):
    """The last entry's block tells how many there are."""
    return _but_for(w, int(max(psi.layout.owner)) + 1)


@FALSE.says(**POINT)
def a_length_by_evaluation(psi, w):
    """It is evaluated from a text."""
    return _but_for(w, eval("psi.layout.n", {"psi": psi}))


def _sum_of_a_dozen(a, b=0, c=0, d=0, e=0, f=0, g=0, h=0, i=0, j=0, k=0, m=0, *_):
    return a + b + c + d + e + f + g + h + i + j + k + m


@FALSE.says(**POINT)
def arguments_after_the_twelfth_do_not_count(psi, w):
    """The sum of squares, by a function that drops what is more than twelve."""
    squares = psi.layout.dots(w, w)
    return equal(_sum_of_a_dozen(*squares), sum(squares))
