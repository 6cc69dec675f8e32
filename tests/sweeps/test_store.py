"""The store: whole or not at all, whatever happens, and of one sweep only."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from psitheory.errors import ArgumentError
from psitheory.sweeps import Store, StoreFull, open_store, sweep
from psitheory.sweeps.table import STATUS, rows

from .killed import killed_sweep

SPEC = {
    "model": "circle",
    "optimizer": {"name": ["gd", "psi-gd"], "rate": [0.05, 0.1]},
    "scale": [0.3, 3.0],
    "seeds": 5,
    "steps": 40,
    "target": 1e-4,
    "record": 4,
    "chunk": 6,
}


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a store, but for the machine it was made on."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "whole"
    assert sweep(SPEC, folder).ran == 7
    return folder


def copied(whole: Path, to: Path) -> Path:
    for name, content in files(whole).items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(content)
    return to


def test_the_same_call_again_runs_nothing(whole):
    before = files(whole)
    assert sweep(SPEC, whole).ran == 0
    assert files(whole) == before


def test_processes_write_the_same_bytes(whole, tmp_path):
    sweep(SPEC, tmp_path / "store", workers=2)
    assert files(tmp_path / "store") == files(whole)


@pytest.mark.parametrize("lost", [[0], [2, 5], [0, 1, 2, 3, 4, 5, 6]])
def test_what_is_missing_is_run_again_to_the_same_bytes(whole, tmp_path, lost):
    store = copied(whole, tmp_path / "store")
    for chunk in lost:
        (store / "chunks" / f"{chunk:07}.npz").unlink()
    (store / "chunks" / ".0000000.npz.123").write_bytes(b"half a chu")  # what a kill leaves behind
    assert sweep(SPEC, store).ran == len(lost)
    assert files(store) == files(whole)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kills_lose_nothing_and_duplicate_nothing(tmp_path):
    killed_sweep(tmp_path, 2, np.random.default_rng(0), seeds=10)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"scale": [0.3, 4.0]}, "scale is [0.3, 3.0] there and [0.3, 4.0] here"),
        ({"steps": 41}, "steps is 40 there and 41 here"),
        ({"chunk": 7}, "chunk is 6 there and 7 here"),
        ({"seeds": 6}, "seeds is 5 there and 6 here"),
    ],
)
def test_a_store_of_other_settings_is_refused(whole, more, sentence):
    before = files(whole)
    with pytest.raises(ArgumentError, match="holds a sweep with other settings") as error:
        sweep(SPEC | more, whole)
    assert sentence in str(error.value)
    assert files(whole) == before


def test_a_foreign_folder_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ArgumentError, match=r"holds 'thesis\.tex' and no sweep; a new or empty folder"):
        sweep(SPEC, tmp_path)
    assert files(tmp_path) == {"thesis.tex": b"years of work"}
    with pytest.raises(ArgumentError, match="cannot be made a folder"):
        sweep(SPEC, tmp_path / "thesis.tex")
    with pytest.raises(ArgumentError, match=r"has no sweep\.json; a folder that a sweep wrote is needed"):
        open_store(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no locks")
def test_two_sweeps_into_one_store_are_kept_apart(whole):
    before = files(whole)
    with Store.read(whole).alone(), pytest.raises(ArgumentError, match="into which another sweep is writing"):
        sweep(SPEC, whole)
    assert files(whole) == before
    assert sweep(SPEC, whole).ran == 0


@pytest.mark.parametrize("size", [0, 1, 100, -1])
@pytest.mark.parametrize("name", ["chunks/0000002.npz", "sweep.json"])
def test_a_truncated_store_is_refused_and_left_alone(whole, tmp_path, name, size):
    store = copied(whole, tmp_path / "store")
    (store / name).write_bytes((store / name).read_bytes()[:size])
    before = files(store)
    for act in (lambda: sweep(SPEC, store), lambda: open_store(store)):
        if name == "sweep.json" and size == -1:
            act()  # a line break at the end is not missed
            continue
        with pytest.raises(ArgumentError, match=r"is truncated or damaged \(.*\); nothing was changed"):
            act()
    assert files(store) == before


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_flipped_bit_is_seen(whole, tmp_path, place):
    store = copied(whole, tmp_path / "store")
    path = store / "chunks" / "0000003.npz"
    content = bytearray(path.read_bytes())
    at = content.index(b"NUMPY") + 200 + int(place * 100)  # inside the numbers of a column
    content[at] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ArgumentError, match=r"0000003\.npz' is truncated or damaged"):
        sweep(SPEC, store)


def test_a_chunk_of_another_sweep_or_place_is_seen(whole, tmp_path):
    store = copied(whole, tmp_path / "store")
    (store / "chunks" / "0000001.npz").write_bytes((store / "chunks" / "0000002.npz").read_bytes())
    with pytest.raises(ArgumentError, match=r"0000001\.npz' is a chunk of another sweep"):
        sweep(SPEC, store)


def test_a_full_disk_stops_with_a_sentence_and_the_store_stays_valid(whole, tmp_path, monkeypatch):
    room, sync = [4], os.fsync

    def full(file: int) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(file)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreFull, match="No space left on device; what was written before is whole"):
            sweep(SPEC, tmp_path / "store")
    assert len(list((tmp_path / "store" / "chunks").iterdir())) == 3
    assert (rows(tmp_path / "store")["status"] == STATUS.index("missing")).sum() == 40 - 18
    assert sweep(SPEC, tmp_path / "store").ran == 4
    assert files(tmp_path / "store") == files(whole)


def test_without_xarray_the_table_has_a_row_for_each_cell(whole):
    table = rows(whole)
    assert table.dtype.names[:4] == ("optimizer", "rate", "scale", "seed")
    assert table.shape == (40,)
    row = table[7 + 20]
    assert (row["optimizer"], row["rate"], row["scale"], row["seed"]) == ("psi-gd", 0.05, 3.0, 2)
    arrived = table["status"] == STATUS.index("arrived")
    np.testing.assert_array_equal(arrived, table["steps_to_target"] >= 0)
    assert 0 < arrived.sum() < 40
