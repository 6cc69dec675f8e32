"""The command race: a table, a figure and JSON; one sentence for bad use."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from psitheory import cli, optimizers, plotting
from psitheory.commands.racing import run_race
from psitheory.models.named import named_model
from psitheory.optimizers.named import NAMES, named_optimizer

QUICK = ("race", "--model", "circle", "--scales", "0.5:16", "--count", "6", "--max-steps", "100")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line in an empty folder; return its exit code, its output and its errors."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["psitheory", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return call


def test_a_race_prints_a_plain_table_and_a_line_for_each_optimizer(run):
    code, out, err = run(*QUICK)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert re.fullmatch(r"circle: steps to G ≤ [\d.]+ at rate [\d.]+ \(1/L, L upper bound\), seed 0", lines[0])
    assert lines[2].split() == ["scale", "gd", "psi-gd"]
    rows = [line.split(None, 1) for line in lines[3:9]]
    np.testing.assert_allclose([float(a) for a, _ in rows], np.geomspace(0.5, 16, 6), rtol=5e-3)
    assert rows[-1][1].startswith("> 100")
    assert "theory 1" in lines[-2]
    assert re.match(r"psi-gd: \d+ steps from every scale; slope against a² for a ≥ 3.16 is .*theory 0$", lines[-1])
    assert not re.search("[\x1b\u2500-\u257f]", out)


def test_figure_and_data_are_written(run, tmp_path):
    code, out, _ = run(*QUICK, "--out", "race.svg", "--json", "race.json")
    data = json.loads((tmp_path / "race.json").read_text())
    assert code == 0
    assert (tmp_path / "race.svg").read_text().startswith("<?xml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["race.json", "race.svg"]
    assert data["model"] == "circle"
    assert data["optimizers"]["gd"]["equivalent"][-1] is None
    assert str(data["optimizers"]["psi-gd"]["equivalent"][0]) in out


def test_the_seed_repeats_the_race_and_draws_the_starts(run):
    same, again, other = (run(*QUICK, "--seed", seed)[1] for seed in ("3", "3", "4"))
    assert same == again
    assert same != other


def test_scales_may_be_far_apart(run, tmp_path):
    far = ("race", "--model", "circle", "--scales", "1e-150:1e150", "--count", "7", "--max-steps", "40")
    code, _, err = run(*far, "--out", "race.png", "--json", "race.json")
    assert (code, err) == (0, "")
    assert len(set(json.loads((tmp_path / "race.json").read_text())["optimizers"]["psi-gd"]["equivalent"])) == 1


def test_every_optimizer_races():
    options = {"scales": "0.5:2", "count": 2, "max_steps": 2000}
    found = run_race("rayleigh", ",".join(NAMES), **options).race.equivalent
    assert list(found) == list(NAMES)
    assert {name for name, counts in found.items() if counts.max() < 0} == set()


def test_every_optimizer_of_the_package_has_a_name():
    kinds = {kind for kind in vars(optimizers).values() if isinstance(kind, type) and hasattr(kind, "step")}
    model, _ = named_model("rayleigh")
    built = {type(named_optimizer(name, model, rate=1, length=1).optimizer) for name in NAMES}
    assert built == kinds - {optimizers.Optimizer}
    assert "adamw" in NAMES  # a function that returns Adam


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("bb", "adamw")])
def test_steps_from_afar_grow_as_is_said(name):
    """Four times as far the run takes 4^q times as many steps, by a factor of two at most more or less."""
    found = run_race("rayleigh", name, scales="4:16", count=2, max_steps=20_000)
    near, far = found.race.equivalent[name]
    assert abs(np.log2(far / near) - 2 * found.optimizers[name].growth) < 1


def test_starts_at_the_goal_are_told_apart_from_censored_ones(run):
    lines = run("race", "--model", "circle", "--scales", "4:16", "--count", "6", "--target", "5")[1].splitlines()
    assert re.fullmatch(
        r"\d+ of the 24 starts of other classes at a ≥ 3.16 are at the goal already, and in no fit.", lines[-1]
    )
    assert not [line for line in lines if "censored" in line]


def test_every_optimizer_is_drawn_as_no_other_is():
    found = run_race("rayleigh", ",".join(NAMES), scales="0.5:2", count=3, max_steps=50)
    titles = {named.title for named in found.optimizers.values()}
    lines = [line for line in plotting.draw(found.exhibit).axes[0].lines if line.get_label().split(" $")[0] in titles]
    assert len({(line.get_color(), str(line._unscaled_dash_pattern)) for line in lines}) == len(NAMES)


def test_free_parameters_are_named_where_they_bend_the_slope(run):
    options = ("race", "--model", "wine", "--scales", "1:4", "--count", "2", "--max-steps", "50")
    assert run(*options)[1].splitlines()[-1].startswith("The theory's slopes are those of blocks alone; wine has ")


@pytest.mark.parametrize("most", [8, 300, 10_000])
def test_the_drawing_shows_hollow_triangles_exactly_for_runs_that_did_not_arrive(most):
    found = run_race("rayleigh", "gd", scales="0.9:9", count=7, max_steps=most)
    axes = plotting.draw(found.exhibit).axes[0]
    beyond = np.isnan(found.exhibit.arrays["gd"]).any(axis=0)
    hollow = [line for line in axes.lines if line.get_marker() == "^" and len(line.get_xdata())]
    drawn = np.concatenate([line.get_xdata() for line in hollow]) if hollow else np.array([])
    np.testing.assert_array_equal(drawn, found.race.scales[beyond])
    assert all(line.get_markerfacecolor() == "none" for line in hollow)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), found.exhibit.arrays["gd"][0])
    assert beyond.any() == (most < 10_000)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "resnet"], "model is 'resnet'; one of digits, wine, neuron, "),
        (["--optimizers", "gd,sdg"], "optimizer is 'sdg'; one of gd, momentum, "),
        (["--optimizers", ""], "optimizer is ''; one of gd, momentum, "),
        (
            ["--model", "neuron", "--optimizers", "polyak"],
            "optimizer is 'polyak', but Neuron does not know its minimum",
        ),
        (["--scales", "1e2"], "--scales is '1e2'; LOW:HIGH is needed, such as 1e-2:1e2"),
        (["--scales", "a:b"], "--scales is 'a:b'; LOW:HIGH is needed"),
        (["--scales", "0:1"], "--scales is '0:1'; LOW < HIGH between 1e-150 and 1e+150 are needed"),
        (["--scales", "2:1"], "--scales is '2:1'; LOW < HIGH between 1e-150 and 1e+150 are needed"),
        (["--scales", "1:inf"], "--scales is '1:inf'; LOW < HIGH between 1e-150 and 1e+150 are needed"),
        (["--count", "1"], "--count is 1; at least 2 is needed"),
        (["--count", "100000000"], "--count is 100000000; at most 1000 is needed"),
        (["--max-steps", "0"], "--max-steps is 0; at least 1 is needed"),
        (["--target", "0"], "--target is 0; a positive number is needed"),
        (["--target", "nan"], "--target is nan; a positive number is needed"),
        (["--target", "1e9"], "--target is 1e+09, but G is 5.56 at the start already; less is needed"),
        (["--rate", "-1"], "--rate is -1; a positive number is needed"),
        (["--seed", "-1"], "--seed is -1; at least 0 is needed"),
        (["--out", "nowhere/race.png"], "--out is 'nowhere/race.png', but the folder "),
        (["--out", "race.nonsense"], "--out is 'race.nonsense'; a file name ending in one of "),
        (["--json", "."], "--json is '.', which is not a file"),
    ],
)
def test_bad_use_is_one_sentence_and_leaves_nothing(run, tmp_path, options, sentence):
    code, out, err = run(*QUICK, *options)
    assert (code, out) == (2, "")
    assert err.startswith(f"psitheory: {sentence}")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_scaling_exponents_are_those_of_the_steps(name):
    """At rate and length times a^p a start a·w follows the classes of w: one step, a = 4."""
    model, draw = named_model("rayleigh", d=4)
    w = draw(np.random.default_rng(0))

    def stepped(a, factor):
        length = a if name == "clipped" else factor  # its threshold is the length over the rate
        optimizer = named_optimizer(name, model, rate=0.05 * factor, length=0.05 * length).optimizer
        if name == "adamw":
            optimizer = replace(optimizer, decay=optimizer.decay / a)
        v, state = a * w, optimizer.init(model.layout, a * w)
        for _ in range(1 if name == "bb" else 3):
            v, state = optimizer.step(model.layout, v, model.evaluate(v), state)
        return model.layout.units(v)

    p = named_optimizer(name, model, rate=1, length=1).exponent
    p = 2 if name == "bb" else p  # its first step is one of gradient descent
    np.testing.assert_allclose(stepped(4.0, 4.0**p), stepped(1.0, 1.0), rtol=1e-12)
