"""How the tables of small theorems are written: each one law as a person would put it into a file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psitheory import Theorem, equal, theorem

Function = Callable[..., Any]


@dataclass(frozen=True)
class Stated:
    """A theorem of the table, and whether sampling with optimisation can be asked to refute it."""

    theorem: Theorem
    within_reach: bool = True

    @property
    def name(self) -> str:
        return self.theorem.laws[0].name


class Table(list[Stated]):
    """Theorems that are stated one below the other."""

    def says(self, *, within_reach: bool = True, **options: Any) -> Callable[[Function], Function]:
        """State a theorem of one law, beside a counterfeit that anything refutes."""

        def state(function: Function) -> Function:
            made = theorem("T", function.__name__.replace("_", " "), statement=inspect.getdoc(function) or "T")
            law = made.law(**options)(function)

            def nothing_is_one(**_: Any) -> Any:
                return equal(0, 1)

            nothing_is_one.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
            law.counterfeit(nothing_is_one)
            self.append(Stated(made, within_reach))
            return function

        return state
