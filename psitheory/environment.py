"""What a result was computed with: versions, BLAS, machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from psitheory import __version__

_PACKAGES = ("numpy", "scipy", "sympy", "python-flint", "hypothesis")


def environment() -> dict[str, str]:
    """Return the versions and the machine that numbers depend on, as plain text."""
    return {
        "psitheory": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        "blas": blas(),
        "cpus": str(cpus()),
        "platform": platform.platform(),
    }


def blas() -> str:
    """Return the name and the version of the BLAS that NumPy was built with."""
    import numpy as np

    config = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()


def cpus() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
