"""PyTorch's optimisers as runs for :func:`psitheory.conformance.check_optimizer`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from psitheory.conformance.optimizers.network import Network, one_ulp_away
from psitheory.conformance.optimizers.runs import nonzero_constants
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.models import BatchNormMLP

Make = Callable[[list[Any], tuple[str, ...], float], Any]
"""Makes an optimiser of parameters, of what each is (``"rows"`` or ``"free"``) and of what multiplies the rate."""


@dataclass(frozen=True, eq=False)
class OfTorch:
    """Runs of a PyTorch optimiser; each makes parameters, optimiser and state anew.

    Gradients come from :mod:`torch.autograd`.  An optimiser whose ``step`` needs a closure is given one.
    """

    make: Make
    name: str
    parameter: Callable[..., Any] | None = None

    @classmethod
    def of(
        cls, opt: Any, name: str, *, rate: float | None = None, parameter: Callable[..., Any] | None = None
    ) -> OfTorch:
        """Return the runs of a class, of an instance, or of a function of parameters."""
        if isinstance(opt, torch.optim.Optimizer):
            kind = type(opt)
            known = inspect.signature(kind).parameters
            options = {key: value for key, value in opt.defaults.items() if key in known}
            return cls(_of_class(kind, options, rate), name, parameter)
        if inspect.isclass(opt):
            return cls(_of_class(opt, {}, rate), name, parameter)
        if rate is not None:
            raise ArgumentError(f"rate is {rate!r}, but {name} makes its own optimiser; give the rate there")
        return cls(_of_function(opt), name, parameter)

    @cached_property
    def _probe(self) -> list[dict[str, Any]]:
        """Return the groups of an optimiser made to look at, or nothing if that raises."""
        for shapes in (((4, 5), (4, 4), (3, 4), (3,)), ((4, 5), (4, 4))):
            kinds = ("rows", "rows", "free", "free")[: len(shapes)]
            try:
                tensors = [torch.nn.Parameter(torch.ones(shape)) for shape in shapes]
                return list(self.make(tensors, kinds, 1.0).param_groups)
            except Exception:  # the same happens again in a run, where it is reported
                continue
        return []

    @property
    def has_rate(self) -> bool:
        """Tell whether its groups have a rate."""
        return any("lr" in group for group in self._probe)

    @property
    def constants(self) -> Mapping[str, Any]:
        """Return the constants in its groups."""
        return nonzero_constants({name: x for group in self._probe for name, x in group.items()})

    def run(
        self,
        network: Network,
        start: np.ndarray,
        steps: int,
        seed: int,
        *,
        rate: float = 1.0,
        constants: Mapping[str, Any] | None = None,
        noise: np.random.Generator | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the points; see :class:`psitheory.conformance.optimizers.runs.Runs`."""
        with _seeded(seed):
            parameters = self._parameters(network, start)
            kinds = tuple("rows" if part.blocks else "free" for part in network.layout.parts)
            optimizer = self.make(parameters, kinds, rate)
            if not hasattr(optimizer, "param_groups") or not hasattr(optimizer, "step"):
                raise ArgumentTypeError(f"{self.name} returned {shown(optimizer)}; a torch.optim.Optimizer is needed")
            for group in optimizer.param_groups:
                group.update({name: x for name, x in (constants or {}).items() if name in group})
            seen: list[np.ndarray] = []
            closure = _closure(network, parameters, noise, seen)
            for t in range(steps):
                if _needs_closure(optimizer):
                    optimizer.step(closure)
                else:
                    closure()
                    optimizer.step()
                if t == 0:  # the start is where the first gradient is taken: a step may project before it
                    yield seen[0] if seen else _flat(parameters)
                yield _flat(parameters)

    def _parameters(self, network: Network, start: np.ndarray) -> list[Any]:
        made = []
        for part in network.layout.parts:
            tensor = torch.from_numpy(network.layout.view(part.name, start).copy())
            kind = "rows" if part.blocks else "free"
            with torch.no_grad():  # a manifold may project what it is given, in place
                made.append(self.parameter(tensor, kind) if self.parameter else torch.nn.Parameter(tensor))
        return made


def invariant_loss(network: Network, parameters: Sequence[Any]) -> Any:
    """Return the loss of the network of the kit, without an eps, as a tensor.

    Raises
    ------
    ArgumentTypeError
        If the network is of another model: autograd knows this one alone.
    """
    model = network.model
    if not isinstance(model, BatchNormMLP) or model.affine or model.activation != "tanh" or model.loss != "squared":
        raise ArgumentTypeError(
            f"model is {shown(model)}; PyTorch optimisers are tried on the kit's own network, so leave it out"
        )
    like = parameters[0]
    named = dict(zip((part.name for part in network.layout.parts), parameters, strict=True))
    for name in ("V", "c"):
        if name not in named:
            named[name] = torch.from_numpy(model.layout.view(name, network.start)).to(like)
    h = torch.from_numpy(model.inputs).to(like)
    for i in range(1, len(model.hidden) + 1):
        z = h @ named[f"W{i}"].T
        z = z - z.mean(0)
        h = torch.tanh(z / torch.sqrt((z * z).mean(0)))
    error = h @ named["V"].T + named["c"] - torch.from_numpy(model.targets).to(like)
    return (error * error).sum(1).mean()


def _closure(
    network: Network, parameters: list[Any], noise: np.random.Generator | None, seen: list[np.ndarray]
) -> Callable[[], Any]:
    def closure() -> Any:
        if not seen:
            seen.append(_flat(parameters))
        for p in parameters:
            p.grad = None
        kept = [p.detach().clone() for p in parameters]
        if noise is not None:
            with torch.no_grad():
                for p in parameters:
                    p.copy_(torch.from_numpy(one_ulp_away(p.detach().numpy(), noise)))
        with torch.enable_grad():
            loss = invariant_loss(network, parameters)
            loss.backward()
        if noise is not None:
            with torch.no_grad():
                for p, w in zip(parameters, kept, strict=True):
                    p.copy_(w)
        return loss

    return closure


def _of_class(kind: type[Any], options: Mapping[str, Any], rate: float | None) -> Make:
    known = inspect.signature(kind).parameters
    lr = rate if rate is not None else options.get("lr", getattr(known.get("lr"), "default", None))
    takes_groups = "groups" in known

    def make(parameters: list[Any], kinds: tuple[str, ...], factor: float) -> Any:
        given = dict(options)
        if isinstance(lr, (int, float, torch.Tensor)):
            given["lr"] = lr * factor
        if takes_groups:
            given["groups"] = kinds
        return kind(parameters, **given)

    return make


def _of_function(factory: Callable[..., Any]) -> Make:
    required = [p for p in inspect.signature(factory).parameters.values() if p.default is p.empty]

    def make(parameters: list[Any], kinds: tuple[str, ...], factor: float) -> Any:
        optimizer = factory(parameters, kinds) if len(required) == 2 else factory(parameters)
        for group in getattr(optimizer, "param_groups", ()):
            if "lr" in group and factor != 1.0:
                group["lr"] = group["lr"] * factor
        return optimizer

    return make


def _needs_closure(optimizer: Any) -> bool:
    places = inspect.signature(optimizer.step).parameters.values()
    return any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in places)


def _flat(parameters: Sequence[Any]) -> np.ndarray:
    return np.concatenate([p.detach().cpu().numpy().ravel() for p in parameters])


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed PyTorch's global generator inside the block, and restore it after it."""
    before = torch.random.get_rng_state()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.random.set_rng_state(before)
