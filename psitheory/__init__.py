"""psitheory: check the theory of scale-invariant optimisation on running code, and learn its geometry.

A name is imported when it is first used, so that ``import psitheory`` loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from psitheory.late import homes, late

if TYPE_CHECKING:
    from psitheory.checking import Grade as Grade
    from psitheory.checking import Law as Law
    from psitheory.checking import Report as Report
    from psitheory.checking import Source as Source
    from psitheory.checking import Theorem as Theorem
    from psitheory.checking import Verdict as Verdict
    from psitheory.checking import at_most as at_most
    from psitheory.checking import equal as equal
    from psitheory.checking import law as law
    from psitheory.checking import theorem as theorem
    from psitheory.checking import vacuous as vacuous
    from psitheory.conformance import check_gradient as check_gradient
    from psitheory.conformance import check_hessian as check_hessian
    from psitheory.conformance import check_manifold as check_manifold
    from psitheory.conformance import check_model as check_model
    from psitheory.conformance import check_optimizer as check_optimizer
    from psitheory.conformance import check_rate as check_rate
    from psitheory.conformance import check_retraction as check_retraction
    from psitheory.errors import PsitheoryError as PsitheoryError
    from psitheory.experiments import descend as descend
    from psitheory.geometry import PSIQuotient as PSIQuotient
    from psitheory.layout import Layout as Layout
    from psitheory.optimizers import GradientDescent as GradientDescent
    from psitheory.optimizers import PSIGradientDescent as PSIGradientDescent
    from psitheory.symmetry import discover_symmetries as discover_symmetries
    from psitheory.verification import verify as verify

__version__ = "0.1.0"

_NAMES = {
    "checking": "Grade Law Report Source Theorem Verdict at_most equal law theorem vacuous",
    "conformance": "check_gradient check_hessian check_manifold check_model check_optimizer check_rate "
    "check_retraction",
    "errors": "PsitheoryError",
    "experiments": "descend",
    "geometry": "PSIQuotient",
    "layout": "Layout",
    "optimizers": "GradientDescent PSIGradientDescent",
    "symmetry": "discover_symmetries",
    "verification": "verify",
}
_HOME = homes(__name__, _NAMES)
_SUBPACKAGES = "arithmetic interop laws models plotting rates report runner strategies sweeps"
_MODULES = (*_SUBPACKAGES.split(), *_NAMES)

__all__ = [*_HOME, *_MODULES]


_fetch, __dir__ = late(__name__, _HOME)


def __getattr__(name: str) -> Any:
    return import_module(f"{__name__}.{name}") if name in _MODULES else _fetch(name)


import_module(f"{__name__}.interop")  # adapters say where they are; no framework is loaded
