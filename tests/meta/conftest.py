"""Every claim is verified once, however many processes share the tests."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import pytest

from psitheory import verify
from psitheory.checking import Report


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return the report of all claims: the first process that asks verifies them, the others wait for its file."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return verify()
    import fcntl  # the lock goes when its holder does, so that nobody waits for a process that died

    shared = tmp_path_factory.getbasetemp().parent / "every_claim.pickle"
    with open(shared, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if not (stored := file.read()):
            stored = pickle.dumps(verify())
            file.write(stored)
        found: Report = pickle.loads(stored)
        return found


@pytest.fixture(scope="session")
def stored(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report as a file of JSON."""
    path = tmp_path_factory.mktemp("report") / "report.json"
    path.write_text(json.dumps(report.to_dict(), allow_nan=False), encoding="utf-8")
    return path
