"""What holds for few sizes alone is not proved for all, by whatever way a law takes blocks or entries apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic import dot, namespace
from psitheory.checking import Verdict, equal, law
from psitheory.runner.proving.in_formal import prove_formally
from psitheory.strategies import points, quotients, vectors

DOMAINS = {"psi": quotients(), "w": points("psi"), "x": vectors("psi")}


def _elementary(k: int, values: Any) -> Any:
    """Return the k-th elementary symmetric polynomial: zero for fewer than k values."""
    e = [1] + [0] * k
    for value in values:
        e = [1] + [b + value * a for a, b in pairwise(e)]
    return e[k]


def newton_for_three_blocks(psi: Any, w: Any, x: Any) -> Any:
    """p₁³ - 3p₁p₂ + 2p₃ = 0 in the power sums of rᵢ²: six times e₃."""
    r = psi.layout.dots(w, w)
    one = r * 0 + 1
    p1, p2, p3 = dot(r, one), dot(r, r), dot(r * r, r)
    return equal(p1 * p1 * p1 + 2 * p3, 3 * p1 * p2)


def differences_of_three_blocks(psi: Any, w: Any, x: Any) -> Any:
    """Σ((rᵢ² - rⱼ²)(rⱼ² - rₖ²)(rₖ² - rᵢ²))² = 0: of three blocks, counted as of six."""
    r, xp = psi.layout.dots(w, w), namespace(w)
    a, b, c = r[:, None, None], r[None, :, None], r[None, None, :]
    d = (a - b) * (b - c) * (c - a)
    return equal(xp.sum(xp.sum(xp.sum(d * d, axis=-1), axis=-1), axis=-1) + dot(w, w), dot(w, w))


def newton_divided(psi: Any, w: Any, x: Any) -> Any:
    """The same, where a sum over blocks divides."""
    r = psi.layout.dots(w, w)
    one = r * 0 + 1
    p1, p2, p3 = dot(r, one), dot(r, r), dot(r * r, r)
    return equal(p1 * p1 + 2 * p3 / p1, 3 * p2)


def twelve_blocks(psi: Any, w: Any, x: Any) -> Any:
    """e₁₂(r₁², …, r_m²) = 0."""
    return equal(_elementary(12, psi.layout.dots(w, w)) + dot(w, w), dot(w, w))


def sixty_entries(psi: Any, w: Any, x: Any) -> Any:
    """e₆₀ of squares of entries is zero."""
    return equal(_elementary(60, dot(w[:, None], w[:, None])) + dot(w, w), dot(w, w))


def beyond_a_place(psi: Any, w: Any, x: Any) -> Any:
    return equal(dot(w, w) - dot(w[60:], w[60:]), dot(w, w))


def beyond_a_block(psi: Any, w: Any, x: Any) -> Any:
    r = psi.layout.dots(w, w)
    return equal(dot(r[:12], r[:12]), dot(r, r))


def weights_by_place(psi: Any, w: Any, x: Any) -> Any:
    total = 0
    for k, a, b in zip((1,) * 60 + (2,) * 100, w[:, None], x[:, None], strict=False):
        total = total + k * dot(a, b)
    return equal(total, dot(w, x))


def an_entry_that_is_not_there(psi: Any, w: Any, x: Any) -> Any:
    try:
        return equal(dot(w, w), w[70] * 0)
    except IndexError:
        return equal(dot(w, x), dot(x, w))


def by_a_reduction(psi: Any, w: Any, x: Any) -> Any:
    count = reduce(lambda n, _: n + 1, psi.layout.dots(w, w), 0)
    return equal(dot(w, x), (1 + max(count - 20, 0)) * dot(w, x))


def by_a_comprehension(psi: Any, w: Any, x: Any) -> Any:
    count = sum(1 for _ in w)
    return equal(dot(w, x), (1 + max(count - 60, 0)) * dot(w, x))


def by_bytes(psi: Any, w: Any, x: Any) -> Any:
    return equal(dot(w, x), (1 if w.nbytes < 480 else 2) * dot(w, x))


def by_its_list(psi: Any, w: Any, x: Any) -> Any:
    return equal(dot(w, x), (2 if w.tolist()[60:] else 1) * dot(w, x))


def by_its_text(psi: Any, w: Any, x: Any) -> Any:
    return equal(dot(w, x), (1 if str(psi.layout).count(",") < 40 else 2) * dot(w, x))


def by_a_count(psi: Any, w: Any, x: Any) -> Any:
    return equal(dot(w, x), (1 if np.count_nonzero(w * 0 == 0) < 60 else 2) * dot(w, x))


FALSE = {
    newton_for_three_blocks: "it speaks of 3 blocks at once, of which 2 were tried",
    differences_of_three_blocks: "it speaks of 6 blocks at once",
    newton_divided: "it speaks of 3 blocks at once",
    twelve_blocks: "goes another way for another size",
    sixty_entries: "an inner product is taken of some entries of a block alone",
    beyond_a_place: "cuts off what lies beyond a place",
    beyond_a_block: "cuts off what lies beyond a place",
    weights_by_place: "an inner product is taken of some entries of a block alone",
    an_entry_that_is_not_there: "catches an exception",
    by_a_reduction: "uses reduce",
    by_a_comprehension: "goes another way for another size",
    by_bytes: "uses nbytes",
    by_its_list: "uses tolist",
    by_its_text: "uses str",
    by_a_count: "uses count_nonzero",
}


@pytest.mark.parametrize("statement", FALSE, ids=lambda f: f.__name__)
def test_what_holds_for_few_sizes_alone_is_not_proved(statement: Callable[..., Any]) -> None:
    evidence = prove_formally(law(**DOMAINS)(statement))
    assert evidence.verdict is Verdict.INCONCLUSIVE
    assert FALSE[statement] in evidence.note
    assert not evidence.proof


def newton_for_two_blocks(psi: Any, w: Any, x: Any) -> Any:
    """Σᵢⱼ(rᵢ² - rⱼ²)² = 2Σrᵢ⁴·m - 2(Σrᵢ²)², by sums over pairs."""
    r, xp = psi.layout.dots(w, w), namespace(w)
    one = r * 0 + 1
    a, b = r[:, None], r[None, :]
    pairs = xp.sum(xp.sum((a - b) * (a - b), axis=-1), axis=-1)
    return equal(pairs, 2 * dot(one, one) * dot(r, r) - 2 * dot(r, one) * dot(r, one))


def a_ratio_of_sums(psi: Any, w: Any, x: Any) -> Any:
    r = psi.layout.dots(w, w)
    one = r * 0 + 1
    return equal((dot(r, r) / dot(r, one)) * dot(r, one), dot(r, r))


def many_factors_of_each_block(psi: Any, w: Any, x: Any) -> Any:
    """A power of what speaks of one block speaks of no more blocks."""
    r, along = psi.layout.dots(w, w), psi.layout.dots(w, x)
    return equal(dot(r * r * along, along * r), dot(r * r * r, along * along))


@pytest.mark.parametrize("statement", [newton_for_two_blocks, a_ratio_of_sums, many_factors_of_each_block])
def test_what_speaks_of_two_blocks_at_once_is_proved_for_all(statement: Callable[..., Any]) -> None:
    evidence = prove_formally(law(**DOMAINS)(statement))
    assert evidence.verdict is Verdict.HOLDS, evidence.note
    assert "in every dimension" in evidence.proof


def test_a_layout_of_one_size_is_proved_for_that_size() -> None:
    """Blocks may be told apart where the domain has no others."""

    def two_of_two(w: Any, x: Any) -> Any:
        return equal(dot(w[:2], x[:2]) + dot(w[2:], x[2:]), dot(w, x))

    evidence = prove_formally(law(w=points([2, 2]), x=vectors([2, 2]))(two_of_two))
    assert evidence.verdict is Verdict.HOLDS, evidence.note
    assert "for blocks of 2" in evidence.proof
