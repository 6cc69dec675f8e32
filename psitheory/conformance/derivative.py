r"""Whether derivatives are those of the function: check_gradient and check_hessian.

A slope alone accepts small wrong factors (an error of 1e-6 in a gradient shows in no slope).  Here the directional
derivative itself is measured, by Chebyshev interpolation with a noise floor that the coefficients show, and
compared; slopes with their intervals stand beside, in the note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal
from psitheory.conformance.findings import ConformanceReport, Finding
from psitheory.conformance.geometry.drawing import derived
from psitheory.conformance.geometry.forms import Form, flat, form_of, real_number
from psitheory.conformance.geometry.judging import ULPS, Bounded, judge, one_ulp_away
from psitheory.conformance.geometry.measuring import bounded, size
from psitheory.conformance.geometry.subject import Points
from psitheory.conformance.geometry.trying import Batch, Law, tried
from psitheory.conformance.jets import jet
from psitheory.conformance.slopes import slope
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown
from psitheory.models.interface import Model

CASES = 12
EPS = float(np.finfo(float).eps)
STEPS = 2.0 ** -np.arange(2.0, 27.0)
Point = np.ndarray
Map = Callable[..., Any]

LAWS = (
    "gradient_is_the_derivative",
    "hessian_is_the_derivative_of_the_gradient",
    "hessian_is_linear",
    "hessian_is_symmetric",
)
"""The names of the laws, in the order in which they are tried."""


def check_gradient(
    f: Any,
    gradient: Map | None = None,
    *,
    points: Points | None = None,
    cases: int = CASES,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    r"""Check that ``gradient`` is the Euclidean gradient of ``f``.

    .. math:: \langle\nabla f(w), x\rangle = \tfrac{d}{dt}f(w + tx)|_{t=0}

    Parameters
    ----------
    f : callable or Model
        A function of a point that returns one number; or a model, which brings its gradient and its points.
    gradient : callable, optional
        A function of a point; of a model its own if left out.
    points : callable or sequence
        Where points come from: a function of a Generator, or a list of points; for a model standard normal
        weights if left out.
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
    function = _function(f, gradient, None, points, need_hessian=False)
    return _report("check_gradient", function, [LAWS[0]], cases, expected, seed)


def check_hessian(
    f: Any = None,
    gradient: Map | None = None,
    hessian_vector: Map | None = None,
    *,
    points: Points | None = None,
    cases: int = CASES,
    only: str | Iterable[str] | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    r"""Check that ``hessian_vector`` is the derivative of ``gradient``, linear and symmetric.

    Parameters
    ----------
    f : callable or Model, optional
        As for :func:`check_gradient`; if it is given, its gradient is checked too.
    gradient : callable
        A function of a point.
    hessian_vector : callable
        A function of a point and a vector.
    points, cases, expected, seed
        As for :func:`check_gradient`.
    only : str or several, optional
        The laws to try; all if left out.
    """
    function = _function(f, gradient, hessian_vector, points, need_hessian=True)
    laws = [law for law in LAWS if function.f is not None or law != LAWS[0]]
    if only is not None:
        names = [only] if isinstance(only, str) else list(only)
        unknown = [name for name in names if name not in LAWS]
        if unknown:
            raise UnknownName(f"only names the law {unknown[0]!r}; there are {', '.join(LAWS)}")
        laws = [law for law in laws if law in names]
    return _report("check_hessian", function, laws, cases, expected, seed)


@dataclass(frozen=True, eq=False)
class _Function:
    """A function with its derivatives, on flat arrays."""

    name: str
    f: Map | None
    gradient: Map
    hessian_vector: Map | None
    draw: Callable[[np.random.Generator], Any]
    form: Form

    def value(self, w: Point) -> float:
        assert self.f is not None
        return real_number(self.f(self._built(w)))

    def slope(self, w: Point) -> Point:
        return flat(self.gradient(self._built(w)), self.form)

    def curvature(self, w: Point, x: Point) -> Point:
        assert self.hessian_vector is not None
        return flat(self.hessian_vector(self._built(w), self._built(x)), self.form)

    def _built(self, w: Point) -> Any:
        return self.form.build(w, np.float64)


# -- the laws -----------------------------------------------------------------------------------------


def gradient_is_the_derivative(function: _Function, w: Point, x: Point) -> Bounded | Observation:
    """Compare the gradient with the derivative along a direction."""
    claimed, start = float(function.slope(w) @ x), function.value(w)
    found = jet(lambda t: np.array([function.value(w + t * x)]))
    errors = np.array([abs(function.value(w + h * x) - start - h * claimed) for h in STEPS])
    note = str(slope(STEPS, errors, 4 * float(found.noise[0]) + 4 * EPS * abs(start)))
    lengths = size(function.slope(w), 2) * size(x, 2)
    noise = found.first_noise + ULPS * EPS * lengths
    return bounded([claimed], found.first, noise, max(abs(claimed), float(abs(found.first[0])), lengths / 100), note)


def hessian_is_the_derivative_of_the_gradient(function: _Function, w: Point, x: Point) -> Bounded | Observation:
    """Compare the product with the derivative of the gradient along the vector."""
    claimed, start = function.curvature(w, x), function.slope(w)
    found = jet(lambda t: function.slope(w + t * x))
    errors = np.array([size(function.slope(w + h * x) - start - h * claimed, 2) for h in STEPS])
    note = str(slope(STEPS, errors, 4 * size(found.noise, 2) + 4 * EPS * size(start, 2)))
    noise = found.first_noise + ULPS * EPS * size(claimed)
    return bounded(claimed, found.first, noise, max(size(claimed), size(found.first)), note)


def hessian_is_linear(function: _Function, w: Point, x: Point, y: Point) -> Observation:
    """Compare the product of a combination with the combination of products."""
    along = function.curvature(w, 2 * x - 3 * y)
    return equal(along, 2 * function.curvature(w, x) - 3 * function.curvature(w, y))


def hessian_is_symmetric(function: _Function, w: Point, x: Point, y: Point) -> Bounded:
    """Compare the bilinear form with its transpose."""
    right, left = function.curvature(w, x), function.curvature(w, y)
    noise = ULPS * EPS * (size(right, 2) * size(y, 2) + size(left, 2) * size(x, 2))
    return Bounded(right @ y, x @ left, noise, controlled=True)


_RULES: Mapping[str, tuple[Callable[..., Any], str, str]] = {
    "gradient_is_the_derivative": (
        gradient_is_the_derivative,
        "⟨∇f(w), x⟩ = d/dt f(w + tx) at t = 0",
        "the gradient is not that of f: methods that use it minimise something else, or stall",
    ),
    "hessian_is_the_derivative_of_the_gradient": (
        hessian_is_the_derivative_of_the_gradient,
        "∇²f(w)x = d/dt ∇f(w + tx) at t = 0",
        "the Hessian is not that of the gradient: Newton and trust-region steps are off",
    ),
    "hessian_is_linear": (hessian_is_linear, "H(2x - 3y) = 2Hx - 3Hy", "the product is not linear in the vector"),
    "hessian_is_symmetric": (hessian_is_symmetric, "⟨Hx, y⟩ = ⟨x, Hy⟩", "the product is that of no Hessian"),
}


# -- running ------------------------------------------------------------------------------------------


def _report(
    call: str, function: _Function, laws: list[str], count: int, expected: Mapping[str, str] | None, seed: int
) -> ConformanceReport:
    if not isinstance(count, int) or count < 1:
        raise ArgumentError(f"cases is {shown(count)}; an integer of at least 1 is needed")
    findings = tuple(_tried(call, function, name, count, seed) for name in laws)
    kind = "gradient" if call == "check_gradient" else "Hessian"
    return ConformanceReport(function.name, kind, findings).expecting(expected)


def _tried(call: str, function: _Function, name: str, count: int, seed: int) -> Finding:
    law, claimed, means = _RULES[name]
    only = f", only={name!r}" if call == "check_hessian" else ""
    replay = f"{call}({function.name}, …{only}, seed={seed})"
    rng = derived(seed, name)
    parts = [np.arange(part.start, part.stop) for _, part in function.form.slices()]
    judged = partial(judge, partial(law, function), eps=EPS, moved=partial(one_ulp_away, eps=EPS, parts=parts))
    with_second = name in ("hessian_is_linear", "hessian_is_symmetric")
    batch = Batch("float64", count, _inputs(function, rng, with_second), judged)
    return tried(Law(name, claimed, means, replay), [batch])


def _inputs(function: _Function, rng: np.random.Generator, second: bool) -> Iterator[dict[str, Any]]:
    while True:
        w = flat(function.draw(rng))
        names = ("x", "y") if second else ("x",)
        yield {"w": w} | {name: _direction(rng, w) for name in names}


def _direction(rng: np.random.Generator, w: Point) -> Point:
    """Return a direction as long as the point, or of length 1 at the origin."""
    x = rng.normal(size=len(w))
    return np.asarray(x * ((np.linalg.norm(w) or 1.0) / np.linalg.norm(x)))


def _function(
    f: Any, gradient: Map | None, hessian_vector: Map | None, points: Points | None, *, need_hessian: bool
) -> _Function:
    name = getattr(f if f is not None else gradient, "__name__", None) or type(f).__name__
    if isinstance(f, Model):
        model = f
        f, gradient = (lambda w: model.evaluate(w).loss), gradient or (lambda w: model.evaluate(w).gradient)
        hessian_vector = hessian_vector or model.hessian_vector
        points = (lambda rng: rng.normal(size=model.layout.n)) if points is None else points
    for argument, what, needed in (
        (f, "f", not need_hessian),
        (gradient, "gradient", True),
        (hessian_vector, "hessian_vector", need_hessian),
    ):
        if (needed or argument is not None) and not callable(argument):
            raise ArgumentTypeError(f"{what} is {shown(argument)}; a function is needed")
    if points is None:
        raise ArgumentError("points is missing; a function of a Generator, or a list of points, is needed")
    draw = points if callable(points) else partial(_one_of, points)
    assert gradient is not None
    w = draw(np.random.default_rng(0))
    found = _Function(name, f, gradient, hessian_vector, draw, form_of(w))
    _check(found, flat(w))
    return found


def _one_of(points: Any, rng: np.random.Generator) -> Any:
    if not len(points):
        raise ArgumentError("points is empty; at least one point is needed")
    return points[int(rng.integers(len(points)))]


def _check(function: _Function, w: Point) -> None:
    """Raise unless the functions take a point and return what they must."""
    if not len(w) or not np.all(np.isfinite(w)):
        raise ArgumentError(f"a point is {shown(w)}; finite numbers, at least one, are needed")
    results: dict[str, Any] = {}
    for name, call in (("f", function.f), ("gradient", function.gradient)):
        if call is not None:
            try:
                results[name] = flat(call(function.form.build(w, np.float64)))
            except TypeError as error:
                raise ArgumentTypeError(f"{name} does not take a point: {error}") from error
    if "f" in results and results["f"].size != 1:
        raise ArgumentError(f"f returns {results['f'].size} numbers at one point; one is needed")
    if results["gradient"].size != len(w):
        raise ArgumentError(
            f"gradient returns {results['gradient'].size} numbers; {len(w)}, as many as a point has, are needed"
        )
    for name, result in results.items():
        if not np.all(np.isfinite(result)):
            raise ArgumentError(f"{name} is not finite at {shown(w)}; finite numbers are needed")
