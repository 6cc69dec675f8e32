"""Dispatch modes that do not make PyTorch import its compiler, which takes more than a second."""

from __future__ import annotations

import sys

from torch.utils._python_dispatch import TorchDispatchMode


class Dispatch(TorchDispatchMode):  # type: ignore[misc]
    """A dispatch mode whose own code is kept from the compiler only where that has been imported."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return "torch._dynamo" in sys.modules
