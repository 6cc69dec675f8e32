"""Domains: where the inputs of a law come from, in each arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException, StopTest
from hypothesis.strategies._internal.random import ArtificialRandom

from psitheory.arithmetic import SymbolTable, to_rationals
from psitheory.arithmetic.formal import PoolExhausted, Space
from psitheory.arithmetic.rational_functions import RationalFunctions
from psitheory.checking import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.errors import ArgumentError, PsitheoryError, TimeUp, UnknownName, exits_refused, said
from psitheory.limits import limited


class Drawn(dict[str, Any]):
    """The inputs drawn so far, by name.

    Attributes
    ----------
    large : bool
        Whether an instance of high dimension is asked for, where there is one.
    tiny : bool
        Whether one of the lowest dimension is: where a witness is looked for first.
    """

    def __init__(self, *, large: bool = False, tiny: bool = False) -> None:
        super().__init__()
        self.large, self.tiny = large, tiny

    def __missing__(self, name: str) -> Any:
        near = get_close_matches(str(name), list(self), 1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownName(
            f"a domain refers to the input {name!r}; drawn before it were {', '.join(self) or 'none'} (where a domain "
            f"is drawn from alone, as by Hypothesis's own given, a layout or a list of block sizes is needed){meant}"
        )


Case = TypeVar("Case")

Strategies = Callable[[Drawn], st.SearchStrategy[Any]]
Generic = Callable[[Drawn, SymbolTable, str], Sequence[Any]]
Formal = Callable[[Drawn, Space, str], Sequence[Any]]


def by_size(make: Strategies) -> Strategies:
    """Return the same function for a domain that depends on no earlier input: it is called once for each size.

    Hypothesis looks a new strategy over before its first draw, which takes longer than the draw.
    """
    made = cache(lambda large, tiny: make(Drawn(large=large, tiny=tiny)))
    return lambda drawn: made(drawn.large, drawn.tiny)


class _Naming:
    """Turn an error of the user's domains into one sentence that names the input."""

    def __init__(self, name: str = "") -> None:
        self._name, self._exits, self._limited = name, exits_refused(), limited(_drawing(name))

    def __enter__(self) -> _Naming:
        self._exits.__enter__()
        self._limited.__enter__()
        return self

    def turns_to(self, name: str) -> None:
        """Go on to another input."""
        self._name = name
        self._limited.goes_on_with(_drawing(name))

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._limited.__exit__()
        self._exits.__exit__(None, None, None)
        if error is not None and not isinstance(error, _PASSING):
            told = f"the domain of {self._name!r} raised {type(error).__name__}: {said(error)}"
            raise ArgumentError(told) from error


_PASSING = (PsitheoryError, HypothesisException, StopTest, KeyboardInterrupt, TimeUp)


def _drawing(name: str) -> str:
    return f"a draw from the domain of {name!r}"


@dataclass(eq=False)
class Domain(st.SearchStrategy[Any]):
    """The set that one input is drawn from; each function receives what was drawn before it.

    It is a Hypothesis strategy too: drawn from alone, it gives its floats.

    Attributes
    ----------
    floats : function of the inputs drawn so far -> Hypothesis strategy
        Values in float64.  Balls are the same values, turned into exact balls.
    powers : the same, or None
        Where bit-for-bit equivariance is tested; those of ``floats`` if None.
    rationals : the same, or None
        Exact values; if None, the law cannot run on rationals.
    symbols : function of (inputs so far, symbol table, name of the input) -> list of generic elements, or None
        One generic element for each case to be proved.
    formal : function of (inputs so far, space, name of the input) -> list of generic elements, or None
        The same on formal vectors, where an entry stands for a vector of any dimension.
    rescales : bool
        Whether this input rescales representatives, so that powers of two are worth a test of their own.
    """

    floats: Strategies
    powers: Strategies | None = None
    rationals: Strategies | None = None
    symbols: Generic | None = None
    formal: Formal | None = None
    rescales: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def do_draw(self, data: Any) -> Any:
        """Return floats, drawn with no input before them: what Hypothesis calls."""
        return data.draw(self.floats(Drawn()))

    def strategy(self, kind: str, drawn: Drawn) -> st.SearchStrategy[Any] | None:
        """Return the strategy for one kind of evidence, None if there is none."""
        if kind == RATIONALS:
            return self.rationals(drawn) if self.rationals else None
        if kind == POWERS_OF_TWO and self.powers is not None:
            return self.powers(drawn)
        return self.floats(drawn)


def as_domain(value: Any) -> Domain:
    """Return a domain, a Hypothesis strategy (whose numbers serve as rationals too) or a constant as a domain."""
    if isinstance(value, Domain):
        return value
    if isinstance(value, st.SearchStrategy):
        return Domain(floats=lambda _: value, rationals=by_size(lambda _: value.map(to_rationals)))
    return Domain(
        floats=by_size(lambda _: st.just(value)),
        rationals=by_size(lambda _: st.just(to_rationals(value))),
        symbols=lambda *_: [to_rationals(value)] if to_rationals(value) is value else [value],
        formal=lambda *_: [to_rationals(value)],
    )


def kinds_of(domains: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of evidence that the domains of a law offer, firmest first."""
    all_of_them = [as_domain(value) for value in domains.values()]
    kinds = []
    if all_of_them and all(domain.formal for domain in all_of_them):
        kinds.append(FORMAL)
    if all_of_them and all(domain.symbols for domain in all_of_them):
        kinds.append(SYMBOLS)
    if all(domain.rationals for domain in all_of_them):
        kinds.append(RATIONALS)
    if any(domain.rescales for domain in all_of_them):
        kinds.append(POWERS_OF_TWO)
    return (*kinds, BALLS, FLOATS)


def not_offered(domains: Mapping[str, Any]) -> dict[str, str]:
    """Return for each kind of evidence that the domains of a law do not offer which input is in the way."""
    offered = {name: as_domain(value) for name, value in domains.items()}
    without = {
        FORMAL: [name for name, domain in offered.items() if domain.formal is None],
        SYMBOLS: [name for name, domain in offered.items() if domain.symbols is None],
        RATIONALS: [name for name, domain in offered.items() if domain.rationals is None],
    }
    missing = {
        kind: f"the domain of {', '.join(map(repr, names))} offers no {kind}"
        for kind, names in without.items()
        if names
    }
    if not any(domain.rescales for domain in offered.values()):
        missing[POWERS_OF_TWO] = "no input rescales weights"
    return missing


def inputs(
    domains: Mapping[str, Any], kind: str, *, large: bool = True, tiny: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for all inputs of a law, drawn left to right.

    One instance in five is of high dimension if ``large`` allows it; all are of the lowest if ``tiny``.
    """
    wanted = FLOATS if kind == CONTROLS else kind
    offered = {name: as_domain(value) for name, value in domains.items()}

    @st.composite
    def draw_all(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
        drawn = Drawn(large=large and not tiny and draw(st.integers(0, 4)) == 4, tiny=tiny)
        with _Naming() as naming:
            for name, domain in offered.items():
                naming.turns_to(name)
                strategy = domain.strategy(wanted, drawn)
                if strategy is None:
                    raise ArgumentError(f"the domain of {name!r} offers no {kind}")
                drawn[name] = _fixed(name, draw(strategy))
        return drawn

    return draw_all()


def _fixed(name: str, value: Any) -> Any:
    """Return an array that a law cannot overwrite: the witness must be what was drawn.

    Raises
    ------
    ArgumentError
        If the value draws while a law runs, as Hypothesis's ``data()`` does: it would be another one each time.
    """
    if isinstance(value, (ArtificialRandom, st.DataObject)):
        raise ArgumentError(
            f"the input {name!r} draws while the law runs, and has no value before; draw a seed instead"
        )
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
    return value


def generic_inputs(domains: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], RationalFunctions]]:
    """Yield one dict of generic symbolic inputs, and their field, for each case that the domains offer."""
    path: list[int] | None = []
    while path is not None:
        table = SymbolTable()
        _generic(domains, "symbols", table, path)  # this pass only learns the names of the symbols
        table.close()
        drawn, counts = _generic(domains, "symbols", table, path)
        yield drawn, table.field
        path = _next(path, counts)


def formal_cases(
    domains: Mapping[str, Any], compute: Callable[[Space, dict[str, Any]], Case], *, whole: bool = False
) -> Iterator[Case]:
    """Yield what ``compute`` returns for the space and the generic inputs on formal vectors of each case.

    A case that needs more symbols than there are is computed again from its start, with twice as many.  With ``whole``
    a block is one vector of a space of any dimension.
    """
    path: list[int] | None = []
    symbols = 64
    while path is not None:
        space = Space(symbols, whole=whole)
        try:
            drawn, counts = _generic(domains, "formal", space, path)
            computed = compute(space, drawn)
        except PoolExhausted:
            symbols *= 2
            continue
        yield computed
        path = _next(path, counts)


def _next(path: list[int], counts: list[int]) -> list[int] | None:
    """Return the choices that come after ``path``, None after the last."""
    path = [*path, *[0] * (len(counts) - len(path))]
    while path and path[-1] + 1 >= counts[len(path) - 1]:
        path.pop()
    return [*path[:-1], path[-1] + 1] if path else None


def _generic(
    domains: Mapping[str, Any], kind: str, source: SymbolTable | Space, path: list[int]
) -> tuple[dict[str, Any], list[int]]:
    drawn = Drawn()
    counts = []
    for i, (name, value) in enumerate(domains.items()):
        domain = as_domain(value)
        make: Any = domain.formal if kind == "formal" else domain.symbols
        assert make is not None
        if isinstance(source, SymbolTable):
            source.belongs_to(name)
        with _Naming(name):
            options = make(drawn, source, name)
        counts.append(len(options))
        drawn[name] = options[path[i] if i < len(path) else 0]
    return drawn, counts
