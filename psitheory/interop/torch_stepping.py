"""How a PyTorch optimiser takes a step: whether it needs a closure, and how its rate is scaled from outside."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from psitheory.scaletypes.torch.schedules import around_steps

Closure = Literal["none", "alone", "after gradients"]
"""What ``step`` is given: nothing, a closure, or a closure once gradients are there, as by methods of two passes."""


@dataclass(frozen=True)
class Manners:
    """What the first step of an optimiser tells.

    Attributes
    ----------
    groups : tuple of dict
        Its groups of parameters.
    closure : str
        What its ``step`` is given.
    hooked : bool
        Whether it stands on optimisers of PyTorch, whose steps can be watched.
    twice : bool
        Whether it differentiates gradients, which then need a graph.
    sparse : bool
        Whether it takes sparse gradients alone, as those of tables of embeddings are.
    """

    groups: tuple[dict[str, Any], ...] = ()
    closure: Closure = "none"
    hooked: bool = True
    twice: bool = False
    sparse: bool = False

    @classmethod
    def of(cls, optimizer: Any, parameters: Sequence[Any]) -> Manners:
        """Return the manners of an optimiser of ``parameters``, which is of no further use."""
        seen: list[Any] = []
        handle = register_optimizer_step_pre_hook(lambda inner, *_: seen.append(inner))

        def ones() -> Any:
            for p in parameters:
                p.grad = torch.ones_like(p)
            return torch.ones(())

        def sparse() -> Any:
            for p in parameters:
                p.grad = by_rows(torch.ones_like(p))
            return torch.ones(())

        def graph() -> Any:
            for p in parameters:
                p.grad = None
            with torch.enable_grad():
                loss = sum((p**4).sum() for p in parameters)
                loss.backward(create_graph=True)
            return loss

        closures: tuple[Closure, ...] = ("none", "after gradients")
        if _needs_closure(optimizer):
            closures = ("alone", "after gradients")
        elif not inspect.signature(optimizer.step).parameters:
            closures = ("none",)
        try:
            for gradients, kind in ((g, k) for g in (ones, graph, sparse) for k in closures):
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")  # of graphs that hold themselves
                        take_step(optimizer, gradients, kind)
                except Exception:  # it is raised again in a run, where it is reported
                    continue
                groups = tuple(optimizer.param_groups)
                return cls(groups, kind, bool(seen), gradients is graph, gradients is sparse)
        finally:
            handle.remove()
        return cls(tuple(optimizer.param_groups), closures[0])


def by_rows(gradient: Any) -> Any:
    """Return a gradient in the sparse form in which a table's comes, all rows of it."""
    return gradient.to_sparse(1)


def take_step(optimizer: Any, closure: Callable[[], Any], kind: Closure) -> None:
    """Take one step, with the gradients that ``closure`` computes."""
    if kind != "alone":
        closure()
    if kind == "none":
        optimizer.step()
    else:
        optimizer.step(closure)


@contextmanager
def rate_times(factor: float) -> Iterator[None]:
    """Multiply the rates of every PyTorch optimiser by a factor while it steps.

    Between steps they are as they were, so that a schedule neither sees the factor nor forgets it.
    """
    kept: list[list[Any]] = []

    def before(optimizer: Any, *_: Any) -> None:
        kept.append([group.get("lr") for group in optimizer.param_groups])
        if len(kept) == 1:  # what steps inside another's step shares its groups
            for group in optimizer.param_groups:
                if "lr" in group:
                    group["lr"] = group["lr"] * factor

    def after(optimizer: Any, *_: Any) -> None:
        rates = kept.pop()
        if not kept:
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                if "lr" in group:
                    group["lr"] = rate if group["lr"] == rate * factor else group["lr"] / factor

    if factor == 1:
        yield
        return
    with around_steps(before, after):
        yield


def _needs_closure(optimizer: Any) -> bool:
    places = inspect.signature(optimizer.step).parameters.values()
    return any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in places)
