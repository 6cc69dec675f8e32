"""Manners: arguments are left alone, and stacked points give stacked results."""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.checking import Observation, vacuous
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import size
from psitheory.conformance.manifolds.subjects.forms import Form, flat, is_of_jax, is_tensor
from psitheory.conformance.manifolds.subjects.methods import ARGUMENTS
from psitheory.conformance.manifolds.subjects.nature import Known
from psitheory.conformance.manifolds.subjects.represented import Missing

SCALARS = ("inner", "norm", "dist")
STACKED = (*SCALARS, "project", "retract", "exp", "log", "transport", "gradient", "hessian", "canonical", "vertical")
ONE_BY_ONE = "methods take one point at a time"
NEAR = 1e-4
"""How far from a point its neighbour in a stack is, per length of a vector: code may branch on distances."""
Point = np.ndarray


def inputs_are_left_alone(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Observation | Bounded:
    """No method changes what it is given, not by one bit."""
    before, after = [], []
    for name in sorted(set(ARGUMENTS) & subject.offers - {"act", "lift", "horizontal"}):
        arguments = subject.arguments(name, w, x, z, v)
        before += [flat(argument).copy() for argument in arguments]
        try:
            subject.raw(name, *arguments)
        except Missing:
            before = before[: len(before) - len(arguments)]
            continue
        after += [flat(argument) for argument in arguments]
    if not before:
        return vacuous("no method could be called")
    return Bounded(np.concatenate(after), np.concatenate(before), 0.0)


def a_batch_equals_the_loop(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Bounded:
    """Stacked points and vectors give what they give one by one, along the leading axes that they have."""
    left, right, lost = [], [], []
    for name, shape, stacked, one_by_one in _compared(subject, w, x, z, v):
        axes = tuple(getattr(stacked, "shape", ()))
        form = Form("array", complex=subject.point_form.complex and name not in SCALARS)
        left.append(flat(stacked, form))
        right.append(np.concatenate([flat(one.value, form) for one in one_by_one]))
        if axes[: len(shape)] != shape or left[-1].size != right[-1].size:
            note = f"{name} of points stacked along {shape} has the axes {axes}, and {right[-1].size} numbers are due"
            return Bounded(0.0, 1.0, 0.0, note)
        lost.append(np.concatenate([np.full(flat(one.value, form).size, one.lost) for one in one_by_one]))
    a, b, c = (np.concatenate(some) for some in (left, right, lost))
    noise = ULPS * subject.eps * (np.sqrt(subject.n) * (np.abs(b) + size(b) / 16) + c)
    return Bounded(a, b, noise, slack=subject.slack * size(b))


def why_not(subject: Known, batch: bool | None) -> str:
    """Return why stacked points are not tried, or an empty string: a scalar for each of them tells that they may be."""
    if batch is False:
        return f"{ONE_BY_ONE}, as stated"
    if subject.dialect == "Pymanopt":
        return "Pymanopt's manifolds take one point at a time"
    if subject.point_form.kind == "sequence":
        return "points are sequences of arrays, which do not stack"
    if batch:
        return ""
    count = _count(subject)
    try:
        name, found = _scalars(subject, (count,))
    except Exception as error:
        return f"no tangent vector can be drawn: {type(error).__name__}: {error}"
    if isinstance(found, Exception):  # whatever it is, it says that stacks are not taken
        return f"{ONE_BY_ONE}: {name} of {count} stacked points raised {type(found).__name__}"
    if name and flat(found).size != count:
        return f"{ONE_BY_ONE}: {name} of {count} stacked points returned {flat(found).size} numbers"
    return "" if name else "nothing tells whether methods take stacked points (batch=True claims it)"


@dataclass(frozen=True)
class _One:
    """What a method gives for one set of arguments; ``lost`` is by how much it amplifies rounding of these."""

    arguments: list[Any]
    value: Any
    lost: float = 0.0


def _compared(
    subject: Known, w: Point, x: Point, z: Point, v: Point
) -> Iterator[tuple[str, tuple[int, ...], Any, list[_One]]]:
    """Yield what each method gives for stacks of each shape, and one by one."""
    rng = np.random.default_rng(0)
    other_w, other_z = subject.random_point(rng), subject.random_point(rng)
    there = (other_w, subject.random_tangent(rng, other_w), other_z, v / 2)
    beside = _beside(subject, w, x)
    shapes = _shapes(subject)
    for name in STACKED:
        if name not in subject.offers:
            continue
        try:
            ones = [_alone(subject, name, inputs) for inputs in ((w, x, z, v), there)]
            # formulas of near points are not for all, nor those of others for them
            near = [((w, 0 * x, w, 0 * v), 0.0), ((w, NEAR * x, beside, NEAR * v), 1 / NEAR)]
            ones += [one for inputs, lost in near if (one := _defined(subject, name, inputs, lost)) is not None]
            for shape in shapes:
                turns = [ones[k] for k in _turns(len(ones), shape)]
                stacks = _stacks([one.arguments for one in ones], shape)
                try:
                    stacked = subject.raw(name, *stacks)
                except Missing:
                    raise
                except Exception:  # more than one leading axis is more than was asked for
                    if len(shape) == 1 or subject.dialect == "Geoopt":
                        raise
                    continue
                yield name, shape, stacked, turns
        except Missing:
            continue


def _beside(subject: Known, w: Point, x: Point) -> Point:
    """Return a point near another, or that itself where nothing leads there."""
    move = next((getattr(subject, name) for name in ("exp", "retract") if name in subject.offers), None)
    return w if move is None else np.asarray(move(w, NEAR * x))


def _alone(subject: Known, name: str, inputs: tuple[Point, Point, Point, Point], lost: float = 0.0) -> _One:
    arguments = subject.arguments(name, *inputs)
    return _One(arguments, subject.raw(name, *copy.deepcopy(arguments)), lost)  # some edit them


def _defined(subject: Known, name: str, inputs: tuple[Point, Point, Point, Point], lost: float) -> _One | None:
    """Return what a method gives, None if that is no number."""
    try:
        found = _alone(subject, name, inputs, lost)
    except Exception:  # other laws ask for it
        return None
    return found if np.all(np.isfinite(flat(found.value))) else None


def _shapes(subject: Known) -> list[tuple[int, ...]]:
    """Return the leading axes of the stacks that are tried: some points, one, as many as a point has sides, and two.

    Geoopt's manifolds take any number of leading axes; those of others that are numbers of each point tell.
    """
    counts = dict.fromkeys((_count(subject), 1, *(side for side in subject.point_form.shape if side > 1)))
    two = (2, _count(subject))
    return [*((count,) for count in counts), *([two] if subject.dialect == "Geoopt" or _takes(subject, two) else [])]


def _takes(subject: Known, shape: tuple[int, ...]) -> bool:
    """Tell whether what is one number of each point is one for each of points stacked along these axes."""
    return all(
        tuple(getattr(_scalars(subject, shape, (name,))[1], "shape", ())) == shape
        for name in SCALARS
        if name in subject.offers
    )


def _scalars(subject: Known, shape: tuple[int, ...], names: tuple[str, ...] = SCALARS) -> tuple[str, Any]:
    """Return the first of these methods that there is, and what it gives of stacks of that shape, or its error."""
    rng = np.random.default_rng(0)
    w = subject.random_point(rng)
    inputs = w, subject.random_tangent(rng, w), subject.random_point(rng), subject.random_ambient(rng)
    name = next((name for name in names if name in subject.offers), "")
    if not name:
        return name, None
    try:
        found = subject.raw(name, *_stacks([subject.arguments(name, *inputs)], shape))
        flat(found)
    except Exception as error:  # whatever it is, it says that such stacks are not taken
        return name, error
    return name, found


def _count(subject: Known) -> int:
    """Return how many points a stack has: no side of a point, lest a stack of matrices be taken for one of vectors."""
    sides = {*subject.point_form.shape, *subject.tangent_form.shape}
    return next(k for k in range(3, 3 + len(sides) + 1) if k not in sides)


def _stacks(given: list[list[Any]], shape: tuple[int, ...]) -> list[Any]:
    """Return each argument stacked in turns with others, with leading axes of a shape."""
    turns = _turns(len(given), shape)
    return [_stack([values[k] for k in turns], shape) for values in zip(*given, strict=True)]


def _turns(count: int, shape: tuple[int, ...]) -> list[int]:
    """Return which of so many stands at each place of a stack, in turns, no row as the one before."""
    shift = 1 if shape[-1] % count == 0 else 0
    return [(k + k // shape[-1] * shift) % count for k in range(math.prod(shape))]


def _stack(values: list[Any], shape: tuple[int, ...]) -> Any:
    of_jax = is_of_jax(values[0])
    library = sys.modules["torch"] if is_tensor(values[0]) else sys.modules["jax"].numpy if of_jax else np
    stacked = library.stack(values)
    return stacked.reshape((*shape, *stacked.shape[1:]))
