"""Where a sweep keeps its results: a folder with the settings and a file for each chunk, each whole or not there."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from psitheory import __version__
from psitheory.environment import environment
from psitheory.errors import ArgumentError, PsitheoryError, shown
from psitheory.report.files import as_json, write_whole
from psitheory.sweeps.axes import label
from psitheory.sweeps.building import sources
from psitheory.sweeps.cells import cells_of
from psitheory.sweeps.spec import Sweep

FORMAT = 1
SETTINGS, CHUNKS = "sweep.json", "chunks"
_UNFINISHED = re.compile(r"\.(sweep\.json|\d+\.npz|\d+\.failed\.json)\.\d+")


@dataclass(frozen=True)
class Store:
    """The results of a sweep so far.

    Attributes
    ----------
    folder : Path
    sweep : Sweep
    """

    folder: Path
    sweep: Sweep

    @classmethod
    def read(cls, folder: str | Path) -> Store:
        """Return the store in ``folder``.

        Raises
        ------
        ArgumentError
            If there is none, or its settings cannot be read.
        """
        folder = Path(folder)
        data = _settings(folder)
        if data is None:
            raise ArgumentError(f"store is '{folder}', which has no {SETTINGS}; a folder that a sweep wrote is needed")
        try:
            return cls(folder, Sweep.from_dict(data["sweep"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(folder / SETTINGS, f"{type(error).__name__}: {error}") from error

    @classmethod
    def begin(cls, folder: str | Path, sweep: Sweep) -> Store:
        """Return the store of ``sweep`` in ``folder``: a new one, or the one that is there and is gone on with.

        Raises
        ------
        ArgumentError
            If something else is in the folder, or a sweep with other settings; nothing is changed then.
        """
        folder = Path(folder)
        settings = {
            "format": FORMAT,
            "psitheory": __version__,
            "sources": sources(*_names(sweep)),
            "sweep": sweep.to_dict(),
        }
        found = _settings(folder)
        if found is None:
            _make(folder)
            write_whole(folder / SETTINGS, as_json(settings | {"environment": environment()}), "store")
        else:
            _refuse_others(folder, found, settings)
        return cls(folder, sweep)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other sweeps out while the block runs, and clear away what a killed one left unfinished.

        Raises
        ------
        ArgumentError
            If another sweep is writing into the store, or the folder cannot be written.
        """
        with open(self.folder / SETTINGS, "rb") as file:
            _lock(file, self.folder)
            try:
                (self.folder / CHUNKS).mkdir(exist_ok=True)
                for path in [*self.folder.iterdir(), *(self.folder / CHUNKS).iterdir()]:
                    if _UNFINISHED.fullmatch(path.name):
                        path.unlink(missing_ok=True)
            except OSError as error:
                raise ArgumentError(f"store is '{self.folder}', which cannot be written: {error.strerror}") from error
            yield

    def present(self) -> list[int]:
        """Return the chunks that are there, in order."""
        return sorted(int(path.stem) for path in (self.folder / CHUNKS).glob("*.npz") if path.stem.isdigit())

    def done(self) -> set[int]:
        """Return the chunks that are there, each read and found sound.

        Raises
        ------
        ArgumentError
            If one is damaged or of another sweep.
        """
        found = self.present()
        for chunk in found:
            self.load(chunk)
        return set(found)

    def failed(self) -> dict[int, str]:
        """Return the chunks that failed and were not run again since, with what was said."""
        out = {}
        for path in sorted((self.folder / CHUNKS).glob("*.failed.json")):
            chunk = int(path.name.partition(".")[0])
            if not self._file(chunk).exists():
                out[chunk] = str(_read_json(path).get("reason", ""))
        return out

    def load(self, chunk: int) -> dict[str, np.ndarray]:
        """Return the columns of a chunk.

        Raises
        ------
        ArgumentError
            If its file is damaged, or of another sweep or chunk.
        """
        path = self._file(chunk)
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                columns = {name: file[name] for name in file.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile) as error:
            raise _damaged(path, " ".join(str(error).split()) or type(error).__name__) from error
        of = columns.pop("of", np.array("")).item()
        if of != self._stamp(chunk):
            raise ArgumentError(f"'{path}' is a chunk of another sweep; remove it, and the same command runs it again")
        if chunk >= self.sweep.chunks or any(len(c) != len(cells_of(self.sweep, chunk)) for c in columns.values()):
            raise _damaged(path, "its columns have not one row for each cell")
        return columns

    def write(self, chunk: int, columns: Mapping[str, np.ndarray]) -> None:
        """Write a chunk whole or not at all.

        Raises
        ------
        StoreFull
            If it cannot be written; what was there before stays.
        """
        content = io.BytesIO()
        np.savez(content, of=np.array(self._stamp(chunk)), **columns)  # type: ignore[arg-type]
        self._write(self._file(chunk), content.getvalue())
        self._failure(chunk).unlink(missing_ok=True)

    def write_failure(self, chunk: int, reason: str) -> None:
        """Note that a chunk failed, and why."""
        self._write(self._failure(chunk), as_json({"chunk": chunk, "reason": reason}))

    def _write(self, path: Path, content: str | bytes) -> None:
        try:
            write_whole(path, content, "store")
        except ArgumentError as error:
            raise StoreFull(f"{error}; what was written before is whole, and the same command goes on") from error

    def _stamp(self, chunk: int) -> str:
        return f"{self.sweep.digest} {chunk}"

    def _file(self, chunk: int) -> Path:
        return self.folder / CHUNKS / f"{chunk:07}.npz"

    def _failure(self, chunk: int) -> Path:
        return self.folder / CHUNKS / f"{chunk:07}.failed.json"


class StoreFull(PsitheoryError, OSError):
    """A chunk cannot be written: the disk is full, or the folder is gone."""


def _lock(file: BinaryIO, folder: Path) -> None:
    """Lock an open file until it is closed, or its process ends in whatever way."""
    try:
        import fcntl
    except ImportError:  # not on this system: whoever runs two sweeps into one store must see to it
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ArgumentError(f"store is '{folder}', into which another sweep is writing; it must end first") from error
    except OSError:  # a file system without locks
        return


def _names(sweep: Sweep) -> list[str]:
    """Return the names of all models and optimisers of a sweep."""
    values = [value for (_, key), value in sweep.constants.items() if key == "name"]
    values += [value for axis in sweep.axes if axis.key == "name" for value in axis.values]
    return [str(value["name"]) if isinstance(value, Mapping) else str(value) for value in values]


def _make(folder: Path) -> None:
    """Make the folder, unless something that is no store is in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = [path.name for path in folder.iterdir() if not _UNFINISHED.fullmatch(path.name)]
    except OSError as error:
        raise ArgumentError(f"store is '{folder}', which cannot be made a folder: {error.strerror}") from error
    if strangers:
        raise ArgumentError(
            f"store is '{folder}', which holds {shown(min(strangers))} and no sweep; a new or empty folder, or the "
            "store of this sweep, is needed"
        )


def _settings(folder: Path) -> dict[str, Any] | None:
    path = folder / SETTINGS
    return _read_json(path) if path.exists() else None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(data, dict):
        raise _damaged(path, f"it holds {shown(data)}")
    return data


def _damaged(path: Path, why: str) -> ArgumentError:
    remedy = (
        "its sweep is to be begun in a new folder"
        if path.name == SETTINGS
        else "remove it, and the same command runs it again"
    )
    return ArgumentError(f"'{path}' is truncated or damaged ({why}); nothing was changed: {remedy}")


def _refuse_others(folder: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for key in ("format", "psitheory", "sources"):
        if found.get(key) != wanted[key]:
            what = {"format": "in the format", "psitheory": "by the version", "sources": "with files that were"}[key]
            raise ArgumentError(
                f"store is '{folder}', which was written {what} {shown(found.get(key))}, and this is "
                f"{shown(wanted[key])}; results would not be alike: a new folder is needed"
            )
    if found.get("sweep") != wanted["sweep"]:
        difference = _difference(found.get("sweep"), wanted["sweep"])
        raise ArgumentError(
            f"store is '{folder}', which holds a sweep with other settings ({difference}); the same spec, or a new "
            "folder, is needed"
        )


def _difference(found: Any, wanted: Mapping[str, Any]) -> str:
    """Return the first setting that differs, in words."""

    def parts(data: Any) -> dict[str, Any]:
        axes = {f"{axis['section']}.{axis['key']}": axis["values"] for axis in data["axes"]}
        named: dict[str, Any] = {"steps": data["steps"], **data["constants"], **axes}
        return named

    try:
        ours, theirs = parts(wanted), parts(found)
    except (KeyError, TypeError):
        return "they cannot be read"
    for name in sorted({*ours, *theirs}):
        if (there := theirs.get(name)) != (here := ours.get(name)):
            return f"{name.removeprefix('run.')} is {_brief(there)} there and {_brief(here)} here"
    return "the order of the axes"


def _brief(value: Any) -> str:
    if isinstance(value, list) and len(value) > 4:
        return f"{len(value)} values from {label(value[0])} to {label(value[-1])}"
    return shown(value)
