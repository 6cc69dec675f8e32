"""The manners of the search: silent, without traces, the same from the same seed, usable inside another search."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.checking import FLOATS, equal, law
from psitheory.layout import Layout
from psitheory.runner import check_law
from psitheory.runner.domain import inputs
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.searching import search as searching
from psitheory.runner.searching.fresh import COPIES, FRESH
from psitheory.runner.searching.search import CHANGING, SHRINK_SECONDS, Search, search
from psitheory.strategies import points, rescalings, vectors
from tests.clocks import half_a_second_a_case

LAYOUT = Layout.of([2, 3], 1)
DOMAINS = {"w": points(LAYOUT), "x": vectors(LAYOUT), "a": rescalings(LAYOUT), "k": st.integers(0, 2**31)}


def look(run: Callable[[Mapping[str, Any]], Outcome], seed: int = 0, cases: int = 50, seconds: float = 20) -> Search:
    return search(inputs(DOMAINS, FLOATS), run, sought="failed", cases=cases, seconds=seconds, seed=seed)


def drawn_from(seed: int) -> list[str]:
    """Return what a search draws, to the last bit."""
    seen: list[str] = []

    def run(drawn: Mapping[str, Any]) -> Outcome:
        seen.append(repr([np.asarray(value, float).tobytes() for value in drawn.values()]))
        return Outcome("passed")

    look(run, seed)
    return seen


# -- what is drawn ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_most_cases_are_new_and_some_repeat_a_number(seed: int) -> None:
    """Of three numbers of a wide range, alike by chance never, all are new in each case that is no copy."""
    seen: list[tuple[int, ...]] = []
    numbers = st.lists(st.integers(0, 2**64), min_size=3, max_size=3).map(tuple)

    def run(drawn: Mapping[str, Any]) -> Outcome:
        seen.append(drawn["x"])
        return Outcome("passed")

    search(st.fixed_dictionaries({"x": numbers}), run, sought="failed", cases=100, seconds=20, seed=seed)
    known: set[int] = set()
    new = 0
    for x in seen:
        new += not known.intersection(x)
        known.update(x)
    assert len(seen) * FRESH / (FRESH + COPIES) <= new < len(seen)
    assert any(len(set(x)) < len(x) for x in seen)


ANY = st.integers(0, 10**6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("numbers", "differ"),
    [
        (st.tuples(ANY, ANY, ANY, ANY), lambda x: x[0] != x[1] or x[2] != x[3]),
        (st.tuples(ANY, ANY, ANY), lambda x: len(set(x)) > 1),
    ],
    ids=["two pairs", "three alike"],
)
def test_numbers_that_coincide_twice_are_met(numbers: Any, differ: Callable[[Any], bool], seed: int) -> None:
    @law(x=numbers, on=[FLOATS])
    def they_differ(x: Any) -> Any:
        return equal(int(differ(x) or not any(np.ravel(x))), 1)  # not all are zero, as in the simplest case

    assert str(check_law(they_differ, seed=seed).verdict) == "REFUTED"


def test_a_law_that_changes_its_inputs_changes_its_own_copy() -> None:
    @law(x=st.lists(st.floats(0, 9), min_size=2, max_size=6), k=st.just({"n": [3.0]}), on=[FLOATS])
    def the_first_is_the_least(x: Any, k: Any) -> Any:
        first = float(np.hypot(x[0], 0.0))
        x.sort()
        k["n"].append(1.0)
        return equal(int(first == x[0]) + len(k["n"]), 3)

    report = check_law(the_first_is_the_least)
    assert str(report.verdict) == "REFUTED"
    witness = report.evidence[0].witness
    assert witness is not None
    assert witness.shown["x"] == "[1, 0]"


# -- determinism ------------------------------------------------------------------------------------


def test_a_search_is_deterministic_in_its_seed() -> None:
    assert drawn_from(3) == drawn_from(3)
    assert drawn_from(3) != drawn_from(4)
    assert len(drawn_from(3)) == 50


def test_a_search_ignores_the_global_random_states() -> None:
    import random

    before = random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002
    first = drawn_from(3)
    random.seed(17)
    np.random.seed(17)  # noqa: NPY002
    assert drawn_from(3) == first
    random.setstate(before[0])
    assert before[1] is not None


def test_a_domain_may_read_the_global_random_state_while_it_draws() -> None:
    import random

    def run(drawn: Mapping[str, Any]) -> Outcome:
        return Outcome("passed")

    domain = st.fixed_dictionaries({"k": st.integers(0, 9).map(lambda k: k + random.random())})
    found = search(domain, run, sought="failed", cases=20, seconds=20, seed=0)
    assert found.outcomes
    assert found.trouble == ""


def test_a_search_does_not_depend_on_which_modules_are_loaded(tmp_path: Path) -> None:
    # Hypothesis seasons its draws with the constants of the local modules that happen to be loaded.
    (tmp_path / "seasoning.py").write_text("X = [123456, 1234567, 314159, 271828, 99991, 7654321]\n")
    program = (
        "import sys; sys.path.insert(0, {path!r})\n"
        "{load}\n"
        "from psitheory.runner.searching.search import search\n"
        "from psitheory.runner.judging.judge import Outcome\n"
        "from hypothesis import strategies as st\n"
        "seen = []\n"
        "def run(drawn):\n"
        "    seen.append(drawn['k'])\n"
        "    return Outcome('passed')\n"
        "inputs = st.fixed_dictionaries({{'k': st.integers(0, 2**31)}})\n"
        "search(inputs, run, sought='failed', cases=300, seconds=60, seed=5)\n"
        "print(seen)\n"
    )
    outputs = set()
    for load in ("", "import seasoning"):
        text = program.format(path=str(tmp_path), load=load)
        done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1


# -- manners ----------------------------------------------------------------------------------------


def test_a_search_leaves_no_trace(tmp_path: Path) -> None:
    # From a folder of its own, with a theorem file beside it, as a user would.
    (tmp_path / "my_theorem.py").write_text(
        "from psitheory import theorem, equal\n"
        "from psitheory.strategies import points\n"
        "T1 = theorem('T1', 'weights are even', statement='w = -w')\n"
        "@T1.law(w=points([2]))\n"
        "def weights_are_themselves(w):\n"
        "    return equal(w, w)\n"
        "@T1.law(w=points([2]))\n"
        "def weights_are_even(w):\n"
        "    return equal(w, -w)\n"
    )
    program = "import psitheory; print(psitheory.verify('my_theorem.py').verdict)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "REFUTED\n"
    assert done.stderr == ""
    assert {p.name for p in tmp_path.iterdir()} - {"__pycache__"} == {"my_theorem.py"}


def test_a_search_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert look(lambda _: Outcome("failed")).found is not None
    assert capfd.readouterr() == ("", "")


@settings(max_examples=5)
@given(st.integers(0, 9))
def test_a_check_may_be_called_inside_a_search_of_the_users(seed: int) -> None:
    @law(w=points([2]))
    def weights_are_even(w: Any) -> Any:
        return equal(w, -w)

    assert str(check_law(weights_are_even, seed=seed).verdict) == "REFUTED"


def test_a_search_inside_a_search_draws_the_same_as_alone() -> None:
    alone = drawn_from(3)
    inside: list[list[str]] = []

    @settings(max_examples=2, database=None)
    @given(st.integers())
    def outer(_: int) -> None:
        inside.append(drawn_from(3))

    outer()
    assert all(drawn == alone for drawn in inside)


def test_the_users_own_draws_are_not_changed_by_a_search() -> None:
    from hypothesis import seed as with_seed

    def draws(between: Callable[[], object]) -> list[int]:
        seen = []

        @with_seed(0)
        @settings(max_examples=60, database=None)
        @given(st.integers())
        def outer(k: int) -> None:
            seen.append(k)
            between()

        outer()
        return seen

    assert draws(lambda: None) == draws(lambda: look(lambda _: Outcome("passed"), cases=2))


# -- what is found ------------------------------------------------------------------------------------


def test_the_first_find_is_shrunk_to_a_readable_input() -> None:
    def run(drawn: Mapping[str, Any]) -> Outcome:
        return Outcome("failed" if drawn["w"][0] != 0 and drawn["a"][0] > 1 else "passed")

    found = look(run).found
    assert found is not None
    drawn, outcome = found
    assert outcome.status == "failed"
    assert drawn["a"].tolist()[0] == 2
    assert abs(drawn["w"]).max() <= 1
    assert np.count_nonzero(drawn["x"]) == 0
    assert drawn["k"] == 0


def test_outcomes_are_those_before_the_find() -> None:
    count = 0

    def run(drawn: Mapping[str, Any]) -> Outcome:
        nonlocal count
        count += 1
        return Outcome("failed" if drawn["w"][0] > 1e6 else "passed")

    seen = look(run, cases=200)
    assert seen.found is not None
    assert len(seen.outcomes) < count
    assert {o.status for o in seen.outcomes} == {"passed"}


def test_what_raises_is_found_and_shrunk_too() -> None:
    seen = look(lambda drawn: Outcome("raised" if drawn["k"] > 1000 else "passed", note="no"))
    assert seen.found is not None
    assert seen.found[1].status == "raised"
    assert seen.found[0]["k"] == 1001


def test_the_budget_of_time_is_kept_and_one_case_is_tried_however_slow() -> None:
    def run(_: Mapping[str, Any]) -> Outcome:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        return Outcome("passed")

    seen = look(run, seconds=0.5)
    assert 1 <= len(seen.outcomes) <= 4
    assert seen.cut
    assert len(look(run, seconds=0).outcomes) == 1


def test_a_search_that_only_waits_is_stopped_too() -> None:
    def run(_: Mapping[str, Any]) -> Outcome:
        time.sleep(0.2)
        return Outcome("passed")

    assert 1 <= len(look(run, seconds=0.05).outcomes) <= 4


def test_shrinking_has_a_budget_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "time", half_a_second_a_case())
    after = 0

    def run(drawn: Mapping[str, Any]) -> Outcome:
        nonlocal after
        failed = drawn["k"] > 2**20
        after += bool(failed or after)
        return Outcome("failed" if failed else "passed")

    found = look(run, seconds=1000).found
    assert found is not None
    assert found[1].status == "failed"
    assert 2 <= after <= SHRINK_SECONDS / 0.5 + 2


def test_an_outcome_that_changes_between_runs_is_trouble() -> None:
    calls = iter(range(10**6))
    seen = look(lambda _: Outcome("failed" if next(calls) == 7 else "passed"))
    assert seen.trouble == CHANGING


def test_what_fails_by_the_global_random_states_fails_again() -> None:
    import random

    domain = st.fixed_dictionaries({"k": st.integers(0, 9).map(lambda k: k + random.random())})
    seen = search(
        domain,
        lambda drawn: Outcome("failed" if drawn["k"] > 5 + random.random() else "passed"),
        sought="failed",
        cases=20,
        seconds=20,
        seed=0,
    )
    assert seen.found is not None
    assert 5 < seen.found[0]["k"] < 7


def test_a_case_that_is_too_large_for_hypothesis_is_found_as_it_is() -> None:
    """Its cases have 8 KB."""
    many = st.fixed_dictionaries({"x": st.lists(st.floats(0, 1), min_size=2000, max_size=2000)})
    seen = search(many, lambda _: Outcome("failed"), sought="failed", cases=5, seconds=20, seed=0)
    assert seen.trouble == ""
    assert seen.found is not None
    assert len(seen.found[0]["x"]) == 2000


def test_a_domain_without_inputs_is_trouble() -> None:
    nothing = {"k": st.integers().filter(lambda _: False)}
    seen = search(inputs(nothing, FLOATS), lambda _: Outcome("passed"), sought="failed", cases=5, seconds=5, seed=0)
    assert seen.trouble == "the domains yielded no input"
    assert seen.outcomes == []
