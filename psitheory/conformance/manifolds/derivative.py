r"""Whether derivatives are those of the function: check_gradient and check_hessian.

A slope alone accepts small wrong factors (an error of 1e-6 in a gradient shows in no slope).  Here the directional
derivative itself is measured, by Chebyshev interpolation with a noise floor that the coefficients show, and
compared; slopes with their intervals stand beside, in the note.  On a manifold derivatives are taken along its
curves, and compared in its metric.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from psitheory.conformance.findings import ConformanceReport, Finding
from psitheory.conformance.manifolds.floats.judging import judge, one_ulp_away
from psitheory.conformance.manifolds.laws import flat_functions, functions
from psitheory.conformance.manifolds.laws.drawing import derived
from psitheory.conformance.manifolds.laws.flat_functions import EPS, Map
from psitheory.conformance.manifolds.subjects.sources import Points
from psitheory.conformance.manifolds.tasks import Task, task_of
from psitheory.conformance.manifolds.trying import Batch, Law, tried
from psitheory.errors import ArgumentError, UnknownName, shown

CASES = 12

LAWS = tuple(flat_functions.RULES)
"""The names of the laws, in the order in which they are tried."""

ON_MANIFOLDS = tuple(functions.RULES)
"""The names of the laws on a manifold."""


def check_gradient(
    f: Any,
    gradient: Map | None = None,
    *,
    manifold: Any = None,
    euclidean: bool | None = None,
    points: Points | None = None,
    cases: int = CASES,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    r"""Check that ``gradient`` is the gradient of ``f``: the Euclidean one, or on a ``manifold`` the Riemannian one.

    .. math::

       \langle\nabla f(w), x\rangle = \tfrac{d}{dt}f(w + tx)|_{t=0}, \qquad
       g_w(\mathrm{grad} f(w), x) = \tfrac{d}{dt}f(\exp_w(tx))|_{t=0}

    Parameters
    ----------
    f : callable or Model
        A function of a point that returns one number; or a model, which brings its gradient and its points.
    gradient : callable, optional
        A function of a point; of a model its own if left out.
    manifold : object, optional
        As for :func:`check_manifold`; points are then its own, and the gradient must be tangent.
    euclidean : bool, optional
        On a manifold, whether ``gradient`` is the Euclidean one, to be converted by the manifold; if left out,
        that of a model is, any other is not.
    points : callable or sequence
        Where points come from: a function of a Generator, or a list of points; if left out, for a model standard
        normal weights, for a manifold its random points.
    cases : int
        Points and directions tried.
    expected : mapping of str to str, optional
        Laws that are expected to be REFUTED, each with the reason.
    seed : int
        All randomness derives from it.

    Raises
    ------
    ArgumentTypeError
        If something that must be callable is not, or does not take a point.
    ArgumentError
        If f returns no single number, or a gradient of another size, or something is not finite.
    """
    task = task_of("check_gradient", f, gradient, None, manifold, euclidean, points)
    return _report(task, [law for law in task.rules if "hessian" not in law], cases, expected, seed)


def check_hessian(
    f: Any = None,
    gradient: Map | None = None,
    hessian_vector: Map | None = None,
    *,
    manifold: Any = None,
    euclidean: bool | None = None,
    points: Points | None = None,
    cases: int = CASES,
    only: str | Iterable[str] | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    r"""Check that ``hessian_vector`` is the derivative of ``gradient``, linear and symmetric.

    On a manifold it must be tangent, symmetric in the metric, and f's acceleration along geodesics.

    Parameters
    ----------
    f : callable or Model, optional
        As for :func:`check_gradient`; if it is given, its gradient is checked too.  On a manifold it is needed.
    gradient : callable
        A function of a point.
    hessian_vector : callable
        A function of a point and a vector.
    manifold, euclidean, points, cases, expected, seed
        As for :func:`check_gradient`; ``euclidean`` speaks of the Hessian too.
    only : str or several, optional
        The laws to try; all if left out.
    """
    task = task_of("check_hessian", f, gradient, hessian_vector, manifold, euclidean, points)
    laws = list(task.rules)
    if only is not None:
        names = [only] if isinstance(only, str) else list(only)
        unknown = [name for name in names if name not in (LAWS if manifold is None else ON_MANIFOLDS)]
        if unknown:
            there = ", ".join(LAWS if manifold is None else ON_MANIFOLDS)
            raise UnknownName(f"only names the law {unknown[0]!r}; there are {there}")
        laws = [law for law in laws if law in names]
    return _report(task, laws, cases, expected, seed)


# -- running ------------------------------------------------------------------------------------------


def _report(
    task: Task, laws: list[str], count: int, expected: Mapping[str, str] | None, seed: int
) -> ConformanceReport:
    if not isinstance(count, int) or count < 1:
        raise ArgumentError(f"cases is {shown(count)}; an integer of at least 1 is needed")
    findings = tuple(_tried(task, name, count, seed) for name in laws)
    kind = "gradient" if task.call.startswith("check_gradient") else "Hessian"
    return ConformanceReport(task.name, kind, findings, notes=tuple(task.notes)).expecting(expected)


def _tried(task: Task, name: str, count: int, seed: int) -> Finding:
    law, claimed, means = task.rules[name]
    only = f", only={name!r}" if task.call.startswith("check_hessian") else ""
    more = f", cases={count}" if count > CASES else ""
    names = tuple(inspect.signature(law).parameters)[1:]
    away = partial(one_ulp_away, eps=EPS, parts=task.parts)
    judged = partial(judge, partial(law, task.function), eps=EPS, moved=away)
    batch = Batch("float64", count, task.draw(names, derived(seed, name), count), judged, task.shown)
    return tried(Law(name, claimed, means, f"{task.call}{only}{more}, seed={seed})"), [batch])
