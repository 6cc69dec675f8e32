"""Manners: arguments are left alone, and stacked points give stacked results."""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from psitheory.checking import Observation, vacuous
from psitheory.conformance.manifolds.forms import flat, is_tensor
from psitheory.conformance.manifolds.judging import ULPS, Bounded
from psitheory.conformance.manifolds.measuring import size
from psitheory.conformance.manifolds.methods import ARGUMENTS
from psitheory.conformance.manifolds.nature import Known
from psitheory.conformance.manifolds.represented import Missing

SCALARS = ("inner", "norm", "dist")
STACKED = (*SCALARS, "project", "retract", "exp", "log", "transport", "gradient", "hessian", "canonical", "vertical")
ONE_BY_ONE = "methods take one point at a time"
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
    """Stacked points and vectors give what they give one by one."""
    left, right = [], []
    for stacked, one_by_one in _compared(subject, w, x, z, v):
        left.append(flat(stacked))
        right.append(np.concatenate([flat(one) for one in one_by_one]))
    a, b = np.concatenate(left), np.concatenate(right)
    noise = ULPS * subject.eps * np.sqrt(subject.n) * (np.abs(b) + size(b) / 16)
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
    rng = np.random.default_rng(0)
    w = subject.random_point(rng)
    try:
        x, z, v = subject.random_tangent(rng, w), subject.random_point(rng), subject.random_ambient(rng)
    except Exception as error:
        return f"no tangent vector can be drawn: {type(error).__name__}: {error}"
    for name in SCALARS:
        if name in subject.offers:
            try:
                arguments = subject.arguments(name, w, x, z, v)
                found = flat(subject.raw(name, *_stacks([arguments], (_count(subject),))))
            except Exception as error:  # whatever it is, it says that stacks are not taken
                return f"{ONE_BY_ONE}: {name} of {_count(subject)} stacked points raised {type(error).__name__}"
            if found.size != _count(subject):
                return f"{ONE_BY_ONE}: {name} of {_count(subject)} stacked points returned {found.size} numbers"
            return ""
    return "nothing tells whether methods take stacked points (batch=True claims it)"


def _compared(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Iterator[tuple[Any, list[Any]]]:
    rng = np.random.default_rng(0)
    other_w, other_z = subject.random_point(rng), subject.random_point(rng)
    there = (other_w, subject.random_tangent(rng, other_w), other_z, v / 2)
    for name in STACKED:
        if name not in subject.offers:
            continue
        given = [subject.arguments(name, *inputs) for inputs in ((w, x, z, v), there)]
        still = subject.arguments(name, w, 0 * x, w, 0 * v)
        try:
            alone = [subject.raw(name, *copy.deepcopy(arguments)) for arguments in given]  # some edit them
            if (found := _defined(subject, name, still)) is not None:  # formulas of near points are not for all
                given, alone = [*given, still], [*alone, found]
            for shape in _shapes(subject):
                stacked = subject.raw(name, *_stacks(given, shape))
                yield stacked, [alone[k % len(alone)] for k in range(math.prod(shape))]
        except Missing:
            continue


def _defined(subject: Known, name: str, arguments: list[Any]) -> Any:
    """Return what a method gives, None if that is no number."""
    try:
        found = subject.raw(name, *copy.deepcopy(arguments))
    except Exception:  # other laws ask for it
        return None
    return found if np.all(np.isfinite(flat(found))) else None


def _shapes(subject: Known) -> list[tuple[int, ...]]:
    """Return the leading axes of the stacks that are tried: some points, one, as many as a point has sides.

    Geoopt's manifolds take any number of leading axes.
    """
    counts = dict.fromkeys((_count(subject), 1, *(side for side in subject.point_form.shape if side > 1)))
    shapes: list[tuple[int, ...]] = [(count,) for count in counts]
    return [*shapes, (2, _count(subject))] if subject.dialect == "Geoopt" else shapes


def _count(subject: Known) -> int:
    """Return how many points a stack has: no side of a point, lest a stack of matrices be taken for one of vectors."""
    sides = {*subject.point_form.shape, *subject.tangent_form.shape}
    return next(k for k in range(3, 3 + len(sides) + 1) if k not in sides)


def _stacks(given: list[list[Any]], shape: tuple[int, ...]) -> list[Any]:
    """Return each argument stacked in turns with others, with leading axes of a shape."""
    turns = [k % len(given) for k in range(math.prod(shape))]
    return [_stack([values[k] for k in turns], shape) for values in zip(*given, strict=True)]


def _stack(values: list[Any], shape: tuple[int, ...]) -> Any:
    stacked = sys.modules["torch"].stack(values) if is_tensor(values[0]) else np.stack(values)
    return stacked.reshape((*shape, *stacked.shape[1:]))
