"""The order of chunks: each once, and the long ones before the end."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from psitheory.sweeps.order import Order


def schedule(order: Order, costs: Sequence[float], lanes: int) -> tuple[list[int], float]:
    """Run chunks of these costs on so many lanes; return the order in which they began, and when the last ended."""
    free, under_way, begun, now = lanes, [], [], 0.0
    while order or under_way:
        while free and order:
            chunk = order.next()
            begun.append(chunk)
            heapq.heappush(under_way, (now + costs[chunk], chunk))
            free -= 1
        now, chunk = heapq.heappop(under_way)
        order.took(chunk, costs[chunk])
        free += 1
    return begun, now


@given(st.lists(st.integers(1, 100), max_size=200), st.integers(1, 5), st.integers(1, 50))
def test_each_chunk_is_begun_once(costs: list[int], lanes: int, stretches: int) -> None:
    begun, end = schedule(Order(range(len(costs)), stretches), costs, lanes)
    assert sorted(begun) == list(range(len(costs)))
    assert end <= sum(costs) / lanes + max(costs, default=0)  # Graham's bound, of any order that lets no lane wait


@given(st.integers(1, 200))
def test_one_stretch_is_run_as_it_stands(chunks: int) -> None:
    assert schedule(Order(range(chunks), 1), [1.0] * chunks, 1)[0] == list(range(chunks))


@given(st.integers(100, 400), st.integers(3, 30), st.integers(2, 4), st.booleans())
def test_long_chunks_at_one_end_of_the_grid_are_not_left_for_the_end(
    chunks: int, times: int, lanes: int, first: bool
) -> None:
    """A tenth of the grid takes so many times as long: the lanes end within an ordinary chunk of each other."""
    costs = [float(times if chunk < chunks // 10 else 1) for chunk in range(chunks)]
    costs = costs if first else costs[::-1]
    _, end = schedule(Order(range(chunks)), costs, lanes)
    assert end <= sum(costs) / lanes + 1.0


def test_what_failed_waits_again() -> None:
    order = Order(range(3))
    first = order.next()
    order.again(first)
    assert sorted(order.next() for _ in range(3)) == [0, 1, 2]
    assert not order
