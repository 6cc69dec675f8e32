"""From the names and options of a cell to a model, a function that draws starts, and an optimiser."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from psitheory.errors import ArgumentError, PsitheoryError, UnknownName, shown, told_where
from psitheory.models.interface import Model
from psitheory.models.named import NAMES as MODELS
from psitheory.models.named import Named, named_model, unit_start
from psitheory.optimizers.interface import Optimizer
from psitheory.optimizers.named import NAMES as OPTIMIZERS
from psitheory.optimizers.named import named_optimizer
from psitheory.sweeps.axes import near

Options = Mapping[str, Any]
"""The options of a model or an optimiser, with its ``name``."""

NOMINAL = ("rate", "length")
"""What every optimiser by name is tuned by, see :func:`~psitheory.optimizers.named.named_optimizer`."""


def flat(options: Options) -> dict[str, Any]:
    """Return the options with those that stand beside the name in an entry of a list, which come first."""
    own = options["name"] if isinstance(options["name"], Mapping) else {"name": options["name"]}
    return {key: value for key, value in (dict(options) | dict(own)).items() if key != "label"}


def build_model(options: Options) -> Named:
    """Return the model with the function that draws its starts.

    Raises
    ------
    UnknownName, ArgumentError
        If there is no such model, or it has no such option.
    """
    given = flat(options)
    name = given.pop("name")
    if ":" not in name:
        if name not in MODELS:
            raise UnknownName(f"model is {shown(name)}{near(name, MODELS)}; one of {', '.join(MODELS)} is needed")
        return named_model(name, **given)
    made = _made(name, given)
    if isinstance(made, tuple) and len(made) == 2 and callable(made[1]):
        return Named(*made)
    if not (hasattr(made, "evaluate") and hasattr(made, "layout")):
        raise ArgumentError(f"model {name!r} is {shown(made)}; an object with a layout and evaluate(w) is needed")
    return Named(made, partial(unit_start, made))


def build_optimizer(options: Options, model: Model, rate: Any) -> Optimizer:
    """Return the optimiser at ``rate``, a number or one for each run; None is 1/L where the model knows its L.

    Raises
    ------
    UnknownName, ArgumentError
        If there is no such optimiser, it has no such option, or there is no rate to take.
    """
    given = flat(options)
    name, rate = given.pop("name"), given.pop("rate", rate)
    if ":" in name:
        return _own_optimizer(name, given | ({} if rate is None else {"rate": rate}), model)
    if name not in OPTIMIZERS:
        raise UnknownName(
            f"optimizer is {shown(name)}{near(name, OPTIMIZERS)}; one of {', '.join(OPTIMIZERS)} is needed"
        )
    rate = _natural_rate(model, name) if rate is None else rate
    length = given.pop("length", None)
    built = named_optimizer(name, model, rate=rate, length=rate if length is None else length).optimizer
    return _with_options(built, name, given)


def sources(*names: str) -> dict[str, str]:
    """Return a digest of each file that a name refers to, by which its changes are seen."""
    files = {name.rpartition(":")[0] for name in names if ".py:" in name}
    return {file: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in sorted(files) if Path(file).is_file()}


def _natural_rate(model: Model, name: str) -> float:
    smoothness = getattr(model, "smoothness", None)
    if smoothness is None:
        raise ArgumentError(
            f"optimizer {name!r} has no 'rate', and {type(model).__name__} knows no L; a rate is needed"
        )
    return 1 / float(smoothness.value)


def _with_options(built: Optimizer, name: str, options: Options) -> Optimizer:
    fields = [field.name for field in dataclasses.fields(built) if field.init]  # type: ignore[arg-type]
    known = [*NOMINAL, *(field for field in fields if field not in ("model", *NOMINAL))]
    for option in options:
        if option not in known:
            raise UnknownName(
                f"optimizer {name!r} has no option {option!r}{near(option, known)}; it has {', '.join(known)}"
            )
    return dataclasses.replace(built, **options) if options else built  # type: ignore[type-var]


def _own_optimizer(name: str, options: Options, model: Model) -> Optimizer:
    target = _loaded(name)
    needs_model = callable(target) and "model" in inspect.signature(target).parameters
    made: Any = _made(name, dict(options) | ({"model": model} if needs_model else {}))
    if not (hasattr(made, "init") and hasattr(made, "step")):
        raise ArgumentError(f"optimizer {name!r} is {shown(made)}; an object with init and step is needed")
    return made  # type: ignore[no-any-return]


def _loaded(name: str) -> Any:
    """Return what somebody's own name stands for: with what checks need, which no process waits for in vain."""
    from psitheory.conformance.target import load

    return load(name)


def _made(name: str, options: Options) -> Any:
    """Return what the function called ``name`` makes of the options, or the object of that name."""
    target = _loaded(name)
    if not isinstance(target, type) and (
        not callable(target) or hasattr(target, "evaluate") or hasattr(target, "step")
    ):
        if options:
            raise ArgumentError(f"{name!r} is no function, and has the options {', '.join(options)}; none can be taken")
        return target
    _check_takes(target, name, options)
    with told_where(f"{name!r}", passing=(PsitheoryError,)):
        return target(**options)


def _check_takes(target: Callable[..., Any], name: str, options: Options) -> None:
    parameters = inspect.signature(target).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for option in options:
        if option not in parameters:
            raise UnknownName(f"{name!r} has no option {option!r}{near(option, parameters)}")
    missing = [key for key, one in parameters.items() if one.default is one.empty and key not in options]
    if missing:
        raise ArgumentError(f"{name!r} needs the option {missing[0]!r}, which the spec does not give")


def takes_a_rate_for_each_run(options: Options, model: Model, start: np.ndarray, rates: tuple[float, float]) -> bool:
    """Tell whether the method can be given an array of rates, and steps each run as if it were alone.

    It is tried on two rates.  Where an array is taken for something else, results differ in their first digits;
    rounding reaches the last ones only.
    """
    count = next(k for k in range(2, 9) if k not in (model.layout.n, model.layout.m))
    each = np.resize(np.asarray(rates, float), count)
    w = np.repeat(start[None], count, axis=0)
    try:
        together = _one_step(build_optimizer(options, model, each), model, w)
    except Exception:  # whatever it stumbles on, one rate at a time remains
        return False
    alone = [_one_step(build_optimizer(options, model, rate), model, w[:1])[0] for rate in rates]
    return bool(np.allclose(together[:2], alone, rtol=1e-6, atol=0, equal_nan=True))


def _one_step(optimizer: Optimizer, model: Model, w: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        state = optimizer.init(model.layout, w)
        return np.asarray(optimizer.step(model.layout, w, model.evaluate(w), state)[0])
