"""psitheory: check the theory of scale-invariant optimisation on running code, and learn its geometry.

Names are imported when they are first used, so that ``import psitheory`` costs no more than it must.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psitheory.checking import (
        Grade,
        Law,
        Report,
        Source,
        Theorem,
        Verdict,
        at_most,
        equal,
        law,
        theorem,
        vacuous,
    )
    from psitheory.errors import PsitheoryError
    from psitheory.layout import Layout
    from psitheory.verification import verify

__version__ = "0.1.0"

_HOMES = {
    "psitheory.checking": (
        "Grade",
        "Law",
        "Report",
        "Source",
        "Theorem",
        "Verdict",
        "at_most",
        "equal",
        "law",
        "theorem",
        "vacuous",
    ),
    "psitheory.errors": ("PsitheoryError",),
    "psitheory.layout": ("Layout",),
    "psitheory.verification": ("verify",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = (
    "arithmetic",
    "checking",
    "errors",
    "experiments",
    "geometry",
    "laws",
    "layout",
    "models",
    "optimizers",
    "runner",
    "strategies",
)

__all__ = [
    "Grade",
    "Law",
    "Layout",
    "PsitheoryError",
    "Report",
    "Source",
    "Theorem",
    "Verdict",
    "at_most",
    "equal",
    "law",
    "theorem",
    "vacuous",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"psitheory.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'psitheory' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
