"""What is swept is read whole and refused in one sentence, before anything runs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from psitheory.errors import ArgumentError, PsitheoryError, UnknownName
from psitheory.sweeps import Sweep, sweep

GIVEN = {"model": "circle", "optimizer": {"name": "psi-gd", "rate": 0.1}, "steps": 5}


def test_each_list_is_an_axis_and_what_can_be_batched_varies_fastest():
    spec = Sweep.of(
        model={"name": "rayleigh", "d": [3, 5]},
        scale={"geomspace": [0.1, 10, 3]},
        optimizer={"name": ["gd", {"name": "momentum", "momentum": 0.5}], "rate": np.array([0.1, 0.2])},
        seeds=4,
        steps=10,
    )
    assert spec.shape == {"model_d": 2, "optimizer": 2, "rate": 2, "scale": 3, "seed": 4}
    assert list(spec.axes[1].labels()) == ["gd", "momentum (momentum=0.5)"]
    np.testing.assert_array_equal(spec.axes[3].labels(), [0.1, 1.0, 10.0])


def test_a_file_says_the_same_as_keywords(tmp_path):
    file = tmp_path / "spec.toml"
    file.write_text('steps = 5\nmodel = "circle"\n[optimizer]\nname = "psi-gd"\nrate = [0.1, 0.2]\n')
    assert Sweep.read(file) == Sweep.of(model="circle", optimizer={"name": "psi-gd", "rate": (0.1, 0.2)}, steps=5)


@pytest.mark.parametrize(
    "more", [{}, {"scale": [1, 2.5]}, {"seeds": 7}, {"model": {"name": "digits", "hidden": [[8]]}}]
)
def test_it_survives_being_written(more):
    spec = Sweep.of(**GIVEN | more)
    assert Sweep.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"stepz": 1}, "the spec has the key 'stepz' (did you mean 'steps'?); the keys are"),
        ({"scale": []}, "scale is an empty list; an axis needs at least one value"),
        ({"optimizer": {"name": "gd", "rate": []}}, "optimizer.rate is an empty list"),
        ({"scale": [1, 2, 1]}, "scale holds 1 twice"),
        ({"scale": {"geomspase": [1, 2, 3]}}, "(did you mean 'geomspace'?)"),
        ({"scale": {"geomspace": [0, 2, 3]}}, "a geometric range needs positive ends"),
        ({"scale": {"linspace": [1, 2]}}, "[low, high, count]"),
        ({"scale": {"linspace": [1, 2, 10**12]}}, "has 1,000,000,000,000 values"),
        ({"scale": -1}, "scale is -1; a number from"),
        ({"scale": float("nan")}, "scale is nan; a text, a finite number"),
        ({"steps": 1.5}, "steps is 1.5; an integer of at least 0 is needed"),
        ({"steps": True}, "steps is True"),
        ({"target": 0}, "target is 0; a positive number is needed"),
        ({"starts": "equal"}, "starts is 'equal'"),
        ({"record": 1}, "record is 1"),
        ({"optimizer": {"name": "gd", "rate": [0.1, -1]}}, "optimizer.rate is -1"),
        ({"optimizer": {"name": "gd", "rate": "fast"}}, "optimizer.rate is 'fast'"),
        ({"optimizer": {"rate": 0.1}}, "optimizer has no 'name'"),
        ({"model": 3}, "model is 3; a name"),
        ({"batch_size": 0}, "batch_size is 0"),
    ],
)
def test_what_is_wrong_is_said(more, sentence):
    with pytest.raises(PsitheoryError) as error:
        Sweep.of(**GIVEN | more)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"model": "ralyeigh"}, "model is 'ralyeigh' (did you mean 'rayleigh'?)"),
        ({"model": {"name": "rayleigh", "dd": 3}}, "option 'dd' is none of the model rayleigh"),
        ({"optimizer": {"name": "ps-gd", "rate": 0.1}}, "optimizer is 'ps-gd' (did you mean 'psi-gd'?)"),
        ({"optimizer": {"name": "momentum", "rate": 0.1, "momntum": 0.5}}, "(did you mean 'momentum'?)"),
        ({"optimizer": {"name": ["gd", "momentum"], "rate": 0.1, "momentum": 0.5}}, "'gd' has no option 'momentum'"),
        ({"optimizer": {"name": "momentum", "rate": 0.1, "momentum": [0.5, 2.0]}}, "momentum is 2.0"),
        ({"model": "wine", "optimizer": "gd"}, "optimizer 'gd' has no 'rate', and BatchNormMLP knows no L"),
        ({"model": "wine", "batch_size": 1000}, "has 178 samples"),
        ({"model": {"name": "rayleigh", "d": "five"}}, "cells of rayleigh and psi-gd cannot be run: TypeError: "),
        ({"batch_size": 5}, "Circle has no samples"),
        ({"seeds": 10**13}, "the grid has 10,000,000,000,000 cells (10,000,000,000,000 seed); it takes at least"),
        ({"model": {"name": "rayleigh", "d": [3, 5]}, "weights": True}, "models have 3 and 5 weights"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_runs(tmp_path, more, sentence):
    with pytest.raises((ArgumentError, UnknownName)) as error:
        sweep(GIVEN | more, tmp_path / "store")
    assert sentence in str(error.value)
    assert not (tmp_path / "store").exists()


def test_a_table_that_the_disk_cannot_hold_is_refused_with_the_estimate(tmp_path, monkeypatch):
    monkeypatch.setattr("psitheory.sweeps.estimate._free_disk", lambda folder: 10**6)
    wide = {"model": {"name": "cosine", "d": 100}, "seeds": 2000}
    sweep(GIVEN | wide, tmp_path / "store")
    with pytest.raises(ArgumentError, match=r"2,000 cells \(2,000 seed\); it takes 1\.7 MB of disk, and 1\.0"):
        sweep(GIVEN | wide | {"weights": True}, tmp_path / "other")


def test_a_chunk_that_memory_cannot_hold_is_refused_with_the_estimate(tmp_path, monkeypatch):
    monkeypatch.setattr("psitheory.sweeps.estimate._memory", lambda: 10**6)
    wide = {"model": {"name": "cosine", "d": 1000}, "seeds": 100}
    with pytest.raises(ArgumentError, match=r"takes [\d.]+ MB of memory for a chunk, in each of 2 processes"):
        sweep(GIVEN | wide, tmp_path / "store", workers=2)
    sweep(GIVEN | wide | {"chunk": 2}, tmp_path / "store")
