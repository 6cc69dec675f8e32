"""Runs of chapter C: what is seen of one, and the same claim with a share of its bound."""

from typing import Any, NamedTuple

from psitheory.checking import at_most
from psitheory.experiments import descend


class Seen(NamedTuple):
    """The loss at 0 and at T, the sum and the least of G over t < T."""

    first: Any
    last: Any
    total: Any
    least: Any


def seen(model, method, w, steps):
    """Return what is seen of T steps of a method."""
    run: Any = descend(model, method, w, steps, record=[0, steps])
    return Seen(run.loss[0], run.loss[-1], run.sum_squared_gradient[-1], run.min_squared_gradient[-1])


def share_of_bound(claimed, numerator, denominator):
    """Claim the same with numerator/denominator times the right side."""
    return at_most(denominator * claimed.left, numerator * claimed.right)
