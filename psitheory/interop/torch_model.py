"""PyTorch modules and losses as functions of one flat vector, always from the same state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.interop.torch_call import Call, Loss
from psitheory.interop.torch_network import ExactBatchNorm, exact_network
from psitheory.interop.torch_state import (
    SEEDS,
    WARMING,
    Runner,
    Shown,
    TensorModule,
    check_memory,
    check_own,
    frozen_layers,
    initialised,
    warmed_up,
)
from psitheory.interop.torch_types import Traces
from psitheory.layout import Layout
from psitheory.symmetry.baseline import ROUNDED, agree
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.gradients import few
from psitheory.symmetry.trees import leaves, parts_of

__all__ = ["ExactBatchNorm", "exact_network", "loss_function", "loss_functions"]


def loss_functions(
    f: Any,
    at: Any = None,
    *,
    inputs: Any = None,
    targets: Any = None,
    loss: Any = None,
    only_present: bool = False,
) -> dict[str, LossFunction]:
    """Return a module, or a loss of a module or of tensors, as a :class:`LossFunction` for each mode.

    Parameters
    ----------
    f : nn.Module or callable
        A module; a function of a module that returns a loss, or a loss and outputs; or a function of named tensors.
    at : nn.Module, mapping or tensor
        What f is called on, if it is no module; if it is, its inputs may stand here.
    inputs : tensor, or tuple or dict of arguments
    targets : optional
        Second argument of ``loss``.
    loss : callable, optional
        A number for the outputs (and targets).  Without it the outputs themselves are what counts.
    only_present : bool
        Whether the other mode is left out.

    Returns
    -------
    dict
        ``train`` and ``eval``, the present mode of the module first; one entry if they do not differ.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If inputs are missing, there is nothing to differentiate, or the loss is no scalar.
    """
    if isinstance(f, nn.Module):
        if inputs is None:
            inputs, at = at, None
        if inputs is None:
            raise ArgumentTypeError(
                "inputs is None; a module is called on inputs, which are needed: check_model(module, inputs), or a pair"
                " of both as a target"
            )
        return _modes(f, Call(inputs, targets, loss), shown_name(f), only_present)
    if isinstance(at, nn.Module):
        return _modes(at, Loss(f), getattr(f, "__name__", shown_name(f)), only_present)
    named = dict(leaves(at)) if isinstance(at, Mapping) else {"w": at}
    for name, x in named.items():
        if not isinstance(x, Tensor):
            where = f"at[{name!r}]" if isinstance(at, Mapping) else "at"
            raise ArgumentTypeError(f"{where} is {shown(x)}; a tensor, or a mapping of names to tensors, is needed")
    holder = TensorModule(named, at)
    return {"": _function(holder, Loss(lambda module: f(module.tree())), getattr(f, "__name__", "f"), None)}


def loss_function(f: Any, at: Any = None) -> LossFunction:
    """Return the :class:`LossFunction` of the present mode."""
    return next(iter(loss_functions(f, at, only_present=True).values()))


def shown_name(module: object) -> str:
    """Return the name of a module's class."""
    return type(module).__name__


def _modes(module: nn.Module, call: Any, name: str, only_present: bool) -> dict[str, LossFunction]:
    """Return a function for each mode, the present one first; one if the modes do not differ."""
    module = initialised(module, call)
    check_own(module, call)
    order = ("train", "eval") if module.training else ("eval", "train")
    if only_present:
        return {order[0]: _of_mode(module, call, name, order[0])}
    first = _of_mode(module, call, name, order[0])
    try:
        second = _of_mode(module, call, name, order[1])
    except ArgumentError as error:
        note = f"judged in {order[0]} mode alone: in {order[1]} mode {error}"
        return {order[0]: replace(first, notes=(*first.notes, note))}
    found = dict(zip(order, (first, second), strict=True))
    assert first.point is not None
    try:
        one, two = (found.observe(first.point) if found.seen is None else found.seen for found in (first, second))
    except Exception:  # one of the modes cannot be run on these inputs
        return {order[0]: first}
    same = agree(first, first.point, one, two)
    return {"": first} if same and first.notes == second.notes else found


def _of_mode(module: nn.Module, call: Any, name: str, mode: str) -> LossFunction:
    """Return the function of a mode; what is in eval mode has running means that are not those of their start, zero."""
    frozen = frozen_layers(module, mode == "train")
    warmed = warmed_up(module, call) if mode == "eval" or frozen else module
    found = _function(warmed, call, name, mode)
    notes = [f"in eval mode, as they came, while others are trained: {few(frozen)}"] if frozen else []
    if warmed is not module:
        notes.append(f"eval mode is looked at after {WARMING} forward passes in train mode")
    return replace(found, notes=(*found.notes, *notes))


def _function(module: nn.Module, call: Any, name: str, mode: str | None) -> LossFunction:
    training = module.training if mode is None else mode == "train"
    runner, notes, shown = _runner(module, call, training, mode)
    return _seen(runner, call, parts_of(runner.shapes), name, notes, shown)


def _seen(
    runner: Runner, call: Any, parts: list[Any], name: str, notes: tuple[str, ...], shown: Repeated
) -> LossFunction:
    """Return a runner as a function of its loss, or of its outputs where there is none, and of its outputs."""
    traces = Traces(runner, call, shown.point)
    of_outputs = _wrapped(runner, parts, name, notes, shown, loss_of=_projection, types=traces.types_of("outputs"))
    types = traces.types_of("loss")
    made = _wrapped(runner, parts, name, notes, shown, loss_of=None, of_outputs=of_outputs, types=types)
    if runner.removed:
        return made
    without = partial(_without_eps, runner, call, parts, name, made, traces, shown)
    if made.of_outputs is not None:
        made = replace(made, of_outputs=replace(of_outputs, without_eps=lambda: without().of_outputs or of_outputs))
    return replace(made, without_eps=without, eps="its small constants")


def _without_eps(
    runner: Runner, call: Any, parts: list[Any], name: str, made: LossFunction, traces: Traces, shown: Repeated
) -> LossFunction:
    """Return the function without the small constants that stand beside something that scales; itself if none do."""
    constants = traces.constants
    if not constants:
        return made
    clean = _seen(runner.without(constants), call, parts, name, made.notes, replace(shown, again=()))
    if clean.of_outputs is not None and made.of_outputs is not None:
        clean = replace(clean, of_outputs=replace(clean.of_outputs, types=made.of_outputs.types))
    return replace(clean, types=made.types)  # which tell what holds without its constants too


def _wrapped(
    runner: Runner,
    parts: list[Any],
    name: str,
    notes: tuple[str, ...],
    shown: Repeated,
    *,
    loss_of: Callable[[Tensor], Tensor] | None,
    types: Any,
    of_outputs: LossFunction | None = None,
) -> LossFunction:
    """Return a runner as a :class:`LossFunction`; ``loss_of`` the outputs takes the place of the loss."""

    def number(loss: Tensor | None, outputs: Tensor | None) -> Tensor:
        if loss is not None and loss_of is None:
            return loss
        if outputs is None:
            raise ArgumentTypeError("f returned no outputs; they are needed here")
        return (loss_of or _projection)(outputs)

    def seen_of(passes: Sequence[Shown]) -> dict[str, np.ndarray]:
        losses = [number(*one).detach().cpu().numpy().astype(float) for one in passes]
        outputs = [out.detach().cpu().numpy() for _, out in passes if out is not None]
        seen = {"loss": np.mean(losses).reshape(())}
        return seen | {"outputs": np.concatenate(outputs)} if outputs else seen

    def gradients(ws: np.ndarray) -> np.ndarray:
        return np.stack([runner.gradient(w, number) for w in ws])

    def observe(w: np.ndarray) -> dict[str, np.ndarray]:
        return seen_of(runner.evaluate(w))

    loss, outputs = shown.first
    aspects = [a for a, x in (("loss", loss), ("outputs", outputs)) if x is not None]
    dtype = np.dtype(np.float64 if runner.dtype == torch.float64 else np.float32)
    has_outputs = outputs is not None
    return LossFunction(
        name,
        Layout(*parts),
        observe,
        gradients,
        shown.point,
        dtype,
        notes=notes,
        aspects=tuple(aspects),
        of_outputs=of_outputs if has_outputs else None,
        types=types,
        tied=runner.tied,
        frozen=tuple(name for name in runner.frozen if name in runner.shapes),
        seen=seen_of(shown.again) if shown.again and (has_outputs or loss_of is None) else None,
    )


def _projection(outputs: Tensor) -> Tensor:
    """Return a generic number made of the outputs."""
    weights = np.random.default_rng(0).normal(size=outputs.numel()) / np.sqrt(outputs.numel())
    return torch.dot(outputs, torch.as_tensor(weights, dtype=outputs.dtype, device=outputs.device))


@dataclass(frozen=True)
class Repeated:
    """What the first forward pass showed at the example point, and all passes there if they repeat bit for bit."""

    point: np.ndarray
    first: Shown
    again: Sequence[Shown] = ()


def _runner(module: nn.Module, call: Any, training: bool, mode: str | None) -> tuple[Runner, tuple[str, ...], Repeated]:
    """Return a runner in float64 if the module runs in it, else in its own precision, and what to know of its state."""
    own = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)
    reason: Exception | None = None
    notes: list[str] = []
    check_memory(module)
    for dtype in dict.fromkeys((torch.float64, own)):
        runner = Runner(module, call, dtype, training)
        if not runner.names:
            raise ArgumentError("the module has no parameters; at least one is needed")
        parts_of(runner.shapes)
        point = runner.point
        try:
            first = runner.evaluate(point)
        except ArgumentTypeError:
            raise
        except Exception as error:
            reason = reason or error
            continue
        if dtype is torch.float64 and own is not torch.float64:
            plain = str(own).removeprefix("torch.")
            notes.append(f"judged in float64, where less is rounded; the module itself computes in {plain}")
        if dtype is not torch.float64:
            notes.append(f"evaluated in {str(dtype).removeprefix('torch.')}: the module does not run in float64")
        where = f" in {mode} mode" if mode else ""
        if rewritten := runner.rewritten():
            notes.append(
                f"a forward pass{where} rewrites {few(rewritten)}; every evaluation starts from the same state"
            )
        if runner.draws:
            notes.append(
                f"a forward pass{where} draws random numbers; every evaluation takes the same {len(SEEDS)} draws"
            )
        second = runner.evaluate(point)
        if _same(first, second):
            return runner, tuple(notes), Repeated(point, first[0], second)
        if _same(first, second, units=ROUNDED):
            return runner, tuple(notes), Repeated(point, first[0])
        again = Runner(module, call, dtype, training, fresh=True)
        if _same(again.evaluate(point), again.evaluate(point)):
            notes.append(
                "a forward pass changes the module outside its buffers; every evaluation starts from a fresh copy"
            )
            runner = again
        return runner, tuple(notes), Repeated(point, first[0])
    assert reason is not None
    raise ArgumentError(
        f"{shown_name(module)} raised {type(reason).__name__} on the inputs: {' '.join(str(reason).split())}"
    ) from reason


def _same(one: Sequence[Shown], two: Sequence[Shown], units: int = 0) -> bool:
    """Tell whether passes show the same, bit for bit or to some units of rounding of the largest entry."""
    if len(one) != len(two):
        return False
    pairs = [pair for a, b in zip(one, two, strict=True) for pair in zip(a, b, strict=True)]
    return all(
        x is y or (x is not None and y is not None and x.shape == y.shape and bool(torch.all(_alike(x, y, units))))
        for x, y in pairs
    )


def _alike(x: Tensor, y: Tensor, units: int) -> Tensor:
    same = (x == y) | (x.isnan() & y.isnan())
    if units and x.is_floating_point() and x.numel():
        same |= (x - y).abs() <= units * torch.finfo(x.dtype).eps * torch.where(x.isfinite(), x.abs(), 0).max()
    return same
