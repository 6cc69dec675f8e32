"""The processes that this one starts: one BLAS thread each, nothing of the caller's script, and no longer than it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, parent_process
from types import ModuleType
from typing import Any

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


def end_with_parent() -> None:
    """End when the parent does, however it ended: by the kernel where it can, else by a thread that waits for it.

    Called in a child.  It becomes the head of a group, so that what it starts can be ended with it.
    """
    if hasattr(os, "setpgid"):
        with suppress(OSError):
            os.setpgid(0, 0)
    if sys.platform == "linux":
        _let_server_end()
        _end_by_kernel()
        os.register_at_fork(after_in_child=_end_by_kernel)  # what is forked ends with the child
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_the_end_of, args=(parent.sentinel, _ending()), daemon=True).start()


def end_group(pid: int) -> None:
    """Kill a child that called :func:`end_with_parent`, and what it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _end_by_kernel() -> None:
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def _let_server_end() -> None:
    """Close what tells the server of workers that somebody needs it: it is to end with the parent, and its workers so.

    Nothing public does; where it is not to be found, the thread is left.
    """
    from multiprocessing import forkserver

    server: Any = getattr(forkserver, "_forkserver", None)
    alive = getattr(server, "_forkserver_alive_fd", None)
    if alive is not None:
        os.close(alive)
        server._forkserver_alive_fd = None


def _wait_for_the_end_of(sentinel: int, end: Callable[[], None]) -> None:
    connection.wait([sentinel])
    end()


def _ending() -> Callable[[], None]:
    leave = os._exit  # the true one: inside a law it is another
    return lambda: leave(1)
