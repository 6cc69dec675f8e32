"""The way of a law through its code: what tells sizes apart is found with its line, what does not is let pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic import dot
from psitheory.checking import Verdict, equal, law
from psitheory.runner.proving.in_formal import prove_formally
from psitheory.strategies import points, quotients, vectors


def told(rule: Callable[..., Any]) -> str:
    """Return why what the rule adds to an identity is not proved; an empty string if it is."""

    def claim(psi: Any, w: Any, x: Any) -> Any:
        return equal(dot(w, x) + 0 * rule(psi.layout.dots(w, x), w), dot(x, w))

    evidence = prove_formally(law(psi=quotients(), w=points("psi"), x=vectors("psi"))(claim))
    return "" if evidence.verdict is Verdict.HOLDS else evidence.note


def _caught(dots: Any, w: Any) -> Any:
    try:
        return w[70] * 0 + 1
    except IndexError:
        return 1


def _added(dots: Any, w: Any) -> Any:
    out = 0
    for each in dots:
        out = out + each
    return out


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (_caught, "catches an exception"),
        (_added, "goes another way for another size"),
        (lambda dots, w: sum(d for d in dots), "goes another way for another size"),
        (lambda dots, w: sum([2 * d for d in dots]), "goes another way for another size"),
        (lambda dots, w: sum(dots[:12]), "cuts off what lies beyond a place"),
        (lambda dots, w: dots[0] * (1 if w.nbytes else 2), "nbytes"),
        (lambda dots, w: sum(map(lambda a, b: a * b, (1,) * 12, dots)), "uses map"),
        (lambda dots, w: next(iter(dots)), "uses next"),
        (lambda dots, w: dot(w[:1], w[:1]), "some entries of a block alone"),
        (lambda dots, w: dots[0] + sum(dots[1:][:1][1:]), "cuts off an entry or a block 3 times"),
        (lambda dots, w: dots[0] + sum(dots[:-1][:-1][:-1]), "cuts off an entry or a block 3 times"),
    ],
)
def test_what_tells_sizes_apart_is_found(rule: Callable[..., Any], words: str) -> None:
    assert words in told(rule)


@pytest.mark.parametrize(
    "rule",
    [
        lambda dots, w: sum(dots),
        lambda dots, w: dots[0] + dots[-1],
        lambda dots, w: sum(k * dots[0] for k in range(3)),
        lambda dots, w: sum(a * b for a, b in zip((1, 2), (dots is None or dots[0], dots[-1]), strict=True)),
        lambda dots, w: sum(a * b for a, b in zip((1, 2), (dots[0], dots[-1]), strict=True)),
        lambda dots, w: sum(dot(np.stack([w, w]), np.stack([w, w]))),
        lambda dots, w: (dots[:, None] * dots[None, :])[0, 0],
    ],
)
def test_what_treats_sizes_alike_is_proved(rule: Callable[..., Any]) -> None:
    assert told(rule) == ""
