"""Typed runs of PyTorch optimisers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.equations import Line
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.optimizers.problem import ENOUGH, MOST, TURNED, Problem, Record, Turns
from psitheory.scaletypes.optimizers.repeating import Watch, last_new
from psitheory.scaletypes.optimizers.types import RATES
from psitheory.scaletypes.stand_ins import patched
from psitheory.scaletypes.torch.interpreter import SKIP, Memory
from psitheory.scaletypes.torch.repeating import done_by
from psitheory.scaletypes.torch.schedules import of_schedules, rates_marked
from psitheory.scaletypes.torch.shadow import values
from psitheory.scaletypes.trace import Trace, has_few_bits, told_apart

Make = Callable[[list[Any]], Any]
"""Makes an optimiser, or several, of parameters."""
Take = Callable[[Any, Callable[[], Any]], None]
"""Takes a step of an optimiser, given a closure that computes gradients and returns the loss."""
VARIANTS = {"foreach": False, "fused": None, "capturable": False}
"""Options of PyTorch's optimisers that change how they compute, not what."""


@dataclass(frozen=True)
class TypedRuns:
    """Typed runs of an optimiser on a problem.

    Parameters
    ----------
    make, take : callable
    problem : Problem
    loss : callable, optional
        The loss of a list of tensors, for optimisers that differentiate twice.
    gradient : callable
        Gives a gradient the form in which the optimiser takes it, such as a sparse one.
    scheduled : bool
        Whether what stands in the groups when a step begins is the rate, as it is where runs scale it there.
    plain : bool
        Whether values alone are computed, of which no degree is known.
    """

    make: Make
    take: Take
    problem: Problem
    loss: Callable[[list[Any]], Any] | None = None
    steps: int = TURNED
    most: int = MOST
    scale: Any = 1.0
    factors: Mapping[str, float] = field(default_factory=dict)
    along: frozenset[Line] = frozenset()
    enough: int = ENOUGH
    parameter: Callable[[Any, bool], Any] | None = None
    gradient: Callable[[Any], Any] = lambda g: g
    log: bool = False
    scheduled: bool = False
    plain: bool = False

    def of_length(self, steps: int) -> TypedRuns:
        """Return runs of a number of steps, whatever turns in them."""
        return replace(self, steps=steps + 1, most=steps, enough=sys.maxsize)

    def run(self, seed: int = 0) -> Record:
        """Run it, and return the record.

        For a witness, ``scale`` (a number, or an array a part) multiplies rows, ``factors`` hyper-parameters.
        """
        trace = Trace(skip=SKIP, along=self.along)
        record, memory = Record.of(trace, self.problem), Memory(trace, log=[] if self.log else None)
        with _seeded(seed):
            parameters = self._parameters(record, memory)
            with self._watching(memory):
                made = self.make(parameters)
            optimizers = found_in(made)
            kept = {"lr"}.union(*map(of_schedules, optimizers)) if self.scheduled else set()
            for group in (g for o in optimizers for g in getattr(o, "param_groups", ()) if kept and "lr" in g):
                trace.hyper("lr", float(group["lr"]))  # steps mark it, and what scales is known before
            for optimizer in optimizers:
                mark(optimizer, memory, self.factors, kept)
            marked = {i: self.factors.get(c.name, 1.0) for i, c in trace.constants.items()}
            trace.scaled |= {i: float(np.log2(factor)) for i, factor in marked.items() if factor != 1}
            watched = modules_of(optimizers, self.make)
            with patched(watched, trace, memory.number, leaving=True), self._rates(memory):
                self._steps(made, parameters, record, memory)
        record.log, record.rate = memory.log, "lr"
        return record

    def end(self, seed: int = 0) -> list[np.ndarray]:
        """Return the weights after the last step, which are those of a typed run, at a tenth of its time."""
        return replace(self, plain=True).run(seed).weights

    def last_new(self, steps: int, watch: Watch, seed: int = 0) -> int:
        """Return the last of so many steps that did what none before it did."""
        trace = Trace()
        record, memory = Record.of(trace, self.problem), Memory(trace)
        with _seeded(seed):
            parameters = self._parameters(record, memory)
            made = self.make(parameters)
            for optimizer in found_in(made):
                one_by_one(optimizer)
            closure = self._closure(parameters, record, memory)
            return last_new(lambda: done_by(lambda: self.take(made, closure), watch), steps)

    def _watching(self, memory: Memory) -> AbstractContextManager[None]:
        return nullcontext() if self.plain else memory.watching()

    def _rates(self, memory: Memory) -> AbstractContextManager[None]:
        marking = _Marking(memory, self.factors, {})
        return rates_marked(lambda x: marking.of(x, "lr")) if self.scheduled else nullcontext()

    def _parameters(self, record: Record, memory: Memory) -> list[Any]:
        out = []
        for i, (part, w) in enumerate(zip(self.problem.parts, self.problem.start, strict=True)):
            scale = self.scale[i] if isinstance(self.scale, tuple) else self.scale
            tensor = torch.from_numpy(np.array(w * scale if part.rows else w, w.dtype))
            with torch.no_grad():
                p = self.parameter(tensor, part.rows) if self.parameter else torch.nn.Parameter(tensor)
            memory.tag(p.detach(), record.degrees(part))
            record.scaled(part, scale)
            out.append(p)
        return out

    def _steps(self, made: Any, parameters: list[Any], record: Record, memory: Memory) -> None:
        turns = Turns(self.problem)
        closure = self._closure(parameters, record, memory)
        for _ in range(self.most):
            with self._watching(memory):
                self.take(made, closure)
            now = [values(p) for p in parameters]
            record.after_step(self.problem, [memory.degrees.ids(p) for p in parameters], now)
            turned = turns.after(now)
            if turned >= self.steps or (turned > 1 and memory.operations > self.enough):
                break

    def _closure(self, parameters: list[Any], record: Record, memory: Memory) -> Callable[[], Any]:
        def plain() -> Any:
            with memory.unwatched():
                loss, gradients = self.problem.evaluate([values(p) for p in parameters])
                for p, part, g in zip(parameters, self.problem.parts, gradients, strict=True):
                    given = self.gradient(torch.from_numpy(np.array(g)))
                    if p.grad is None or given.is_sparse:
                        p.grad = given
                    else:
                        p.grad.detach().copy_(given)
                    degrees = memory.degrees.ids(p)
                    memory.tag(p.grad.detach(), record.trace.degrees.times(degrees, -1) if part.rows else 0)
                out = torch.tensor(float(loss), dtype=parameters[0].dtype)
                memory.tag(out, 0)
                return out

        def twice() -> Any:
            assert self.loss is not None
            for p in parameters:
                p.grad = None
            with torch.enable_grad():
                loss = self.loss(parameters)
                loss.backward(create_graph=True)
            return loss

        return plain if self.loss is None else twice


def found_in(made: Any) -> list[Any]:
    """Return the optimisers in what was made: itself, those in a list, those that it wraps."""
    out: list[Any] = []

    def look(x: Any) -> None:
        if isinstance(x, (list, tuple)):
            for y in x[:100]:
                look(y)
        elif is_optimizer(x) and all(x is not y for y in out):
            out.append(x)
            for y in list(vars(x).values()):
                if is_optimizer(y) or (isinstance(y, (list, tuple)) and any(map(is_optimizer, y[:100]))):
                    look(y)

    look(made)
    return out


def is_optimizer(x: Any) -> bool:
    """Tell whether something steps groups of parameters."""
    return hasattr(x, "param_groups") and hasattr(x, "step") and hasattr(x, "__dict__")


def mark(optimizer: Any, memory: Memory, factors: Mapping[str, float], kept: Collection[str] = ()) -> None:
    """Give every hyper-parameter of an optimiser but ``kept`` its degree, and turn off what runs outside Python."""
    groups = [*getattr(optimizer, "param_groups", ()), getattr(optimizer, "defaults", {})]
    names: dict[float, set[str]] = {}
    for key, x in (item for group in groups for item in group.items()):
        if type(x) is float and not has_few_bits(x):
            names.setdefault(x, set()).add(key)
    for home in (*groups, vars(optimizer)):
        for key in [k for k in home if isinstance(k, str) and not k.startswith("_") and k not in kept]:
            home[key] = _Marking(memory, factors, {} if home is not vars(optimizer) else names).of(home[key], key)
    one_by_one(optimizer)


def one_by_one(optimizer: Any) -> None:
    """Turn off what runs on all parameters together, or outside Python."""
    for home in (*getattr(optimizer, "param_groups", ()), getattr(optimizer, "defaults", {}), vars(optimizer)):
        home.update({key: off for key, off in VARIANTS.items() if key in home})


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let the generator of PyTorch begin at a seed inside the block."""
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.random.set_rng_state(state)


@dataclass(frozen=True)
class _Marking:
    """Marks hyper-parameters in their last bits, so that each is known again; ``names`` of those that are copies."""

    memory: Memory
    factors: Mapping[str, float]
    names: Mapping[float, Collection[str]]

    def of(self, x: Any, name: str) -> Any:
        """Return a hyper-parameter with a degree of its own, or what else it is as it is."""
        if type(x) in (tuple, list) and 0 < len(x) <= 4 and {type(y) for y in x} in ({float}, {float, int}):
            return type(x)(self.of(float(y), f"{name}[{i}]") for i, y in enumerate(x))
        if name in RATES and isinstance(x, torch.Tensor) and x.numel() == 1 and not x.requires_grad:
            rate = x * self.factors.get(name, 1.0)
            self.memory.degrees.write(rate, np.int64(self.memory.trace.hyper(name, float(x))))
            return rate
        if type(x) is int and name in RATES:
            x = float(x)
        if type(x) is not float or not x or not np.isfinite(x):
            return x
        trace = self.memory.trace
        copied = [own for own in self.names.get(x, ()) if own in name]  # as base_lr is a copy of lr
        name = max(copied, key=lambda own: (len(own), own), default=name)
        degree = trace.hyper(name, x, apart=name not in RATES)
        value = told_apart(x, trace.degrees.index(degree))
        return Number(value * self.factors.get(name, 1.0), trace, degree, fixed=True)


def modules_of(optimizers: Sequence[Any], make: Any) -> list[Any]:
    """Return the modules whose code an optimiser runs: those of its classes and what stands beside them."""
    names = {c.__module__ for o in optimizers for c in type(o).__mro__}
    names |= {getattr(make, "__module__", "")}
    packages = {n.rsplit(".", 1)[0] for n in names if "." in n and not n.startswith("torch.")}
    beside = {n for n in sys.modules if any(n.startswith(p + ".") for p in packages)}
    skip = ("builtins", "torch.optim.optimizer", "psitheory.")
    return [sys.modules[n] for n in sorted(names | beside) if n in sys.modules and n and not n.startswith(skip)]
