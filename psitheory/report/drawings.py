"""The figures of theorems as SVG, drawn side by side by several processes; one that fails costs no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from psitheory.checking import Exhibit, Theorem
from psitheory.errors import ArgumentTypeError, TimeUp, said, shown
from psitheory.limits import foreign, limit
from psitheory.registry import theorem_of
from psitheory.workers import plain_children

DRAWING_SECONDS = 600.0
"""For one figure: ten times what one case is given by default, since a figure shows many cases."""

_PLACES = re.compile(r"""(?<= d=")[^"]*|translate\([^)]*\)""")
_LONG = re.compile(r"\d+\.\d{3,}")
_BREAK = re.compile(r"\s*\n\s*")
_GLYPH = re.compile(r"""<path id="(?P<id>DejaVu[^"]+)"(?: d="[^"]*")? transform="[^"]*" ?/>""")


@dataclass(frozen=True)
class Drawing:
    """A figure as SVG with its words, or, where it could not be drawn, why."""

    svg: str = ""
    title: str = ""
    caption: str = ""
    failure: str = ""


def drawings(
    theorems: Sequence[Theorem], targets: Sequence[str | None], seed: int, workers: int = 1
) -> list[list[Drawing]]:
    """Return the figures of each theorem, in order.

    Parameters
    ----------
    theorems : sequence of Theorem
    targets : sequence of str or None
        What a worker process finds each theorem by; one without is drawn here.
    seed : int
        Every figure gets a generator of its own with this seed, so they do not depend on ``workers``.
    workers : int
        Processes; with 1 all are drawn here.
    """
    wanted = [(i, k) for i, theorem in enumerate(theorems) for k in range(len(theorem.exhibits))]
    elsewhere = [(i, k) for i, k in wanted if targets[i] is not None] if workers > 1 else []
    done = _drawn_by_workers(elsewhere, targets, seed, workers)
    for i, k in wanted:
        if (i, k) not in done:
            done[i, k] = drawing(theorems[i], k, seed)
    return [[done[i, k] for k in range(len(theorem.exhibits))] for i, theorem in enumerate(theorems)]


def drawing(theorem: Theorem, k: int, seed: int) -> Drawing:
    """Return the k-th figure of a theorem."""
    from psitheory.plotting import rendered

    try:
        exhibit = made(theorem.exhibits[k], seed)
        svg = rendered(exhibit, "svg").decode()
    except (Exception, TimeUp) as error:  # whatever code of others raises, the verdicts are worth a page
        return Drawing(failure=why_not(theorem.exhibits[k], error))
    return Drawing(compact(svg[svg.index("<svg") :]), exhibit.title, exhibit.caption)


def made(make: Callable[[np.random.Generator], Exhibit], seed: int) -> Exhibit:
    """Return what a maker of figures makes; its code is stopped where it does not end, and may not end the process.

    Raises
    ------
    TimeUp
        If it takes more than :data:`DRAWING_SECONDS`.
    EndedItself
        In place of what is no Exception, such as SystemExit.
    """
    with limit(DRAWING_SECONDS), foreign("the drawing"):
        exhibit = make(np.random.default_rng(seed))
    if not isinstance(exhibit, Exhibit):
        raise ArgumentTypeError(f"the maker returned {shown(exhibit)}; an Exhibit is needed")
    return exhibit


def why_not(make: Callable[[np.random.Generator], Exhibit], error: BaseException) -> str:
    """Return the sentence that tells why a figure was not drawn."""
    return f"{make.__name__}: {type(error).__name__}: {said(error)}"


def compact(svg: str) -> str:
    """Return the same drawing with places to a hundredth of a point, which nobody sees, and without line breaks."""
    rounded = _PLACES.sub(
        lambda places: _LONG.sub(lambda x: f"{float(x[0]):.2f}".rstrip("0").rstrip("."), places[0]), svg
    )
    return _BREAK.sub(" ", rounded)


def without_repeated_glyphs(figures: Iterable[Sequence[Drawing]]) -> list[list[Drawing]]:
    """Return the figures for one page: a letter that an earlier one defines is not defined again."""
    seen: set[str] = set()

    def once(glyph: re.Match[str]) -> str:
        new = glyph["id"] not in seen
        seen.add(glyph["id"])
        return glyph[0] if new else ""

    return [[replace(one, svg=_GLYPH.sub(once, one.svg)) for one in several] for several in figures]


def _drawn_by_workers(
    wanted: Sequence[tuple[int, int]], targets: Sequence[str | None], seed: int, workers: int
) -> dict[tuple[int, int], Drawing]:
    if not wanted:
        return {}
    with plain_children(), ProcessPoolExecutor(min(workers, len(wanted)), mp_context=get_context("spawn")) as executor:
        futures = {(i, k): executor.submit(_of_target, str(targets[i]), k, seed) for i, k in wanted}
        return {place: _result(future) for place, future in futures.items()}


def _result(future: Future[Drawing]) -> Drawing:
    try:
        return future.result()
    except BrokenProcessPool:
        return Drawing(failure="a process that drew figures ended abruptly")


def _of_target(target: str, k: int, seed: int) -> Drawing:
    return drawing(theorem_of(target), k, seed)
