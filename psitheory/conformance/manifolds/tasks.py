"""What check_gradient and check_hessian try: a function on a vector space or on a manifold, its laws and its inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.laws import flat_functions, functions
from psitheory.conformance.manifolds.laws.conditions import Claims, classes, vectors_are_ambient
from psitheory.conformance.manifolds.laws.drawing import cases as drawn
from psitheory.conformance.manifolds.laws.flat_functions import Map, OnSpace, Point
from psitheory.conformance.manifolds.laws.functions import OnManifold
from psitheory.conformance.manifolds.subjects.forms import flat, form_of, numbers
from psitheory.conformance.manifolds.subjects.methods import expression
from psitheory.conformance.manifolds.subjects.recognising import recognised
from psitheory.conformance.manifolds.subjects.sources import Points, one_of, points_raised
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, shown
from psitheory.models.interface import Model


@dataclass(frozen=True, eq=False)
class Task:
    """What is checked: laws, each with a formula and its meaning, inputs, and how a call is written again.

    Attributes
    ----------
    draw : callable
        Maps the names of inputs, a generator and a count to sets of inputs.
    parts : list of index arrays
        Parts of a flat point whose entries are of one size.
    shown : callable
        Maps an input to text.
    notes : list of str
        What is to be said besides, such as points that were passed over.
    """

    name: str
    call: str
    function: OnSpace | OnManifold
    rules: Mapping[str, tuple[Callable[..., Any], str, str]]
    draw: Callable[[tuple[str, ...], np.random.Generator, int], Iterator[dict[str, Any]]]
    parts: list[np.ndarray]
    shown: Callable[[Any], str] = numbers
    notes: list[str] = field(default_factory=list)


def task_of(
    call: str,
    f: Any,
    gradient: Map | None,
    hessian_vector: Map | None,
    manifold: Any,
    euclidean: bool | None,
    points: Points | None,
) -> Task:
    """Return the task of a check by its arguments.

    Raises
    ------
    ArgumentTypeError
        If something that must be callable is not, or does not take a point.
    ArgumentError
        If f returns no single number, or a gradient of another size, or something is not finite.
    """
    given = {"gradient": gradient, "hessian_vector": hessian_vector, "manifold": manifold, "points": points}
    words = [_word(f, "f"), *(f"{name}={_word(value, name)}" for name, value in given.items() if value is not None)]
    words += [f"euclidean={euclidean}"] if euclidean is not None else []
    named = str(getattr(f if f is not None else gradient, "__name__", type(f).__name__))
    name = named if named.isidentifier() else "f" if f is not None else "gradient"
    need_hessian = call == "check_hessian"
    if isinstance(f, Model):
        model = f
        euclidean = gradient is None if euclidean is None else euclidean
        f, gradient = (lambda w: model.evaluate(w).loss), gradient or (lambda w: model.evaluate(w).gradient)
        hessian_vector = hessian_vector or model.hessian_vector
        points = (lambda rng: rng.normal(size=model.layout.n)) if points is None else points
    for argument, what, needed in (
        (f, "f", not need_hessian or manifold is not None),
        (gradient, "gradient", True),
        (hessian_vector, "hessian_vector", need_hessian),
    ):
        if (needed or argument is not None) and not callable(argument):
            raise ArgumentTypeError(f"{what} is {shown(argument)}; a function is needed")
    assert gradient is not None
    start = f"{call}({', '.join(words)}"
    if manifold is None:
        return _on_space(name, start, f, gradient, hessian_vector, points)
    return _on_manifold(
        name,
        start,
        OnManifold(recognised(manifold, points=points, as_it_is=True), f, gradient, hessian_vector, bool(euclidean)),
    )


def _word(value: Any, name: str) -> str:
    """Return what a replay calls an argument: the name of a function, the making of an object, else its own name."""
    own = str(getattr(value, "__name__", ""))
    if own.isidentifier():
        return own
    made = "manifold" if value is None or callable(value) else expression(value)
    return name if made == "manifold" else made


def _on_space(
    name: str, call: str, f: Map | None, gradient: Map, hessian_vector: Map | None, points: Points | None
) -> Task:
    if points is None:
        raise ArgumentError("points is missing; a function of a Generator, or a list of points, is needed")
    draw = points if callable(points) else partial(one_of, points)
    try:
        w = draw(np.random.default_rng(0))
    except PsitheoryError:
        raise
    except Exception as error:
        raise points_raised(error) from error
    function = OnSpace(f, gradient, hessian_vector, form_of(w))
    build = partial(function.form.build, dtype=np.float64)
    _check(flat(w), {"f": f, "gradient": gradient}, build)
    rules = {
        law: rule for law, rule in flat_functions.RULES.items() if f is not None or law != "gradient_is_the_derivative"
    }
    parts = [np.arange(part.start, part.stop) for _, part in function.form.slices()]

    def inputs(names: tuple[str, ...], rng: np.random.Generator, count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            w = flat(draw(rng))
            yield {"w": w} | {name: _direction(rng, w) for name in names if name != "w"}

    return Task(name, call, function, rules, inputs, parts)


def _on_manifold(name: str, call: str, function: OnManifold) -> Task:
    subject, claims = function.subject, Claims()
    _must_convert(function)
    _check(
        subject.random_point(np.random.default_rng(0)),
        {"f": function.f, "gradient": function.gradient},
        subject.as_point,
        subject.ambient_form.size if function.euclidean else subject.tangent_form.size,
    )
    useless = {
        "function_does_not_depend_on_the_representative": bool(classes(subject, claims)),
        "gradient_is_tangent": "project" not in subject.offers or bool(vectors_are_ambient(subject, claims)),
        "hessian_is_tangent": "project" not in subject.offers or bool(vectors_are_ambient(subject, claims)),
    }
    rules = {law: rule for law, rule in functions.RULES.items() if not useless.get(law, False)}
    notes: list[str] = []
    inputs = partial(_where_defined, function, notes)
    return Task(f"{name} on {subject.name}", call, function, rules, inputs, subject.parts, subject.shown, notes)


def _must_convert(function: OnManifold) -> None:
    """Raise if derivatives are Euclidean, and nothing makes Riemannian ones of them."""
    subject = function.subject
    projected = "project" in subject.offers and subject.projectable and subject.nature.flat
    needed = {"gradient": projected} | ({"hessian": False} if function.hessian_vector is not None else {})
    for name, otherwise in needed.items():
        if function.euclidean and name not in subject.offers and not otherwise:
            raise ArgumentError(
                f"euclidean is True, but {subject.name} has no conversion of a Euclidean {name}; "
                "a Riemannian one (euclidean=False) is needed"
            )


def _where_defined(
    function: OnManifold, notes: list[str], names: tuple[str, ...], rng: np.random.Generator, count: int
) -> Iterator[dict[str, Any]]:
    """Yield inputs, without the first, simple one where the function is not defined: nobody asked for that point.

    No others are special: there it is code of manifolds that branches.
    """
    subject = function.subject
    inputs = drawn(subject, names, rng, count + 1, special=False)
    first, second = next(inputs), next(inputs)
    ours = subject.given is None and _is_defined(function, second["w"]) and not _is_defined(function, first["w"])
    if ours:
        note = f"not tried at w={subject.shown(first['w'])}, where f or its gradient is not finite"
        notes += [note] if note not in notes else []
    yield from islice(chain([second] if ours else [first, second], inputs), count)


def _is_defined(function: OnManifold, w: Point) -> bool:
    point = function.subject.as_point(w)
    calls = [call for call in (function.f, function.gradient) if call is not None]
    try:
        with np.errstate(all="ignore"):
            return all(bool(np.all(np.isfinite(flat(call(point))))) for call in calls)
    except ArithmeticError:
        return False
    except Exception:  # the laws will show it, with the input
        return True


def _direction(rng: np.random.Generator, w: Point) -> Point:
    """Return a direction as long as the point, or of length 1 at the origin."""
    x = rng.normal(size=len(w))
    return np.asarray(x * ((np.linalg.norm(w) or 1.0) / np.linalg.norm(x)))


def _check_signature(name: str, call: Map, point: Any) -> None:
    """Raise unless ``call`` takes one argument; a TypeError of its body would say something else."""
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError):  # a builtin whose signature is unknown
        return
    try:
        signature.bind(point)
    except TypeError as error:
        raise ArgumentTypeError(f"{name} does not take a point: {error}; a function of one is needed") from None


def _check(w: Point, calls: Mapping[str, Map | None], build: Callable[[Point], Any], size: int | None = None) -> None:
    """Raise unless the functions take a point and return what they must; gradients of ``size`` numbers."""
    if not len(w) or not np.all(np.isfinite(w)):
        raise ArgumentError(f"a point is {shown(w)}; finite numbers, at least one, are needed")
    results: dict[str, Any] = {}
    for name, call in calls.items():
        if call is not None:
            point = build(w)
            _check_signature(name, call, point)
            try:
                result = call(point)
            except Exception:  # the laws will show it, with the input
                continue
            try:
                results[name] = flat(result)
            except (TypeError, ValueError) as error:
                needed = "one number" if name == "f" else "an array of numbers"
                raise ArgumentTypeError(f"{name} returns {shown(result)}; {needed} is needed") from error
    size = len(w) if size is None else size
    if "f" in results and results["f"].size != 1:
        raise ArgumentError(f"f returns {results['f'].size} numbers at one point; one is needed")
    if "gradient" in results and results["gradient"].size != size:
        what = f"{size}, as many as a {'point' if size == len(w) else 'vector'} has, are needed"
        raise ArgumentError(f"gradient returns {results['gradient'].size} numbers; {what}")
    for name, result in results.items():
        if not np.all(np.isfinite(result)):
            raise ArgumentError(f"{name} is not finite at {shown(w)}; finite numbers are needed")
