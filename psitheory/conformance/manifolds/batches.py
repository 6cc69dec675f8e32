"""Manners: arguments are left alone, and stacked points give stacked results."""

from __future__ import annotations

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
                found = flat(subject.raw(name, *_stacks(subject, arguments, arguments)))
            except Exception as error:  # whatever it is, it says that stacks are not taken
                return f"{ONE_BY_ONE}: {name} of {_count(subject)} stacked points raised {type(error).__name__}"
            if found.size != _count(subject):
                return f"{ONE_BY_ONE}: {name} of {_count(subject)} stacked points returned {found.size} numbers"
            return ""
    return "nothing tells whether methods take stacked points (batch=True claims it)"


def _compared(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Iterator[tuple[Any, list[Any]]]:
    there = (z, subject.random_tangent(np.random.default_rng(0), z), w, v / 2)
    for name in STACKED:
        if name not in subject.offers:
            continue
        one, other = subject.arguments(name, w, x, z, v), subject.arguments(name, *there)
        try:
            stacked = subject.raw(name, *_stacks(subject, one, other))
            alone = [subject.raw(name, *arguments) for arguments in (one, other)]
        except Missing:
            continue
        yield stacked, [alone[k % 2] for k in range(_count(subject))]


def _count(subject: Known) -> int:
    """Return how many points a stack has: no side of a point, lest a stack of matrices be taken for one of vectors."""
    sides = {*subject.point_form.shape, *subject.tangent_form.shape}
    return next(k for k in range(3, 3 + len(sides) + 1) if k not in sides)


def _stacks(subject: Known, one: list[Any], other: list[Any]) -> list[Any]:
    """Return each argument stacked in turns with another one."""
    count = _count(subject)
    return [_stack([pair[k % 2] for k in range(count)]) for pair in zip(one, other, strict=True)]


def _stack(values: list[Any]) -> Any:
    if is_tensor(values[0]):
        return sys.modules["torch"].stack(values)
    return np.stack(values)
