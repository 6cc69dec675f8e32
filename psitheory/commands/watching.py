"""Commands that run somebody's code do so in a process that is watched, and go on when it is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from psitheory.limits import checked_limit, limit
from psitheory.workers import Answer, watched

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
def asking(target: str, case_limit: float) -> Iterator[Callable[..., Answer]]:
    """Yield ``ask(function, *arguments)`` for calls on the code of a target: watched, if it is a file of somebody's.

    What is raised on purpose in a call is raised here.
    """
    from psitheory.registry import is_file

    seconds = checked_limit(case_limit)
    with limit(seconds), watched(seconds if is_file(target) else 0) as call:

        def ask(function: Callable[..., object], *arguments: object) -> Answer:
            answer = call(function, *arguments)
            if answer.error is not None:
                raise answer.error
            return answer

        yield ask
