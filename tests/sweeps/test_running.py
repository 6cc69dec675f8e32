"""Who runs the chunks: workers that die, chunks that fail, executors of others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.sweeps import sweep
from psitheory.sweeps.table import STATUS, rows

MORTAL = '''
"""PSI-GD at a rate at which something happens to whoever runs it."""
import os, pathlib, signal
from psitheory.optimizers import PSIGradientDescent

def method(rate, here=""):
    if rate == 0.2:
        deaths = pathlib.Path(here) / "deaths"
        deaths.write_text(deaths.read_text() + "x" if deaths.exists() else "x")
        limit = int((pathlib.Path(here) / "limit").read_text())
        if len(deaths.read_text()) - 2 <= limit:  # the two first are tries before anything runs
            {happens}
    return PSIGradientDescent(rate)
'''
DIES, RAISES = "os.kill(os.getpid(), signal.SIGKILL)", "raise RuntimeError('no luck')"


def mortal(folder: Path, happens: str, limit: int) -> dict[str, object]:
    """Return a spec of which the chunk at rate 0.2 meets its fate so many times."""
    folder.mkdir()
    (folder / "mortal.py").write_text(MORTAL.replace("{happens}", happens), encoding="utf-8")
    (folder / "limit").write_text(str(limit))
    (folder / "deaths").write_text("")
    method = {"name": f"{folder / 'mortal.py'}:method", "rate": [0.1, 0.2, 0.3, 0.4], "here": str(folder)}
    return {"model": "circle", "optimizer": method, "seeds": 3, "steps": 5, "chunk": 3}


def test_a_worker_that_dies_in_a_chunk_is_retried(tmp_path):
    spec = mortal(tmp_path / "code", DIES, 0)
    (tmp_path / "code" / "limit").write_text("-9")
    sweep(spec, tmp_path / "whole")
    (tmp_path / "code" / "deaths").write_text("xx")
    (tmp_path / "code" / "limit").write_text("2")
    outcome = sweep(spec, tmp_path / "store", workers=2)
    assert outcome.failed == {}
    deaths = len((tmp_path / "code" / "deaths").read_text()) - 2
    assert deaths == 3  # two deaths, then a success
    for path in (tmp_path / "whole" / "chunks").iterdir():
        assert (tmp_path / "store" / "chunks" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("happens", "workers", "reason"),
    [(DIES, 2, "the process that ran it died each time"), (RAISES, None, "RuntimeError: no luck")],
)
def test_a_chunk_that_fails_three_times_is_reported_and_the_rest_completes(tmp_path, happens, workers, reason):
    spec = mortal(tmp_path / "code", happens, -9)
    (tmp_path / "code" / "deaths").write_text("xx")
    (tmp_path / "code" / "limit").write_text("99")
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:  # nothing is tried beforehand here
        patched.setattr("psitheory.sweeps.running.check_fits", lambda *_: None)
        outcome = sweep(spec, tmp_path / "store", workers=workers)
    assert list(outcome.failed) == [1]
    assert reason in outcome.failed[1]
    assert len((tmp_path / "code" / "deaths").read_text()) - 2 == 3
    status = rows(tmp_path / "store")["status"].reshape(4, 3)
    assert (status[1] == STATUS.index("failed")).all()
    assert (status[[0, 2, 3]] == STATUS.index("under way")).all()
    (tmp_path / "code" / "limit").write_text("-9")  # mended, the same call runs what failed
    assert sweep(spec, tmp_path / "store").failed == {}
    assert not (rows(tmp_path / "store")["status"] == STATUS.index("failed")).any()


def test_any_executor_will_do(tmp_path):
    spec = {"model": "circle", "optimizer": {"name": "gd", "rate": [0.1, 0.2]}, "seeds": 10, "steps": 9, "chunk": 3}
    seen: list[int] = []
    sweep(spec, tmp_path / "here", progress=lambda done, cells: seen.append(done))
    assert seen == [0, 3, 6, 9, 12, 15, 18, 20]
    with ThreadPoolExecutor(2) as executor:
        sweep(spec, tmp_path / "threads", executor=executor)
    for path in (tmp_path / "here" / "chunks").iterdir():
        assert (tmp_path / "threads" / "chunks" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("options", "sentence"), [({"workers": 0}, "workers is 0"), ({"executor": 3}, "executor is 3")]
)
def test_bad_use_is_a_sentence(tmp_path, options, sentence):
    with pytest.raises(ArgumentTypeError, match=sentence):
        sweep({"model": "circle", "optimizer": "psi-gd", "steps": 1}, tmp_path / "store", **options)


def test_code_that_changed_is_refused(tmp_path):
    spec = mortal(tmp_path / "code", "pass", -9)
    sweep(spec, tmp_path / "store")
    code = tmp_path / "code" / "mortal.py"
    code.write_text(code.read_text(encoding="utf-8").replace("0.2", "0.25"), encoding="utf-8")
    with pytest.raises(ArgumentError, match="written with files that were"):
        sweep(spec, tmp_path / "store")
    assert np.isfinite(rows(tmp_path / "store")["loss"]).all()


@pytest.mark.parametrize("model", [{"name": "rayleigh", "d": 6}, {"name": "wine", "hidden": [3]}])
def test_compiled_models_sweep_to_the_same_ends(tmp_path, model):
    pytest.importorskip("numba")
    spec = {"optimizer": {"name": "psi-gd", "rate": [0.05, 0.1]}, "seeds": 3, "steps": 20}
    for engine in ("numpy", "numba"):
        sweep(spec | {"model": model | {"engine": engine}}, tmp_path / engine)
    plain, compiled = (rows(tmp_path / engine) for engine in ("numpy", "numba"))
    for name in ("loss", "squared_gradient", "least_squared_gradient", "norm"):
        np.testing.assert_allclose(compiled[name], plain[name], rtol=1e-9)  # 20 steps of rounding, 1e-15 each
