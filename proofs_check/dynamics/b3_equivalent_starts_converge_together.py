r"""Equivalent starts follow one class path under PSI-GD, and part under Euclidean gradient descent.

Statement
---------
Runs of PSI-GD from :math:`w_0` and from :math:`a\cdot w_0` pass through the same classes:
:math:`\sup_t\mathrm{dist}([w_t],[w'_t]) = 0`, in exact arithmetic; in floats bit for bit if the scales are powers of
two, and within the chaos of the run otherwise.  Euclidean GD passes through different classes and, where f has several
minima, may reach different ones; where the minimiser is unique the limits may agree.

Assumptions
-----------
f is PSI and differentiable along the runs; no block of :math:`w_0` is zero.  Each pair of runs has one rate.

Source
------
Yi22 (equivalence-class convergence).

Idea of the proof
-----------------
By claim B1 :math:`w'_t = a\cdot w_t`.  A step of GD from :math:`a\cdot w` turns :math:`u_i` by
:math:`\arctan(\eta\|\nabla_if(u)\|/(a_ir_i)^2)`, which depends on :math:`a_i`; a long step crosses a ridge that short
ones do not.

What is checked, what is not
----------------------------
The class paths of PSI-GD for powers of two bit for bit, in balls and on floats, and 1,000 steps of a batch-norm
network on handwritten digits at :math:`\eta = 1/2`, below :math:`1/\hat L` on the runs tried, with a scale of its own
for each neuron from :math:`10^{-2}` to :math:`10^2`, bit for bit; generic scales and GD on the same network are shown
in an exhibit.  That GD reaches different minima is decided in balls: :math:`f = \cos3\theta + \cos(\theta + 0.4)`,
:math:`\eta = 0.8`, :math:`w_0 = (\tfrac12, 0)` against :math:`3w_0`, which end more than 1.9 apart with gradients
below :math:`10^{-8}`; from starts of length 1 and 3 no two limits differ, on a grid of 1,441 angles.

Tags
----
dynamics, equivalence classes, PSI-GD, gradient descent
"""

import numpy as np

from proofs_check.bibliography import YI22
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Cosine, Neuron
from psitheory.models.named import named_model
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import counts, digits_network, network_starts, points, rescalings, step_sizes, whole_models

B3 = theorem(
    "B3",
    "Equivalent starts converge together under PSI-GD, not under GD",
    chapter="dynamics",
    source=YI22,
    locator="equivalence-class convergence",
    statement=r"w'_0 = a\cdot w_0\quad\Longrightarrow\quad \sup_t\,\mathrm{dist}([w_t],[w'_t]) = 0",
    assumptions=("f is positively scale-invariant and differentiable", "no block is zero", "both runs have one rate"),
    doc=__doc__,
)


def _classes(optimizer, model, w, a, steps, record=None):
    """Return the unit representatives of both runs at the recorded times, (R, n) each."""
    layout = model.layout
    starts = namespace(w).stack([w, layout.scale(a, w)])
    times = range(steps + 1) if record is None else record
    run = descend(model, optimizer, starts, steps, record=times, keep_points=True)
    classes = PSIQuotient(layout).canonical(run.points)
    return classes[..., 0, :], classes[..., 1, :]


def _distances(optimizer, model, w, a, steps, record=None):
    return PSIQuotient(model.layout).dist(*_classes(optimizer, model, w, a, steps, record))


# -- one path -----------------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 6),
    "model": whole_models(),
    "w": points("model"),
    "a": rescalings("model"),
    "eta": step_sizes(decades=1),
}
CIRCLE = {"model": Circle.several_minima(), "w": np.array([0.5, 0.0]), "a": np.array([3.0])}
"""Three minima; under GD at η = 0.8 this start and its triple reach different ones."""


@B3.law(**RUN, on=(POWERS_OF_TWO, BALLS, FLOATS))
def equivalent_starts_pass_through_the_same_classes(steps, model, w, a, eta):
    """The unit representatives of both runs of PSI-GD agree at every step."""
    return equal(*_classes(PSIGradientDescent(eta), model, w, a, steps))


@equivalent_starts_pass_through_the_same_classes.counterfeit(instance={"steps": 1, **CIRCLE, "eta": 0.8})
def equivalent_starts_pass_through_the_same_classes_under_gd(steps, model, w, a, eta):
    """Those of both runs of GD agree at every step."""
    return equal(*_classes(GradientDescent(eta), model, w, a, steps))


@B3.law(**RUN, on=(POWERS_OF_TWO, BALLS))
def the_distance_of_the_classes_is_zero(steps, model, w, a, eta):
    """dist([w_t], [w'_t]) = 0 at every step of PSI-GD."""
    return equal(_distances(PSIGradientDescent(eta), model, w, a, steps), 0)


@the_distance_of_the_classes_is_zero.counterfeit(instance={"steps": 1, **CIRCLE, "eta": 0.8})
def the_distance_of_the_classes_under_gd_is_zero(steps, model, w, a, eta):
    """dist([w_t], [w'_t]) = 0 at every step of GD."""
    return equal(_distances(GradientDescent(eta), model, w, a, steps), 0)


DIGITS = {"steps": 1000, "model": digits_network(), "w": network_starts("model"), "a": rescalings("model", decades=2)}
TIMES = (1, 10, 100, 1000)


@B3.law(**DIGITS, on=(POWERS_OF_TWO,), example=True)
def on_digits_the_classes_agree_after_a_thousand_steps(steps, model, w, a):
    """The classes of both runs agree after 1, 10, 100 and 1,000 steps, with a scale for each neuron in 10^±2."""
    return equal(*_classes(PSIGradientDescent(0.5), model, w, a, steps, TIMES))


@on_digits_the_classes_agree_after_a_thousand_steps.counterfeit(steps=1)
def on_digits_the_classes_agree_after_one_step_of_gd(steps, model, w, a):
    """The classes of both runs of GD agree after one step."""
    return equal(*_classes(GradientDescent(0.5), model, w, a, steps))


# -- different minima ---------------------------------------------------------------------------

END = {"steps": 40, "model": CIRCLE["model"], "w": points("model"), "a": rescalings("model", decades=2), "eta": 0.8}


def _ends(optimizer, model, w, a, steps):
    """Return the distance of the ends of both runs, and the larger of their squared gradients."""
    layout = model.layout
    starts = namespace(w).stack([w, layout.scale(a, w)])
    run = descend(model, optimizer, starts, steps, record=[steps])
    return PSIQuotient(layout).dist(run.final[0], run.final[1]), namespace(w).max(run.squared_gradient[-1])


@B3.law(**END, quantifier="exists", on=(BALLS,), instance={"steps": 40, **CIRCLE, "eta": 0.8})
def gd_reaches_different_minima_from_equivalent_starts(steps, model, w, a, eta):
    """There are equivalent starts whose runs of GD end more than 1.9 apart, with gradients below 1e-8."""
    return _converge_apart(GradientDescent(eta), model, w, a, steps)


def _converge_apart(optimizer, model, w, a, steps):
    distance, square = _ends(optimizer, model, w, a, steps)
    xp = namespace(w)
    one = xp.ones_like(distance)
    return at_most(xp.stack([19 * one, 10**16 * square]), xp.stack([10 * distance, one]))


@gd_reaches_different_minima_from_equivalent_starts.counterfeit(instance={"steps": 40, **CIRCLE, "eta": 0.8})
def psi_gd_reaches_different_minima_from_equivalent_starts(steps, model, w, a, eta):
    """The runs of PSI-GD do so too."""
    return _converge_apart(PSIGradientDescent(eta / 10), model, w, a, steps)


UNIQUE = {
    "steps": 40,
    "model": Cosine(np.array([1.0, 0.0])),
    "w": np.array([0.0, 1.0]),
    "a": np.array([1.25]),
    "eta": 1.0,
}


@B3.law(**{**END, "model": UNIQUE["model"], "eta": 1.0}, quantifier="exists", on=(BALLS,), instance=UNIQUE)
def gd_may_reach_one_minimum_by_different_classes(steps, model, w, a, eta):
    """There are equivalent starts whose runs of GD end within 1e-6 of each other, but are 0.1 apart on the way."""
    return _come_together(model, w, a, eta, steps)


def _come_together(model, w, a, eta, steps):
    distances = _distances(GradientDescent(eta), model, w, a, steps)
    xp = namespace(w)
    one = xp.ones_like(distances[0])
    return at_most(xp.stack([10**6 * distances[-1], one]), xp.stack([one, 10 * xp.max(distances)]))


@gd_may_reach_one_minimum_by_different_classes.counterfeit(
    instance={"steps": 40, **CIRCLE, "eta": 0.8}, model=CIRCLE["model"], eta=0.8
)
def gd_always_reaches_one_minimum_by_different_classes(steps, model, w, a, eta):
    """All equivalent starts do so, where there are several minima too."""
    return _come_together(model, w, a, eta, steps)


# -- exhibits -----------------------------------------------------------------------------------

AXIS = np.array([-12.0, 2.0, -3.0])
TO_THE_FRONT = np.eye(3) - 2 * np.outer(AXIS, AXIS) / (AXIS @ AXIS)
"""A reflection that turns the paths on the sphere to who looks at them; the samples are turned with them."""


@B3.exhibit
def equivalent_starts_on_the_sphere(rng):
    """Show on S² the class paths from three lengths of one start, under GD and under PSI-GD."""
    samples = np.random.default_rng(7)
    model = Neuron(samples.normal(size=(6, 3)).round(1) @ TO_THE_FRONT, samples.normal(size=6).round(1))
    psi, scales = PSIQuotient(model.layout), np.array([[0.5], [1.0], [2.0]])
    u = np.array([-5.0, 0.0, 1.0]) @ TO_THE_FRONT / np.sqrt(26)

    def classes(method):
        run = descend(model, method, scales * u, 400, record=range(401), keep_points=True)
        return np.moveaxis(psi.canonical(run.points), 1, 0)

    under_gd, under_psi_gd = classes(GradientDescent(0.25)), classes(PSIGradientDescent(0.25))
    return Exhibit(
        "path",
        "Equivalent starts on S²",
        "A batch-norm neuron; one class, three representatives.  Under GD each takes a path of its own, and the "
        "shortest ends at another minimum; under PSI-GD the three paths are one.",
        {
            "sphere": np.array(1.0),
            **{f"GD, r₀ = {scale:g}": path for scale, path in zip(scales[:, 0], under_gd, strict=True)},
            "PSI-GD, all three": under_psi_gd,
        },
        {},
    )


def _basins(optimizer, title, caption):
    model = Circle.several_minima()
    angles, scales = np.linspace(-np.pi, np.pi, 121), np.linspace(-1, 1, 41)
    starts = 10 ** scales[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    final = descend(model, optimizer, starts, 1000, record=[1000]).final
    away = np.arctan2(final[..., 1], final[..., 0])[..., None] - model.minima()
    nearest = np.abs((away + np.pi) % (2 * np.pi) - np.pi).argmin(axis=-1)
    labels = {"x": "angle of the start", "y": "log₁₀ of its length", "z": "minimum reached"}
    labels |= {str(k): f"θ = {angle:.2f}" for k, angle in enumerate(model.minima())}
    return Exhibit("map", title, caption, {"x": angles, "y": scales, "z": nearest}, labels)


@B3.exhibit
def the_basins_of_gd(rng):
    """Show which minimum GD reaches from each angle and length of the start."""
    return _basins(
        GradientDescent(0.8),
        "Basins of GD over angle and length of the start",
        "cos 3θ + cos(θ + 0.4), η = 0.8.  Vertical lines are classes: short starts of one class reach another minimum "
        "than long ones.",
    )


@B3.exhibit
def the_basins_of_psi_gd(rng):
    """Show which minimum PSI-GD reaches from each angle and length of the start."""
    return _basins(
        PSIGradientDescent(0.08),
        "Basins of PSI-GD over angle and length of the start",
        "cos 3θ + cos(θ + 0.4), η = 0.08.  The minimum reached depends on the class alone.",
    )


@B3.exhibit
def a_thousand_steps_on_digits(rng):
    """Show on digits how far the classes of equivalent starts are apart over 1,000 steps."""
    model, start = named_model("digits")
    w, m = start(rng), model.layout.m
    generic, powers = 10 ** rng.uniform(-2, 2, m), 2.0 ** rng.integers(-6, 7, m)
    scale = model.layout.scale
    starts = np.stack([w, scale(powers, w), scale(generic, w), np.nextafter(w, np.inf)])
    psi, times = PSIQuotient(model.layout), np.unique(np.rint(np.geomspace(1, 1000, 40)).astype(int))

    def distances(optimizer):
        run = descend(model, optimizer, starts, 1000, record=times, keep_points=True)
        points = np.asarray(run.points)
        return psi.dist(points[:, :1], points[:, 1:]).T

    of_psi, of_gd = distances(PSIGradientDescent(0.5)), distances(GradientDescent(0.5))
    return Exhibit(
        "rate",
        "Digits: the distance of the classes of equivalent starts",
        f"η = 1/2, a scale for each of {m} neurons in 10^±2.  After 1,000 steps: GD {of_gd[1, -1]:.2g}; PSI-GD at "
        f"generic scales {of_psi[1, -1]:.1e}, from a start one ulp away {of_psi[2, -1]:.1e}, at powers of two "
        f"{of_psi[0].max():g}.",
        {"steps": times, "observed": of_gd[1], "bound": of_psi[2], "PSI-GD": of_psi[1]},
        {
            "steps": "step t",
            "observed": "GD, generic scales",
            "bound": "PSI-GD, one ulp away",
            "PSI-GD": "PSI-GD, generic scales",
        },
    )
