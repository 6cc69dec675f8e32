"""A sweep on Dask's scheduler: worker processes, of which one is killed; and the table in xarray."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from psitheory.sweeps import open_store, sweep
from psitheory.sweeps.table import rows

distributed = pytest.importorskip("distributed")
xarray = pytest.importorskip("xarray")

pytestmark = pytest.mark.filterwarnings("ignore")  # of what other libraries do among themselves

SPEC = {
    "model": "circle",
    "optimizer": {"name": ["gd", "psi-gd"], "rate": [0.05, 0.1]},
    "scale": [0.3, 3.0],
    "seeds": 20,
    "steps": 100,
    "record": 4,
    "chunk": 4,
}


def test_a_worker_that_is_killed_changes_nothing(tmp_path):
    killed: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = list(client.run(os.getpid).values())

        def progress(done: int, cells: int) -> None:
            if done >= cells // 4 and not killed:
                killed.append(workers[0])
                os.kill(workers[0], signal.SIGKILL)

        outcome = sweep(SPEC, tmp_path / "dask", executor=client.get_executor(), progress=progress)
    assert killed
    assert outcome.failed == {}
    sweep(SPEC, tmp_path / "here")
    for path in (tmp_path / "here" / "chunks").iterdir():
        assert (tmp_path / "dask" / "chunks" / path.name).read_bytes() == path.read_bytes()


def test_the_table_has_a_dimension_for_each_axis(tmp_path):
    sweep(SPEC, tmp_path / "store")
    table, flat = open_store(tmp_path / "store"), rows(tmp_path / "store")
    assert dict(table.sizes) == {"optimizer": 2, "rate": 2, "scale": 2, "seed": 20, "time": 5}
    one = table.sel(optimizer="psi-gd", rate=0.05, scale=3.0, seed=2)
    for name in ("status", "loss", "steps_to_target"):
        assert one[name].item() == flat[name][80 + 20 + 2]
    np.testing.assert_array_equal(one["loss_at"], flat["loss_at"][102])
    assert table.attrs["steps"] == 100
    assert table.attrs["model"] == "circle"
