"""The faults that are put into code: each changes it, on the line that it names, and nothing but what is run."""

from __future__ import annotations

import ast
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.mutants.__main__ import sampled
from tests.mutants.contexts import text_of
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.mutate import moved, mutants, places

ROOT = Path(__file__).parents[2]

SOURCE = '''"""Words 1 + 2."""

from psitheory import errors

__all__ = ["f"]

Rule = Callable[[int], bool]
Kind = TypeVar("Kind")


def f(x: int = 3, *, y: "1 < 2" = None) -> bool:
    """More words: 1 < 2."""
    size = g(x, y) * 2.0
    if not x < size and y is None:
        raise ValueError(f"{x + 1} is wrong")
    return -x if size else True


def h(x: int) -> None:
    max(x, 2)
    return None


def k(x: Vector) -> bool:
    if dot(x, h):
        return False
    return x.dot(h, x)
'''


def test_the_faults_are_those_that_one_expects() -> None:
    faults = {(mutant.line, mutant.what) for mutant in mutants("f.py", SOURCE)}
    assert faults == {
        (11, "3 → 4"),
        (13, "drop size = g(x, y) * 2.0"),
        (13, "g(x, y) * 2.0 → g(x, y) / 2.0"),
        (13, "g(x, y) → g(y, x)"),
        (13, "2.0 → 4.0"),
        (14, "not x < size and y is None → not x < size or y is None"),
        (14, "not x < size → x < size"),
        (14, "x < size → x <= size"),
        (14, "y is None → y is not None"),
        (15, "drop raise ValueError(f'{x + 1} is wrong')"),
        (16, "return None for -x if size else True"),
        (16, "-x if size else True → -x if not size else True"),
        (16, "-x → x"),
        (16, "True → False"),
        (20, "drop max(x, 2)"),
        (20, "2 → 3"),
        (26, "False → True"),
        (27, "return None for x.dot(h, x)"),
        (27, "x.dot(h, x) → x.dot(x, h)"),
    }


def test_each_fault_is_python_and_changes_it() -> None:
    source = Path(ast.__file__).read_text(encoding="utf-8")
    for mutant in mutants("ast.py", source)[::40]:
        assert ast.dump(ast.parse(mutant.applied(source))) != ast.dump(ast.parse(source)), mutant


def test_what_is_said_to_change_nothing_is_a_mutant_of_the_tree() -> None:
    sources = {file: (ROOT / file).read_text(encoding="utf-8") for file, *_ in EQUIVALENT}
    assert set(EQUIVALENT) <= set(places(sources, [m for file in sources for m in mutants(file, sources[file])]))


def test_where_a_fault_can_be_put_in_twice_it_has_a_number() -> None:
    sources = {"f.py": "x = 1\nx = 2\nx = 1\n"}
    named = places(sources, mutants("f.py", sources["f.py"]))
    assert {place: mutant.line for place, mutant in named.items() if place[2] in ("1 → 2", "2 → 3")} == {
        ("f.py", "x = 1", "1 → 2", 1): 1, ("f.py", "x = 2", "2 → 3"): 2, ("f.py", "x = 1", "1 → 2", 2): 3,
    }  # fmt: skip


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_lines_are_found_again_by_their_text(before: list[str], after: list[str]) -> None:
    place = moved("\n".join(before), "\n".join(after))
    assert all(before[old - 1] == after[new - 1] for old, new in place.items())
    assert sorted(place.values()) == list(place.values())
    if before == after:
        assert list(place) == list(range(1, len(before) + 1))


def test_tests_change_with_the_modules_that_make_them(tmp_path: Path) -> None:
    texts = {
        "tests/a/test_x.py": "from tests.a import cases\nfrom .others import OTHERS\nimport os\n",
        "tests/a/cases.py": "from tests.b.deep import Deep\n",
        "tests/a/others.py": "OTHERS = 1\n",
        "tests/b/deep.py": "from ..a import cases\nDeep = 2\n",
        "tests/b/apart.py": "",
    }
    for file, text in texts.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    before = text_of(tmp_path, "tests/a/test_x.py")
    assert before.startswith(texts["tests/a/test_x.py"])
    for file in texts:
        (tmp_path / file).write_text(texts[file] + "# other\n", encoding="utf-8")
        assert (text_of(tmp_path, "tests/a/test_x.py") != before) is (file != "tests/b/apart.py")
        (tmp_path / file).write_text(texts[file], encoding="utf-8")
    assert text_of(tmp_path, "tests/b/apart.py") == ""


def test_a_change_of_the_code_leaves_the_rest_of_a_sample() -> None:
    sources = {"a.py": SOURCE, "b.py": SOURCE}
    every = sampled(sources, 3, 999)
    assert len(every) == 2 * len(mutants("a.py", SOURCE))
    assert sampled(sources, 3, 7) == every[:7] != sampled(sources, 4, 7)
    changed = sampled(sources | {"b.py": SOURCE.replace("x + 1", "x").replace("-x", "x")}, 3, 999)
    assert [m for m in changed if m.file == "a.py"] == [m for m in every if m.file == "a.py"]
