"""Which methods a manifold offers, under whose names, and whether they take what they must."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from psitheory.errors import ArgumentTypeError, shown
from psitheory.limits import foreign

NAMES: Mapping[str, tuple[str, ...]] = {
    "inner": ("inner", "inner_product"),
    "norm": ("norm",),
    "dist": ("dist",),
    "project": ("project", "projection", "proju", "horizontal"),
    "horizontal": ("horizontal",),
    "retract": ("retract", "retraction", "retr"),
    "exp": ("exp", "expmap"),
    "log": ("log", "logmap"),
    "transport": ("transport", "transp"),
    "gradient": ("gradient", "euclidean_to_riemannian_gradient", "egrad2rgrad"),
    "hessian": ("hessian", "euclidean_to_riemannian_hessian"),
    "random_point": ("random_point", "random"),
    "random_tangent": ("random_tangent", "random_tangent_vector"),
    "defect": ("defect",),
    "nearest": ("nearest", "projx"),
    "embedding": ("embedding",),
    "act": ("act",),
    "canonical": ("canonical",),
    "vertical": ("vertical",),
    "lift": ("lift",),
}
"""Our name of each method, and the names under which ours, Pymanopt's and Geoopt's manifolds offer it."""

ARGUMENTS: Mapping[str, str] = {
    "inner": "w, x, y",
    "norm": "w, x",
    "dist": "w, z",
    "project": "w, z",
    "retract": "w, x",
    "exp": "w, x",
    "log": "w, z",
    "transport": "w, z, x",
    "gradient": "w, gradient",
    "hessian": "w, gradient, hessian_vector, x",
    "defect": "w",
    "nearest": "z",
    "embedding": "w, x",
    "act": "a, w",
    "canonical": "w",
    "vertical": "w, z",
    "horizontal": "w, z",
    "lift": "w, x, to",
}


LIBRARIES = ("geoopt", "pymanopt")
"""Their methods are left out where they do not fit, and what overrides these; somebody's own must fit."""

COMMON = ("embedding", "canonical", "norm", "exp", "log", "gradient", "hessian", "act", "defect", "nearest")
"""Methods that other objects have too."""


def name_of(manifold: Any) -> str:
    """Return what a report calls an object: its repr where that says something, else its words or its type."""
    for words in (repr, str):
        try:
            text = words(manifold)
        except Exception:  # somebody's class may raise anything
            continue
        if " object at 0x" not in text and "\n" not in text:
            return _shown_text(text)
    return type(manifold).__name__


def expression(manifold: Any) -> str:
    """Return Python that makes the object, if its repr is that, else the name of a variable."""
    try:
        text = repr(manifold)
        ast.parse(text, mode="eval")
    except Exception:  # no Python, or no repr at all
        return "manifold"
    return text if text.startswith(type(manifold).__name__ + "(") else "manifold"


def _shown_text(text: str, limit: int = 80) -> str:
    """Return ``text`` on one line, shortened."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def method_name(method: Any) -> str:
    """Return the name of a method for a message."""
    return str(getattr(method, "__name__", method))


def methods_of(manifold: Any) -> tuple[dict[str, Callable[..., Any]], tuple[str, ...]]:
    """Return the methods that the object offers, under our names, and what is wrong with those of a library.

    Raises
    ------
    ArgumentTypeError
        If it offers none, or somebody's own method does not take the arguments it must.
    """
    if inspect.isclass(manifold):
        raise ArgumentTypeError(f"manifold is the class {manifold.__name__}; an instance of it is needed")
    found: dict[str, Callable[..., Any]] = {}
    for ours, names in NAMES.items():
        for name in names:
            method = getattr(manifold, name, None)
            if callable(method):
                found[ours] = method
                break
    useful = _telling(found)
    if not useful:
        raise ArgumentTypeError(
            f"manifold is {shown(manifold)}; an object with some of the methods {', '.join(ARGUMENTS)} "
            "(or Pymanopt's or Geoopt's names for them) is needed"
        )
    if _is_retraction(found.get("exp")) or any("RetrAsExp" in base.__name__ for base in type(manifold).__mro__):
        del found["exp"]  # such a library calls its retraction so, where it has no exponential
    unfit = {name: wrong for name, method in found.items() if (wrong := _unfit(manifold, name, method))}
    own = [wrong for name, wrong in unfit.items() if not _unfit_in_its_library(manifold, name, found[name])]
    if own:
        raise ArgumentTypeError(own[0])
    return {name: _watched(method) for name, method in found.items() if name not in unfit}, tuple(unfit.values())


def _watched(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method as a piece of code that may not end late, nor end the process."""

    def call(*arguments: Any, **options: Any) -> Any:
        with foreign(f"the method {method_name(method)}"):
            return method(*arguments, **options)

    return wraps(method)(call)


def looks_like_a_manifold(value: Any) -> bool:
    """Tell whether an object offers enough to be checked as a manifold."""
    if inspect.isclass(value) or inspect.ismodule(value):
        return False
    names = [ours for ours, known in NAMES.items() if any(callable(getattr(value, name, None)) for name in known)]
    return bool(_telling(names))


def _telling(names: Iterable[str]) -> list[str]:
    """Return those methods that tell a manifold from other objects, which may have a norm or an exp as well."""
    return [name for name in names if name in ARGUMENTS and name not in COMMON]


def _is_retraction(exp: Any) -> bool:
    return exp is not None and method_name(exp) in NAMES["retract"]


def dialect_of(methods: Mapping[str, Callable[..., Any]]) -> str:
    """Return whose names the methods bear: ours, Pymanopt's or Geoopt's."""
    names = {method_name(method) for method in methods.values()}
    if names & {"proju", "expmap", "logmap", "retr", "egrad2rgrad", "transp"}:
        return "Geoopt"
    if names & {
        "inner_product",
        "projection",
        "retraction",
        "euclidean_to_riemannian_gradient",
        "random_tangent_vector",
    }:
        return "Pymanopt"
    return "psitheory"


def _unfit(manifold: Any, name: str, method: Callable[..., Any]) -> str:
    """Return why a method cannot be called as it must, or an empty string."""
    if name not in ARGUMENTS:
        return ""
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*ARGUMENTS[name].split(", "))
    except TypeError:
        return f"{method_name(method)} of {name_of(manifold)} takes {signature}; ({ARGUMENTS[name]}) is needed"
    return ""


def _unfit_in_its_library(manifold: Any, name: str, method: Callable[..., Any]) -> bool:
    """Tell whether a method takes what a library's own does, which is left out where it does not fit."""
    of_library = (base for base in type(manifold).__mro__ if base.__module__.split(".")[0] in LIBRARIES)
    attribute = method_name(method)
    base = next((base for base in of_library if attribute in vars(base)), None)
    if base is None or not hasattr(vars(base)[attribute], "__get__"):
        return False
    return bool(_unfit(manifold, name, vars(base)[attribute].__get__(manifold)))


def required_arguments(method: Callable[..., Any]) -> list[str]:
    """Return the names of the positional arguments that a method must be given."""
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in kinds and p.default is p.empty]


def takes_any_number(method: Any) -> bool:
    """Tell whether a method takes any number of positional arguments, as Geoopt's draws take a shape."""
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.kind is p.VAR_POSITIONAL for p in parameters)
