"""Methods on lines, with moving moments, and with projections: against plain transcriptions of the published rules."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.models.interface import Evaluation
from psitheory.optimizers import (
    SGDG,
    SGDMRT,
    SGDP,
    AdamG,
    AdamGStar,
    AdamP,
    AdamSRT,
    GradientDescent,
    RiemannianGradientDescent,
    image_step,
)
from psitheory.optimizers.moments import rescaled_and_transported, rescaled_squares

MODEL = Rayleigh(np.diag([0.0, 1.0, 3.0, 7.0]))
START = np.array([1.0, 2.0, -1.0, 0.5])


def run(method, w=START, steps=5, model=MODEL):
    state = method.init(model.layout, w)
    for _ in range(steps):
        w, state = method.step(model.layout, w, model.evaluate(w), state)
    return w


def test_sgd_g_as_published():
    eta, gamma, nu = 0.2, 0.9, 0.1
    y, tau = START / np.linalg.norm(START), np.zeros(4)
    for _ in range(5):
        g = MODEL.evaluate(y).gradient
        h = g - y * (y @ g)
        h *= min(1.0, nu / np.linalg.norm(h))
        d = gamma * tau - eta * h
        t = np.linalg.norm(d)
        y, tau = y * np.cos(t) + d / t * np.sin(t), d * np.cos(t) - y * t * np.sin(t)
    np.testing.assert_allclose(run(SGDG(eta)), y, rtol=1e-12)


def test_adam_g_as_published():
    eta, b1, b2, eps, nu = 0.05, 0.9, 0.99, 1e-8, 0.1
    y, tau, v = START / np.linalg.norm(START), np.zeros(4), 0.0
    for k in range(1, 6):
        rate = eta * np.sqrt(1 - b2**k) / (1 - b1**k)
        g = MODEL.evaluate(y).gradient
        h = g - y * (y @ g)
        h *= min(1.0, nu / np.linalg.norm(h))
        m, v = b1 * tau + (1 - b1) * h, b2 * v + (1 - b2) * (h @ h)
        d = -rate * m / np.sqrt(v + eps)
        t = np.linalg.norm(d)
        e = d / t
        y, tau = y * np.cos(t) + e * np.sin(t), m - (e * (1 - np.cos(t)) + y * np.sin(t)) * (e @ m)
    np.testing.assert_allclose(run(AdamG(eta)), y, rtol=1e-10)


def test_without_momentum_and_clipping_sgd_g_is_riemannian_gradient_descent():
    plain = run(RiemannianGradientDescent(0.1))
    np.testing.assert_allclose(run(SGDG(0.1, momentum=0, threshold=None)), plain / np.linalg.norm(plain), rtol=1e-12)


def test_adam_srt_as_published():
    eta, b1, b2, eps = 0.01, 0.9, 0.999, 1e-3
    w, m, v = START, np.zeros(4), 0.0
    for k in range(1, 6):
        g = MODEL.evaluate(w).gradient + 0.1 * w
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * (g @ g)
        new = w - eta * 2 * (m / (1 - b1**k)) / (np.sqrt(v / (1 - b2**k)) + eps)
        v *= (w @ w) / (new @ new + eps)
        m = (m * (w @ new) - (m @ new) * w) / (new @ new + eps)
        w = new
    np.testing.assert_allclose(run(AdamSRT(eta, eps=eps, coupled_decay=0.1)), w, rtol=1e-12)


def test_sgd_mrt_as_published():
    w, m = START, np.zeros(4)
    for _ in range(5):
        m = 0.9 * m + MODEL.evaluate(w).gradient
        new = w - 0.1 * m
        w, m = new, (m * (w @ new) - (m @ new) * w) / (new @ new)
    np.testing.assert_allclose(run(SGDMRT(0.1, 0.9)), w, rtol=1e-12)


def test_moments_of_extreme_weights_move_too():
    for size in (1e-100, 1e100):
        method = AdamSRT(0.01 * size, eps=0)
        np.testing.assert_allclose(run(method, size * START) / size, run(AdamSRT(0.01, eps=0)), rtol=1e-12)


def test_the_two_conventions_of_adam_g_star_agree_where_v_stays():
    one, two = (run(AdamGStar(0.1, beta=0.5, start=4.0, divides_by=by), steps=1) for by in ("old", "new"))
    u = START / np.linalg.norm(START)
    g = MODEL.evaluate(u).gradient
    for found, v in ((one, 4.0), (two, 2.0 + g @ g)):
        new = u - 0.1 * g / np.sqrt(v)
        np.testing.assert_allclose(found, new / np.linalg.norm(new), rtol=1e-14)


@pytest.mark.parametrize("steep", [0.0, 100.0])
def test_projections_act_where_the_gradient_is_tangent(steep):
    """On a scale-invariant loss the step is tangent; where the gradient is radial it is left alone."""
    layout, w = Layout.of([4]), START
    gradient = MODEL.evaluate(w).gradient + steep * w
    for method in (SGDP(0.1, momentum=0.5, decay=0.1), AdamP(0.1, decay=0.1)):
        kept = 1 - 0.1 * 0.1 * (0.1 if not steep else 1) / (0.5 if isinstance(method, SGDP) else 1)
        new, _ = method.step(layout, w, Evaluation(np.array(0.0), gradient), method.init(layout, w))
        assert (abs(w @ (new - kept * w)) < 1e-7) == (steep == 0)


def test_the_effective_rate_of_gradient_descent_with_decay():
    layout, decay = Layout.of([4]), 0.5
    a = MODEL.evaluate(START).gradient + decay * START
    step = image_step(layout, START, a, rate=0.25)
    np.testing.assert_allclose(step.effective_rate, 0.25 / ((START @ START) * (1 - 0.25 * decay)), rtol=1e-14)
    new = run(GradientDescent(0.25, coupled_decay=decay), steps=1)
    tangent = np.linalg.norm(step.effective_rate * step.direction)
    cosine = START @ new / np.linalg.norm(START) / np.linalg.norm(new)
    np.testing.assert_allclose(np.arctan(tangent), np.arccos(cosine), rtol=1e-7)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SGDG(0.1, threshold=0.0), r"threshold is 0\.0"),
        (lambda: SGDG(0.1, orthogonality=-1.0), "orthogonality is -1.0"),
        (lambda: AdamG(0.1, beta2=1.0), "beta2 is 1.0"),
        (lambda: AdamSRT(0.1, eps=-1.0), "eps is -1.0"),
        (lambda: SGDMRT(0.1, 1.0), "momentum is 1.0"),
        (lambda: AdamGStar(0.1, beta=0.5, start=0.0), r"start is 0\.0"),
        (lambda: AdamGStar(0.1, beta=0.5, start=1.0, divides_by="both"), "divides_by is 'both'"),
        (lambda: SGDP(0.1, delta=-1.0), "delta is -1.0"),
        (lambda: AdamP(-0.1), "rate is -0.1"),
    ],
)
def test_bad_input_is_named(make, says):
    with pytest.raises(ArgumentError, match=says):
        make()


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_first_step_of_projected_methods_looks_ahead_with_nesterov(nesterov):
    layout, w, g = Layout.of([], 3), np.array([1.0, 2.0, 3.0]), np.array([0.5, -0.25, 2.0])
    here = Evaluation(np.array(0.0), g)
    for method, step in (
        (SGDP(0.1, momentum=0.75, nesterov=nesterov), g * (1.75 if nesterov else 1)),
        (AdamP(0.1, beta1=0.75, eps=0, nesterov=nesterov), np.sign(g) * (1.75 if nesterov else 1)),
    ):
        new, _ = method.step(layout, w, here, method.init(layout, w))
        np.testing.assert_allclose(new, w - 0.1 * step, rtol=1e-14)


@pytest.mark.parametrize("lead", [(), (2,)])
def test_moments_follow_rescalings_of_both_weights_at_every_size(lead):
    layout = Layout.of([2, 3], 1)
    w, new, m = np.random.default_rng(0).normal(size=(3, *lead, layout.n))
    a, b = np.exp2([600.0, -600.0]), np.exp2([590.0, -610.0])
    far = layout.scale(a, w), layout.scale(b, new), m
    for moved, power in ((rescaled_and_transported, 1), (rescaled_squares, 2)):
        np.testing.assert_array_equal(moved(layout, *far), layout.scale((a / b) ** power, moved(layout, w, new, m)))
