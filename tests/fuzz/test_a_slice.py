"""A small slice of the fuzz; ``python -m tests.fuzz`` runs as much of it as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.files import file_failures
from tests.fuzz.witnesses import failures
from tests.theorem_files import HOLDS


@pytest.mark.parametrize("seed", range(3))
def test_a_slice_of_the_fuzz_ends_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.chdir(tmp_path)
    Path("holds.py").write_text(HOLDS)
    assert list(failures(60, seed, "holds.py", "binomial")) == []


def test_broken_files_end_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(file_failures(4, 0, tmp_path)) == []
