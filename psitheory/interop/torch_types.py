"""The scale types of a PyTorch module that is evaluated from one state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from traceback import extract_tb
from typing import Any, Literal

import numpy as np
import torch

from psitheory.interop.torch_state import Runner, TensorModule
from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.models.parameters import Parameter
from psitheory.scaletypes.models.torch import Trace, traced
from psitheory.scaletypes.models.torch.without_constants import WithoutConstants
from psitheory.scaletypes.models.types import ModelTypes, derived_once

Aspect = Literal["loss", "outputs"]
NOT_THEIRS = ("/torch/", "psitheory/scaletypes/", "psitheory/interop/")


class Traces:
    """The traced forward passes of a module; its loss and its outputs share one.

    Parameters
    ----------
    runner : Runner
    call : callable
    point : array, (n,)
        Where it is traced: the parameters of the module may be those that its last pass has left.
    """

    def __init__(self, runner: Runner, call: Callable[..., Any], point: np.ndarray) -> None:
        self.runner, self.call, self.point = runner, call, point
        self._latest: Trace | None = None
        self._traced = derived_once(self._derive)

    def types_of(self, aspect: Aspect) -> Callable[[Mapping[str, Ids]], ModelTypes]:
        """Return what derives the types of the loss or the outputs; entries that have no effect may be named."""

        def types(ignored: Mapping[str, Ids]) -> ModelTypes:
            trace, parameters, seen = self._traced(ignored)
            rules = trace.rules.copy()
            rules.place = lambda: Place("", 0)  # no line asks for it
            rules.zero(seen[aspect], f"the {aspect} must stay")
            return ModelTypes(rules, parameters)

        return derived_once(types)

    @property
    def constants(self) -> list[float]:
        """Return the small constants that a forward pass was seen to use."""
        trace = self._latest or self._traced({})[0]
        return ModelTypes(trace.rules, {}).constants

    def _derive(self, ignored: Mapping[str, Ids]) -> tuple[Trace, dict[str, Parameter], dict[Aspect, Ids]]:
        try:
            return self._followed(ignored, recorded=False)
        except Exception:  # such as gradients, where none are recorded
            try:
                return self._followed(ignored, recorded=True)
            except Exception as error:
                return self._untold(error)

    def _followed(
        self, ignored: Mapping[str, Ids], *, recorded: bool
    ) -> tuple[Trace, dict[str, Parameter], dict[Aspect, Ids]]:
        real, module, runner = self._prepared(), self.runner.module, self.runner
        with drawing(runner.random_states[0]):
            trace, parameters, (loss, outputs) = traced(
                lambda: self.call(module, runner.dtype), real, module=module, ignored=ignored, recorded=recorded
            )
        self._latest = trace
        first = outputs if loss is None else loss
        seen: dict[Aspect, Ids] = {"loss": trace.ids(first)}
        if outputs is not None:
            seen["outputs"] = trace.ids(outputs)
        return trace, parameters, seen

    def _prepared(self) -> dict[str, Any]:
        """Put the module into its state, and return its parameters of real numbers by name."""
        self.runner.prepare(self.point)
        module = self.runner.module
        given = module.parameter_names() if isinstance(module, TensorModule) else {}
        named = {given.get(n, n): p for n, p in module.named_parameters(remove_duplicate=False)}
        return {n: p for n, p in named.items() if p.is_floating_point()}

    def _untold(self, error: Exception) -> tuple[Trace, dict[str, Parameter], dict[Aspect, Ids]]:
        """Return a trace of which nothing is known, so that all parameters must stay."""
        named = self._prepared()
        self._latest = trace = Trace()
        parameters = trace.watch(named)
        seen = [f for f in extract_tb(error.__traceback__) if not any(part in f.filename for part in NOT_THEIRS)]
        trace.rules.place = lambda: Place(seen[-1].filename, seen[-1].lineno or 0) if seen else Place("", 0)
        what = f"the forward pass, which raised {type(error).__name__} as it was followed"
        trace.rules.unknown_operation(what, [trace.ids(p) for p in named.values()])
        return trace, parameters, {"loss": np.int64(0), "outputs": np.int64(0)}


@contextmanager
def drawing(state: Any) -> Iterator[None]:
    """Draw random numbers from a state, and put back what was."""
    before = torch.get_rng_state()
    torch.set_rng_state(state)
    try:
        yield
    finally:
        torch.set_rng_state(before)


__all__ = ["Traces", "WithoutConstants", "drawing"]
