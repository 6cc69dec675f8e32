"""Cells: every one is run once, as if it were alone, from what its own seed draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.experiments import descend, steps_to_reach
from psitheory.models.named import named_model
from psitheory.optimizers import PSIGradientDescent
from psitheory.optimizers.named import NAMES, named_optimizer
from psitheory.sweeps import Sweep
from psitheory.sweeps.cells import batches, cells_of, model_of, seed_of, setting_of, starts
from psitheory.sweeps.course import run_batch
from psitheory.sweeps.estimate import estimate
from psitheory.sweeps.running import run_chunk


def columns(spec: Sweep) -> dict[str, np.ndarray]:
    """Return all columns of a sweep that is run here."""
    import json

    parts = [run_chunk(json.dumps(spec.to_dict()), chunk) for chunk in range(spec.chunks)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 4), st.integers(1, 50))
def test_batches_are_the_cells_in_order(models, rates, scales, seeds, chunk):
    spec = Sweep.of(
        model={"name": "rayleigh", "d": list(range(2, 2 + models))},
        optimizer={"name": ["gd", "muon"], "rate": [0.1 * (k + 1) for k in range(rates)]},
        scale=[float(k + 1) for k in range(scales)],
        seeds=seeds,
        steps=1,
        chunk=chunk,
    )
    cells = [batch.cells for k in range(spec.chunks) for batch in batches(spec, k)]
    np.testing.assert_array_equal(np.concatenate(cells), np.arange(spec.cells))
    for batch in (batch for k in range(spec.chunks) for batch in batches(spec, k)):
        for j, cell in enumerate(batch.cells):
            own = setting_of(spec, int(cell))
            assert own["optimizer", "rate"] == batch.rates[j]
            assert own["run", "scale"] == batch.scales[j]
            assert own["model", "d"] == batch.setting["model", "d"]
            assert own["optimizer", "name"] == batch.setting["optimizer", "name"]


@pytest.mark.parametrize("name", NAMES)
def test_cells_of_a_batch_run_as_if_each_were_alone(name):
    """So no method takes an array of rates for something else."""
    grid = {
        "model": "circle",
        "optimizer": {"name": name, "rate": [0.02, 0.05, 0.1]},
        "scale": [0.5, 1.0, 4.0],
        "steps": 6,
    }
    if name in ("polyak", "psi-polyak"):
        grid["model"] = "cosine"  # knows its minimum
    together, alone = (columns(Sweep.of(**grid, chunk=chunk)) for chunk in (9, 1))
    for key, column in together.items():
        np.testing.assert_allclose(column, alone[key], rtol=1e-9, err_msg=key)


def test_columns_are_those_of_the_other_loops():
    spec = Sweep.of(
        model={"name": "rayleigh", "d": 6},
        optimizer={"name": "psi-gd", "rate": [0.05, 0.3]},
        scale=[0.1, 30.0],
        seeds=4,
        steps=300,
        target=1e-6,
        record=7,
        weights=True,
    )
    found = columns(spec)
    model = model_of(setting_of(spec, 0)).model
    (batch,) = batches(spec, 0)
    w = starts(spec, batch)
    method = PSIGradientDescent(batch.rates)
    np.testing.assert_array_equal(found["steps_to_target"], steps_to_reach(model, method, w, 1e-6, most_steps=300))
    assert len(set(found["steps_to_target"])) > 4
    run = descend(model, method, w, 300, record=spec.times)
    before_end = np.isfinite(found["loss_at"])
    ends = np.where(found["steps_to_target"] < 0, 300, found["steps_to_target"])
    np.testing.assert_array_equal(before_end, np.asarray(spec.times) <= ends[:, None])
    np.testing.assert_allclose(found["loss_at"][before_end], run.loss.T[before_end], rtol=1e-12)
    np.testing.assert_allclose(found["squared_gradient_at"][before_end], run.squared_gradient.T[before_end], rtol=1e-6)
    assert (found["squared_gradient"][found["steps_to_target"] >= 0] <= 1e-6).all()
    np.testing.assert_allclose(np.linalg.norm(found["weights"], axis=1), 1)
    reached = model.evaluate(found["weights"]).loss
    np.testing.assert_allclose(reached, found["loss"], rtol=1e-12)


def test_seeds_are_spawned_for_each_cell():
    spec = Sweep.of(model="circle", optimizer={"name": "gd", "rate": 0.1}, steps=1, seeds=5, seed=3)
    spawned = np.random.SeedSequence(3).spawn(5)
    (batch,) = batches(spec, 0)
    drawn = starts(spec, batch)
    for cell in range(5):
        of_start, of_batches = spawned[cell].spawn(2)
        draw = model_of(setting_of(spec, 0)).starts
        np.testing.assert_allclose(drawn[cell], draw(np.random.default_rng(of_start)), rtol=1e-15)
        assert seed_of(spec, cell, "batches").spawn_key == of_batches.spawn_key


@pytest.mark.parametrize("kind", ["independent", "equivalent"])
def test_equivalent_starts_are_those_of_one_model_and_one_seed(kind):
    spec = Sweep.of(
        model={"name": "rayleigh", "d": [3, 3 + 1]},
        optimizer={"name": ["gd", "psi-gd"], "rate": [0.1, 0.2]},
        scale=[1.0, 2.0],
        seeds=3,
        steps=1,
        starts=kind,
    )
    classes: dict[tuple[int, int], set[bytes]] = {}
    for batch in batches(spec, 0):
        units = model_of(batch.setting).model.layout.units(starts(spec, batch))
        for cell, u in zip(batch.cells, units, strict=True):
            classes.setdefault((batch.setting["model", "d"], int(cell) % 3), set()).add(u.round(12).tobytes())
    assert {len(found) for found in classes.values()} == {1 if kind == "equivalent" else 8}


@pytest.mark.parametrize("network", [{"name": "wine", "hidden": [[4]]}])
def test_mini_batches_are_each_cells_own(network):
    grid = {"model": network, "optimizer": {"name": "psi-gd", "rate": [0.05, 0.1]}, "seeds": 3, "steps": 4, "record": 3}
    grid |= {"batch_size": [20]}
    estimate(Sweep.of(**grid))  # tries the mini-batches, too
    together, alone = (columns(Sweep.of(**grid, chunk=chunk)) for chunk in (6, 1))
    for key, column in together.items():
        np.testing.assert_allclose(column, alone[key], rtol=1e-6, err_msg=key)
    other = columns(Sweep.of(**grid, seed=1))
    assert not np.isclose(other["loss"], together["loss"]).any()


def test_a_run_that_breaks_ends_alone():
    spec = Sweep.of(
        model="circle", optimizer={"name": "gd", "rate": [1e-3, 1e200]}, scale=[1e-140, 1.0], steps=20, record=3
    )
    found = columns(spec)
    broken = found["broken_at"] >= 0
    assert broken.any()
    assert not broken.all()
    assert np.isnan(found["loss"][broken]).all()
    assert np.isfinite(found["loss"][~broken]).all()
    assert np.isnan(found["loss_at"][broken, -1]).all()


def test_the_last_chunk_holds_the_rest():
    spec = Sweep.of(model="circle", optimizer={"name": "gd", "rate": 0.1}, steps=1, seeds=10, chunk=4)
    assert [len(cells_of(spec, k)) for k in range(spec.chunks)] == [4, 4, 2]
    (batch,) = batches(spec, 2)
    assert len(run_batch(spec, batch)["loss"]) == 2


def test_the_natural_rate_is_one_over_l():
    spec = Sweep.of(model={"name": "rayleigh", "d": 5}, optimizer="psi-gd", steps=5, seeds=2)
    model = model_of(setting_of(spec, 0)).model
    (batch,) = batches(spec, 0)
    expected = named_optimizer("psi-gd", model, rate=1 / model.smoothness.value, length=1).optimizer
    w = descend(model, expected, starts(spec, batch), 5)
    np.testing.assert_allclose(columns(spec)["loss"], w.loss[-1], rtol=1e-12)
    assert named_model("rayleigh", d=5).model.smoothness.value == model.smoothness.value
