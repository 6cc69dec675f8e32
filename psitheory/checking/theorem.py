"""Theorems, laws and counterfeits: data plus one function each, free of any domain."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from psitheory.checking.exhibit import Exhibit
from psitheory.checking.families import Families, LawFamily, checked_families, on_family
from psitheory.checking.observation import Observation
from psitheory.display import as_html
from psitheory.errors import ArgumentError, ArgumentTypeError, shown

LawFunction = Callable[..., Observation]
ExhibitFunction = Callable[[Any], Exhibit]

FLOATS = "floats"
"""Random floats, judged by enclosures of the same law on inputs widened by 16 ulp."""
POWERS_OF_TWO = "powers of two"
"""Floats rescaled by powers of two, bit for bit."""
RATIONALS = "rationals"
"""Random rational points, exactly."""
SYMBOLS = "symbols"
"""Generic symbols in a fixed dimension."""
FORMAL = "formal vectors"
"""Generic vectors of any dimension."""
BALLS = "balls"
"""Floats taken as exact, in rigorous enclosures."""
CONTROLS = "controls"
"""Runs judged against control runs whose start is moved by one ulp."""

KINDS: tuple[str, ...] = (FORMAL, SYMBOLS, RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS)
"""The kinds of evidence: six arithmetics, and floats judged by control runs that start one ulp away."""


@dataclass(frozen=True)
class Source:
    """A published source: its key, its words of reference and its BibTeX entry."""

    key: str
    text: str
    bibtex: str


@dataclass(frozen=True)
class Counterfeit:
    """A false neighbour of a law, which must be REFUTED.

    Attributes
    ----------
    name, says : str
        Its name, and the false sentence in words.
    function : callable
        The false law.
    domains : mapping
        Where its inputs come from: the law's own, unless changed.
    instance : mapping or None
        An input that refutes it, if known; tried first.
    on : tuple of str or None
        Kinds to try; None for those of the law.
    """

    name: str
    says: str
    function: LawFunction
    domains: Mapping[str, Any]
    instance: Mapping[str, Any] | None = None
    on: tuple[str, ...] | None = None


@dataclass
class Law:
    """One statement that can be tried: a function of drawn inputs that returns an observation.

    Attributes
    ----------
    name : str
        A sentence in snake case; the name of the function.
    function : callable
        Maps drawn inputs to an :class:`Observation`.
    domains : mapping of str to domain
        Where each input is drawn from, left to right; a later domain may refer to earlier inputs by name.
    quantifier : {"for all", "exists"}
    on : tuple of str or None
        The kinds of evidence that the law must have; None: whatever its domains and functions allow.
    instance : mapping or None
        For an existence claim: a certificate, tried first.
    example : bool
        Whether the law only adds a real instance to what other laws of its theorem establish: it must hold,
        but does not lower the theorem's grade.
    tight : bool
        Whether the law claims that its bound is met: then 0.99 of the bound must be REFUTED, which the runner
        tries by itself.
    dimension : str
        In words, if the statement itself is about this dimension only ("on the circle"): then a proof on symbols in
        that dimension proves the law.  Empty for a statement about all dimensions.
    cost : int
        How many times the work of an ordinary law one case takes: each effort tries so many times fewer, at least one.
        A number that is declared, so that what is tried does not depend on how busy a machine is.
    counterfeits : list of Counterfeit
    """

    name: str
    function: LawFunction
    domains: Mapping[str, Any]
    quantifier: Literal["for all", "exists"] = "for all"
    on: tuple[str, ...] | None = None
    instance: Mapping[str, Any] | None = None
    example: bool = False
    tight: bool = False
    dimension: str = ""
    cost: int = 1
    counterfeits: list[Counterfeit] = field(default_factory=list)

    def __call__(self, *args: Any, **inputs: Any) -> Observation:
        """Observe the law on the given inputs."""
        return self.function(*args, **inputs)

    @property
    def says(self) -> str:
        """Return the law in words: the first line of its docstring, else its name."""
        return _first_line(self.function, self.name)

    def counterfeit(
        self,
        function: LawFunction | None = None,
        *,
        instance: Mapping[str, Any] | None = None,
        on: Sequence[str] | None = None,
        **domains: Any,
    ) -> Any:
        """Attach a false neighbour, which goes through the same runner and must be REFUTED.

        Parameters
        ----------
        function : callable
            The false law; takes the inputs of this law.
        instance : mapping, optional
            An input that refutes it, by name; it is tried first.
        on : sequence of str, optional
            Kinds of evidence to look in; those of the law if left out.
        **domains
            Domains that replace the law's.
        """
        if function is None:
            return lambda f: self.counterfeit(f, instance=instance, on=on, **domains)
        merged = {**self.domains, **domains}
        _check_signature(function, merged)
        _check_instance(function, instance, merged)
        name = function.__name__
        if any(old.name == name for old in self.counterfeits):
            raise ArgumentError(f"counterfeit {name!r} stands twice at law {self.name}; names must differ")
        self.counterfeits.append(
            Counterfeit(name, _first_line(function, name), function, merged, instance, _checked_kinds(on))
        )
        return function


def law(
    *,
    quantifier: Literal["for all", "exists"] = "for all",
    on: Sequence[str] | None = None,
    instance: Mapping[str, Any] | None = None,
    example: bool = False,
    tight: bool = False,
    dimension: str = "",
    cost: int = 1,
    **domains: Any,
) -> Callable[[LawFunction], Law]:
    """Make a law of a function; keyword arguments name the domain of each of its inputs.

    The options are those of :class:`Law`.

    Raises
    ------
    ArgumentError
        If the function's parameters and the domains do not bear the same names, ``on`` names an
        unknown kind of evidence, or an existence claim is said to be tight.
    ArgumentTypeError
        If ``tight`` is no bool, ``dimension`` no string or ``cost`` no whole number from 1 on.
    """
    if quantifier not in ("for all", "exists"):
        raise ArgumentError(f"quantifier is {quantifier!r}; 'for all' or 'exists' is needed")
    if not isinstance(tight, bool):
        raise ArgumentTypeError(f"tight is {shown(tight)}; True or False is needed (is an input named so? rename it)")
    if not isinstance(dimension, str):
        raise ArgumentTypeError(f"dimension is {shown(dimension)}; words are needed (is an input named so? rename it)")
    if type(cost) is not int or cost < 1:
        raise ArgumentTypeError(f"cost is {shown(cost)}; 1, 2, 3, … is needed (is an input named so? rename it)")
    if tight and quantifier == "exists":
        raise ArgumentError("tight is True, but an existence claim has no bound that all instances keep; leave it out")
    kinds = _checked_kinds(on)

    def decorate(function: LawFunction) -> Law:
        _check_signature(function, domains)
        _check_instance(function, instance, domains)
        return Law(
            function.__name__, function, dict(domains), quantifier, kinds, instance, example, tight, dimension, cost
        )

    return decorate


def _checked_kinds(on: Sequence[str] | None) -> tuple[str, ...] | None:
    unknown = [kind for kind in on or () if kind not in KINDS]
    if unknown or (on is not None and not len(on)):
        came = repr(unknown[0]) if unknown else "nothing"
        raise ArgumentError(f"on holds {came}; some of the kinds of evidence {', '.join(KINDS)} are needed")
    return tuple(on) if on else None


@dataclass
class Theorem:
    """A claim of the literature with the laws that make it checkable.

    Attributes
    ----------
    id, title, chapter : str
        Such as ``"B1"``, ``"PSI-GD is equivariant"``, ``"dynamics"``.
    statement : str
        In LaTeX.
    source : Source or None
    locator : str
        Where in the source.
    assumptions : tuple of str
    laws : list of Law
    doc : str
        The docstring of its file: proof in words, what is checked and what is not.
    exhibits : list of callable
        Functions that make an exhibit from a random generator.
    """

    id: str
    title: str
    chapter: str
    statement: str
    source: Source | None = None
    locator: str = ""
    assumptions: tuple[str, ...] = ()
    laws: list[Law] = field(default_factory=list)
    doc: str = ""
    exhibits: list[ExhibitFunction] = field(default_factory=list)

    def law(
        self, law_or_none: Law | None = None, *, on_each: Families | None = None, **options_and_domains: Any
    ) -> Any:
        """Add a law: either a ready :class:`Law`, or, as a decorator with domains, a function.

        Parameters
        ----------
        on_each : mapping of str to mapping, optional
            Families of inputs: the function becomes one law for each, named after it, with the family's own domains and
            options before the common ones, which may refer to them; the decorator then returns a :class:`LawFamily`.
        **options_and_domains
            Those of :func:`law`.
        """
        if isinstance(law_or_none, Law):
            return self._add(law_or_none)
        if law_or_none is not None:
            raise ArgumentTypeError(
                f"law is {shown(law_or_none)}; a Law is needed, or keyword domains: @theorem.law(w=…)"
            )
        if on_each is None:
            decorate = law(**options_and_domains)
            return lambda function: self._add(decorate(function))
        return lambda function: self._add_on_each(function, checked_families(on_each), options_and_domains)

    def exhibit(self, function: ExhibitFunction) -> ExhibitFunction:
        """Add, as a decorator, a function of a ``numpy.random.Generator`` that returns an :class:`Exhibit`."""
        self.exhibits.append(function)
        return function

    def _repr_html_(self) -> str:
        return as_html(self)

    def _add_on_each(self, function: LawFunction, families: Families, common: Mapping[str, Any]) -> LawFamily:
        made = {
            name: law(**own, **{key: value for key, value in common.items() if key not in own})(
                on_family(function, name)
            )
            for name, own in families.items()
        }
        return LawFamily(function, {name: self._add(new) for name, new in made.items()})

    def _add(self, new: Law) -> Law:
        if any(old.name == new.name for old in self.laws):
            raise ArgumentError(f"law {new.name!r} stands twice in theorem {self.id}; names must differ")
        self.laws.append(new)
        return new


def theorem(
    id: str,
    title: str,
    *,
    statement: str,
    chapter: str = "own",
    source: Source | None = None,
    locator: str = "",
    assumptions: Sequence[str] = (),
    doc: str | None = None,
) -> Theorem:
    """Return a theorem without laws; its ``law`` decorator adds them.  ``doc`` is usually ``__doc__``."""
    for name, value in (("id", id), ("title", title), ("statement", statement)):
        if not isinstance(value, str) or not value:
            raise ArgumentTypeError(f"{name} is {shown(value)}; a non-empty string is needed")
    if isinstance(assumptions, str):
        raise ArgumentTypeError(f"assumptions is {shown(assumptions)}; a sequence of strings is needed")
    return Theorem(id, title, chapter, statement, source, locator, tuple(assumptions), doc=doc or "")


def _first_line(function: Callable[..., Any], default: str) -> str:
    text = inspect.getdoc(function) or ""
    return text.split("\n", 1)[0].strip() or default.replace("_", " ")


def _check_signature(function: Callable[..., Any], domains: Mapping[str, Any]) -> None:
    names = list(inspect.signature(function).parameters)
    if set(names) != set(domains):
        raise ArgumentError(
            f"{function.__name__} takes {', '.join(names) or 'nothing'}, but its domains name "
            f"{', '.join(domains) or 'nothing'}; the two must agree"
        )


def _check_instance(
    function: Callable[..., Any], instance: Mapping[str, Any] | None, domains: Mapping[str, Any]
) -> None:
    if instance is not None and set(instance) != set(domains):
        raise ArgumentError(
            f"instance of {function.__name__} gives {', '.join(instance) or 'nothing'}; "
            f"its inputs are {', '.join(domains)}"
        )
