"""Find what somebody names on a command line, tell what it is, and check it."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from psitheory.conformance.findings import ConformanceReport
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, UnknownName, shown, told_where
from psitheory.limits import LOADING, limited

KINDS: Mapping[str, str] = {
    "manifold": "psitheory.conformance.manifolds.check:check_manifold",
    "model": "psitheory.conformance.models.check:check_model",
    "optimizer": "psitheory.conformance.optimizers.check:check_optimizer",
    "retraction": "psitheory.conformance.manifolds.retraction:check_retraction",
}
"""The kinds of subjects that are checked without further arguments, and by which function."""


def check(
    subject: Any,
    *,
    kind: str | None = None,
    only: str | Iterable[str] | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
    **options: Any,
) -> ConformanceReport:
    """Check a manifold, a model or an optimiser, whichever it is.

    Parameters
    ----------
    subject : object
        A function or class without arguments is called, for what it returns: a subject, or a report, which is
        returned.  A pair (f, at) is a model with the point at which to look at it, (module, inputs) a PyTorch one.
        A function of ``params`` is taken for one that makes a PyTorch optimiser.
    kind : {"manifold", "model", "optimizer", "retraction"}, optional
        What it is to be checked as; found out if left out.
    only, expected, seed
        As for every check.
    **options
        Handed on to the check.

    Raises
    ------
    ArgumentTypeError
        If the subject is of no known kind.
    UnknownName
        If ``kind`` names none.
    """
    if kind is not None and kind not in KINDS:
        raise UnknownName(f"kind is {shown(kind)}; one of {', '.join(KINDS)} is needed")
    if kind is None:
        subject = made(subject)
    if isinstance(subject, ConformanceReport):
        return subject.expecting(expected) if expected else subject
    found = kind or kind_of(subject)
    arguments = subject if found == "model" and isinstance(subject, tuple) else (subject,)
    module, name = KINDS[found].split(":")
    function = getattr(importlib.import_module(module), name)
    report: ConformanceReport = function(*arguments, only=only, expected=expected, seed=seed, **options)
    return report


def made(subject: Any) -> Any:
    """Return what a function or class without arguments makes; everything else as it is."""
    is_maker = (inspect.isfunction(subject) or inspect.isclass(subject)) and not _required(subject)
    return subject() if is_maker else subject


def kind_of(subject: Any) -> str:
    """Return what a subject is: ``manifold``, ``model`` or ``optimizer``.

    Raises
    ------
    ArgumentTypeError
        If it is none of them.
    """
    if _is_module(subject) and not _is_manifold(subject):
        return "model"
    if "torch.Optimizer" in _base_names(subject):
        return "optimizer"
    if hasattr(subject, "evaluate") and hasattr(subject, "layout"):
        return "model"
    if hasattr(subject, "init") and (hasattr(subject, "step") or hasattr(subject, "update")):
        return "optimizer"
    if isinstance(subject, tuple) and len(subject) == 2 and callable(subject[0]):
        return "optimizer" if callable(subject[1]) and not _is_module(subject[1]) else "model"
    if _is_manifold(subject):
        return "manifold"
    required = _required(subject) if inspect.isroutine(subject) else []
    if len(required) >= 2 or required == ["params"]:
        return "optimizer"
    if required:
        raise ArgumentTypeError(
            f"target is {shown(subject)}, a function of one argument; if it is a loss, a pair of it and a point is "
            "needed; if it makes optimisers from parameters, kind='optimizer' (--kind optimizer) says so"
        )
    raise ArgumentTypeError(
        f"target is {shown(subject)}; a manifold, a model (or a pair of a loss and a point), an optimiser, or a "
        "function without arguments that returns one of them, or a report, is needed"
    )


def load(target: str) -> Any:
    """Return the object that ``package.module:name`` or ``file.py:name`` names; its code is run.

    Raises
    ------
    ArgumentError
        If the target is not of that form, or its code cannot be run.
    UnknownName
        If there is no such module, file or name.
    """
    where, colon, name = target.rpartition(":")
    if not colon or not where or not name:
        raise ArgumentError(f"target is {target!r}; package.module:name or file.py:name is needed")
    module = _from_file(Path(where)) if where.endswith(".py") or Path(where).name != where else _imported(where)
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            known = [known for known in vars(value) if not known.startswith("_")] if hasattr(value, "__dict__") else []
            close = get_close_matches(part, known, n=3, cutoff=0.5)
            there = f"; close to it: {', '.join(close)}" if close else ""
            raise UnknownName(f"target {target!r}: there is no {part!r} in {where!r}{there}")
        value = getattr(value, part)
    return value


def _imported(name: str) -> ModuleType:
    with told_where(f"module {name!r}", passing=(PsitheoryError,)), _importable(Path.cwd()), limited(LOADING):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
                raise UnknownName(f"target names the module {name!r}, which is not to be found") from error
            raise


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UnknownName(f"target names the file '{path}', which {what}")
    full = path.resolve()
    spec = importlib.util.spec_from_file_location(full.stem, full)
    if spec is None or spec.loader is None:
        raise ArgumentError(f"target names '{path}', which is not a Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    with (
        told_where(f"file '{path}'", str(full), passing=(PsitheoryError,)),
        _importable(full.parent),
        limited(LOADING),
    ):
        sys.modules.setdefault(full.stem, module)
        spec.loader.exec_module(module)
    return module


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let what is loaded import its neighbours."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def _is_module(subject: Any) -> bool:
    return "torch.Module" in _base_names(subject)


def _base_names(subject: Any) -> set[str]:
    bases = (subject if inspect.isclass(subject) else type(subject)).__mro__
    return {base.__module__.split(".")[0] + "." + base.__name__ for base in bases}


def _is_manifold(subject: Any) -> bool:
    from psitheory.conformance.manifolds.subjects.methods import looks_like_a_manifold

    return looks_like_a_manifold(subject)


def _required(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
