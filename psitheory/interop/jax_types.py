"""The scale types of a JAX loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.jax import traced, without_constants
from psitheory.scaletypes.models.types import ModelTypes, derived_once


def types_of(
    f: Callable[..., Any], leaves: Callable[[], Mapping[str, Any]], precision: Callable[[], AbstractContextManager[Any]]
) -> Callable[[Mapping[str, Ids]], ModelTypes]:
    """Return what derives the types of a loss of arrays; entries that have no effect may be named."""

    def types(ignored: Mapping[str, Ids]) -> ModelTypes:
        with precision():
            rules, parameters, (out,) = traced(f, leaves(), ignored)
            rules.zero(out.degrees(rules), "the loss must stay")
        return ModelTypes(rules, parameters)

    return derived_once(types)


def of_leaves(f: Callable[[Any], Any], build: Callable[[Iterable[Any]], Any]) -> Callable[..., Any]:
    """Return f as a function of the leaves of its pytree."""
    return lambda *leaves: f(build(leaves))


__all__ = ["of_leaves", "types_of", "without_constants"]
