"""A law on formal vectors: proved in every dimension, or the reason why it is not; a failed proof refutes nothing."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import PoolExhausted, Space, realises
from psitheory.checking import FORMAL, Evidence, Law, Observation, Verdict
from psitheory.errors import PsitheoryError, TimeUp, exits_refused, said
from psitheory.limits import limited
from psitheory.runner.code.called import Names, called
from psitheory.runner.code.known import unknown_read
from psitheory.runner.code.lines import HOME
from psitheory.runner.code.sizes import Ran, kind_read, size_read
from psitheory.runner.code.walked import Walk, walked
from psitheory.runner.domain import as_domain
from psitheory.runner.domain import formal_cases as generic_cases
from psitheory.runner.judging.by_identity import follows
from psitheory.runner.judging.outcome import observe, sides
from psitheory.runner.proving.scope import chosen, scope
from psitheory.runner.proving.uniform import Sizes, beyond_these_sizes, parted, sizes, telling_sizes


@dataclass(frozen=True, eq=False)
class FormalCase:
    """One generic case of a law, computed: what a proof and its certificate are read from.

    Attributes
    ----------
    inputs : dict
        The generic inputs by name.
    space : Space
        Their names, symbols and conditions, and the graph of all that was computed.
    seen : Observation
    walk : Walk or None
        Which way the law went through its code, where that tells of other sizes.
    names : dict
        What the nodes of the graph are called by the functions that compute them, where a block is one vector.
    """

    inputs: Mapping[str, Any]
    space: Space
    seen: Observation
    walk: Walk | None
    names: Names = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Return the two sides entry by entry; each entry that is an element knows its node of the graph."""
        return list(zip(*sides(self.seen), strict=True))


class NotProved(Exception):
    """Why a law is not proved on formal vectors, in words."""


def can_be_formal(law: Law) -> bool:
    """Tell whether every domain of the law offers formal vectors, and the law is for all of them."""
    return law.quantifier == "for all" and all(as_domain(value).formal for value in law.domains.values())


def prove_formally(law: Law, *, seed: int = 0) -> Evidence:
    """Return the evidence that formal vectors give: HOLDS with its scope in words, or INCONCLUSIVE with the reason.

    A whole number that was chosen, such as a number of steps, leaves a law true for it alone: that is no proof.
    """
    try:
        cases = proof(law, seed=seed)
    except NotProved as reason:
        return Evidence(FORMAL, Verdict.INCONCLUSIVE, 0, note=str(reason))
    except PsitheoryError as error:
        return Evidence(FORMAL, Verdict.INCONCLUSIVE, 0, note=f"not tried on formal vectors: {error}")
    covered = scope(law, [(case.inputs, case.space) for case in cases])
    relation = cases[0].seen.relation
    if chosen(law, [case.inputs for case in cases]):  # what holds for two steps need not hold for three
        return Evidence(FORMAL, Verdict.HOLDS, len(cases), note=f"identically true {covered}", relation=relation)
    return Evidence(FORMAL, Verdict.HOLDS, len(cases), note=f"proved {covered}", relation=relation, proof=covered)


def proof(law: Law, *, seed: int = 0) -> list[FormalCase]:
    """Return all generic cases of a law, each of which proves it.

    Raises
    ------
    NotProved
        If one does not, or the law cannot be tried.
    """
    if not can_be_formal(law):
        raise NotProved("not tried on formal vectors: " + _why_not(law))
    _names_nothing_of_sizes(law, {})
    cases = _decided(formal_cases(law), seed)
    doubt = beyond_these_sizes(cases) or parted(_walks(cases))
    if doubt:
        raise NotProved(f"not proved in every dimension: {doubt}")
    ran = {code: around for case in cases if case.walk for code, around in case.walk.around.items()}
    _names_nothing_of_sizes(law, ran)
    unknown = unknown_read(law.function, ran)
    if unknown:
        raise NotProved(f"not proved in every dimension: the law uses {unknown}, which may tell sizes apart")
    return cases


def _names_nothing_of_sizes(law: Law, ran: Ran) -> None:
    """Return if neither the law nor what ``ran`` reads a size, or looks at kinds of numbers, by its name."""
    size = size_read(law.function, ran)
    if size:
        raise NotProved(
            f"not proved in every dimension: the law reads {size}, and what holds for two sizes may fail for others"
        )
    kind = kind_read(law.function, ran)
    if kind:
        raise NotProved(f"not proved on formal vectors: the law looks at {kind}, and may claim another thing of floats")


def whole_proof(law: Law, *, seed: int = 0) -> list[FormalCase]:
    """Return the cases of a law that is proved once more, with one vector of a space of any dimension for each block.

    Raises
    ------
    NotProved
        If one does not prove it, or its inputs are made of the entries of blocks.
    """
    return _decided(formal_cases(law, whole=True), seed)


def _decided(cases: Iterator[FormalCase], seed: int) -> list[FormalCase]:
    out = []
    for case in cases:
        _decide(case, np.random.default_rng(seed))
        out.append(case)
    return out


def _why_not(law: Law) -> str:
    if law.quantifier != "for all":
        return "it claims that something exists"
    names = [name for name, value in law.domains.items() if not as_domain(value).formal]
    return f"the domain of {', '.join(names)} offers none"


def formal_cases(law: Law, *, whole: bool = False) -> Iterator[FormalCase]:
    """Return every generic case of a law, computed and undecided, one after the other.

    With ``whole`` a block is one vector, of which the law sees no entries.

    Raises
    ------
    NotProved
        If the law cannot be computed on formal vectors; with the line that asks for more than inner products.
    """
    so_far: list[Sizes] = []

    def compute(space: Space, inputs: Mapping[str, Any]) -> FormalCase:
        so_far.append(sizes(space))
        tells = not whole and so_far[-1] in telling_sizes(so_far)  # to look on takes as long as to compute
        looked_on = walked(law.function) if tells else nullcontext()
        named: AbstractContextManager[Names] = called(space) if whole else nullcontext({})
        try:
            with exits_refused(), limited(f"a case in {FORMAL}"), looked_on as walk, named as names:
                seen = observe(law.function, inputs)
            return FormalCase(inputs, space, seen, walk, names)
        except (KeyboardInterrupt, PoolExhausted, TimeUp):
            raise
        except BaseException as error:  # somebody's code may raise anything
            raise NotProved(f"not proved on formal vectors: {_told(error)}") from error

    return generic_cases(law.domains, compute, whole=whole)


def _walks(cases: Sequence[FormalCase]) -> dict[Sizes, list[Walk]]:
    """Return which way the law went through its code, for the smallest of each kind of its cases."""
    of_cases = [sizes(case.space) for case in cases]
    telling = telling_sizes(of_cases)
    walks: dict[Sizes, list[Walk]] = {}
    for size, case in zip(of_cases, cases, strict=True):
        if size in telling and case.walk is not None:
            walks.setdefault(size, []).append(case.walk)
    return walks if len(walks) > 1 else {}


_ARITHMETIC = HOME / "arithmetic"


def _told(error: BaseException) -> str:
    """Return what went wrong, and the line outside the arithmetic that asked for it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_file()]
    outside = [
        f for f in frames if _ARITHMETIC not in Path(f.filename).resolve().parents and "site-packages" not in f.filename
    ]
    at = (outside or frames)[-1]
    what = str(error) if isinstance(error, PsitheoryError) else f"{type(error).__name__}: {said(error)}"
    return f"{what} ({Path(at.filename).name}, line {at.lineno})"


def _decide(case: FormalCase, rng: np.random.Generator) -> None:
    """Return if the case proves the law, else raise why it does not."""
    try:
        doubt = follows(case.seen)
    except PsitheoryError as error:
        doubt = str(error)
    if not doubt and case.space.refused:
        doubt = f"an operation was refused, and the law went on: {case.space.refused}"
    if not doubt and not realises(case.space, rng):
        doubt = "no vectors were found that meet all conditions, so nothing is claimed (vacuous)"
    if doubt:
        raise NotProved(f"not proved on formal vectors: {doubt}")
