"""The page's numbers are the library's: each method on each loss, step by step, in a real browser."""

import itertools

import numpy as np
import pytest

from psitheory.experiments import descend
from psitheory.explorer import LOSSES
from psitheory.models import Evaluation
from psitheory.optimizers import (
    LARS,
    Adam,
    GradientDescent,
    HeavyBall,
    Nesterov,
    NormalisedDescent,
    PSIGradientDescent,
    PSIMomentum,
    RapidityDescent,
    RiemannianGradientDescent,
)
from tests.browser import complaints, open_browser

METHODS = {
    "gd": lambda eta, decay, beta, bound: GradientDescent(eta, decay=decay),
    "psi-gd": lambda eta, decay, beta, bound: PSIGradientDescent(eta, decay=decay),
    "momentum": lambda eta, decay, beta, bound: HeavyBall(eta, beta, decay=decay),
    "psi-momentum": lambda eta, decay, beta, bound: PSIMomentum(eta, beta, decay=decay),
    "adam": lambda eta, decay, beta, bound: Adam(eta, decay=decay),
    "rgd": lambda eta, decay, beta, bound: RiemannianGradientDescent(eta),
    "nesterov": lambda eta, decay, beta, bound: Nesterov(eta, beta, decay=decay),
    "normalised": lambda eta, decay, beta, bound: NormalisedDescent(eta),
    "lars": lambda eta, decay, beta, bound: LARS(eta),
    "psi-rd": lambda eta, decay, beta, bound: RapidityDescent(bound),
}
SETTINGS = [(0.07, 0.0, 0.9, 1.7), (0.15, 0.02, 0.5, 0.4)]
STEPS = 40
ROUNDINGS = 64
"""A gradient takes fewer roundings, and a step fewer still."""
CONTROLS = 12


class Rounded:
    """A model whose gradients are off by a few roundings, at random, relative to their length."""

    def __init__(self, model, rng):
        self.model, self.layout, self.rng = model, model.layout, rng

    def evaluate(self, w, batch=None):
        exact = self.model.evaluate(w)
        size = np.linalg.norm(exact.gradient, axis=-1, keepdims=True) + 1 / np.linalg.norm(w, axis=-1, keepdims=True)
        noise = self.rng.uniform(-1, 1, exact.gradient.shape) * size * ROUNDINGS * np.finfo(float).eps
        return Evaluation(exact.loss, exact.gradient + noise)


@pytest.fixture(scope="module")
def browser(address):
    with open_browser() as driver:
        driver.get(address)
        yield driver
        assert complaints(driver) == []


RUN = """const [loss, method, start, options] = arguments, {LOSSES, METHODS, run} = window.psitheory;
return run(LOSSES.get(loss), METHODS.get(method), start, options);"""


def run_in(browser, loss, method, start, setting):
    eta, decay, beta, _ = setting
    options = {"rate": eta, "decay": decay, "momentum": beta, "steps": STEPS}
    return browser.execute_script(RUN, loss, method, start.tolist(), options)


def starts(explored):
    model = explored.build()
    u = np.random.default_rng(3).normal(size=model.layout.n)
    return model, u / np.linalg.norm(u)


def test_the_methods_are_all_here(browser):
    assert set(browser.execute_script("return [...window.psitheory.METHODS.keys()]")) == set(METHODS)


@pytest.mark.parametrize("explored", LOSSES, ids=lambda x: x.name)
def test_a_trajectory_is_the_library_s_up_to_rounding(browser, explored):
    """As far from it as the library's own runs with roundings planted in each gradient, and no further."""
    model, u = starts(explored)
    bound = explored.data()["smoothness"]
    for (name, build), setting in itertools.product(METHODS.items(), SETTINGS):
        eta, decay, beta, scale = setting
        method, found = build(eta, decay, beta, bound), run_in(browser, explored.name, name, scale * u, setting)
        own = descend(model, method, scale * u, STEPS, keep_points=True)
        noisy = Rounded(model, np.random.default_rng(5))
        others = descend(noisy, method, np.tile(scale * u, (CONTROLS, 1)), STEPS, keep_points=True).points
        allowed = np.abs(others - own.points[:, None]).max(axis=(1, 2)) + 1e-15 * own.norms[..., 0]
        away = np.abs(np.asarray(found["points"]) - own.points).max(axis=1)
        assert (away <= 4 * allowed).all(), (name, setting, (away / allowed).max())
        assert allowed[-1] < 1e-3, (name, setting, "these runs are chaotic, and would show nothing")
        assert found["loss"] == pytest.approx(own.loss, abs=20 * allowed.max() / own.norms.min() + 1e-13)
        assert found["norm"] == pytest.approx(own.norms[..., 0], abs=4 * allowed.max())


def test_the_effective_rate_of_gd_is_the_closed_form(browser):
    _, u = starts(LOSSES[0])
    for name, power in (("gd", -2), ("psi-gd", 0)):
        found = run_in(browser, "waves", name, 0.5 * u, (0.05, 0.01, 0, 0))
        norms = np.asarray(found["norm"][:-1])
        claimed = 0.05 * norms**power / (1 - 0.05 * 0.01)
        known = [(x, y) for x, y in zip(found["rate"], claimed, strict=True) if x is not None]
        assert len(known) > 10
        assert [x for x, _ in known] == pytest.approx([y for _, y in known], rel=1e-3)  # ten bits of a turn are sure


@pytest.mark.parametrize("explored", LOSSES, ids=lambda x: x.name)
def test_the_minimum_that_is_told_is_the_one_reached(browser, explored):
    model, _ = starts(explored)
    known = np.asarray([minimum["at"] for minimum in explored.data()["minima"]])
    for u in np.random.default_rng(7).normal(size=(6, model.layout.n)):
        found = run_in(browser, explored.name, "psi-rd", u, SETTINGS[0])
        last = model.layout.units(np.asarray(found["points"][-1]))
        assert found["minimum"] == np.linalg.norm(known - last, axis=1).argmin()
        assert found["settled"] == bool(found["squaredGradient"][-1] < 1e-6)


def test_powers_of_two_change_no_class_under_psi_gd(browser):
    _, u = starts(LOSSES[0])
    near, far = (run_in(browser, "waves", "psi-gd", a * u, SETTINGS[0])["points"] for a in (1, 1024))
    assert (np.asarray(near) * 1024 == np.asarray(far)).all()


def test_a_run_that_breaks_is_told_and_ends(browser):
    _, u = starts(LOSSES[0])
    found = run_in(browser, "waves", "gd", u, (1e8, 1.0, 0, 0))
    assert found["broken"]
    assert 1 < len(found["points"]) < STEPS
    assert np.isfinite(found["points"]).all()
