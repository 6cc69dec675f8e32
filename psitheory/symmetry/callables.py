"""Somebody's function of parameters: that it can be called, that calls leave it as it was, what it may return."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, ArgumentTypeError, shown


def check_callable(f: Any, name: str, at: Any) -> None:
    """Raise unless ``f`` can be called with one argument, the parameters."""
    if not callable(f):
        raise ArgumentTypeError(f"{name} is {shown(f)}; a Model or a function of the parameters is needed")
    if at is None:
        raise ArgumentTypeError(
            f"at is None; {name} is a plain function, so a Layout, an array or a mapping of named arrays is needed"
        )
    try:
        inspect.signature(f).bind(at)
    except TypeError as error:
        raise ArgumentTypeError(f"{name} cannot be called with one argument, the parameters: {error}") from None
    except ValueError:  # a builtin whose signature is unknown
        pass


def looped(gradient: Callable[[Array], Any] | None) -> Callable[[Array], Array] | None:
    """Return a gradient at one point as one at many, point by point; it must have the shape of the point."""
    if gradient is None:
        return None

    def gradients(ws: Array) -> Array:
        out = np.empty(ws.shape)
        for k, w in enumerate(ws):
            g = np.asarray(gradient(w), dtype=float)
            if g.shape != w.shape:
                raise ArgumentError(
                    f"gradient returned the shape {g.shape}; {w.shape}, that of the parameters, is needed"
                )
            out[k] = g
        return out

    return gradients


def from_one_state(f: Callable[[Any], Any], example: Any) -> tuple[Callable[[Any], Any], tuple[str, ...]]:
    """Return f, or, if it is an object whose calls change it, a function that calls a fresh copy each time."""
    owner = f if hasattr(f, "__dict__") and not inspect.isroutine(f) else getattr(f, "__self__", None)
    if owner is None or inspect.ismodule(owner):
        return f, ()
    try:
        pristine = copy.deepcopy(f)
        trial = copy.deepcopy(f)
        one, two = (np.asarray(trial(example), dtype=float) for _ in range(2))
    except Exception:  # it cannot be copied, or raises: that is told where it is called
        return f, ()
    if np.array_equal(one, two, equal_nan=True):
        return f, ()

    def fresh(value: Any) -> Any:
        return copy.deepcopy(pristine)(value)

    fresh.__name__ = type(owner).__name__
    return fresh, ("a call changes the state of f; every evaluation starts from a fresh copy",)


def scalar(value: Any) -> np.ndarray:
    """Return a loss as a NumPy scalar array, in float64.

    Raises
    ------
    ArgumentTypeError
        If it is not one real number.
    """
    try:
        number = np.zeros(0) if value is None else np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        number = np.zeros(0)
    if number.size != 1 or np.iscomplexobj(value):
        what = f"an array of shape {np.shape(value)}" if np.ndim(_plain(value)) else shown(value)
        raise ArgumentTypeError(f"f returned {what}; a loss must be one real number")
    return number.reshape(())


def _plain(value: Any) -> Any:
    return value if isinstance(value, (np.ndarray, list, tuple)) or hasattr(value, "shape") else 0
