"""One forward pass of a module, each operation with the degrees of what it reads and writes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.items import fits_any
from psitheory.scaletypes.models.parameters import Parameter
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.models.torch.call import Call, names
from psitheory.scaletypes.models.torch.dispatch import Dispatch
from psitheory.scaletypes.models.torch.memory import Memory
from psitheory.scaletypes.models.torch.spectral import spectral_norms
from psitheory.scaletypes.models.torch.tables import rule_of, rule_of_constants

OURS = ("psitheory/scaletypes/", "<frozen", "<string>")
CALLER = ("psitheory/interop/torch_call.py", "psitheory/interop/torch_state.py")

VIEWS = set(
    names(
        "detach _unsafe_view lift_fresh alias transpose_ t_ squeeze_ unsqueeze_ swapaxes_ swapdims_ as_strided_ detach_"
    )
)
"""What leaves memory as it is, besides what PyTorch calls a view."""


class Trace(Dispatch):
    """The degrees of all that a forward pass computes, and the equations that it asks for.

    Attributes
    ----------
    rules : Rules
    memory : Memory
    """

    def __init__(self) -> None:
        super().__init__()
        self.rules = Rules(self._place)
        self.memory = Memory(self.rules)
        self.modules: list[str] = []

    def watch(self, named: Mapping[str, Any], ignored: Mapping[str, Ids] | None = None) -> dict[str, Parameter]:
        """Take tensors as parameters with exponents of their own; return each by its names."""
        found: dict[str, Parameter] = {}
        for name, t in named.items():
            storage = t.untyped_storage()
            if storage._cdata not in self.memory.parameters:
                count = storage.nbytes() // t.element_size()
                mask = (ignored or {}).get(name)
                self.memory.parameters[storage._cdata] = Parameter([], tuple(t.shape), count, self.rules, mask)
            parameter = self.memory.parameters[storage._cdata]
            parameter.names.append(name)
            found[name] = parameter
        return found

    def ids(self, value: Any) -> Ids:
        """Return the degrees of a tensor or of a number; a tensor without entries (no tokens) fits any."""
        if isinstance(value, torch.Tensor):
            return self.memory.read(value) if value.numel() else np.full((1,) * value.dim(), ANY)
        return np.int64(ANY if value is None or fits_any(value) else 0)

    def knows(self, value: Any) -> bool:
        """Tell whether something depends on parameters."""
        return isinstance(value, torch.Tensor) and self.memory.knows(value)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operation, and write the degrees of its outputs."""
        call = Call(func, args, kwargs or {})
        if func.is_view or call.op in VIEWS:
            if call.op in ("detach", "detach_") and self.memory.knows(call.first):
                self.rules.detached[self._place()] = None
            return call.run()
        if not any(map(self.memory.knows, call.tensors)):
            degrees = rule_of_constants(call)
            if degrees is None:
                return call.run()
        else:
            degrees = self._degrees(call)
        out = call.run()
        outs = out if isinstance(out, (tuple, list)) else (out,)
        for t, ids in zip(outs, degrees if isinstance(degrees, (tuple, list)) else (degrees,), strict=False):
            if isinstance(t, torch.Tensor) and ids is not None:
                self.memory.write(t, ids)
        return out

    def _degrees(self, call: Call) -> Any:
        """Return the degrees of the outputs of an operation; one that its rule cannot take must have equal inputs."""
        try:
            return rule_of(call.name)(self, call)
        except Exception:  # a form of it that the rule does not know; demands already made only restrict
            call.run()
            inputs = [self.ids(t) for t in call.tensors if self.memory.knows(t)]
            self.rules.unknown_operation(call.op, inputs)
            return [np.int64(0)] * 8

    def _place(self) -> Place:
        frame = sys._getframe(1)
        within: Place | None = None
        while frame is not None:
            file = frame.f_code.co_filename
            if file.endswith(CALLER):
                break
            if "/torch/" in file:
                if within is None and "/torch/nn/modules/" in file and not file.endswith(("module.py", "container.py")):
                    within = Place(file, frame.f_lineno)
            elif not any(part in file for part in OURS):
                return Place(file, frame.f_lineno)
            frame = frame.f_back  # type: ignore[assignment]
        return within or Place("", 0)


class Leaks(TorchFunctionMode):  # type: ignore[misc]
    """Demands degree zero of tensors whose values leave PyTorch: what is computed of them elsewhere is not seen."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call one function of PyTorch's."""
        name = getattr(func, "__name__", "")
        if name in ("numpy", "tolist", "__array__", "data_ptr", "__dlpack__") and self.trace.knows(args[0]):
            self.trace.rules.unknown_operation(f"values that leave PyTorch by {name}", [self.trace.ids(args[0])])
        return func(*args, **(kwargs or {}))


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Let PyTorch take no short cuts: whole layers of attention or recurrence as one operation."""
    with ExitStack() as stack:
        fast = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        fused = torch._C._get_mkldnn_enabled()
        torch._C._set_mkldnn_enabled(False)
        stack.callback(torch._C._set_mkldnn_enabled, fused)
        yield


@contextmanager
def _named(trace: Trace, module: Any) -> Iterator[None]:
    """Keep the path of the module that is running."""
    paths = {id(sub): path for path, sub in module.named_modules()} if module is not None else {}

    def enter(sub: Any, inputs: Any) -> None:
        trace.modules.append(f"{paths[id(sub)]} ({type(sub).__name__})" if paths.get(id(sub)) else type(sub).__name__)

    def leave(sub: Any, inputs: Any, out: Any) -> None:
        trace.modules.pop()

    handles = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave, always_call=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def traced(
    forward: Callable[[], Any],
    named: Mapping[str, Any],
    *,
    module: Any = None,
    ignored: Mapping[str, Ids] | None = None,
    recorded: bool = False,
) -> tuple[Trace, dict[str, Parameter], Any]:
    """Run a forward pass with degrees; return the trace, the parameters by name, and what it returned.

    Parameters
    ----------
    forward : callable
    named : mapping of str to tensor
        The parameters.
    module : nn.Module, optional
        For the paths of modules.
    ignored : mapping of str to bool array, optional
        Entries of parameters that are known to have no effect.
    recorded : bool
        Whether autograd records it, for a pass that takes gradients itself; it then keeps all that it computes.
    """
    trace = Trace()
    parameters = trace.watch(named, ignored)
    with (
        torch.set_grad_enabled(recorded),
        plain_kernels(),
        _named(trace, module),
        spectral_norms(trace),
        Leaks(trace),
        trace,
    ):
        out = forward()
    return trace, parameters, out
