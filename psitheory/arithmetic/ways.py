"""Which way a law goes where balls leave a comparison open: nowhere, unless somebody says which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from psitheory.errors import BranchUndecided

_ways: ContextVar[tuple[list[bool], Iterator[bool]] | None] = ContextVar("ways", default=None)


@contextmanager
def going(ways: list[bool]) -> Iterator[None]:
    """Answer what is left undecided inside the block: as ``ways`` say, in turn, then no, which is appended to them."""
    token = _ways.set((ways, iter(tuple(ways))))
    try:
        yield
    finally:
        _ways.reset(token)


def undecided(what: str) -> bool:
    """Return what somebody says of a comparison that is open, as the words say.

    Raises
    ------
    BranchUndecided
        If nobody does.
    """
    going_on = _ways.get()
    if going_on is None:
        raise BranchUndecided(what)
    ways, told = going_on
    answer = next(told, None)
    if answer is None:
        ways.append(False)
    return bool(answer)
