"""Find out what somebody's optimiser is, and make runs of it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any, cast

from psitheory.conformance.optimizers.runs.run import OfFunction, OfOptimizer, OfRun, Runs, defaults
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.frameworks import adapter
from psitheory.scaletypes.optimizers.types import RATES

KINDS = (
    "an object with init and step, a pair (init, update), a torch optimiser (its class, an instance, or a function of "
    "parameters), a function step(w, gradient, state), or a function run(start, steps, seed)"
)
PARAMETERS = ("params", "parameters", "p")
"""Under which names functions take the parameters of which they make a torch optimiser."""
OFFERED = ("layout", "loss", "rng", "t")
"""What a plain function may ask for by name."""


def runs_of(
    opt: Any, *, rate: float | None = None, name: str | None = None, parameter: Callable[..., Any] | None = None
) -> Runs:
    """Return runs of ``opt``.

    Raises
    ------
    ArgumentTypeError
        If it is nothing that is known, or a function whose parameters fit nothing that is known.
    ArgumentError
        If ``rate`` is given for something that takes none, or is not positive.
    """
    if rate is not None and not (isinstance(rate, (int, float)) and 0 < rate < float("inf")):
        raise ArgumentError(f"rate is {shown(rate)}; a positive number is needed")
    called = name or _name(opt)
    if _is_torch(opt):
        return _torch(opt, rate, called, parameter)
    if inspect.isclass(opt):
        raise ArgumentTypeError(f"opt is the class {opt.__name__}; an instance of it is needed, or {KINDS}")
    if hasattr(opt, "init") and callable(getattr(opt, "step", None)):
        _refuse(rate, called)
        _must_take(opt.init, f"{called}.init", "layout", "w")
        _must_take(opt.step, f"{called}.step", "layout", "w", "evaluation", "state")
        return OfOptimizer(opt, called)
    pair = _pair(opt)
    if pair is not None:
        of_pair = adapter("jax", "optimizer")
        _refuse(rate, called)
        _must_take(pair[0], "init", "params")
        places = ("gradients", "state", "params")[: 3 if len(_places(pair[1])) > 2 else 2]
        _must_take(pair[1], "update", *places, extra=of_pair.OFFERED)
        return cast(Runs, of_pair(*pair, called))
    if callable(opt):
        return _of_function(opt, rate, called, parameter)
    raise ArgumentTypeError(f"opt is {shown(opt)}; {KINDS} is needed")


def _of_function(opt: Callable[..., Any], rate: float | None, name: str, parameter: Callable[..., Any] | None) -> Runs:
    try:
        found = list(inspect.signature(opt).parameters.values())
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"opt is {shown(opt)}, whose parameters cannot be read; {KINDS} is needed") from error
    if not found and rate is None:  # it makes one with a rate of its own
        return runs_of(opt(), name=name, parameter=parameter)
    places = [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    names = {p.name for p in found}
    rate_name = next((r for r in RATES if r in names), None)
    by_rate = rate_name if places in ([], [rate_name]) else None
    if rate_name is None and rate is not None and len(places) == 1 and places[0] not in PARAMETERS:
        by_rate = places[0]
    if by_rate is not None:
        return _of_factory(opt, rate, name, parameter, by_rate)
    others = [p for p in places if p != rate_name]
    if len(others) == 1 or (len(others) == 2 and others[1] in ("groups", "named_groups")):
        return _torch(opt, rate, name, parameter)
    if rate_name is None:
        _refuse(rate, name)
    elif rate is None and rate_name not in defaults(opt):
        raise ArgumentError(f"rate is None, but {name} takes {rate_name} without a default; a positive rate is needed")
    third = [p for p in places if p != rate_name][2:3]
    places = [p for p in places if p not in (*OFFERED, rate_name)]
    if "steps" in places:
        if len(places) != 3:
            raise ArgumentTypeError(f"opt takes ({', '.join(places)}); a run takes (start, steps, seed)")
        return OfRun(opt, name, rate, rate_name)
    if len(places) not in (2, 3):
        raise ArgumentTypeError(f"opt takes ({', '.join(places)}); {KINDS} is needed")
    wants = tuple(p for p in OFFERED if p in names)
    instead = third[0] if third and third[0] in OFFERED and len(places) == 2 else ""
    return OfFunction(opt, name, rate, wants, rate_name, positional=len(places), instead=instead)


def _of_factory(
    opt: Callable[..., Any], rate: float | None, name: str, parameter: Callable[..., Any] | None, rate_name: str
) -> Runs:
    place = inspect.signature(opt).parameters[rate_name]
    if rate is None and isinstance(place.default, (int, float)):
        rate = place.default
    if rate is None and place.default is not place.empty:
        return runs_of(opt(), name=name, parameter=parameter)
    if rate is None:
        raise ArgumentError(f"rate is None, but {name} is a function of the rate; a positive rate is needed")

    def factory(rate: Any) -> Any:
        return opt(rate) if place.kind is place.POSITIONAL_ONLY else opt(**{rate_name: rate})

    made = factory(rate)
    pair = _pair(made)
    if pair is None:
        return runs_of(made, name=name, parameter=parameter)
    made_by = adapter("jax", "optimizer")(*pair, name, rate=rate, factory=lambda rate: _pair(factory(rate)))
    return cast(Runs, made_by)


def _torch(opt: Any, rate: float | None, name: str, parameter: Callable[..., Any] | None) -> Runs:
    try:
        of_torch = adapter("torch", "optimizer")
    except ModuleNotFoundError as error:
        raise ArgumentTypeError(
            f"opt is {name}, which looks like a function of torch parameters; PyTorch is needed for that, or {KINDS}"
        ) from error
    return cast(Runs, of_torch.of(opt, name, rate=rate, parameter=parameter))


def _is_torch(opt: Any) -> bool:
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    kind = torch.optim.Optimizer
    return isinstance(opt, kind) or (inspect.isclass(opt) and issubclass(opt, kind))


def _pair(opt: Any) -> tuple[Callable[..., Any], Callable[..., Any]] | None:
    init, update = getattr(opt, "init", None), getattr(opt, "update", None)
    if callable(init) and callable(update):
        return init, update
    if isinstance(opt, tuple) and len(opt) == 2 and all(callable(f) for f in opt):
        return opt[0], opt[1]
    return None


def _places(function: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters that can be given by position, or nothing if they cannot be read."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _must_take(function: Callable[..., Any], name: str, *arguments: str, extra: tuple[str, ...] = ()) -> None:
    """Raise an error unless the function can be called with so many arguments, and ``extra`` ones that it names."""
    try:
        found = inspect.signature(function)
        found.bind(*arguments, **{name: name for name in extra if name in found.parameters})
    except ValueError:  # nothing is known of it
        return
    except TypeError as error:
        came = ", ".join(_places(function))
        raise ArgumentTypeError(f"{name} takes ({came}); it must take ({', '.join(arguments)})") from error


def _refuse(rate: float | None, name: str) -> None:
    if rate is not None:
        raise ArgumentError(f"rate is {rate!r}, but {name} takes no rate from outside; leave it out")


def _name(opt: Any) -> str:
    if inspect.isclass(opt) or inspect.isroutine(opt):
        return str(opt.__name__) if opt.__name__ != "<lambda>" else _source_of(opt)
    return type(opt).__name__


def _source_of(function: Callable[..., Any]) -> str:
    """Return the names that a lambda calls, which tell more than ``<lambda>``."""
    names = [name for name in function.__code__.co_names if name[:1].isupper()]
    return names[-1] if names else "the given function"
