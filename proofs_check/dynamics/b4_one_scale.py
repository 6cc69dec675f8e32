"""Methods that form one number of the whole gradient: laws of claim B4 on one scale common to all blocks."""

from typing import Any

import numpy as np

from proofs_check.dynamics.b4_methods import TWO_BLOCKS, WHOLE
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, equal, law
from psitheory.laws.update import after
from psitheory.models import Frozen
from psitheory.strategies import choices, counts, generic_models, generic_points, rescalings, step_sizes

TOGETHER = {
    "steps": counts(1, 3),
    "method": choices(*WHOLE),
    "model": generic_models(free=False),
    "w": generic_points("model"),
    "a": rescalings([1], decades=30),
    "eta": step_sizes(decades=1),
}


def _whole_run_follows(steps, method, model, w, a, eta, off=0, only_the_first=False, threshold_too=True):
    """Claim that the run from a·w at ηa^(p + off) is a times that from w, a being common to all blocks, or not."""
    p, make = WHOLE[method]
    layout, one = model.layout, namespace(w).ones_like(a)
    scales = namespace(w).concat([a, *[one if only_the_first else a] * (layout.m - 1)])
    plain = after(make(eta, one[0]), model, w, steps)
    method_there = make(eta * a[0] ** (p + off), a[0] if threshold_too else one[0])
    there = after(method_there, model, layout.scale(scales, w), steps)
    return equal(layout.scale(1 / scales, there), plain)


@law(**TOGETHER, on=(POWERS_OF_TWO, BALLS, FLOATS))
def methods_with_one_number_for_the_gradient_need_one_scale(steps, method, model, w, a, eta):
    """Normalised and clipped GD, Polyak, Barzilai-Borwein: the run from a·w_0 at ηa^p is a times that from w_0."""
    return _whole_run_follows(steps, method, model, w, a, eta)


ONE_SCALE: dict[str, Any] = {
    "steps": 1,
    "method": "normalised",
    "model": Frozen(TWO_BLOCKS["model"], np.ones(1)),
    "w": np.array([1.0, 1.0, 2.0, 1.0]),
    "a": np.array([2.0]),
    "eta": 1.0,
}


@methods_with_one_number_for_the_gradient_need_one_scale.counterfeit(instance=ONE_SCALE)
def they_may_have_the_exponent_one_more(steps, method, model, w, a, eta):
    """The same at ηa^(p + 1)."""
    return _whole_run_follows(steps, method, model, w, a, eta, off=1)


@methods_with_one_number_for_the_gradient_need_one_scale.counterfeit(
    instance={**ONE_SCALE, "method": "clipped", "w": ONE_SCALE["w"] / 8}, method="clipped"
)
def a_clip_threshold_is_unchanged(steps, method, model, w, a, eta):
    """Clipped GD does so with the threshold unchanged."""
    return _whole_run_follows(steps, method, model, w, a, eta, threshold_too=False)


@methods_with_one_number_for_the_gradient_need_one_scale.counterfeit(instance={**ONE_SCALE, "method": "Polyak"})
def they_may_have_a_scale_for_each_block(steps, method, model, w, a, eta):
    """The same where only the first of the blocks is rescaled."""
    return _whole_run_follows(steps, method, model, w, a, eta, only_the_first=True)


@methods_with_one_number_for_the_gradient_need_one_scale.counterfeit(
    instance={**ONE_SCALE, "model": TWO_BLOCKS["model"], "w": TWO_BLOCKS["w"]}, model=generic_models(free=True)
)
def they_may_have_free_parameters(steps, method, model, w, a, eta):
    """The same beside free parameters, whose gradient does not scale."""
    return _whole_run_follows(steps, method, model, w, a, eta)


WITH_ONE_SCALE = (methods_with_one_number_for_the_gradient_need_one_scale,)
