"""Frameworks of others: which one an object comes from, told without importing any, and who adapts it.

An adapter registers itself as ``"package.module:name"``, and is imported when it is first asked for; so that nothing
below it has to know its module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from psitheory.errors import UnknownName

_ADAPTERS: dict[tuple[str, str], str] = {}


def register(framework: str, **adapters: str) -> None:
    """Say where the adapters of ``framework`` are: by role, as ``"package.module:name"``."""
    _ADAPTERS.update({(framework, role): where for role, where in adapters.items()})


def adapter(framework: str, role: str) -> Any:
    """Return what adapts ``framework`` in that role, such as ``("torch", "loss_function")``.

    Raises
    ------
    UnknownName
        If nothing has registered for it.
    ModuleNotFoundError
        If its library is not installed.
    """
    if (framework, role) not in _ADAPTERS:
        known = ", ".join(f"{name} {role}" for name, role in _ADAPTERS)
        raise UnknownName(f"no adapter is registered for {framework!r} as {role!r}; there are {known or 'none'}")
    module, name = _ADAPTERS[framework, role].split(":")
    return getattr(import_module(module), name)


def comes_from(value: Any, package: str) -> bool:
    """Return whether the type of ``value``, or one of its bases, is defined in ``package``."""
    return any(base.__module__.split(".", 1)[0] == package for base in type(value).__mro__)


def leaf_types(tree: Any) -> list[Any]:
    """Return the leaves of nested mappings and sequences, and of what somebody has told JAX to take apart."""
    if isinstance(tree, Mapping):
        return [leaf for value in tree.values() for leaf in leaf_types(value)]
    if isinstance(tree, (list, tuple)):
        return [leaf for value in tree for leaf in leaf_types(value)]
    jax = sys.modules.get("jax")
    return [tree] if jax is None or tree is None else list(jax.tree_util.tree_leaves(tree))


def framework_of(f: Any, at: Any) -> str:
    """Return ``torch``, ``jax`` or an empty string, by the function and what it is called on."""
    values = [f, *leaf_types(at)]
    if any(comes_from(value, "torch") for value in values):
        return "torch"
    return "jax" if any(comes_from(value, name) for value in values for name in ("jax", "jaxlib")) else ""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch, if it is loaded, work in one thread: tensors are small, and many threads only wait for another."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
