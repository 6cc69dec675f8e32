"""One operation of PyTorch as a dispatch mode sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch


class Call:
    """One operation: its arguments by the names of its schema, and its outputs once it has run."""

    def __init__(self, func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self.func, self.args, self.kwargs = func, args, kwargs
        schema = func._schema
        self.op: str = schema.name.split("::")[1]
        self.name = self.op if self.op.startswith("_") else self.op.rstrip("_")
        self.values = {x.name: x.default_value for x in schema.arguments if x.has_default_value()}
        self.values |= dict(zip((x.name for x in schema.arguments), args, strict=False)) | dict(kwargs)
        self._out: Any = None
        self._ran = False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, *names: str) -> Any:
        """Return the argument of the first of some names that there is."""
        return next((self.values[n] for n in names if n in self.values), None)

    @property
    def first(self) -> Any:
        """Return the first argument."""
        return self.args[0]

    @property
    def tensors(self) -> list[Any]:
        """Return all tensors among the arguments, also those in lists."""
        found = []
        for value in (*self.args, *self.kwargs.values()):
            items = value if isinstance(value, (list, tuple)) else [value]
            found += [x for x in items if isinstance(x, torch.Tensor)]
        return found

    def run(self) -> Any:
        """Run it, once."""
        if not self._ran:
            self._out, self._ran = self.func(*self.args, **self.kwargs), True
        return self._out


def names(*text: str) -> list[str]:
    """Return the words of a text: names of operations."""
    return [word for line in text for word in line.split()]
