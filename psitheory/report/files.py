"""Write a file whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from psitheory.errors import ArgumentError, said, shown


def as_json(data: Any) -> str:
    """Return ``data`` as JSON text; what JSON cannot say (NaN, infinity) is refused."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def check_writable(path: Path, name: str) -> None:
    """Raise unless a file can be put at ``path``, so that a long run does not end in vain.

    Raises
    ------
    ArgumentError
        If its folder does not exist or cannot be written, or something that is no file stands there.
    """
    try:
        folder = path.resolve().parent
        exists = path.exists()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or said(error)
        raise ArgumentError(f"{name} is {shown(str(path))}, which no file can be called: {why}") from error
    if not folder.is_dir():
        raise ArgumentError(f"{name} is '{path}', but the folder '{folder}' does not exist")
    if not os.access(folder, os.W_OK):
        raise ArgumentError(f"{name} is '{path}', but the folder '{folder}' cannot be written")
    if exists and not path.is_file():
        raise ArgumentError(f"{name} is '{path}', which is not a file; the name of a file is needed")


def check_folder(folder: Path, name: str, file: str) -> None:
    """Raise unless ``folder`` exists and ``file`` can be put there, or it can be made inside a folder that does exist.

    Raises
    ------
    ArgumentError
        The message calls the folder ``name``.
    """
    exists = os.path.exists(folder)  # False, and no error, for names that no file can have
    if exists and not folder.is_dir():
        raise ArgumentError(f"{name} is '{folder}', which is a file; a folder is needed")
    if exists:
        check_writable(folder / file, name)
        return
    if not folder.parent.is_dir():
        raise ArgumentError(f"{name} is '{folder}', whose parent folder does not exist; an existing one is needed")
    try:  # nothing short of trying tells whether a folder can be made
        folder.mkdir()
        folder.rmdir()
    except OSError as error:
        raise ArgumentError(f"{name} is '{folder}', which cannot be made: {error.strerror}") from error


def write_whole(path: Path, content: str | bytes, name: str) -> None:
    r"""Write ``content`` beside ``path`` and move it there in one step.

    Half a character (a lone surrogate) is written as ``\udcff``, which JSON reads as what it was.
    """
    path = path.resolve()
    unfinished = path.with_name(f".{path.name[:40]}.{os.getpid()}")
    try:
        with open(unfinished, "xb") as file:
            file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ArgumentError(f"{name} is '{path}', which cannot be written: {error.strerror}") from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
