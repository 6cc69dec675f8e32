"""Rates that schedules set between steps: each is the rate, whatever it was computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from psitheory.scaletypes.numbers import Number

Hook = Callable[..., None]


@contextmanager
def rates_marked(mark: Callable[[Any], Any]) -> Iterator[None]:
    """Mark the rates of every PyTorch optimiser while it steps; one that a step has changed keeps what it became.

    Between steps they are as they were, so that what a schedule computes from them are numbers like any other.
    """
    kept: list[list[tuple[dict[str, Any], Any, Any]]] = []

    def before(optimizer: Any, *_: Any) -> None:
        changed: list[tuple[dict[str, Any], Any, Any]] = []
        for group in optimizer.param_groups:
            if "lr" in group and not isinstance(group["lr"], Number):
                given, group["lr"] = group["lr"], mark(group["lr"])
                changed.append((group, given, group["lr"]))
        kept.append(changed)

    def after(optimizer: Any, *_: Any) -> None:
        for group, given, marked in kept.pop():
            if group["lr"] is marked:
                group["lr"] = given

    with around_steps(before, after):
        yield


@contextmanager
def around_steps(before: Hook, after: Hook) -> Iterator[None]:
    """Call ``before`` and ``after`` with every PyTorch optimiser that steps inside the block, about its step."""
    handles = (register_optimizer_step_pre_hook(before), register_optimizer_step_post_hook(after))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def of_schedules(optimizer: Any) -> set[str]:
    """Return the keys of an optimiser's groups that are none of its own options: schedules keep their numbers there."""
    own = getattr(optimizer, "defaults", {})
    return {key for group in getattr(optimizer, "param_groups", ()) for key in group if own and key not in own}
