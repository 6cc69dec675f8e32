"""The first step of AdamSRT, AdamS and SGDMRT in closed form, and what rescaling and transport do to a moment."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.layout import Layout, blocks
from psitheory.models.interface import Evaluation
from psitheory.optimizers.srt import SGDMRT, AdamSRT, adam_s

RATE, SIZES = 0.1, (2, 3)
SLICES = [slice(0, 2), slice(2, 5)]


@pytest.fixture
def problem(request):
    """A point and a gradient there, which is orthogonal to each block."""
    rng = np.random.default_rng(request.param)
    w, g = rng.normal(size=(2, 5))
    for part in SLICES:
        g[part] -= w[part] * (w[part] @ g[part]) / (w[part] @ w[part])
    return w, g


def first_step(method, problem):
    w, g = problem
    layout = Layout(blocks("a", 1, SIZES[0]), blocks("b", 1, SIZES[1]))
    return method.step(layout, w, Evaluation(np.float64(0.0), g), method.init(layout, w))


@pytest.mark.parametrize("problem", range(3), indirect=True)
@pytest.mark.parametrize("method", [AdamSRT(RATE, eps=0), adam_s(RATE, eps=0), AdamSRT(RATE, rescale=False, eps=0)])
def test_the_first_step_of_adam_on_spheres_is_normalised_and_grows_with_the_root_of_the_size(method, problem):
    new, state = first_step(method, problem)
    w, g = problem
    for n, part in zip(SIZES, SLICES, strict=True):
        expected = w[part] - RATE * np.sqrt(n) * g[part] / np.linalg.norm(g[part])
        np.testing.assert_allclose(new[part], expected, rtol=1e-12)
    assert state.t == 1


@pytest.mark.parametrize("problem", range(3), indirect=True)
def test_without_rescaling_a_transported_moment_is_longer_by_the_growth_of_the_block(problem):
    new, state = first_step(AdamSRT(RATE), problem)
    _, plain = first_step(AdamSRT(RATE, rescale=False), problem)
    w, _ = problem
    for part in SLICES:
        growth = np.linalg.norm(new[part]) / np.linalg.norm(w[part])
        np.testing.assert_allclose(plain.first[part], growth * state.first[part], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("problem", range(3), indirect=True)
@pytest.mark.parametrize("dampening", [0.0, 0.3])
def test_dampening_takes_its_share_of_the_fresh_gradient(problem, dampening):
    new, _ = first_step(SGDMRT(RATE, 0.9, dampening=dampening), problem)
    w, g = problem
    np.testing.assert_allclose(new, w - RATE * (1 - dampening) * g, rtol=1e-12)
