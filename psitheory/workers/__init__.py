"""Processes in which somebody's code is run: watched from outside, killed and replaced when they do not answer."""

from psitheory.workers.children import ONE_THREAD, end_with_parent, plain_children
from psitheory.workers.crew import Task, loading_fails, tried, warm_up, watched
from psitheory.workers.inside import Answer

__all__ = [
    "ONE_THREAD",
    "Answer",
    "Task",
    "end_with_parent",
    "loading_fails",
    "plain_children",
    "tried",
    "warm_up",
    "watched",
]
