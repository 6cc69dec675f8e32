"""One statement about several families of inputs: a law for each, written once."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

from psitheory.errors import ArgumentError, ArgumentTypeError, shown

if TYPE_CHECKING:
    from psitheory.checking.theorem import Law

Families = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class LawFamily:
    """The laws that one function makes on several families; what was found is reported for each by itself.

    Attributes
    ----------
    function : callable
        The function that all of them try.
    laws : mapping of str to Law
        By the name of the family: ``family["two blocks"]``.
    """

    function: Callable[..., Any]
    laws: Mapping[str, Law]

    def __call__(self, *args: Any, **inputs: Any) -> Any:
        """Observe the statement on the given inputs."""
        return self.function(*args, **inputs)

    def __getitem__(self, family: str) -> Law:
        """Return the law on one family."""
        if family not in self.laws:
            raise ArgumentError(f"family is {shown(family)}; one of {', '.join(self.laws)} is needed")
        return self.laws[family]

    def __iter__(self) -> Iterator[str]:
        """Go over the names of the families."""
        return iter(self.laws)

    def counterfeit(
        self,
        function: Callable[..., Any] | None = None,
        *,
        on_each: Families | Sequence[str] | None = None,
        **options: Any,
    ) -> Any:
        """Attach a false neighbour to the law on each family: every one of them must be REFUTED.

        Parameters
        ----------
        function : callable
            The false statement.
        on_each : sequence of str, or mapping of str to mapping, optional
            The families on which it is false; all of them if left out.  A mapping gives what holds for one family
            alone: its ``instance``, ``on``, or domains that replace the law's.
        **options
            The same for all of these families; see :meth:`Law.counterfeit`.

        Raises
        ------
        ArgumentError
            If a family is not one of the law's.
        """
        if function is None:
            return lambda f: self.counterfeit(f, on_each=on_each, **options)
        own: Families = on_each if isinstance(on_each, Mapping) else {name: {} for name in on_each or self.laws}
        laws = [self[name] for name in own]  # an unknown name is told before anything is attached
        for law, (name, alone) in zip(laws, own.items(), strict=True):
            law.counterfeit(on_family(function, name), **{**options, **alone})
        return function


def checked_families(on_each: Any) -> Families:
    """Return ``on_each`` if it maps names, which differ as parts of a name, to mappings of keywords."""
    if not isinstance(on_each, Mapping) or not on_each:
        raise ArgumentTypeError(f"on_each is {shown(on_each)}; a mapping of family to its domains is needed")
    for name, alone in on_each.items():
        if not isinstance(name, str) or not _slug(name) or not isinstance(alone, Mapping):
            raise ArgumentTypeError(f"on_each has {shown(name)}: {shown(alone)}; a name and its domains are needed")
    if len({_slug(name) for name in on_each}) < len(on_each):
        raise ArgumentError(f"on_each names {', '.join(on_each)}; names that differ in letters or digits are needed")
    return on_each


def on_family(function: Callable[..., Any], family: str) -> Callable[..., Any]:
    """Return the same function under a name and with a first line of its docstring that tell the family."""
    if not isinstance(function, FunctionType):
        raise ArgumentTypeError(f"on_each is for {shown(function)}; a plain function is needed")
    name = f"{function.__name__}_on_{_slug(family)}"
    same = FunctionType(function.__code__, function.__globals__, name, function.__defaults__, function.__closure__)
    first, *rest = (inspect.getdoc(function) or f"{function.__name__.replace('_', ' ')}.").split("\n")
    same.__doc__ = "\n".join([f"{first.rstrip('.')} (on {family}).", *rest])
    same.__kwdefaults__, same.__module__, same.__qualname__ = function.__kwdefaults__, function.__module__, name
    return same


def _slug(family: str) -> str:
    return re.sub(r"\W+", "_", family.lower()).strip("_")
