"""Anybody's loss, seen as a function of one flat vector whose parts have names."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cached_property, wraps
from typing import Any, cast

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, shown
from psitheory.frameworks import adapter, framework_of
from psitheory.layout import Layout
from psitheory.limits import foreign
from psitheory.models.interface import Model
from psitheory.scaletypes.models.types import ModelTypes
from psitheory.symmetry.callables import check_callable, from_one_state, looped, scalar
from psitheory.symmetry.numpy_types import numpy_types
from psitheory.symmetry.trees import flat_like, flattened, rebuilt

Seen = Mapping[str, np.ndarray]
"""What one evaluation shows: ``loss``, (), and perhaps ``outputs``."""

Named = Mapping[str, Any]


HALF = 1e-4
"""Only formats of 16 bits and fewer are coarser; single precision on the way is measured."""


@dataclass(frozen=True, eq=False)
class LossFunction:
    """A loss of named parameters, on flat NumPy vectors (n,).

    Attributes
    ----------
    name : str
    layout : Layout
        The parts; those with blocks are *claimed* to be scale-invariant.
    observe : callable
        Maps w (n,) to what one evaluation shows, always from the same state.
    gradients : callable or None
        Maps an ensemble (K, n) to the gradients of the loss (K, n).
    point : array (n,) or None
        An example point, whose sizes say how wide to sample.
    dtype : dtype
        In which the loss computes.
    without_eps : callable or None
        Returns the same loss with its eps taken out (made so small that it cannot be felt), and says how.
    eps : str
        What eps was found, in words.
    notes : tuple of str
        What a reader must know, such as that a forward pass rewrites its own state.
    """

    name: str
    layout: Layout
    observe: Callable[[Array], Seen]
    gradients: Callable[[Array], Array] | None = None
    point: Array | None = None
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(float))
    without_eps: Callable[[], LossFunction] | None = None
    eps: str = ""
    notes: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ("loss",)
    """What of that counts."""
    of_outputs: LossFunction | None = None
    """A generic number made of the outputs, as a loss of its own; it has their symmetries and no others."""
    types: Callable[[Mapping[str, Array]], ModelTypes] | None = None
    """Derives the scale types, given which entries of which parts have no effect; None where only samples serve."""
    tied: Mapping[str, str] = field(default_factory=dict)
    """The name in the layout of each parameter that has others too, by the others."""
    frozen: tuple[str, ...] = ()
    """Parameters that are not trained: they ask for no gradient."""
    takes_flat: bool = False
    """Whether f itself takes a flat vector, whose parts a Layout names."""
    seen: Seen | None = None
    """What it shows at the example point, if two evaluations were seen to agree bit for bit there."""

    def __post_init__(self) -> None:
        """Watch what is somebody's code."""
        object.__setattr__(self, "observe", _watched(self.observe))
        object.__setattr__(self, "gradients", self.gradients and _watched(self.gradients))

    @cached_property
    def ulp(self) -> float:
        """Return the relative distance of neighbouring numbers in the coarsest precision on the way, as types tell."""
        own = float(np.finfo(self.dtype).eps)
        coarsest = 0.0 if self.types is None else self.types({}).rules.coarsest
        return max(own, coarsest) if coarsest > HALF else own

    def loss(self, w: Array) -> float:
        """Return the loss at one point."""
        return float(self.observe(w)["loss"])


def _watched(function: Callable[[Array], Any]) -> Callable[[Array], Any]:
    """Return the function as a piece of code that may not end late, nor end the process."""

    @wraps(function)
    def call(w: Array) -> Any:
        with foreign("an evaluation of f"):
            return function(w)

    return function if hasattr(function, "__wrapped__") else call


def as_loss_function(f: Any, at: Any = None, *, gradient: Callable[..., Any] | None = None) -> LossFunction:
    """Return ``f`` as a :class:`LossFunction`.

    Parameters
    ----------
    f : Model or callable
        A :class:`~psitheory.models.Model`, or a function of what ``at`` is an example of.
    at : Layout, array, or mapping of str to array
        Says what f takes: a flat vector with the parts of a layout; an array; or named arrays, perhaps nested.
    gradient : callable, optional
        The gradient of f, of the same form as ``at``.

    Raises
    ------
    ArgumentTypeError
        If f cannot be called with one argument, or ``at`` is of an unknown kind.
    ArgumentError
        If a parameter has size zero, ``at`` is not finite, or f returns no finite scalar there.
    """
    if isinstance(f, LossFunction):
        return f
    if isinstance(f, Model):
        return _of_model(f, at)
    framework = framework_of(f, at)
    if framework and gradient is None:
        return cast(LossFunction, adapter(framework, "loss_function")(f, at))
    check_callable(f, "f", at)
    if gradient is not None:
        check_callable(gradient, "gradient", at)
    layout, point, dtype = (at, None, np.dtype(float)) if isinstance(at, Layout) else flattened(at)
    example = np.random.default_rng(0).normal(size=layout.n) if point is None else point

    def tree(w: Array) -> Any:
        return w.copy() if point is None else rebuilt(at, layout, np.asarray(w, dtype))

    def flat_gradient(w: Array) -> Array:
        assert gradient is not None
        return flat_like(gradient(tree(w)), at)

    value = _value_of(f, tree(example))
    if gradient is None and point is not None and framework_of(value, ()) == "jax":
        with suppress(ArgumentError):  # it goes through NumPy as well
            return cast(LossFunction, adapter("jax", "loss_function")(f, at))  # in float64, which JAX else rounds off
    f, notes = from_one_state(f, tree(example))
    if dtype == np.float64 and getattr(value, "dtype", None) == np.float32:
        dtype, notes = np.dtype(np.float32), (*notes, "evaluated in float32: f returns it")

    def observe(w: Array) -> Seen:
        with np.errstate(all="ignore"):  # what is not finite is told as such
            return {"loss": scalar(f(tree(w)))}

    made = LossFunction(
        str(getattr(f, "__name__", type(f).__name__)),
        layout,
        observe,
        looped(flat_gradient if gradient else None),
        point,
        dtype,
        notes=notes,
        takes_flat=point is None,
    )
    found = numpy_types(f, at, layout, example if point is None else point, dtype)
    made = replace(made, types=found.types, notes=(*notes, *found.notes))
    if found.without_constants is None:
        return made
    clean = replace(made, observe=found.without_constants)
    return replace(made, without_eps=lambda: clean, eps="its small constants")


def as_loss_functions(
    f: Any, at: Any = None, *, gradient: Any = None, inputs: Any = None, targets: Any = None, loss: Any = None
) -> dict[str, LossFunction]:
    """Return ``f`` as a :class:`LossFunction` for each mode that it has: modules are in training or not.

    Parameters are those of :func:`as_loss_function`, and for modules the ``inputs`` they are called on and the
    ``loss`` of their outputs.
    """
    if framework_of(f, at) == "torch" and gradient is None:
        found = adapter("torch", "loss_functions")(f, at, inputs=inputs, targets=targets, loss=loss)
        return cast("dict[str, LossFunction]", found)
    given = [name for name, value in (("inputs", inputs), ("targets", targets), ("loss", loss)) if value is not None]
    if given:
        raise ArgumentTypeError(
            f"{given[0]} is for modules of a framework; f is {shown(f)}, which takes its parameters alone"
        )
    return {"": as_loss_function(f, at, gradient=gradient)}


def _value_of(f: Callable[[Any], Any], example: Any) -> Any:
    """Return what a copy of f returns at an example; None where it raises, which is told where it is called."""
    try:
        with np.errstate(all="ignore"), foreign("an evaluation of f"):
            return copy.deepcopy(f)(example)
    except Exception:
        return None


def _of_model(model: Model, at: Any) -> LossFunction:
    layout = model.layout
    if layout.n == 0:
        raise ArgumentError("the model has no parameters; at least one is needed")
    point = None
    if at is not None and not isinstance(at, Layout):
        point = np.asarray(layout.check(at, "at", nonzero=False), float)

    def gradients(ws: Array) -> Array:
        return np.asarray(model.evaluate(ws).gradient)

    return LossFunction(
        type(model).__name__,
        layout,
        lambda w: {"loss": scalar(model.evaluate(w).loss)},
        gradients,
        point,
        without_eps=_model_without_eps(model, at),
        eps=f"eps = {model.eps:g}" if getattr(model, "eps", 0) else "",  # type: ignore[attr-defined]
    )


def _model_without_eps(model: Any, at: Any) -> Callable[[], LossFunction] | None:
    if not (is_dataclass(model) and getattr(model, "eps", False)):
        return None
    without: Any = replace(cast(Any, model), eps=0.0)
    return lambda: _of_model(without, at)


def probed(function: LossFunction, w: Array) -> Seen:
    """Return what f shows at ``w``, with a sentence for what cannot be a loss.

    Raises
    ------
    ArgumentError
        If f raises or is not finite at the example point.
    """
    try:
        seen = function.observe(w) if function.seen is None or w is not function.point else function.seen
    except PsitheoryError:
        raise
    except Exception as error:
        raise ArgumentError(
            f"f raised {type(error).__name__} at the example point: {' '.join(str(error).split())}"
        ) from error
    if not np.isfinite(seen["loss"]):
        raise ArgumentError(f"f is {float(seen['loss'])} at the example point; a finite loss is needed")
    return seen
