"""The scale types of a loss that is written in NumPy, where they can be derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.models.types import ModelTypes, derived_once
from psitheory.symmetry.callables import scalar
from psitheory.symmetry.trees import filled

FLAT = "w"
"""What a flat vector is called while its call is followed."""


@dataclass(frozen=True, eq=False)
class NumpyTypes:
    """What degrees tell of a loss.

    Attributes
    ----------
    types : callable or None
        Derives the types, given which entries have no effect; None where they cannot be derived.
    without_constants : callable or None
        The loss without its small constants, of a flat vector; None if there are none.
    notes : tuple of str
        Why there are none.
    """

    types: Callable[[Mapping[str, Ids]], ModelTypes] | None = None
    without_constants: Callable[[Array], Mapping[str, Array]] | None = None
    notes: tuple[str, ...] = ()


def numpy_types(f: Callable[[Any], Any], at: Any, layout: Layout, point: Array, dtype: np.dtype[Any]) -> NumpyTypes:
    """Return the scale types of a loss that takes arrays in the form of ``at``, if one call of it can be followed.

    Of a Layout they are one flat vector, whose parts are told apart after the call.
    """
    from psitheory.scaletypes.models.numpy import NotTraced, traced, without_constants

    is_flat = isinstance(at, Layout)
    shapes = [(part.name, part.shape) for part in layout.parts]

    def named(w: Array) -> dict[str, Array]:
        if is_flat:
            return {FLAT: w.copy()}
        return {name: layout.view(name, w).astype(dtype) for name, _ in shapes}

    def tree(arrays: Mapping[str, Any]) -> Any:
        return arrays[FLAT] if is_flat else filled(at, arrays)

    def masks(ignored: Mapping[str, Ids]) -> Mapping[str, Ids]:
        if not (is_flat and ignored):
            return ignored
        mask = np.zeros(layout.n, bool)
        for name, entries in ignored.items():
            layout.view(name, mask)[...] = entries
        return {FLAT: mask}

    @derived_once
    def types(ignored: Mapping[str, Ids]) -> ModelTypes:
        rules, parameters, out = traced(lambda arrays: f(tree(arrays)), named(point), masks(ignored))
        parameters = parameters[FLAT].split(shapes) if is_flat else parameters
        rules.place = lambda: Place("", 0)  # no line asks for it
        rules.zero(out.degrees(rules), "the loss must stay")
        return ModelTypes(rules, parameters)

    try:
        constants = types({}).constants
    except NotTraced as error:
        return NumpyTypes(notes=(f"no scale types: {error}",))
    except Exception:  # f takes nothing but arrays
        return NumpyTypes()
    take_out = without_constants(constants)

    def clean(w: Array) -> Mapping[str, Array]:
        with np.errstate(all="ignore"):
            return {"loss": scalar(f(tree({name: take_out(x) for name, x in named(w).items()})))}

    return NumpyTypes(types, clean if constants else None)
