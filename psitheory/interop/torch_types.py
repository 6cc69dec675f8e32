"""The scale types of a PyTorch module that is evaluated from one state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import torch

from psitheory.interop.torch_state import Runner, TensorModule
from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.models.torch import traced
from psitheory.scaletypes.models.torch.without_constants import WithoutConstants
from psitheory.scaletypes.models.types import ModelTypes, derived_once

Aspect = Literal["loss", "outputs"]


def types_of(runner: Runner, call: Callable[..., Any], aspect: Aspect) -> Callable[[Mapping[str, Ids]], ModelTypes]:
    """Return what derives the types of a module's loss or outputs; entries that have no effect may be named."""

    def types(ignored: Mapping[str, Ids]) -> ModelTypes:
        runner.prepare(runner.point)
        module = runner.module
        given = module.parameter_names() if isinstance(module, TensorModule) else {}
        named = {given.get(n, n): p for n, p in module.named_parameters(remove_duplicate=False)}
        with drawing(runner.random_states[0]):
            trace, parameters, (loss, outputs) = traced(
                lambda: call(module, runner.dtype),
                {n: p for n, p in named.items() if p.is_floating_point()},
                module=module,
                ignored=ignored,
            )
        seen = loss if aspect == "loss" and loss is not None else outputs
        trace.rules.place = lambda: Place("", 0)  # no line asks for it
        trace.rules.zero(trace.ids(seen), f"the {aspect} must stay")
        return ModelTypes(trace.rules, parameters)

    return derived_once(types)


@contextmanager
def drawing(state: Any) -> Iterator[None]:
    """Draw random numbers from a state, and put back what was."""
    before = torch.get_rng_state()
    torch.set_rng_state(state)
    try:
        yield
    finally:
        torch.set_rng_state(before)


__all__ = ["WithoutConstants", "drawing", "types_of"]
