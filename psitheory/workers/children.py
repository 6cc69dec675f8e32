"""The processes that this one starts: one BLAS thread each, and nothing of the caller's script."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The environment in which BLAS keeps to one thread, if it is set before NumPy is imported."""


@contextmanager
def plain_children() -> Iterator[None]:
    """Let processes that start in this block have one thread each and not run the caller's script again.

    A process that starts anew runs its parent's main script once more, which would make ``verify`` in a script
    without a ``__name__`` guard call itself; a blank main module leaves it nothing to run.
    """
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in ONE_THREAD}
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
