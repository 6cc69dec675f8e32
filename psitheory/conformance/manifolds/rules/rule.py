"""What a report says of a law of manifolds, and when the law is tried."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psitheory.conformance.manifolds.laws import conditions
from psitheory.conformance.manifolds.laws.blame import Along, blamed
from psitheory.conformance.manifolds.laws.conditions import Claims
from psitheory.conformance.manifolds.subjects.nature import Known

Condition = Callable[[Known, Claims], str]
"""Returns why a law does not apply, or an empty string."""


@dataclass(frozen=True)
class Rule:
    """A law with what a report says of it.

    Attributes
    ----------
    law : callable
        Of the subject and inputs, whose names say what is drawn.
    needs : str
        The methods without which it is skipped.
    claimed : str
        The law as a formula.
    means : str
        What follows if it fails.
    when : callable
        Why it does not apply, if it does not.
    single : bool
        Whether it is one comparison and not one for each of many inputs.
    along : callable, optional
        The vector along which exp, dist and log are asked which of them is off, if the law joins them.
    blames : str
        The member that ``means`` speaks of.
    """

    law: Callable[..., Any]
    needs: str
    claimed: str
    means: str
    when: Condition = conditions.always
    single: bool = False
    along: Along | None = None
    blames: str = ""

    @property
    def name(self) -> str:
        """Return the name of the law."""
        return str(self.law.__name__)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of what is drawn, the point first."""
        return tuple(inspect.signature(self.law).parameters)[1:]

    def meaning(self, subject: Known, inputs: Mapping[str, Any]) -> str:
        """Return what a failure at some inputs means: the same as of any, unless another member is off there."""
        if self.along is None:
            return self.means
        member, told = blamed(subject, self.along, inputs)
        return self.means if not told or (member and member == self.blames) else told

    def skipped(self, subject: Known, claims: Claims) -> str:
        """Return why the law is not tried on this subject, or an empty string."""
        missing = [name for name in self.needs.split() if name not in subject.offers]
        if missing:
            return f"there is no {' and no '.join(missing)}"
        if "f" in self.inputs and subject.nature.map is None:
            return "no test function that is constant on the classes of points is known"
        return self.when(subject, claims)
