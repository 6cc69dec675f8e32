"""Theorems are found by id, by chapter and in files; what is not found is told in one sentence."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import proofs_check
from psitheory import registry
from psitheory.checking import Theorem, theorem
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName

LIBRARY = [theorem(id, f"title of {id}", chapter=chapter, statement="x = x") for id, chapter in
           (("A3", "quotient"), ("A10", "quotient"), ("B1", "dynamics"), ("C1", "rates"))]  # fmt: skip


def in_library(*given_theorems: Theorem) -> list[EntryPoint]:
    class Point:
        name = "mine"

        def load(self):
            return lambda: given_theorems

    return [Point()]  # type: ignore[list-item]


@pytest.fixture
def library(monkeypatch):
    """Replace the installed libraries by a small one."""

    def install(*theorems: Theorem) -> None:
        monkeypatch.setattr(registry, "entry_points", lambda group: in_library(*theorems) if theorems else [])
        registry.library.cache_clear()

    install(*LIBRARY)
    yield install
    registry.library.cache_clear()


def ids(entries) -> list[str]:
    return [entry.theorem.id for entry in entries]


@given(st.permutations(["A3", "A10", "A11", "B1", "B2", "C1", "H10"]))
def test_ids_are_ordered_as_people_count(shuffled):
    assert sorted(shuffled, key=registry.natural) == ["A3", "A10", "A11", "B1", "B2", "C1", "H10"]


def test_the_library_is_ordered(library):
    library(*reversed(LIBRARY))
    assert ids(registry.select()) == ["A3", "A10", "B1", "C1"]


@pytest.mark.parametrize("name", ["A10", "a10"])
def test_an_id_is_found_in_any_case(library, name):
    assert ids(registry.find(name)) == ["A10"]


def test_targets_keep_their_order_and_stand_once(library):
    assert ids(registry.select(["C1", "A3", "c1"])) == ["C1", "A3"]


@pytest.mark.parametrize("chapter", ["A", "a", "quotient", "Quotient"])
def test_a_chapter_is_named_by_letter_or_by_name(library, chapter):
    assert ids(registry.select(chapter=chapter)) == ["A3", "A10"]


def test_a_chapter_narrows_what_is_named(library):
    assert ids(registry.select(["A3", "B1"], chapter="dynamics")) == ["B1"]


def test_an_unknown_chapter_is_told_the_known_ones(library):
    with pytest.raises(UnknownName, match=r"^chapter 'Z' has no claim here; there are A \(quotient\), B \(dyn"):
        registry.select(chapter="Z")


def test_an_unknown_id_is_told_those_close_to_it(library):
    with pytest.raises(UnknownName, match=r"^target 'A33' names no claim; close to it: A3"):
        registry.find("A33")


def test_a_target_is_an_id_a_file_or_a_theorem(library):
    with pytest.raises(ArgumentTypeError, match=r"^target is 3; an id, a file or a Theorem is needed"):
        registry.select(3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^targets is empty"):
        registry.select([])
    mine = theorem("T", "title", statement="x = x")
    assert registry.select(mine)[0].theorem is mine


def test_without_a_library_the_sentence_says_to_install_one(library):
    library()
    with pytest.raises(UnknownName, match="no library of theorems is installed; install one .*pip install"):
        registry.library()


def test_two_theorems_of_one_id_are_refused(library):
    library(LIBRARY[0], theorem("a3", "another", statement="x = x"))
    with pytest.raises(ArgumentError, match="id 'a3' is borne by two theorems"):
        registry.library()


def test_a_library_that_does_not_load_is_named(library, monkeypatch):
    class Point:
        name = "theirs"

        def load(self):
            raise ImportError("no module named nothing")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Point()])
    with pytest.raises(ArgumentError, match="^the library 'theirs' cannot be loaded: .*ImportError: no module"):
        registry.library()


# -- files ----------------------------------------------------------------------------------------

ONE = 'from psitheory import theorem\nT1 = theorem("T1", "mine", statement="x = x")\n'
TWO = ONE + 'T2 = theorem("T2", "mine too", statement="x = x")\nagain = T1\n'


@pytest.fixture
def file(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "my.py"
        path.write_text(text)
        return path

    return write


def test_a_file_gives_its_theorems(file):
    path = file(ONE)
    (entry,) = registry.find(str(path))
    assert (entry.theorem.id, entry.target) == ("T1", str(path))


def test_one_theorem_of_a_file_can_be_named(file):
    path = file(TWO)
    assert [entry.target for entry in registry.find(path)] == [f"{path}::T1", f"{path}::T2"]
    assert ids(registry.find(f"{path}::t2")) == ["T2"]
    with pytest.raises(UnknownName, match="T3' names no theorem of the file; close to it: "):
        registry.find(f"{path}::T3")


def test_a_file_is_run_anew_when_it_has_changed(file):
    path = file(ONE)
    registry.find(path)
    file(ONE.replace("T1", "T9"))
    assert ids(registry.find(path)) == ["T9"]


def test_a_file_imports_from_its_own_folder(file, tmp_path):
    (tmp_path / "a_neighbour_of_mine.py").write_text("TITLE = 'from beside'\n")
    path = file(
        ONE.replace('"mine"', "TITLE").replace("theorem\n", "theorem\nfrom a_neighbour_of_mine import TITLE\n", 1)
    )
    assert registry.find(path)[0].theorem.title == "from beside"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\n", r"^target '.*my\.py' holds no theorem; define one at module level"),
        ("x = 1\nx = = 2\n", r"^target '.*my\.py' is not Python: .*my\.py, line 2: invalid syntax$"),
        (
            "import math\nmath.sqroot\n",
            r"^target '.*' cannot be loaded: .*my\.py, line 2: AttributeError: module 'math'",
        ),
        ("import no_such_module_anywhere\n", r"my\.py, line 1: ModuleNotFoundError: No module named"),
        ("import sys\n\nsys.exit(0)\n", r"my\.py, line 3: SystemExit: 0"),
        (
            ONE + "@T1.law(x=1)\ndef law(y): ...\n",
            r"my\.py, line 3: ArgumentError: law takes y, but its domains name x",
        ),
        (ONE + ONE.replace("T1 =", "T2 ="), "id 'T1' is borne by two theorems"),
    ],
)
def test_a_file_that_cannot_serve_is_told_in_one_sentence(file, text, sentence):
    with pytest.raises(ArgumentError, match=sentence) as caught:
        registry.find(file(text))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UnknownName, match=r"^target '.*no\.py' does not exist; a Python file"):
        registry.find(tmp_path / "no.py")
    with pytest.raises(UnknownName, match=r"^target '.*' is a folder; a Python file"):
        registry.find(tmp_path)


# -- our own library ------------------------------------------------------------------------------


def test_every_theorem_file_of_the_library_is_found():
    root = Path(proofs_check.__file__).parent
    files = [path for path in root.rglob("*.py") if "= theorem(" in path.read_text()]
    found = proofs_check.theorems()
    assert len(found) == len(files) > 0
    assert list(found) == sorted(found, key=lambda t: registry.natural(t.id))


def test_a_theorem_file_is_read_in_one_sitting():
    files = Path(proofs_check.__file__).parent.glob("*/*.py")
    assert {path.name: count for path in files if (count := len(path.read_text().splitlines())) > 250} == {}


def test_every_theorem_has_a_file_of_its_name_in_the_folder_of_its_chapter():
    root = Path(proofs_check.__file__).parent
    for found in proofs_check.theorems():
        names = [path.stem for path in (root / found.chapter).glob("*.py")]
        assert any(name.split("_")[0] == found.id.lower() for name in names), found.id


def test_every_theorem_is_tried_in_two_arithmetics():
    for found in proofs_check.theorems():
        if all(law.on for law in found.laws):  # without ``on`` a law is tried in all
            assert len({kind for law in found.laws for kind in law.on}) > 1, found.id
