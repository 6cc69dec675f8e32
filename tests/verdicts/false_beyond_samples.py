"""False theorems that fail for sizes which nobody tries: no sample refutes them, and nothing may call them proved."""

from __future__ import annotations

from itertools import pairwise

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
