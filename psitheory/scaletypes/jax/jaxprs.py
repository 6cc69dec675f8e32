"""Jaxprs: what equations call, which line of whose code they come from, and how one is run by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jax.extend.core import Literal

from psitheory.scaletypes.equations import Place

CALLS = {
    "jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr",
    "remat", "checkpoint", "remat2",
}  # fmt: skip
"""Primitives that call a jaxpr as it is."""


def inner(eqn: Any) -> tuple[Any, Sequence[Any]]:
    """Return the jaxpr that an equation calls, and its constants."""
    found = next(eqn.params[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in eqn.params)
    return (found.jaxpr, found.consts) if hasattr(found, "consts") else (found, ())


def needed(jaxpr: Any) -> list[Any]:
    """Return the equations on which the outputs depend: gradients leave the values behind of which they are taken."""
    wanted = {v for v in jaxpr.outvars if not isinstance(v, Literal)}
    kept = []
    for eqn in reversed(jaxpr.eqns):
        if wanted.intersection(eqn.outvars):
            kept.append(eqn)
            wanted.update(v for v in eqn.invars if not isinstance(v, Literal))
    return kept[::-1]


def place_of(eqn: Any, skip: Sequence[str]) -> Place | None:
    """Return the innermost line of an equation in a file that has none of ``skip`` in its path, if it is known."""
    trace = getattr(eqn.source_info, "traceback", None)
    for frame in getattr(trace, "frames", ()):
        if not any(part in frame.file_name for part in skip) and not frame.file_name.startswith("<"):
            return Place(frame.file_name, frame.line_num)
    return None


def is_of_library(jaxpr: Any) -> bool:
    """Return whether a function is JAX's own: its equations may carry the line of an earlier caller."""
    source = str(getattr(getattr(jaxpr, "debug_info", None), "func_src_info", ""))
    return "/jax/" in source


def numpy_function(eqn: Any, jaxpr: Any) -> str:
    """Return the name of the function of JAX's own NumPy that an equation calls, empty if it calls another."""
    source = str(getattr(getattr(jaxpr, "debug_info", None), "func_src_info", ""))
    return str(eqn.params.get("name", "")) if "/jax/_src/numpy/" in source else ""


def bind(eqn: Any, *values: Any) -> list[Any]:
    """Run one primitive."""
    found = eqn.primitive.get_bind_params(eqn.params)
    subfuns, params = found if isinstance(found, tuple) else ((), found)  # a pair before jax 0.9
    out = eqn.primitive.bind(*subfuns, *values, **params)
    return list(out) if eqn.primitive.multiple_results else [out]
