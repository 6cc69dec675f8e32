"""The scale types of a model: all that one forward pass says of its scaling symmetries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.demands import Demand
from psitheory.scaletypes.models.parameters import Parameter
from psitheory.scaletypes.models.rules import Rules

Derived = TypeVar("Derived")


@dataclass(frozen=True, eq=False)
class ModelTypes:
    """What the equations of a forward pass leave free, exactly and up to its small constants.

    A typed symmetry is one: what scales by powers is followed through every operation.  The converse need not be: a
    branch on a norm, or terms that cancel, make more invariant than types can tell, so that the dimension is a lower
    bound.

    Attributes
    ----------
    rules : Rules
    parameters : mapping of str to Parameter
        By name; tied parameters stand under each of their names.
    """

    rules: Rules
    parameters: Mapping[str, Parameter]

    @cached_property
    def exact(self) -> Algebra:
        """Return the symmetries that hold as the model is."""
        return Algebra(self.rules, self.parameters, exact=True)

    @cached_property
    def up_to_eps(self) -> Algebra:
        """Return the symmetries that hold with every small constant taken out."""
        return Algebra(self.rules, self.parameters, exact=False)

    @property
    def constants(self) -> list[float]:
        """Return all small constants that are added, or that bound from below what scales."""
        return sorted(self.rules.constants | {demand.constant for demand in self.floors if demand.constant})

    @property
    def eps(self) -> list[Demand]:
        """Return the small constants that stand beside something that scales, one for each line."""
        return _one_a_line(d for d in self.rules.soft if d.kind is Kind.CONSTANT)

    @property
    def floors(self) -> list[Demand]:
        """Return the bounds below which something is held, one for each line."""
        return _one_a_line(d for d in self.rules.soft if d.kind is Kind.WINDOW)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the operations of which nothing is known: ``not derived: OP at FILE:LINE``."""
        return tuple(f"not derived: {what} at {place}" for what, place in self.rules.missing)

    @property
    def detached(self) -> tuple[Place, ...]:
        """Return the lines at which what depends on parameters is kept from its gradient."""
        return tuple(place for place in self.rules.detached if place.line)


def derived_once(derive: Callable[[Mapping[str, Ids]], Derived]) -> Callable[[Mapping[str, Ids]], Derived]:
    """Return ``derive`` remembering what it found last, with and without entries that are named as without effect."""
    found: dict[bool, tuple[dict[str, bytes], Derived]] = {}

    @wraps(derive)
    def remembered(ignored: Mapping[str, Ids]) -> Derived:
        key = {name: np.packbits(mask).tobytes() for name, mask in ignored.items()}
        if found.get(bool(key), ({"": b""},))[0] != key:
            found[bool(key)] = (key, derive(ignored))
        return found[bool(key)][1]

    return remembered


def _one_a_line(demands: object) -> list[Demand]:
    found: dict[tuple[object, str, float], Demand] = {}
    for demand in demands:  # type: ignore[attr-defined]
        found.setdefault((demand.place, demand.what, demand.constant), demand)
    return list(found.values())
