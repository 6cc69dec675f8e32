"""Kill a sweep again and again at random moments: nothing may be lost, nothing run twice into the store.

``python tests/sweeps/killed.py --kills 20`` prints what was found; the suite does the same with few kills.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from psitheory.sweeps import sweep

SPEC = """
steps = 400
target = 1e-9
seeds = {seeds}
chunk = 40
scale = {{geomspace = [0.1, 10, 5]}}

[model]
name = "circle"

[optimizer]
name = ["gd", "psi-gd"]
rate = {{geomspace = [0.02, 0.2, 4]}}
"""


def command(spec: Path, store: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "psitheory", "sweep", str(spec), "--store", str(store), *more]


def killed_sweep(folder: Path, kills: int, rng: np.random.Generator, *, seeds: int, workers: int = 2) -> list[int]:
    """Return how many chunks were in the store after each kill; at the end it equals an unbroken one, byte for byte."""
    spec, broken, whole = folder / "spec.toml", folder / "broken", folder / "whole"
    spec.write_text(SPEC.format(seeds=seeds), encoding="utf-8")
    sweep(spec, whole)
    expected = {path.name: path.read_bytes() for path in (whole / "chunks").iterdir()}
    seen, times = [], {}
    for k in range(kills):
        run = subprocess.Popen(
            command(spec, broken, "--workers", str(workers)), start_new_session=True, stderr=subprocess.DEVNULL
        )
        enough = (k + 1) * len(expected) // (kills + 1)  # so that the kills spread over the whole sweep
        while run.poll() is None and count(broken) < enough:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.2))
        # the parent alone: its children must end by themselves
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert_gone(run.pid)
        for path in (broken / "chunks").glob("*.npz"):
            at = path.stat().st_mtime_ns
            assert times.setdefault(path.name, at) == at, f"{path.name} was written twice"
        seen.append(count(broken))
    assert sweep(spec, broken).ran == len(expected) - seen[-1]
    assert {path.name: path.read_bytes() for path in (broken / "chunks").iterdir()} == expected
    return seen


def count(store: Path) -> int:
    return len(list((store / "chunks").glob("*.npz")))


def assert_gone(session: int) -> None:
    """Wait until no process of the session is left, half a minute at most."""
    for _ in range(1500):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("the children of a killed sweep go on")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        after = killed_sweep(Path(name), asked.kills, np.random.default_rng(asked.seed), seeds=100)
    print(
        f"{asked.kills} kills, after which {after} chunks of 100 were there; equal byte for byte to an unbroken sweep"
    )
