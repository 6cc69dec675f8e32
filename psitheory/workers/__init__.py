"""Processes in which theorems are run: watched from outside, killed and replaced when they do not answer."""

from psitheory.workers.crew import ONE_THREAD, Task, loading_fails, tried, warm_up

__all__ = ["ONE_THREAD", "Task", "loading_fails", "tried", "warm_up"]
