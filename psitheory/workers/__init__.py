"""Processes in which theorems are run: watched from outside, killed and replaced when they do not answer."""

from psitheory.workers.children import ONE_THREAD, plain_children
from psitheory.workers.crew import Task, loading_fails, tried, warm_up

__all__ = ["ONE_THREAD", "Task", "loading_fails", "plain_children", "tried", "warm_up"]
