"""A law on formal vectors: proved in every dimension, or the reason why it is not; a failed proof refutes nothing."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from psitheory.arithmetic.formal import PoolExhausted, Scalar, Space, Vector, is_formal, realises
from psitheory.arithmetic.formal.scalar import plain
from psitheory.arithmetic.positive import PositiveSum
from psitheory.checking import FORMAL, Evidence, Law, Observation, Verdict
from psitheory.errors import NotInArithmetic, PsitheoryError
from psitheory.runner.domain import Domain, as_domain, formal_inputs
from psitheory.runner.outcome import observe, sides
from psitheory.runner.sizes import size_read


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
    """

    inputs: Mapping[str, Any]
    space: Space
    seen: Observation

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
    """Return the evidence that formal vectors give: HOLDS with its scope in words, or INCONCLUSIVE with the reason."""
    try:
        cases = proof(law, seed=seed)
    except NotProved as reason:
        return Evidence(FORMAL, Verdict.INCONCLUSIVE, 0, note=str(reason))
    except PsitheoryError as error:
        return Evidence(FORMAL, Verdict.INCONCLUSIVE, 0, note=f"not tried on formal vectors: {error}")
    note = f"proved {scope(law, cases)}"
    return Evidence(FORMAL, Verdict.HOLDS, len(cases), note=note, relation=cases[0].seen.relation)


def proof(law: Law, *, seed: int = 0) -> list[FormalCase]:
    """Return all generic cases of a law, each of which proves it.

    Raises
    ------
    NotProved
        If one does not, or the law cannot be tried.
    """
    if not can_be_formal(law):
        raise NotProved("not tried on formal vectors: " + _why_not(law))
    size = size_read(law.function)
    if size:
        raise NotProved(
            f"not proved in every dimension: the law reads {size}, and what holds for two sizes may fail for others"
        )
    cases = []
    for case in formal_cases(law):
        _decide(case, np.random.default_rng(seed))
        cases.append(case)
    return cases


def _why_not(law: Law) -> str:
    if law.quantifier != "for all":
        return "it claims that something exists"
    names = [name for name, value in law.domains.items() if not as_domain(value).formal]
    return f"the domain of {', '.join(names)} offers none"


def formal_cases(law: Law) -> Iterator[FormalCase]:
    """Yield every generic case of a law, computed and undecided.

    Raises
    ------
    NotProved
        If the law cannot be computed on formal vectors; with the line that asks for more than inner products.
    """
    cases = formal_inputs(law.domains)
    more: bool | None = None
    while True:
        try:
            space, inputs = cases.send(more)  # type: ignore[arg-type]
        except StopIteration:
            return
        try:
            seen = observe(law.function, inputs)
            more = False
        except PoolExhausted:
            more = True
            continue
        except (Exception, SystemExit) as error:
            raise NotProved(f"not proved on formal vectors: {_told(error)}") from error
        yield FormalCase(inputs, space, seen)


_ARITHMETIC = Path(__file__).resolve().parents[1] / "arithmetic"


def _told(error: BaseException) -> str:
    """Return what went wrong, and the line outside the arithmetic that asked for it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_file()]
    outside = [
        f for f in frames if _ARITHMETIC not in Path(f.filename).resolve().parents and "site-packages" not in f.filename
    ]
    at = (outside or frames)[-1]
    what = str(error) if isinstance(error, PsitheoryError) else f"{type(error).__name__}: {error}"
    return f"{what} ({Path(at.filename).name}, line {at.lineno})"


def _decide(case: FormalCase, rng: np.random.Generator) -> None:
    """Return if the case proves the law, else raise why it does not."""
    if not case.seen.moved:
        raise NotProved(f"not proved on formal vectors: {case.seen.left}")
    if not any(is_formal(side) for pair in case.pairs for side in pair):
        raise NotProved("not proved on formal vectors: neither side is computed from them")
    try:
        _decide_sides(case)
    except PsitheoryError as error:
        raise NotProved(f"not proved on formal vectors: {error}") from error
    if not realises(case.space, rng):
        raise NotProved("not proved on formal vectors: no vectors were found that meet all conditions (vacuous)")


def _decide_sides(case: FormalCase) -> None:
    if case.seen.relation == "equal":
        for left, right in case.pairs:
            if not _identical(left, right):
                raise NotProved(f"not proved on formal vectors: {_short(left)} against {_short(right)}")
        return
    surplus = case.seen.surplus
    if surplus is not None and not isinstance(surplus, PositiveSum):
        raise NotProved("not proved on formal vectors: the surplus is no sum of squares, lengths and Gram determinants")
    if surplus is None:
        for left, right in case.pairs:
            _decide_order(right - left)
        return
    left, right, more = np.broadcast_arrays(
        *(np.asarray(x, dtype=object) for x in (case.seen.left, case.seen.right, surplus.value))
    )
    if not all(_identical(y - x, z) for x, y, z in zip(left.flat, right.flat, more.flat, strict=True)):
        raise NotProved(
            "not proved on formal vectors: the right side minus the left is not the surplus that the law names"
        )


def _decide_order(difference: Any) -> None:
    sign = difference.sign() if isinstance(difference, Scalar) else difference
    if sign < 0:
        raise NotProved("not proved on formal vectors: the left side is larger")


def _identical(left: Any, right: Any) -> bool:
    if isinstance(left, (Scalar, Vector)):
        return left.is_identically(right)
    if isinstance(right, (Scalar, Vector)):
        return right.is_identically(left)
    ratios = plain(left), plain(right)
    if None in ratios:
        raise NotInArithmetic(f"a side is {_short(left)}, which is no number")
    return ratios[0] == ratios[1]


def _short(side: Any, limit: int = 60) -> str:
    text = str(side)
    return text if len(text) <= limit else text[: limit - 1] + "…"


# -- the scope in words --------------------------------------------------------------------------


def scope(law: Law, cases: list[FormalCase]) -> str:
    """Return for what a law is proved: dimensions, numbers of blocks, what was chosen, and the conditions."""
    layouts = [getattr(v, "layout", None) for case in cases for v in case.inputs.values()]
    found = [layout for layout in layouts if layout is not None]
    words = ["in every dimension"] if found else ["for all numbers"]
    if found:
        words.append(
            _blocks(sorted({layout.m for layout in found}))
            + (" and free parameters" if any(x.p for x in found) else "")
        )
    words += sorted({f"{n} = {v}" for case in cases for n, v in case.inputs.items() if _is_chosen(law.domains[n], v)})
    where = list(dict.fromkeys(text for case in cases for text in case.space.field.conditions.texts()))
    return ", ".join(words) + (
        ", where " + " and ".join(where[:4]) + (f" ({len(where) - 4} more)" if len(where) > 4 else "") if where else ""
    )


def _blocks(counts: list[int]) -> str:
    return "for " + " and ".join(map(str, counts)) + (" block" if counts == [1] else " blocks")


def _is_chosen(domain: Any, value: Any) -> bool:
    return isinstance(domain, Domain) and isinstance(value, int)
