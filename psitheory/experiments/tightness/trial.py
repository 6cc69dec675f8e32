"""What a search needs to know of a bound: which instances to try, and how to compare there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from psitheory.rates import Bound

Instances = Mapping[str, np.ndarray]
"""Arrays over a population (S, ...), by name."""


@dataclass(frozen=True)
class Trial:
    """Instances of one family, and how close they come to one bound.

    Attributes
    ----------
    bound : Bound
    family : str
        What the instances are, in words.
    limits : function of T -> list of (low, high)
        Of each parameter of the search.
    instances : function of parameters (S, P) -> Instances
    ratio : function of instances and T -> array (S,)
        Observed over bound.
    exact_steps : int or None
        Up to which T expectations are taken over all runs; None where nothing is random.
    even : bool
        Whether T must be even.
    """

    bound: Bound
    family: str
    limits: Callable[[int], list[tuple[float, float]]]
    instances: Callable[[np.ndarray], Instances]
    ratio: Callable[[Instances, int], np.ndarray]
    exact_steps: int | None = None
    even: bool = False

    def accepts(self, steps: int) -> bool:
        """Tell whether the bound speaks of so many steps."""
        return steps >= max(self.bound.fewest, 1) and not (self.even and steps % 2)
