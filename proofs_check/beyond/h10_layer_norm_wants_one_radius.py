r"""Layer norm wants one r² a matrix; critical batch and noise scale are class functions.

Statement
---------
Where the block is the whole matrix (layer norm), PSI-GD steps with the one :math:`r^2 = \|W\|_F^2`.  With a factor
:math:`r_i^2` for each row the step is not horizontal, and the growth of norms (claim B5) and the descent lemma
(claim A8) fail.  For mini-batch gradients with covariance Σ the critical batch
:math:`\operatorname{tr}\Sigma/\|\nabla f\|^2` and :math:`r^2\operatorname{tr}\Sigma` are class functions of one
block.

Assumptions
-----------
f is PSI jointly in the rows and not row by row; every mini-batch loss is PSI.

Source
------
Ours; which blocks a normalisation has is claim A2.

Idea of the proof
-----------------
Only :math:`\sum_i\langle W_i, \nabla_if\rangle` vanishes: :math:`\sum_ir_i^2\langle W_i, \nabla_if\rangle` does not,
unless all rows have one norm.  Gradients of PSI losses have degree -1, so their covariance has degree -2, as
:math:`\|\nabla f\|^2` has.

What is checked, what is not
----------------------------
In balls on layers with layer norm; class functions exactly on rationals for means of Rayleigh quotients.  On a
network of digits the critical batch is shown, from two equivalent starts.

Tags
----
layer norm, blocks, mini-batches, critical batch
"""

import numpy as np

from proofs_check.bibliography import OURS
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.models import BatchNormMLP, NormalisedLayer
from psitheory.models.datasets import dataset
from psitheory.optimizers import PSIGradientDescent
from psitheory.strategies import normalised_layers, points, rescalings, step_sizes
from psitheory.strategies.rates import rayleigh_means

H10 = theorem(
    "H10",
    "Layer norm wants one radius; noise scales are class functions",
    chapter="beyond",
    source=OURS,
    locator="layer norm and critical batches",
    statement=r"\sum_i\langle W_i,\nabla_if\rangle = 0,\ \sum_ir_i^2\langle W_i,\nabla_if\rangle \ne 0;\qquad "
    r"\frac{\operatorname{tr}\Sigma}{\|\nabla f\|^2}(a\cdot w) = \frac{\operatorname{tr}\Sigma}{\|\nabla f\|^2}(w),\ "
    r"r^2\operatorname{tr}\Sigma \text{ likewise}",
    assumptions=("f is positively scale-invariant in the whole matrix", "every mini-batch loss is scale-invariant"),
    doc=__doc__,
)


def _step(model, w, by_rows):
    """Return r²∇f on the matrix W, with one r² or one for each row, and W."""
    xp, gradient = namespace(w), model.evaluate(w).gradient
    matrix, slope = (model.layout.view("W", z) for z in (w, gradient))
    squares = xp.sum(matrix * matrix, axis=-1, keepdims=True)
    return matrix, slope * (squares if by_rows else xp.sum(squares))


def _is_horizontal(model, w, by_rows):
    matrix, step = _step(model, w, by_rows)
    return equal(namespace(w).sum(matrix * step), namespace(w).sum(0 * matrix))


LAYERS = {"model": normalised_layers("layer"), "w": points("model")}
LAYER = NormalisedLayer(np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0]]), np.array([[1.0], [-1.0], [0.5]]), hidden=3)
UNEVEN = {"model": LAYER, "w": np.array([1.0, 2.0, -0.5, 0.25, 0.0, 1.0, 1.0, -1.0, 0.5])}


@H10.law(**LAYERS, on=(BALLS,))
def a_step_with_one_radius_is_horizontal(model, w):
    """⟨W, r²∇f⟩ = 0 for layer norm, with r² = ‖W‖²."""
    return _is_horizontal(model, w, by_rows=False)


@a_step_with_one_radius_is_horizontal.counterfeit(instance=UNEVEN)
def a_step_with_a_radius_for_each_row_is_horizontal(model, w):
    """The same with r_i² for each row."""
    return _is_horizontal(model, w, by_rows=True)


def _grows(model, w, eta, by_rows):
    matrix, step = _step(model, w, by_rows)
    xp, moved = namespace(w), matrix - eta * step
    return equal(xp.sum(moved * moved), xp.sum(matrix * matrix) + eta * eta * xp.sum(step * step))


@H10.law(**LAYERS, eta=step_sizes(decades=1), on=(BALLS,))
def the_norm_grows_by_the_step(model, w, eta):
    """‖W⁺‖² = ‖W‖² + η²‖r²∇f‖², as claim B5 has it."""
    return _grows(model, w, eta, by_rows=False)


@the_norm_grows_by_the_step.counterfeit(instance={**UNEVEN, "eta": 1.0})
def the_norm_grows_by_the_step_with_a_radius_for_each_row(model, w, eta):
    """The same with r_i² for each row."""
    return _grows(model, w, eta, by_rows=True)


def _shortens(model, w, eta, by_rows):
    matrix, step = _step(model, w, by_rows)
    moved = matrix - eta * step
    return at_most(namespace(w).sum(matrix * matrix), namespace(w).sum(moved * moved))


@H10.law(**LAYERS, eta=step_sizes(decades=1), on=(BALLS,))
def no_step_shortens(model, w, eta):
    """‖W⁺‖ ≥ ‖W‖, on which the descent lemma of claim A8 rests."""
    return _shortens(model, w, eta, by_rows=False)


@no_step_shortens.counterfeit(
    instance={"model": LAYER, "w": np.array([0.25, 0.5, 2.0, 1.0, 0.0, 1.0, 1.0, -1.0, 0.5]), "eta": 1 / 64}
)
def no_step_with_a_radius_for_each_row_shortens(model, w, eta):
    """The same with r_i² for each row."""
    return _shortens(model, w, eta, by_rows=True)


# -- noise ----------------------------------------------------------------------------------------


def _noise(model, w):
    """Return tr Σ over the samples, ‖∇f‖² and r²."""
    xp = namespace(w)
    each = [model.evaluate(w, np.array([k])).gradient for k in range(model.samples)]
    mean = model.evaluate(w).gradient
    trace = sum(xp.sum((g - mean) * (g - mean), axis=-1) for g in each) / model.samples
    return trace, xp.sum(mean * mean, axis=-1), xp.sum(w * w, axis=-1)


def _class_function(model, w, a, of):
    here, there = _noise(model, w), _noise(model, model.layout.scale(a, w))
    return equal(of(*here)[0] * of(*there)[1], of(*there)[0] * of(*here)[1])


NOISE = {"model": rayleigh_means(), "w": points("model"), "a": rescalings("model", decades=2)}


@H10.law(**NOISE, on=(RATIONALS, BALLS))
def the_critical_batch_is_a_class_function(model, w, a):
    """Tr Σ/‖∇f‖² is the same at a·w, here without the division."""
    return _class_function(model, w, a, lambda trace, square, r2: (trace, square))


@the_critical_batch_is_a_class_function.counterfeit
def the_trace_is_a_class_function(model, w, a):
    """Tr Σ itself is the same at a·w."""
    return _class_function(model, w, a, lambda trace, square, r2: (trace, 1))


@H10.law(**NOISE, on=(RATIONALS, BALLS))
def the_noise_in_the_metric_is_a_class_function(model, w, a):
    """r² tr Σ is the same at a·w."""
    return _class_function(model, w, a, lambda trace, square, r2: (r2 * trace, 1))


@the_noise_in_the_metric_is_a_class_function.counterfeit
def the_noise_by_the_norm_is_a_class_function(model, w, a):
    """R tr Σ is, here as r²(tr Σ)²."""
    return _class_function(model, w, a, lambda trace, square, r2: (r2 * trace * trace, 1))


@H10.exhibit
def the_critical_batch_on_digits(rng):
    """Show tr Σ/‖∇f‖² and tr Σ of the hidden blocks on digits, along PSI-GD from two equivalent starts."""
    inputs, labels = dataset("digits", rows=128, rng=np.random.default_rng(0))
    model = BatchNormMLP(inputs, labels, hidden=(16,), activation="tanh")
    w, batch, times = model.initial(rng), 16, np.unique(np.rint(np.geomspace(1, 200, 14)).astype(int))
    a = np.full(model.layout.m, 8.0)
    curves = {}
    for name, start in (("near", w), ("far", model.layout.scale(a, w))):
        run = descend(model, PSIGradientDescent(0.5), start, int(times[-1]), record=times, keep_points=True)
        assert run.points is not None
        rows = [rng.choice(len(labels), batch, replace=False) for _ in range(24)]
        values = [_on_blocks(model, point, rows) for point in run.points]
        curves[name], curves[f"{name} trace"] = np.array(values).T
    return Exhibit(
        "curves",
        "The critical batch is a class function",
        "Batches of 16 of 128 digits; both runs visit the same classes, from weights of norm 1 and 8 times as long.  "
        "tr Σ/‖∇f‖² agrees, up to which batches were drawn; tr Σ alone differs 64 times.",
        {"x": times, **curves},
        {
            "x": "step",
            "y": "of the hidden weights",
            "near": "tr Σ/‖∇f‖²",
            "far": "the same, 8 w_0",
            "near trace": "tr Σ",
            "far trace": "tr Σ, 8 w_0",
            "xscale": "log",
            "yscale": "log",
        },
    )


def _on_blocks(model, w, batches):
    """Return tr Σ/‖∇f‖² and tr Σ over batches, of the scale-invariant weights."""
    mask = model.layout.map(lambda x: x, lambda v: 0 * v, np.ones_like(w))
    mean = mask * model.evaluate(w).gradient
    each = [mask * model.evaluate(w, batch).gradient - mean for batch in batches]
    trace = float(np.mean([g @ g for g in each]))
    return trace / float(mean @ mean), trace
