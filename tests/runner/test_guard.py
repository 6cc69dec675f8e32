"""What comes of a law that raises, lacks an operation, or reads sizes and kinds: told apart, with the line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from psitheory.checking import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS, at_most, equal
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic, TimeUp, Undecided
from psitheory.runner.code.lines import HOME, _is_machinery, asked_for_at
from psitheory.runner.code.sizes import codes, home_of, is_full, is_of_laws, kind_read, reached, size_read
from psitheory.runner.counterfeits.neighbours import parts
from psitheory.runner.effort import EFFORTS, EXAMPLE, effort_named
from psitheory.runner.judging.guard import CannotRun, guarded
from psitheory.runner.proving.in_formal import prove_formally

HERE = "test_guard.py"


def raising(error: BaseException) -> Any:
    def law(x: Any) -> Any:
        raise error

    return law


# -- what a case comes to ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FLOATS, POWERS_OF_TWO, SYMBOLS, RATIONALS])
def test_a_doubt_is_told_with_its_line(kind: str) -> None:
    outcome = guarded(kind, raising(Undecided("the balls overlap")))({"x": 1})
    assert outcome.status == "undecided"
    assert outcome.note.startswith(f"the balls overlap ({HERE}, line ")
    assert outcome.note.endswith(", in law)")


@pytest.mark.parametrize("kind", [FLOATS, SYMBOLS])
def test_an_operation_that_an_arithmetic_lacks_cannot_run(kind: str) -> None:
    with pytest.raises(CannotRun, match=rf"no tanh here \({HERE}, line \d+, in law\)"):
        guarded(kind, raising(NotInArithmetic("no tanh here")))({"x": 1})


@pytest.mark.parametrize("error", [TypeError("no"), AttributeError("no")])
def test_a_wrong_type_cannot_run_in_exact_arithmetics_and_raises_in_floats(error: Exception) -> None:
    for kind in (SYMBOLS, RATIONALS, BALLS):
        with pytest.raises(CannotRun, match=rf"{type(error).__name__}: no \({HERE}, line"):
            guarded(kind, raising(error))({"x": 1})
    outcome = guarded(FLOATS, raising(error))({"x": 1})
    assert outcome.status == "raised"
    assert outcome.note.startswith(f"raised {type(error).__name__}: no ({HERE}, line ")


@pytest.mark.parametrize("x", [sys.float_info.max, -sys.float_info.max, 5e-324])
def test_at_the_ends_of_what_floats_hold_nobody_is_warned(x: float) -> None:
    for kind in (FLOATS, BALLS, CONTROLS):  # a warning is an error in tests
        assert guarded(kind, lambda x: equal(x, x))({"x": x}).status != "raised"


def test_what_a_law_does_to_the_settings_of_numpy_ends_with_the_case() -> None:
    def law(x: Any) -> Any:
        np.seterr(over="raise", under="raise")
        return equal(x, x)

    before = np.geterr()
    for kind in (FLOATS, BALLS, RATIONALS):
        assert guarded(kind, law)({"x": 1.0}).status == "passed"
    assert np.geterr() == before


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(0), GeneratorExit()])
def test_whatever_a_law_raises_is_no_verdict(error: BaseException) -> None:
    outcome = guarded(RATIONALS, raising(error))({"x": 1})
    assert outcome.status == "raised"
    assert outcome.note.startswith("raised ")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeUp("over")])
def test_an_interruption_is_passed_on(error: BaseException) -> None:
    with pytest.raises(type(error)):
        guarded(FLOATS, raising(error))({"x": 1})


def test_a_case_is_judged() -> None:
    assert guarded(RATIONALS, lambda x: equal(x, x))({"x": 1}).status == "passed"
    assert guarded(RATIONALS, lambda x: at_most(x + 1, x))({"x": 1}).status == "failed"


def test_the_line_is_that_of_the_code_that_asked() -> None:
    from psitheory.layout import Layout

    with pytest.raises(ArgumentTypeError) as raised:
        Layout.of([2]).check("x")  # type: ignore[arg-type]
    assert asked_for_at(raised.value).startswith(" (layout/")
    assert (HOME / "layout").is_dir()
    assert asked_for_at(ValueError()) == ""


# -- what a law reads -------------------------------------------------------------------------------


def counts(x: Any) -> Any:
    return len(x)


def calls_it(x: Any) -> Any:
    return counts(x)


def looks(x: Any) -> Any:
    return isinstance(x, float)


def inside(x: Any) -> Any:
    def later() -> Any:
        return x.shape

    return later()


def plain(x: Any) -> Any:
    return x + x


@pytest.mark.parametrize(("law", "name"), [(counts, "len"), (calls_it, "len"), (inside, "shape")])
def test_a_size_is_read_by_a_law_or_what_it_calls(law: Any, name: str) -> None:
    assert size_read(law).startswith(f"{name} ({HERE}, line ")
    assert kind_read(law) == ""


def test_kinds_and_sizes_are_told_apart() -> None:
    assert kind_read(looks).startswith(f"isinstance ({HERE}, line ")
    assert kind_read(looks).endswith(", in looks)")
    assert size_read(looks) == size_read(plain) == kind_read(plain) == ""


def test_what_a_law_encloses_is_reached_once() -> None:
    def enclosing(x: Any) -> Any:
        return again(calls_it(x))

    def again(x: Any) -> Any:
        return enclosing(x) if x else empty

    if sys.argv is None:  # never: a variable that is enclosed and has no value
        empty = 1
    assert {function.__name__ for function in reached(enclosing)} == {"enclosing", "again", "calls_it", "counts"}
    full = {name: is_full(cell) for name, cell in zip(again.__code__.co_freevars, again.__closure__ or (), strict=True)}
    assert full == {"enclosing": True, "empty": False}
    assert list(reached(len)) == []
    assert [code.co_name for code in codes(inside.__code__)] == ["inside", "later"]


def test_theorem_files_and_statements_are_of_laws_and_the_rest_of_the_library_is_not() -> None:
    import numpy

    from psitheory import arithmetic, laws

    assert is_of_laws(sys.modules[__name__], "")
    assert is_of_laws(laws, "")
    assert not is_of_laws(arithmetic, "")
    assert not is_of_laws(numpy, "")
    assert not is_of_laws(SimpleNamespace(), "")


INSTALLED = """
from psitheory.arithmetic import dot
from psitheory.checking import equal, law
from psitheory.strategies import points, quotients, vectors
from theirs.helpers import count

DOMAINS = {"psi": quotients(), "w": points("psi"), "x": vectors("psi")}


@law(**DOMAINS)
def reads_a_size(psi, w, x):
    return equal(dot(w, x), (1 + max(count(w) - 60, 0)) * dot(x, w))


@law(**DOMAINS)
def loops(psi, w, x):
    for _ in w[60:]:
        return equal(dot(w, x), 0)
    return equal(dot(w, x), dot(x, w))


@law(**DOMAINS)
def is_true(psi, w, x):
    return equal(dot(w, x), dot(x, w))
"""


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_a_theorem_of_an_installed_package_is_looked_at_like_any_other(tmp_path, monkeypatch, folder) -> None:
    package = tmp_path / folder / "theirs"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(INSTALLED)
    (package / "helpers.py").write_text("def count(w):\n    return len(w)\n")
    monkeypatch.syspath_prepend(str(package.parent))
    for name in ("theirs", "theirs.helpers"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    theirs = importlib.import_module("theirs")
    assert home_of(theirs.is_true.function) == str(package)
    assert size_read(theirs.reads_a_size.function).startswith("len (helpers.py, line 1")
    assert "cuts off what lies beyond a place" in prove_formally(theirs.loops).note
    assert "in every dimension" in prove_formally(theirs.is_true).proof
    assert parts(theirs.reads_a_size.function) == [theirs.reads_a_size.function, theirs.count]


# -- efforts ----------------------------------------------------------------------------------------


def test_efforts_grow_in_every_kind_and_costly_cases_get_fewer_of_each_but_one() -> None:
    quick, standard, deep = (effort_named(name) for name in EFFORTS)
    for kind in (FORMAL, SYMBOLS, RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS):
        assert 1 <= quick.cases[kind] < standard.cases[kind] < deep.cases[kind]
        assert standard.fewer(EXAMPLE).cases[kind] == max(standard.cases[kind] // EXAMPLE, 1)
    assert quick.climb < standard.climb < deep.climb
    assert quick.seconds < standard.seconds < deep.seconds
    assert [(effort.finer, effort.own > 0) for effort in (quick, standard, deep)] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip
    assert quick.times(2, 1.0).climb == 2 * quick.climb
    assert (quick.fewer(3).climb, quick.fewer(3).seconds) == (quick.climb, quick.seconds)
    with pytest.raises(ArgumentError, match="effort is 'slow'; one of quick, standard, deep is needed"):
        effort_named("slow")


def test_libraries_and_code_without_a_file_are_no_line_of_somebodys() -> None:
    assert _is_machinery(Path(pytest.__file__))
    assert _is_machinery(Path("<string>"))
    assert not _is_machinery(Path(__file__))
