"""Which peers are installed; those that are not are named once."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PEERS = ("pymanopt", "geomstats", "geoopt", "torch", "jax", "numba")


@cache
def peer(name: str) -> Any:
    """Return the module, or None with a line that says so."""
    if name == "geomstats":
        _lend_trapz()
    try:
        module = import_module(name)
    except ImportError as error:
        print(f"skipped: {name} cannot be imported ({error})", flush=True)
        return None
    if name == "torch":
        module.set_num_threads(1)
    return module


def _lend_trapz() -> None:
    """Give NumPy back a name that geomstats 2.8 imports and NumPy 2.4 no longer has; no timed operation uses it."""
    import numpy as np

    if not hasattr(np, "trapz"):
        setattr(np, "trapz", np.trapezoid)  # noqa: B010


def versions() -> dict[str, str]:
    """Return the versions of what is compared."""
    found = {}
    for name in ("numpy", *PEERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
