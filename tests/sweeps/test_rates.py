"""Exponents and figures from a store: planted laws are found, what is censored is in no fit and seen in the figure."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from psitheory import plotting
from psitheory.errors import PsitheoryError
from psitheory.sweeps import phase_diagram, rates, steps_against, sweep
from psitheory.sweeps.grid import Grid
from psitheory.sweeps.minima import minima
from psitheory.sweeps.running import run_chunk
from psitheory.sweeps.store import Store
from psitheory.sweeps.table import ARRIVED, UNDER_WAY

SPEC = {
    "model": "circle",
    "optimizer": {"name": ["gd", "psi-gd"], "rate": [0.025, 0.05, 0.1]},
    "scale": [1.0, 2.0, 4.0, 8.0],
    "seeds": 7,
    "steps": 10_000,
    "target": 1e-6,
    "record": 12,
    "weights": True,
    "chunk": 10_000,
}


def planted(folder, arrives, **more):
    """Write a store whose steps to the target are a function of (optimizer, rate, scale, seed); -1 is censored."""
    import json

    from psitheory.sweeps import Sweep

    spec = Sweep.of(**SPEC | {"steps": 1, **more})
    store = Store.begin(folder, spec)
    columns = run_chunk(json.dumps(spec.to_dict()), 0)
    index = np.indices(tuple(spec.shape.values())).reshape(len(spec.axes), -1)
    columns["steps_to_target"] = np.array([arrives(*where) for where in index.T])
    columns["least_squared_gradient_at"] = np.exp(-0.3 * np.asarray(spec.times)) * (1.0 + index[3][:, None])
    with store.alone():
        store.write(0, columns)
    return folder


def test_a_planted_power_is_found_with_its_interval(tmp_path):
    scales, rng = np.array(SPEC["scale"]), np.random.default_rng(0)
    powers = 2 + 0.01 * rng.normal(size=7)
    store = planted(tmp_path / "store", lambda o, r, a, s: round(1e9 * scales[a] ** powers[s]) if o == 0 else 10**9 + s)
    fits = {(fit.at["optimizer"], fit.at["rate"]): fit for fit in rates(store, over="scale")}
    assert len(fits) == 6
    gd = fits["gd", 0.05]
    radius = t.ppf(0.975, 6) * powers.std(ddof=1) / np.sqrt(7)
    np.testing.assert_allclose([gd.slope, gd.lower, gd.upper], powers.mean() + radius * np.array([0, -1, 1]), rtol=1e-6)
    np.testing.assert_allclose([gd.constant, gd.constant_lower, gd.constant_upper], 1e9, rtol=1e-6)
    assert (gd.seeds, gd.points, gd.censored) == (7, 4, 0)
    assert abs(fits["psi-gd", 0.05].slope) < 1e-6


def test_a_place_where_any_seed_is_censored_is_left_out_for_all(tmp_path):
    """The seeds that arrive there are the fast ones, and would pull the exponent down."""
    scales = np.array(SPEC["scale"])

    def steps(o, r, a, s):
        if a == 3:
            return -1 if s < 6 else 17  # one lucky seed arrives at once
        return round(1e9 * scales[a] ** 2)

    fit = rates(planted(tmp_path / "store", steps), over="scale", at={"optimizer": "gd", "rate": 0.025})[0]
    np.testing.assert_allclose(fit.slope, 2, rtol=1e-6)
    assert (fit.points, fit.censored) == (3, 1)
    assert "1 of them censored" in str(fit)


def test_what_bends_is_no_power_law(tmp_path):
    """The steps of GD fall before they rise: a mean exponent of 0 would read as if the scale did not matter."""
    scales, rng = np.array(SPEC["scale"]), np.random.default_rng(1)
    noise = 1 + 0.01 * rng.normal(size=7)
    store = planted(
        tmp_path / "store",
        lambda o, r, a, s: round(
            1e9 * noise[s] * (scales[a] ** -2 + scales[a] ** 2 / 64 if o == 0 else scales[a] ** 2)
        ),
    )
    fits = {fit.at["optimizer"]: fit for fit in rates(store, over="scale", at={"rate": 0.05})}
    assert fits["gd"].bends
    assert abs(fits["gd"].slope) < 0.1
    assert "it bends" in str(fits["gd"])
    assert not fits["psi-gd"].bends
    assert "gd, fitted" not in steps_against(store, "scale", at={"rate": 0.05}).arrays
    far = rates(store, over="scale", at={"rate": 0.05, "optimizer": "gd"}, window=(4, 8))[0]
    assert far.slope > 1.5


def test_where_nothing_is_known_the_interval_is_the_whole_line(tmp_path):
    fit = rates(planted(tmp_path / "store", lambda o, r, a, s: -1), over="scale")[0]
    assert np.isnan(fit.slope)
    assert (fit.lower, fit.upper, fit.seeds) == (-np.inf, np.inf, 0)


def test_a_geometric_rate_over_time(tmp_path):
    store = planted(tmp_path / "store", lambda o, r, a, s: -1, steps=50, target=1e-300)
    fit = rates(store, over="time", law="geometric", at={"scale": 2.0})[0]
    np.testing.assert_allclose([fit.slope, fit.lower, fit.upper], -0.3, rtol=1e-9)
    np.testing.assert_allclose(fit.constant, np.exp(np.log(1 + np.arange(7)).mean()), rtol=1e-9)
    assert fit.constant_lower < fit.constant < fit.constant_upper


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rates") / "store"
    sweep(SPEC | {"steps": 300, "starts": "equivalent"}, folder)
    return folder


def test_the_exponents_of_the_theory(store):
    """From equivalent starts PSI-GD does not see the scale, GD sees rate/scale² alone: at powers of two, exactly."""
    psi = rates(store, over="scale", at={"optimizer": "psi-gd"})
    assert all(abs(fit.slope) < 1e-12 for fit in psi)
    grid = Grid.read(store).at({"optimizer": "gd"}).ordered("rate", "scale")
    steps = grid.columns["steps_to_target"]
    assert (steps[0, :2] > 0).all()
    np.testing.assert_array_equal(steps[0, :-1], steps[2, 1:])  # a rate four times as large, from twice as far
    assert rates(store, over="scale", at={"optimizer": "gd", "rate": 0.05})[0].lower > 1.5


def test_a_phase_diagram_shades_what_arrived_and_hatches_the_rest(store):
    exhibit = phase_diagram(store)
    z, state = exhibit.arrays["z"], exhibit.arrays["state"]
    assert z.shape == state.shape == (2, 4, 3)
    assert exhibit.labels["panels"] == "gd,psi-gd"
    np.testing.assert_array_equal(np.isnan(z), state > 0)
    assert (state[0, 3] == 1).all()  # GD from afar is not there yet
    assert (state[1] == 0).all()
    np.testing.assert_array_equal(z[1], np.broadcast_to(z[1, 0], (4, 3)))  # PSI-GD does not see the scale
    figure = plotting.draw(exhibit)
    hatched = sum(len(c.get_paths()) for axes in figure.axes for c in axes.collections if c.get_hatch())
    assert hatched == (state > 0).sum()
    assert "not there after 300 steps" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_half_of_the_seeds_decide(tmp_path):
    arrived = {0: 3, 1: 4, 2: 7}  # of seven

    def steps(o, r, a, s):
        return 10 * (s + 1) if s < arrived[r] else -1

    exhibit = phase_diagram(planted(tmp_path / "store", steps), at={"optimizer": "gd"})
    np.testing.assert_array_equal(exhibit.arrays["state"][0, 0], [1, 0, 0])
    np.testing.assert_array_equal(exhibit.arrays["z"][0, 0, 1:], [40, 40])


def test_a_map_of_minima_tells_them_by_their_loss(store):
    exhibit = phase_diagram(store, show="minimum")
    named = {exhibit.labels[str(k)] for k in np.unique(exhibit.arrays["z"][exhibit.arrays["state"] == 0])}
    assert named <= {"f = -1.929", "f = -0.9325", "f = -0.2244"}
    plotting.draw(exhibit)


def test_minima_are_told_apart_and_ordered_by_their_loss():
    rng = np.random.default_rng(0)
    angles = np.repeat([0.3, 2.0, 4.0], 20)
    w = np.stack([np.cos(angles), np.sin(angles)], axis=1) + 1e-3 * rng.normal(size=(60, 2))
    order = rng.permutation(60)
    found, losses = minima(w[order], np.repeat([2.0, -1.0, 0.5], 20)[order])
    np.testing.assert_array_equal(found[np.argsort(order)], np.repeat([2, 0, 1], 20))
    np.testing.assert_array_equal(losses, [-1.0, 0.5, 2.0])


def test_the_race_from_a_store(store):
    exhibit = steps_against(store, "scale", at={"rate": 0.05})
    assert exhibit.arrays["psi-gd"].shape == (8, 4)
    assert np.isnan(exhibit.arrays["gd"][:, 3]).any()
    plotting.draw(exhibit)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda s: rates(s, over="scael"), "there is no axis 'scael' (did you mean 'scale'?)"),
        (lambda s: rates(s, over="optimizer"), "numbers are needed"),
        (lambda s: rates(s, over="scale", of="losss"), "the store has no 'losss' (did you mean 'loss'?)"),
        (lambda s: rates(s, over="scale", law="linear"), "law is 'linear'"),
        (lambda s: rates(s, over="scale", at={"scale": 3.0}), "scale is 3.0; one of [1.0, 2.0, 4.0, 8.0] is needed"),
        (lambda s: phase_diagram(s, y="seed"), "seed"),
        (lambda s: steps_against(s, "scale"), "the axis 'rate' has the values [0.025, 0.05, 0.1]"),
        (lambda s: phase_diagram(s, show="colour"), "show is 'colour'"),
    ],
)
def test_bad_use_is_a_sentence(store, call, sentence):
    with pytest.raises(PsitheoryError) as error:
        call(store)
    assert sentence in str(error.value)


def test_statuses_are_what_they_are_called(store):
    from psitheory.sweeps.table import STATUS

    assert STATUS[ARRIVED] == "arrived"
    assert STATUS[UNDER_WAY] == "under way"
