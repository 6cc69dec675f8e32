"""Manners: arguments are left alone, and stacked points give stacked results."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from psitheory.checking import Observation, equal, vacuous
from psitheory.conformance.manifolds.forms import flat, is_tensor
from psitheory.conformance.manifolds.judging import ULPS, Bounded
from psitheory.conformance.manifolds.measuring import size
from psitheory.conformance.manifolds.methods import ARGUMENTS
from psitheory.conformance.manifolds.nature import Known
from psitheory.conformance.manifolds.represented import Missing

COUNT = 3
SCALARS = ("inner", "norm", "dist")
STACKED = (*SCALARS, "project", "retract", "exp", "log", "transport", "gradient", "hessian", "canonical", "vertical")
Point = np.ndarray


def inputs_are_left_alone(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Observation:
    """No method changes what it is given."""
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
    return equal(np.concatenate(after), np.concatenate(before))


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
        return "methods take one point at a time, as stated"
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
                found = flat(subject.raw(name, *_stacks(arguments, arguments)))
            except Exception as error:  # whatever it is, it says that stacks are not taken
                return (
                    f"methods take one point at a time: {name} of {COUNT} stacked points raised {type(error).__name__}"
                )
            if found.size != COUNT:
                return (
                    f"methods take one point at a time: {name} of {COUNT} stacked points returned {found.size} numbers"
                )
            return ""
    return "nothing tells whether methods take stacked points (batch=True claims it)"


def _compared(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Iterator[tuple[Any, list[Any]]]:
    there = (z, subject.random_tangent(np.random.default_rng(0), z), w, v / 2)
    for name in STACKED:
        if name not in subject.offers:
            continue
        one, other = subject.arguments(name, w, x, z, v), subject.arguments(name, *there)
        try:
            stacked = subject.raw(name, *_stacks(one, other))
            alone = [subject.raw(name, *arguments) for arguments in (one, other)]
        except Missing:
            continue
        yield stacked, [*alone, alone[0]]


def _stacks(one: list[Any], other: list[Any]) -> list[Any]:
    """Return each argument stacked with another one, and itself again."""
    return [_stack([first, second, first]) for first, second in zip(one, other, strict=True)]


def _stack(values: list[Any]) -> Any:
    if is_tensor(values[0]):
        return sys.modules["torch"].stack(values)
    return np.stack(values)
