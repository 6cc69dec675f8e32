"""Commands that run somebody's code do so in a process that is watched, and go on when it is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from psitheory.limits import checked_limit, limit
from psitheory.workers import Answer, warm_up, watched

CaseLimit = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        help="For one case, or the loading of a file; what takes longer is inconclusive.  0: no limit, and all runs in "
        "this process, for debuggers and to see what is printed.",
    ),
]
"""The option ``--case-limit`` of a command that runs few cases."""


@contextmanager
def asking(case_limit: float, *, library: bool) -> Iterator[Callable[..., Answer]]:
    """Yield ``ask(function, *arguments)`` for calls on the code of theorems: all are made in one watched process.

    It has the installed libraries from its start if ``library`` says that they are asked for.  What is raised on
    purpose in a call is raised here.
    """
    seconds = checked_limit(case_limit)
    if seconds and library:
        warm_up(library=True)
    with limit(seconds), watched(seconds) as call:

        def ask(function: Callable[..., object], *arguments: object) -> Answer:
            answer = call(function, *arguments)
            if answer.error is not None:
                raise answer.error
            return answer

        yield ask
