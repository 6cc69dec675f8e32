"""Evaluations of a PyTorch module at given parameters, each from the same state."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.scaletypes.models.torch.without_constants import WithoutConstants
from psitheory.symmetry.gradients import few
from psitheory.symmetry.trees import filled


class TensorModule(nn.Module):  # type: ignore[misc]
    """Named tensors as a module, so that losses of tensors and of modules go one way."""

    def __init__(self, named: Mapping[str, Any], at: Any) -> None:
        super().__init__()
        self.at = at
        self.names = list(named)
        self.tensors = nn.ParameterList(
            nn.Parameter(torch.as_tensor(x).detach().clone(), requires_grad=True) for x in named.values()
        )

    def tree(self) -> Any:
        """Return the tensors in the form in which they came."""
        return filled(self.at, dict(zip(self.names, self.tensors, strict=True)))

    def parameter_names(self) -> dict[str, str]:
        """Return the given name of each parameter."""
        return {f"tensors.{i}": name for i, name in enumerate(self.names)}


def copied(module: nn.Module) -> nn.Module:
    """Return a copy of a module, with tensors that it has computed and kept (the old weight norm's) made plain.

    What is scripted is copied by operations that autograd would record, so that the copy would be a function of it.

    Raises
    ------
    ArgumentTypeError
        If it holds what cannot be copied.
    """
    kept = [x for sub in module.modules() for x in vars(sub).values() if isinstance(x, Tensor) and not x.is_leaf]
    waiting = [b for b in module.buffers() if isinstance(b, nn.parameter.UninitializedBuffer)]  # which do not copy
    new = {id(x): x.detach().clone() for x in kept}
    new |= {id(b): nn.parameter.UninitializedBuffer(device=b.device, dtype=b.dtype) for b in waiting}
    try:
        with torch.no_grad():
            made = copy.deepcopy(module, new)
    except Exception as error:  # whatever it holds may raise anything
        raise ArgumentTypeError(
            f"{type(module).__name__} cannot be copied, {type(error).__name__}: {error}; a module is needed that"
            " copy.deepcopy takes, since its weights are scaled on a copy"
        ) from error
    for p, again in zip(module.parameters(), made.parameters(), strict=True):
        if again.requires_grad != p.requires_grad:
            again.requires_grad_(p.requires_grad)
    return made


def in_precision(module: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Return a module whose real numbers have a precision, and complex ones the complex one that goes with it.

    Raises
    ------
    ArgumentTypeError
        If a parameter is complex.
    """
    for name, p in module.named_parameters():
        if p.is_complex():
            raise ArgumentTypeError(
                f"parameter {name!r} is complex ({p.dtype}); real parameters are needed, such as its real and "
                "imaginary parts, of which torch.view_as_complex makes complex ones"
            )
    pair = dtype.to_complex()

    def cast(t: Tensor) -> Tensor:
        return t.to(dtype) if t.is_floating_point() else t.to(pair) if t.is_complex() else t

    return module._apply(cast)


def check_memory(module: nn.Module) -> None:
    """Raise if a parameter has no memory, or two are different views of the same: a step of one would move the other.

    Raises
    ------
    ArgumentError
        With the name, or the names of both.
    """
    empty = [name for name, p in module.named_parameters() if p.is_meta]
    if empty:
        raise ArgumentError(f"{few(empty)} is on the device meta; parameters that have values are needed")
    spans: dict[Any, list[tuple[int, int, str]]] = {}
    for name, p in module.named_parameters():
        if p.layout is torch.strided and p.numel():
            size = sum((n - 1) * abs(s) for n, s in zip(p.shape, p.stride(), strict=True)) + 1
            first = p.data_ptr()
            spans.setdefault(p.device, []).append((first, first + size * p.element_size(), name))
    for found in spans.values():
        found.sort()
        for (_, end, one), (start, _, two) in pairwise(found):
            if start < end:
                raise ArgumentError(
                    f"parameters {one!r} and {two!r} are different views of the same memory, so that neither can be "
                    "scaled alone; one parameter under both names, of which the views are taken in forward, is needed"
                )


def check_own(module: nn.Module, call: Any) -> None:
    """Raise if a loss reads the parameters of the module itself where it is given a copy, whose weights are scaled.

    Raises
    ------
    ArgumentError
        With the names of the parameters.
    """
    if getattr(call, "loss", call) is None:
        return
    own = {n: p for n, p in module.named_parameters() if p.requires_grad and p.is_floating_point()}
    if not own:
        return
    try:
        with torch.enable_grad(), torch.random.fork_rng(devices=[]):
            loss, _ = call(copied(module), next(iter(own.values())).dtype)
        slopes = torch.autograd.grad(loss, list(own.values()), allow_unused=True)
    except Exception:  # told where it is run, or no function of them
        return
    read = [name for name, slope in zip(own, slopes, strict=True) if slope is not None]
    if read:
        raise ArgumentError(
            f"the loss reads {few(read)} of the module itself, and not of the copy on which it is tried; a function of"
            " the module that it is given is needed: check_model(lambda module: …, module)"
        )


def initialised(module: nn.Module, call: Any) -> nn.Module:
    """Return the module, or, if parameters wait for a first input to be given a shape, a copy that has had it."""
    if not _waiting(module):
        return module
    ready = copied(module)
    dtype = next((p.dtype for p in module.parameters()), torch.get_default_dtype())
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        call(ready, dtype)
    if left := _waiting(ready):
        raise ArgumentError(
            f"{few(left)} of {type(module).__name__} still waits for a first input after a call; a module is needed"
            " in which every layer is called, or has its shape"
        )
    return ready


def _waiting(module: nn.Module) -> list[str]:
    """Return the names of the layers with parameters or buffers that wait for a first input to be given a shape."""
    lazy = nn.parameter.UninitializedTensorMixin
    return [
        name
        for name, sub in module.named_modules()
        if any(isinstance(x, lazy) for x in (*sub.parameters(recurse=False), *sub.buffers(recurse=False)))
    ]


WARMING = 3


def warmed_up(module: nn.Module, call: Any) -> nn.Module:
    """Return the module, or, if running means are zero as at their start, a copy that has seen its inputs.

    Zero is special: (Wx + b - 0)/σ trades with what multiplies it, as no trained layer does.
    """
    means = [b for name, b in module.named_buffers() if name.endswith("running_mean")]
    if all(bool(mean.any()) for mean in means):
        return module
    ready = copied(module).train()
    flags = [sub.training for sub in module.modules()]
    dtype = next((p.dtype for p in module.parameters()), torch.get_default_dtype())
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            for _ in range(WARMING):
                call(ready, dtype)
    except Exception:  # these inputs do not run in train mode
        return module
    for sub, flag in zip(ready.modules(), flags, strict=True):
        sub.training = flag
    return ready


def in_mode(module: nn.Module, training: bool) -> nn.Module:
    """Return a module in a mode: in its own as it stands, with the layers that were frozen in the other."""
    return module if module.training == training else module.train(training)


def frozen_layers(module: nn.Module, training: bool) -> list[str]:
    """Return the names of the layers that stay in eval mode in a mode of the whole in which others are trained."""
    if not (training and module.training):
        return []
    return [name for name, sub in module.named_modules() if not (sub.training or any(True for _ in sub.children()))]


Shown = tuple[Tensor | None, Tensor | None]
"""Loss and outputs of one forward pass."""

SEEDS = (0, 1, 2, 3)
"""Where a forward pass draws random numbers, one draw alone may drop a neuron for all samples."""


class Runner:
    """Evaluates a module at given parameters, each time from the state in which it was handed over.

    Buffers are put back and random numbers drawn from the same seeds before every evaluation.  With ``fresh`` the
    whole module is copied anew, for modules that keep state elsewhere.

    Attributes
    ----------
    draws : bool
        Whether a forward pass was seen to draw random numbers.  From then on an evaluation makes one for each of
        :data:`SEEDS`; the loss is their mean, the outputs are those of all.
    """

    def __init__(self, module: nn.Module, call: Any, dtype: torch.dtype, training: bool, fresh: bool = False) -> None:
        self.module = in_mode(in_precision(copied(module), dtype), training)
        self.call, self.dtype, self.fresh = call, dtype, fresh
        given = module.parameter_names() if isinstance(module, TensorModule) else {}
        self.frozen = () if given else tuple(n for n, p in module.named_parameters() if not p.requires_grad)
        for parameter in self.module.parameters():
            parameter.requires_grad_(parameter.is_floating_point())
        named = {n: p for n, p in self.module.named_parameters() if p.is_floating_point()}
        self.names = list(named)
        self.shapes = {given.get(n, n): tuple(p.shape) for n, p in named.items()}
        first = {id(p): n for n, p in self.module.named_parameters()}
        every = self.module.named_parameters(remove_duplicate=False)
        self.tied = {n: first[id(p)] for n, p in every if n != first[id(p)]}
        self.buffers = {n: b.detach().clone() for n, b in self.module.named_buffers()}
        self.pristine = copied(self.module) if fresh else None
        self.random_states = [torch.Generator().manual_seed(seed).get_state() for seed in SEEDS]
        self.draws = False
        self.removed: Sequence[float] = ()

    def without(self, constants: Sequence[float]) -> Runner:
        """Return a runner of the same module from which small constants are taken out as it runs."""
        other = copy.copy(self)
        other.removed = constants
        return other

    @property
    def point(self) -> np.ndarray:
        """Return the parameters as they are (n,)."""
        parameters = self.parameters
        values = [parameters[n].detach().cpu().numpy().ravel() for n in self.names]
        return np.concatenate(values, dtype=float) if values else np.zeros(0)

    @property
    def parameters(self) -> dict[str, nn.Parameter]:
        """Return the parameters by name."""
        return dict(self.module.named_parameters())

    def evaluate(self, w: np.ndarray) -> list[Shown]:
        """Return loss and outputs at w, for each draw of random numbers."""
        return list(self._evaluated(w))

    def _evaluated(self, w: np.ndarray) -> Iterator[Shown]:
        yield self._called(w, self.random_states[0])
        if self.draws:
            yield from (self._called(w, state) for state in self.random_states[1:])

    def _called(self, w: np.ndarray, random_state: Tensor) -> Shown:
        self.prepare(w)
        before = torch.get_rng_state()
        torch.set_rng_state(random_state)
        try:
            with torch.enable_grad(), self._changed():
                return cast("Shown", self.call(self.module, self.dtype))
        finally:
            self.draws = self.draws or not torch.equal(torch.get_rng_state(), random_state)
            torch.set_rng_state(before)

    def _changed(self, *, again: bool = False) -> AbstractContextManager[Any]:
        """Return the mode in which constants are taken out, if any are."""
        return WithoutConstants(self.removed, again=again) if self.removed else nullcontext()

    def prepare(self, w: np.ndarray) -> None:
        """Put the module into the state that it came in, with the parameters w."""
        if self.pristine is not None:
            self.module = copied(self.pristine)
        self.given = w
        with torch.no_grad():
            for p, values in self._pairs(w):
                p.copy_(values)
            for name, buffer in self.module.named_buffers():
                if name in self.buffers:
                    buffer.copy_(self.buffers[name])

    def _pairs(self, w: np.ndarray) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield each parameter that is evaluated with its values in w."""
        start, parameters = 0, self.parameters
        for p in (parameters[name] for name in self.names):
            yield p, torch.from_numpy(np.asarray(w[start : start + p.numel()], float).reshape(tuple(p.shape)))
            start += p.numel()

    def rewritten(self) -> list[str]:
        """Return the names of parameters and buffers that the last evaluation has changed."""
        now = dict(self.module.named_buffers())
        buffers = [n for n, x in self.buffers.items() if n in now and not torch.equal(now[n], x)]
        pairs = zip(self.names, self._pairs(self.given), strict=True)
        return buffers + [n for n, (p, x) in pairs if not torch.equal(p, x.to(p))]

    def gradient(self, w: np.ndarray, number: Callable[[Tensor | None, Tensor | None], Tensor]) -> np.ndarray:
        """Return the gradient (n,) at w of a number made of loss and outputs."""
        # each before the next call, which writes the parameters anew
        return cast("np.ndarray", np.mean([self._slope(number(*shown)) for shown in self._evaluated(w)], axis=0))

    def _slope(self, value: Tensor) -> np.ndarray:
        parameters = self.parameters
        inputs = [parameters[n] for n in self.names]
        if not value.requires_grad:
            return np.zeros(sum(p.numel() for p in inputs))
        with self._changed(again=True):
            found = torch.autograd.grad(value, inputs, allow_unused=True)
        pieces = [torch.zeros_like(p) if g is None else g for p, g in zip(inputs, found, strict=True)]
        dense = [g if g.layout is torch.strided else g.to_dense() for g in pieces]
        return np.concatenate([g.detach().cpu().numpy().astype(float).ravel() for g in dense])
