"""Named parameters in nested mappings and sequences, and the flat vector that they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.layout import Layout, Part, free


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


def flattened(at: Any) -> tuple[Layout, Array, np.dtype[Any]]:
    """Return the layout, the flat point (n,) in float64, and the dtype of an array or of named arrays."""
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
    return Layout(*parts), np.concatenate([x.ravel() for x in arrays.values()]).astype(float), dtype


def leaves(tree: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """Return the leaves of nested mappings and sequences, with names such as ``layer/W``."""
    if isinstance(tree, Mapping):
        items: list[tuple[str, Any]] = [(str(k), v) for k, v in tree.items()]
    elif isinstance(tree, (list, tuple)) and not all(np.isscalar(x) for x in tree):
        items = [(str(k), v) for k, v in enumerate(tree)]
    else:
        return [(prefix, tree)]
    return [leaf for key, value in items for leaf in leaves(value, f"{prefix}/{key}" if prefix else key)]


def rebuilt(at: Any, layout: Layout, w: Array) -> Any:
    """Return ``w`` (n,) in the form of ``at``."""
    if not isinstance(at, Mapping):
        return w.reshape(np.shape(at))
    return filled(at, {part.name: layout.view(part.name, w).copy() for part in layout.parts})


def filled(at: Any, named: Mapping[str, Any]) -> Any:
    """Return arrays by name in the form of ``at``."""
    if not isinstance(at, Mapping):
        return named["w"]

    def build(tree: Any, prefix: str) -> Any:
        if isinstance(tree, Mapping):
            return {key: build(x, f"{prefix}/{key}" if prefix else str(key)) for key, x in tree.items()}
        if isinstance(tree, (list, tuple)) and not all(np.isscalar(x) for x in tree):
            items = (build(x, f"{prefix}/{k}" if prefix else str(k)) for k, x in enumerate(tree))
            return tree._make(items) if hasattr(tree, "_make") else type(tree)(items)
        return named[prefix]

    return build(at, "")


def flat_like(gradient: Any, at: Any) -> Array:
    """Return a gradient of the form of ``at`` as a flat array (n,)."""
    if not isinstance(at, Mapping):
        return np.ravel(np.asarray(gradient, float))
    found = dict(leaves(gradient))
    names = [name for name, _ in leaves(at)]
    missing = [name for name in names if name not in found]
    if missing:
        raise ArgumentError(f"gradient returned no entry {missing[0]!r}; the names of the parameters are needed")
    return np.concatenate([np.ravel(np.asarray(found[name], float)) for name in names])
