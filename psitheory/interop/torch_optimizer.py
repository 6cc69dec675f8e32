"""PyTorch's optimisers as runs for :func:`psitheory.conformance.check_optimizer`."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch

from psitheory.conformance.optimizers.runs.network import Network, one_ulp_away
from psitheory.conformance.optimizers.runs.problem import problem_of
from psitheory.conformance.optimizers.runs.run import nonzero_constants
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.interop.invariant import invariant_loss
from psitheory.interop.torch_several import Several, parameters_as
from psitheory.interop.torch_stepping import Manners, by_rows, rate_times, take_step
from psitheory.scaletypes.optimizers.types import RATES
from psitheory.scaletypes.torch.optimizers import TypedRuns

Make = Callable[[list[Any], tuple[str, ...], float], Any]
"""Makes an optimiser of parameters, of what each is (``"rows"`` or ``"free"``) and of what multiplies the rate."""


@dataclass(frozen=True, eq=False)
class OfTorch:
    """Runs of a PyTorch optimiser; each makes parameters, optimiser and state anew.

    Gradients come from :mod:`torch.autograd` where a second pass, or a hook, needs that.  An optimiser whose ``step``
    needs a closure is given one.
    """

    takes_tensors: ClassVar[bool] = True
    """Whether it sees layers in the shapes that they have, rather than one flat array."""

    make: Make
    by_argument: bool
    name: str
    parameter: Callable[..., Any] | None = None

    @classmethod
    def of(
        cls, opt: Any, name: str, *, rate: float | None = None, parameter: Callable[..., Any] | None = None
    ) -> OfTorch:
        """Return the runs of a class, of an instance, or of a function of parameters."""
        if isinstance(opt, torch.optim.Optimizer):
            return cls(*_of_class(type(opt), _options(opt), rate), name, parameter)
        if inspect.isclass(opt):
            return cls(*_of_class(opt, {}, rate), name, parameter)
        rate_name = next((r for r in RATES if r in inspect.signature(opt).parameters), None)
        if rate is not None and rate_name is None:
            raise ArgumentError(f"rate is {rate!r}, but {name} makes its own optimiser; give the rate there")
        return cls(_of_function(opt, name, rate_name, rate), rate_name is not None, name, parameter)

    @cached_property
    def manners(self) -> Manners:
        """Return how an optimiser made to look at behaves, told by its first step."""
        for shapes in (((4, 5), (4, 4), (3, 4), (3,)), ((4, 5), (4, 4))):
            kinds = ("rows", "rows", "free", "free")[: len(shapes)]
            tensors = [torch.nn.Parameter(torch.ones(shape)) for shape in shapes]
            try:
                return Manners.of(self.make(tensors, kinds, 1.0), tensors)
            except Exception:  # the same happens again in a run, where it is reported
                continue
        return Manners()

    @property
    def has_rate(self) -> bool:
        """Tell whether its groups have a rate."""
        return any("lr" in group for group in self.manners.groups)

    @property
    def constants(self) -> Mapping[str, Any]:
        """Return the constants in its groups."""
        return nonzero_constants({name: x for group in self.manners.groups for name, x in group.items()})

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
        """Yield the points; see :class:`psitheory.conformance.optimizers.runs.run.Runs`."""
        with _seeded(seed):
            parameters = self._parameters(network, start)
            kinds = tuple("rows" if part.blocks else "free" for part in network.layout.parts)
            optimizer = self.make(parameters, kinds, rate)
            if not hasattr(optimizer, "param_groups") or not hasattr(optimizer, "step"):
                raise ArgumentTypeError(f"{self.name} returned {shown(optimizer)}; a torch.optim.Optimizer is needed")
            for group in optimizer.param_groups:
                group.update({name: x for name, x in (constants or {}).items() if name in group})
                if "lr" in group and not self.by_argument and not self.manners.hooked:
                    group["lr"] = group["lr"] * rate
            seen: list[np.ndarray] = []
            closure = _closure(network, parameters, noise, seen, self.manners)
            factor = 1.0 if self.by_argument or not self.manners.hooked else rate
            for t in range(steps):
                with rate_times(factor):
                    take_step(optimizer, closure, self.manners.closure)
                if t == 0:  # the start is where the first gradient is taken: a step may project before it
                    yield seen[0] if seen else _flat(parameters)
                yield _flat(parameters)

    def typed(self, network: Network) -> TypedRuns:
        """Return typed runs of the optimiser on a network."""
        kinds = tuple("rows" if part.blocks else "free" for part in network.layout.parts)
        names = [part.name for part in network.layout.parts]

        def loss(parameters: list[Any]) -> Any:
            return invariant_loss(network, dict(zip(names, parameters, strict=True)), torch)

        return TypedRuns(
            lambda parameters: self.make(parameters, kinds, 1.0),
            lambda optimizer, closure: take_step(optimizer, closure, self.manners.closure),
            problem_of(network),
            loss if self.manners.twice else None,
            gradient=by_rows if self.manners.sparse else lambda g: g,
            parameter=self._made if self.parameter else None,
            scheduled=not self.by_argument and self.manners.hooked,
        )

    def _made(self, tensor: Any, rows: bool) -> Any:
        assert self.parameter is not None
        return self.parameter(tensor, "rows" if rows else "free")

    def _parameters(self, network: Network, start: np.ndarray) -> list[Any]:
        made = []
        for part in network.layout.parts:
            tensor = torch.from_numpy(network.tensor(part.name, start))
            kind = "rows" if part.blocks else "free"
            with torch.no_grad():  # a manifold may project what it is given, in place
                made.append(self.parameter(tensor, kind) if self.parameter else torch.nn.Parameter(tensor))
        return made


def _closure(
    network: Network, parameters: list[Any], noise: np.random.Generator | None, seen: list[np.ndarray], manners: Manners
) -> Callable[[], Any]:
    """Return what computes gradients and returns the loss, by PyTorch where something could look at the graph."""

    def with_graph() -> Any:
        for p in parameters:
            p.grad = None
        with torch.enable_grad():
            places = parameters if noise is None else [_beside(p, noise) for p in parameters]
            named = dict(zip((part.name for part in network.layout.parts), places, strict=True))
            loss = invariant_loss(network, named, torch)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of graphs that hold themselves
                loss.backward(create_graph=manners.twice)
        return loss

    def plain() -> Any:
        found = network.evaluate(_flat(parameters), noise)
        for p, part in zip(parameters, network.layout.parts, strict=True):
            gradient = torch.from_numpy(network.tensor(part.name, found.gradient))
            p.grad = by_rows(gradient) if manners.sparse else gradient
        return torch.from_numpy(np.array(found.loss))

    compute = with_graph if manners.twice or any(map(_is_hooked, parameters)) else plain

    def closure() -> Any:
        if not seen:
            seen.append(_flat(parameters))
        return compute()

    return closure


def _is_hooked(p: Any) -> bool:
    """Tell whether a backward pass calls code of a parameter."""
    return bool(getattr(p, "_backward_hooks", None) or getattr(p, "_post_accumulate_grad_hooks", None))


def _beside(p: Any, noise: np.random.Generator) -> Any:
    """Return a parameter moved by one ulp, not in place: a second backward pass would miss what it was."""
    w = p.detach().numpy()
    return p + torch.from_numpy(one_ulp_away(w, noise) - w)


def _options(opt: Any) -> dict[str, Any]:
    """Return the options of an instance, which its class takes again."""
    known, options = inspect.signature(type(opt)).parameters, dict(opt.defaults)
    for group in opt.param_groups:
        for name in known.keys() & group.keys() & opt.param_groups[0].keys() - {"params"}:
            options[name] = opt.param_groups[0][name]
            if group[name] is not options[name] and group[name] != options[name]:
                raise ArgumentError(
                    f"opt has groups with {name} {shown(options[name])} and {shown(group[name])}; "
                    "a function of parameters that makes such groups is needed"
                )
    return {name: x for name, x in options.items() if name in known}


def _of_class(kind: type[Any], options: Mapping[str, Any], rate: float | None) -> tuple[Make, bool]:
    """Return what makes an optimiser of a class, and whether the rate is an argument of it."""
    known = dict(list(inspect.signature(kind).parameters.items())[1:])
    lr = rate if rate is not None else options.get("lr", getattr(known.get("lr"), "default", None))
    needed = [
        name
        for name, p in known.items()
        if p.default is p.empty and name not in options and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    by_argument = isinstance(lr, (int, float, torch.Tensor))
    if rate is None and not by_argument and (needed == ["lr"] or lr not in (None, inspect.Parameter.empty)):
        raise ArgumentError(f"rate is None, but {kind.__name__} takes lr without a default; a positive rate is needed")
    if set(needed) - {"lr", "groups"}:
        raise ArgumentTypeError(
            f"opt is the class {kind.__name__}, which needs {', '.join(needed)}; a function of parameters is needed"
        )

    def make(parameters: list[Any], kinds: tuple[str, ...], factor: float) -> Any:
        given = dict(options)
        if by_argument:
            given["lr"] = lr * factor
        if "groups" in known:
            given["groups"] = kinds
        return kind(parameters, **given)

    return make, by_argument


def _of_function(factory: Callable[..., Any], name: str, rate_name: str | None, rate: float | None) -> Make:
    found = inspect.signature(factory).parameters
    places = [p.name for p in found.values() if p.default is p.empty and p.name != rate_name]
    lr: Any = rate if rate is not None or rate_name is None else found[rate_name].default
    if lr is inspect.Parameter.empty:
        raise ArgumentError(f"rate is None, but {name} takes {rate_name} without a default; a positive rate is needed")

    def make(parameters: list[Any], kinds: tuple[str, ...], factor: float) -> Any:
        given = {} if rate_name is None else {rate_name: lr * factor}
        as_wanted = parameters_as(places[0] if places else "params", parameters)
        made = factory(as_wanted, *([kinds] if len(places) == 2 else []), **given)
        return Several(made) if isinstance(made, (list, tuple)) and made else made

    return make


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
