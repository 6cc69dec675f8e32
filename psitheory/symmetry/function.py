"""Anybody's loss, seen as a function of one flat vector whose parts have names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, shown
from psitheory.interop.detect import framework_of
from psitheory.layout import Layout, Part, free
from psitheory.models.interface import Model

Seen = Mapping[str, np.ndarray]
"""What one evaluation shows: ``loss``, (), and perhaps ``outputs``."""

Named = Mapping[str, Any]


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

    def loss(self, w: Array) -> float:
        """Return the loss at one point."""
        return float(self.observe(w)["loss"])


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
        adapter = import_module("psitheory.interop." + {"torch": "torch_model", "jax": "jax"}[framework])
        return cast(LossFunction, adapter.loss_function(f, at))
    _check_callable(f, "f", at)
    if gradient is not None:
        _check_callable(gradient, "gradient", at)
    name = getattr(f, "__name__", type(f).__name__)
    if isinstance(at, Layout):
        return LossFunction(name, at, lambda w: {"loss": scalar(f(w))}, _looped(gradient), None)
    parts, point, dtype = _flattened(at)

    def rebuilt(w: Array) -> Any:
        return _rebuilt(at, Layout(*parts), np.asarray(w, dtype))

    def flat_gradient(w: Array) -> Array:
        assert gradient is not None
        return _flat_like(gradient(rebuilt(w)), at, parts)

    return LossFunction(
        name,
        Layout(*parts),
        lambda w: {"loss": scalar(f(rebuilt(w)))},
        _looped(flat_gradient if gradient else None),
        point,
        dtype,
    )


def scalar(value: Any) -> np.ndarray:
    """Return a loss as a NumPy scalar array, in float64.

    Raises
    ------
    ArgumentTypeError
        If it is not one real number.
    """
    try:
        number = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        number = np.zeros(0)
    if number.size != 1 or np.iscomplexobj(value):
        what = f"an array of shape {np.shape(value)}" if np.ndim(_plain(value)) else shown(value)
        raise ArgumentTypeError(f"f returned {what}; a loss must be one real number")
    return number.reshape(())


def parts_of(named: Mapping[str, tuple[int, ...]]) -> list[Part]:
    """Return a free part for each name and shape.

    Raises
    ------
    ArgumentError
        If a parameter has no entries, or there are no parameters.
    """
    for name, shape in named.items():
        if 0 in shape:
            raise ArgumentError(f"parameter {name!r} has the shape {shape}; parameters of size zero cannot be scaled")
    if not named:
        raise ArgumentError("there are no parameters; at least one is needed")
    return [free(name, *shape) for name, shape in named.items()]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (np.ndarray, list, tuple)) or hasattr(value, "shape") else 0


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
    from dataclasses import is_dataclass, replace

    if not (is_dataclass(model) and getattr(model, "eps", 0)):
        return None
    return lambda: _of_model(replace(model, eps=0.0), at)


def _check_callable(f: Any, name: str, at: Any) -> None:
    if not callable(f):
        raise ArgumentTypeError(f"{name} is {shown(f)}; a Model or a function of the parameters is needed")
    if at is None:
        raise ArgumentTypeError(
            f"at is None; {name} is a plain function, so a Layout, an example array or a mapping of named arrays is needed"
        )
    try:
        inspect.signature(f).bind(at)
    except TypeError as error:
        raise ArgumentTypeError(f"{name} cannot be called with one argument, the parameters: {error}") from None
    except ValueError:  # a builtin whose signature is unknown
        pass


def _looped(gradient: Callable[[Array], Any] | None) -> Callable[[Array], Array] | None:
    if gradient is None:
        return None

    def gradients(ws: Array) -> Array:
        out = np.empty(ws.shape)
        for k, w in enumerate(ws):
            g = np.asarray(gradient(w), dtype=float)
            if g.shape != w.shape:
                raise ArgumentError(f"gradient returned the shape {g.shape}; {w.shape}, that of the parameters, is needed")
            out[k] = g
        return out

    return gradients


def _flattened(at: Any) -> tuple[list[Part], Array, np.dtype[Any]]:
    named = dict(leaves(at)) if isinstance(at, Mapping) else {"w": at}
    arrays: dict[str, np.ndarray] = {}
    for name, value in named.items():
        try:
            x = np.asarray(value)
            x = x.astype(float) if x.dtype.kind in "iu" else x
        except (TypeError, ValueError):
            x = np.asarray(None)
        if x.dtype.kind != "f":
            raise ArgumentTypeError(f"at[{name!r}] is {shown(value)}; an array of real numbers is needed")
        if not np.all(np.isfinite(x)):
            raise ArgumentError(f"at[{name!r}] is not finite; finite numbers are needed")
        arrays[name] = x
    parts = parts_of({name: x.shape for name, x in arrays.items()})
    dtype = np.result_type(*arrays.values())
    return parts, np.concatenate([x.ravel() for x in arrays.values()]).astype(float), dtype


def leaves(tree: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """Return the leaves of nested mappings and sequences, with names such as ``layer/W``."""
    if isinstance(tree, Mapping):
        items: list[tuple[str, Any]] = [(str(k), v) for k, v in tree.items()]
    elif isinstance(tree, (list, tuple)) and not all(np.isscalar(x) for x in tree):
        items = [(str(k), v) for k, v in enumerate(tree)]
    else:
        return [(prefix, tree)]
    return [leaf for key, value in items for leaf in leaves(value, f"{prefix}/{key}" if prefix else key)]


def _rebuilt(at: Any, layout: Layout, w: Array) -> Any:
    if not isinstance(at, Mapping):
        return w.reshape(np.shape(at))

    def build(tree: Any, prefix: str) -> Any:
        if isinstance(tree, Mapping):
            return {key: build(x, f"{prefix}/{key}" if prefix else str(key)) for key, x in tree.items()}
        if isinstance(tree, (list, tuple)) and not all(np.isscalar(x) for x in tree):
            return type(tree)(build(x, f"{prefix}/{k}" if prefix else str(k)) for k, x in enumerate(tree))
        return layout.view(prefix, w).copy()

    return build(at, "")


def _flat_like(gradient: Any, at: Any, parts: list[Part]) -> Array:
    if not isinstance(at, Mapping):
        return np.ravel(np.asarray(gradient, float))
    found = dict(leaves(gradient))
    missing = [part.name for part in parts if part.name not in found]
    if missing:
        raise ArgumentError(f"gradient returned no entry {missing[0]!r}; the names of the parameters are needed")
    return np.concatenate([np.ravel(np.asarray(found[part.name], float)) for part in parts])


def probed(function: LossFunction, w: Array) -> Seen:
    """Return what f shows at ``w``, with a sentence for what cannot be a loss.

    Raises
    ------
    ArgumentError
        If f raises or is not finite at the example point.
    """
    try:
        seen = function.observe(w)
    except PsitheoryError:
        raise
    except Exception as error:
        raise ArgumentError(f"f raised {type(error).__name__} at the example point: {' '.join(str(error).split())}") from error
    if not np.isfinite(seen["loss"]):
        raise ArgumentError(f"f is {float(seen['loss'])} at the example point; a finite loss is needed")
    return seen
