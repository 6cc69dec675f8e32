"""Typed runs of PyTorch code: every operation that writes is seen, and what it writes is given its degrees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.rules import Rules, Typed
from psitheory.scaletypes.torch.along import TOUCHED, scaled_along
from psitheory.scaletypes.torch.call import Call
from psitheory.scaletypes.torch.operations import CREATING, RULES
from psitheory.scaletypes.torch.probing import parts_of, probed
from psitheory.scaletypes.torch.shadow import Shadow, values
from psitheory.scaletypes.trace import OURSELVES, Step, Trace

SKIP = (
    *OURSELVES,
    "/torch/_",
    "/torch/utils/",
    "/torch/overrides",
    "/torch/autograd",
    "/torch/functional",
    "/torch/linalg",
    "/torch/nn/functional",
    "/torch/optim/optimizer.py",
)
"""Files of PyTorch between an operation and the line that asked for it."""
LEAVING = ("numpy", "__array__", "__dlpack__")
"""Methods by which values leave PyTorch; a pointer is mostly compared with another."""


@dataclass
class Memory:
    """The degrees of all tensors, and which are made of constants alone; ``log`` if every step is kept."""

    trace: Trace
    degrees: Shadow = field(default_factory=Shadow)
    varying: Shadow = field(default_factory=Shadow)
    log: list[Step] | None = None
    operations: int = 0

    def typed(self, t: Any) -> Typed:
        """Return a copy of a tensor's values with their degrees."""
        return Typed(values(t), self.degrees.ids(t), fixed=not bool(self.varying.of(t).any()))

    def tag(self, t: Any, ids: Any) -> None:
        """Give a tensor of data its degrees."""
        self.degrees.write(t, ids)
        self.varying.write(t, np.int64(1))

    def number(self, t: Any) -> Number | None:
        """Return a tensor of one floating-point element as a number with its degree."""
        if not isinstance(t, torch.Tensor) or not t.is_floating_point() or t.numel() != 1:
            return None
        with self.unwatched():
            return Number(float(values(t).reshape(())), self.trace, *self._one(t))

    def is_fixed(self, x: Any) -> bool:
        """Tell whether a tensor or a number is made of constants alone."""
        if isinstance(x, torch.Tensor):
            return not bool(self.varying.of(x).any())
        return not isinstance(x, float) or self.trace.known.get(x, (0, True))[1]

    def ids(self, x: Any) -> np.ndarray:
        """Return the degrees of a tensor, or that of a number."""
        if isinstance(x, torch.Tensor):
            return np.asarray(self.degrees.ids(x))
        return np.asarray(self.trace.known.get(float(x), (0, True))[0], np.int64)

    def known_as(self, t: Any, ids: Any, *, fixed: bool) -> Any:
        """Give a tensor its degrees, and return it."""
        self.degrees.write(t, ids)
        self.varying.write(t, np.int64(not fixed))
        return t

    def _one(self, t: Any) -> tuple[int, bool]:
        return int(self.degrees.ids(t).reshape(())), not bool(self.varying.of(t).any())

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Type every operation inside the block."""
        with _Numbers(self), _Operations(self):
            yield

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Type nothing inside the block."""
        with torch._C.DisableTorchFunction(), _disable_current_modes():
            yield


class _Operations(TorchDispatchMode):  # type: ignore[misc]
    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.memory, self.rules = memory, Rules(memory.trace)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with torch._C.DisableTorchFunction():  # scripted code comes here with numbers still watched
            return self._run(func, args, dict(kwargs or {}))

    def _run(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        name = func._schema.name.split("::")[1]
        if func.is_view:
            out = func(*args, **kwargs)
            if name == "view" and _takes_bits(args[0], out):
                self.rules.pure(self.memory.typed(args[0]), "a view as another dtype")
            return out
        if name == "allclose":  # its result is no tensor, but those of its definition are
            with self:
                return _all_close(*args, **kwargs)
        if name.startswith("_foreach_"):
            return self._each(name, func, args, kwargs)
        args, kwargs = self._along(name, args, kwargs)
        if base_name(name) in TOUCHED and self.memory.trace.follows(
            *Kind
        ):  # numbers may be tensors for other overloads now
            func = func.overloadpacket
        call = self._call(base_name(name), func, args, kwargs)
        out = func(*args, **kwargs)
        if name == "_local_scalar_dense":
            if isinstance(out, float):
                self.memory.number(args[0])
            return out
        if name == "copy_" and args[0].dtype != args[1].dtype and torch.uint8 in (args[0].dtype, args[1].dtype):
            self.memory.degrees.copy_storage(args[0], args[1])
            self.memory.varying.copy_storage(args[0], args[1])
            return out
        outs = out if isinstance(out, (tuple, list)) else (out,)
        tensors = [t for t in outs if isinstance(t, torch.Tensor)]
        if not tensors or name in SHARING or not call.writes(tensors):
            return out
        call.outs = [values(t) for t in tensors]
        found = self._found(call)
        parts = parts_of(func, tensors) if found is None else None
        if parts is not None:
            with self:
                return parts(*args, **kwargs)
        self._write(call, tensors, found)
        return out

    @staticmethod
    def _found(call: Call) -> Any:
        """Return the degrees of results by a rule or by probing, or None if neither tells."""
        return RULES[call.name](call) if call.name in RULES else probed(call)

    def _along(self, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
        base = base_name(name)
        return scaled_along(base, args, kwargs, self.memory, in_place=base != name)

    def _call(self, name: str, func: Any, args: Any, kwargs: Any) -> Call:
        return Call(
            name, func, tuple(map(self._typed, args)), {k: self._typed(x) for k, x in kwargs.items()}, self.rules
        )

    def _typed(self, x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return self.memory.typed(x)
        if isinstance(x, (list, tuple)):
            return type(x)(map(self._typed, x)) if type(x) in (list, tuple) else x
        return x

    def _write(self, call: Call, outs: Sequence[Any], found: Any) -> None:
        self.memory.operations += 1
        if found is None:
            call.rules.trace.missing(call.name)
            found = [np.int64(0) for _ in outs]
        degrees = found if isinstance(found, list) else [found]
        fixed = call.name in CREATING or all(x.fixed for x in call.tensors())
        varies = np.int64(not fixed or call.name in RANDOM)
        for k, t in enumerate(outs):
            self.memory.degrees.write(t, degrees[k] if k < len(degrees) else np.int64(0))
            self.memory.varying.write(t, varies)
        if self.memory.log is not None and outs[0].is_floating_point():
            shape = tuple(outs[0].shape)
            ids = np.array(np.broadcast_to(degrees[0], shape))
            least = torch.finfo(outs[0].dtype).tiny
            self.memory.log.append(Step(call.name, self.memory.trace.here(), call.outs[0], ids, least))

    def _each(self, name: str, func: Any, args: Any, kwargs: Any) -> Any:
        base = base_name(name.removeprefix("_foreach_"))
        count = len(args[0])
        calls, given = [], []
        for i in range(count):
            own = [a[i] if isinstance(a, (list, tuple)) and len(a) == count else a for a in args]
            own, _ = scaled_along(base, own, {}, self.memory, in_place=name.endswith("_"))
            calls.append(self._call(base, func, own, kwargs))
            given.append(own)
        if self.memory.trace.follows(*Kind):  # as above, for each
            columns = [list(column) for column in zip(*given, strict=True)]
            args = [
                c if isinstance(c[0], torch.Tensor) or isinstance(a, (list, tuple)) or c != c[:1] * count else c[0]
                for c, a in zip(columns, args, strict=True)
            ]
            func = func.overloadpacket
        out = func(*args, **kwargs)
        for call, t in zip(calls, args[0] if out is None else out, strict=True):
            call.outs = [values(t)]
            self._write(call, [t], self._found(call))
        return out


SHARING = frozenset(
    ["_unsafe_view", "alias", "lift_fresh", "_sparse_coo_tensor_unsafe", "_sparse_coo_tensor_with_dims_and_tensors"]
)
"""Operations whose result lies in the memory of what they are given, as that of a view does."""
RANDOM = frozenset(["rand_like", "randn_like", "rand", "randn", "bernoulli", "uniform", "normal", "randint_like"])
"""Operations whose result is drawn anew, and so no constant."""


def _takes_bits(x: Any, view: Any) -> bool:
    """Tell whether the bits of floats are taken for other numbers; bytes are not, which are only copied."""
    return x.is_floating_point() and view.dtype not in (x.dtype, torch.uint8) and not view.is_complex()


def _all_close(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    same = x.eq(y) | (x.isnan() & y.isnan() if equal_nan else False)
    return bool((same | (x - y).abs().le(rtol * y.abs() + atol)).all())


def base_name(name: str) -> str:
    """Return the name of an operation without the sign that it works in place."""
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name


class _Numbers(TorchFunctionMode):  # type: ignore[misc]
    """Numbers that enter and leave tensors."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.memory = memory

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "__deepcopy__":  # storages are copied below the dispatcher
            args[1][id(args[0])] = out = args[0].detach().clone().requires_grad_(args[0].requires_grad)
            return out
        if name in LEAVING and isinstance(args[0], torch.Tensor) and self.memory.degrees.of(args[0]).any():
            self.memory.trace.missing(f"values leave PyTorch by .{name}")
        numbers = [x for a in (*args, *kwargs.values()) for x in (a if isinstance(a, (list, tuple)) else (a,))]
        with self.memory.trace.knowing([x for x in numbers if isinstance(x, Number)]):
            out = func(*args, **kwargs)
        if name in ("item", "tolist") and args[0].is_floating_point():
            return self._numbers(args[0])
        if name in ("tensor", "as_tensor") and isinstance(args[0], (Number, list, tuple)):
            degrees, varies = np.array(self._given(args[0], out.ndim), np.int64).reshape(*out.shape, 2).T
            if degrees.any() or varies.any():
                self.memory.degrees.write(out, degrees.T)
                self.memory.varying.write(out, varies.T)
        return out

    def _numbers(self, t: Any) -> Any:
        """Return the elements of a tensor as numbers with their degrees, in lists as deep as it has axes."""
        return [self._numbers(x) for x in t.detach()] if t.ndim else self.memory.number(t)

    def _given(self, x: Any, depth: int) -> Any:
        """Return the degree of each number of which a tensor is made, and whether it varies, in its shape."""
        if depth and not isinstance(x, torch.Tensor):
            return [self._given(y, depth - 1) for y in x]
        one = self.memory.number(x) if isinstance(x, torch.Tensor) else x
        return (one.degree, int(not one.fixed)) if isinstance(one, Number) else (0, 0)
