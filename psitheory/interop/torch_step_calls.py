"""How a training loop holds its model and calls its optimiser: in wrappers, with closures, by a scaler of gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from psitheory.errors import ArgumentTypeError, shown

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def closure_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any] | None:
    """Return the closure that a step was given; its first argument is the optimiser."""
    given = kwargs.get("closure", args[1] if len(args) > 1 else None)
    return given if callable(given) else None


def with_closure(args: tuple[Any, ...], kwargs: dict[str, Any], closure: Callable[..., Any]) -> Arguments:
    """Return the arguments of a step with another closure in the place of theirs."""
    if "closure" in kwargs:
        return args, {**kwargs, "closure": closure}
    return (args[0], closure, *args[2:]), kwargs


def once_after(closure: Callable[..., Any], look: Callable[[], None]) -> Callable[..., Any]:
    """Return a closure that does the same, and after whose first call something is looked at."""
    calls = 0

    def called(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        out = closure(*args, **kwargs)
        if calls == 1:
            look()
        return out

    return called


def uncompiled(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Return a hook that a compiled step calls outside of what is compiled; to ask first is cheaper than to leave."""
    outside = torch.compiler.disable(hook)

    def called(*args: Any) -> Any:
        return (outside if torch.compiler.is_compiling() else hook)(*args)

    return called


def skips(optimizer: Any) -> bool:
    """Tell whether a fused step, handed gradients that overflowed, will leave everything where it is."""
    found = getattr(optimizer, "found_inf", None)
    return found is not None and bool(found)


def check_hooks(optimizer: Any) -> None:
    """Raise unless an optimiser calls hooks around its steps.

    Raises
    ------
    ArgumentTypeError
        If it has none.
    """
    if not (hasattr(optimizer, "register_step_pre_hook") and hasattr(optimizer, "param_groups")):
        raise ArgumentTypeError(
            f"optimizer is {shown(optimizer)}; a torch.optim.Optimizer, which calls hooks around its steps, is needed"
        )


def unwrapped(model: Any) -> Any:
    """Return the module inside of what compiles it or spreads it over devices, which has the names of ``model``."""
    while True:
        if (inner := getattr(model, "_orig_mod", None)) is not None:
            model = inner
        elif isinstance(model, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
            model = model.module
        else:
            return model
