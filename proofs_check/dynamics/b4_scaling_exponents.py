r"""Every method has a scaling exponent: how its rate must change with the length of the weights.

Statement
---------
A method has the exponent p if its run with the rate :math:`\eta a^p` from :math:`a\cdot w_0` follows, class for class,
its run with the rate :math:`\eta` from :math:`w_0`; v keeps :math:`\eta`.  p = 2: GD, heavy ball, Nesterov, clipped GD
with the threshold :math:`\nu/a`.  p = 1: Adam with bias correction and eps = 0, RMSprop, Adagrad, sign and normalised
GD. p = 3/2: Padam, which divides by :math:`\hat v^{1/4}`.  p = 0: LARS, Polyak, PSI-GD.  Barzilai-Borwein: 2 on its
first step, 0 after.  In general p = 2 - 2q for a division by :math:`v^q`.  A coupled decay becomes :math:`\lambda
a^{-2}`, a decoupled one :math:`\lambda a^{-p}`; buffers are divided by a and second moments by :math:`a^2`; eps
becomes :math:`\epsilon/a` outside the root and :math:`\epsilon/a^2` inside.  0/0 counts as 0.

Assumptions
-----------
f is PSI and differentiable along the run.  a may differ from block to block where the rule looks at entries or blocks
one by one.  Where one number is formed of the whole gradient (normalised and clipped GD, Polyak, Barzilai-Borwein), a
is common to all blocks **and there are no free parameters**: their gradient does not scale, so that the whole has no
degree.

Source
------
Li19, Wan20, Kun20 (effective rates of SGD and Adam); the table is ours.

Idea of the proof
-----------------
:math:`\nabla_if(a\cdot w) = \nabla_if(w)/a_i` (claim A3), so m scales with :math:`a^{-1}`, v with :math:`a^{-2}`, and
:math:`m/v^q` with :math:`a^{2q-1}`; a step that is to scale with a needs a rate that scales with :math:`a^{2-2q}`.
Norms of the gradient scale with :math:`a^{-1}`, :math:`\langle s,y\rangle/\langle y,y\rangle` with :math:`a^2` by
itself, and so does :math:`(f-f_*)/\|\nabla f\|^2`.

What is checked, what is not
----------------------------
That scale types derive from the code of every method here the exponents stated, with those of its decays, eps and
thresholds, exactly.  Heavy ball and Nesterov with both decays, from any buffer, by one step on symbols for the generic
jet with the blocks [2], [3], [2,2], and on rationals; runs of all methods, with different scales for different blocks,
for powers of two bit for bit, in balls and on floats (methods that take roots or signs have no symbols); Adam from any
moments; the methods with one number for the whole gradient on two coupled blocks; 0/0 at an entry where w and its
gradient are zero.

Tags
----
dynamics, scaling, rates, Adam
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LI19
from proofs_check.dynamics.b4_methods import BY_BLOCK, METHODS, TWO_BLOCKS, derived, stated
from proofs_check.dynamics.b4_one_scale import WITH_ONE_SCALE
from proofs_check.dynamics.b4_states import FROM_ANY_STATE
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, RATIONALS, equal, theorem
from psitheory.experiments.optimizer_map import optimizer_map
from psitheory.experiments.optimizer_table import optimizer_table
from psitheory.laws.update import after
from psitheory.models import Rayleigh
from psitheory.optimizers import PerBlock
from psitheory.strategies import (
    choices,
    counts,
    generic_models,
    generic_points,
    rescalings,
    step_sizes,
)

B4 = theorem(
    "B4",
    "Every method has a scaling exponent for its rate",
    chapter="dynamics",
    source=LI19,
    locator="effective rates; Wan20; Kun20",
    statement=r"w'_0 = a\cdot w_0,\ \eta' = a^p\eta\ \Longrightarrow\ w'_t = a\cdot w_t;\qquad "
    r"p = 2-2q\ \text{for a division by } v^q;\qquad \lambda' = a^{-2}\lambda\ \text{(coupled)},\ a^{-p}\lambda",
    assumptions=(
        "f is positively scale-invariant and differentiable",
        "methods that form one number of the whole gradient: one common a, and no free parameters",
    ),
    doc=__doc__,
)


# -- what the code says ---------------------------------------------------------------------------


def _derived_are(seed, claimed):
    """Claim the exponents, doubled to be whole, that ``claimed`` makes of those stated of each method."""
    return equal(
        np.array([derived(name, int(seed)) for name in METHODS]),
        np.array([claimed(np.array(stated(name))) for name in METHODS]),
    )


@B4.law(seed=st.sampled_from([0, 1]), on=(RATIONALS,))
def scale_types_derive_the_exponents(seed):
    """From the code of every method its exponent is derived, and how decays, eps and thresholds scale: as stated."""
    return _derived_are(seed, lambda powers: powers)


@scale_types_derive_the_exponents.counterfeit
def they_are_half_less_for_a_fourth_root(seed):
    """The same with p = 1 for Padam too."""
    return _derived_are(seed, lambda powers: np.where(powers == 3, 2, powers))


@scale_types_derive_the_exponents.counterfeit
def coupled_decays_stay(seed):
    """The same with coupled decays unchanged."""
    return _derived_are(seed, lambda powers: np.array([1, 0, 1, 1, 1, 1]) * powers)


# -- block by block -----------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 3),
    "method": choices(*BY_BLOCK),
    "model": generic_models(free=True),
    "w": generic_points("model"),
    "root": rescalings("model", decades=15),
    "eta": step_sizes(decades=1),
}


def _run_follows(steps, method, model, w, root, eta, off=0, rescaled=True):
    """Claim that the run from a·w, a = root², at the rate ηa^(p + off), is a times the run from w."""
    p, make = BY_BLOCK[method]

    def optimizer(root, off):
        def of(value, k):
            return PerBlock(value * root ** (2 * k) if rescaled else value, value)

        return make(PerBlock(eta * root ** round(2 * (p + off)), eta), of)

    scale = model.layout.scale
    plain = after(optimizer(namespace(w).ones_like(root), 0), model, w, steps)
    there = after(optimizer(root, off), model, scale(root * root, w), steps)
    return equal(scale(1 / (root * root), there), plain)


@B4.law(**RUN, on=(POWERS_OF_TWO, BALLS, FLOATS))
def the_rate_scales_with_the_exponent_of_the_method(steps, method, model, w, root, eta):
    """The run from a·w_0 at ηa^p is a times the run from w_0, with decays λ/a² or λ/a^p, eps/a or eps/a²."""
    return _run_follows(steps, method, model, w, root, eta)


@the_rate_scales_with_the_exponent_of_the_method.counterfeit(instance={**TWO_BLOCKS, "method": "Adam"})
def the_exponent_may_be_one_more(steps, method, model, w, root, eta):
    """The same at ηa^(p + 1)."""
    return _run_follows(steps, method, model, w, root, eta, off=1)


@the_rate_scales_with_the_exponent_of_the_method.counterfeit(instance={**TWO_BLOCKS, "method": "Padam"})
def the_exponent_may_be_half_less(steps, method, model, w, root, eta):
    """The same at ηa^(p - 1/2), as if Padam were Adam."""
    return _run_follows(steps, method, model, w, root, eta, off=-0.5)


@the_rate_scales_with_the_exponent_of_the_method.counterfeit(
    instance={**TWO_BLOCKS, "method": "AdamW"}, method=choices("AdamW", "GD", "heavy ball", "Nesterov", "Adam")
)
def decays_are_unchanged(steps, method, model, w, root, eta):
    """The same with λ unchanged."""
    return _run_follows(steps, method, model, w, root, eta, rescaled=False)


@the_rate_scales_with_the_exponent_of_the_method.counterfeit(
    instance={**TWO_BLOCKS, "method": "Adam, eps outside"}, method="Adam, eps outside"
)
def eps_outside_the_root_is_unchanged(steps, method, model, w, root, eta):
    """The same with eps outside the root unchanged."""
    return _run_follows(steps, method, model, w, root, eta, rescaled=False)


@the_rate_scales_with_the_exponent_of_the_method.counterfeit(
    instance={**TWO_BLOCKS, "method": "Adam, eps inside"}, method="Adam, eps inside"
)
def eps_inside_the_root_is_unchanged(steps, method, model, w, root, eta):
    """The same with eps inside the root unchanged."""
    return _run_follows(steps, method, model, w, root, eta, rescaled=False)


# -- where the gradient is zero -------------------------------------------------------------------

AT_REST = {
    **RUN,
    "method": choices("Adam", "Adagrad", "sign", "Padam"),
    "model": Rayleigh(np.diag([0.0, 1.0, 3.0, 7.0])),
}
"""All divide 0 by 0 in an entry that is zero, as its gradient is."""


def _last_entry_moves(steps, method, model, w, root, eta, by):
    """Claim that from a w whose last entry is zero the run is to scale, and ends with ``by`` in the last entry."""
    xp = namespace(w)
    w = xp.concat([w[:-1], 0 * w[-1:]])
    follows = _run_follows(steps, method, model, w, root, eta)
    last = by * xp.ones_like(w[-1:])
    return equal(xp.concat([follows.left, follows.right[-1:]]), xp.concat([follows.right, last]))


@B4.law(**AT_REST, on=(POWERS_OF_TWO, BALLS, FLOATS))
def entries_with_gradient_zero_stay(steps, method, model, w, root, eta):
    """Where 0 is divided by 0 the entry stays, and the run from a·w_0 at ηa^p is a times the run from w_0."""
    return _last_entry_moves(steps, method, model, w, root, eta, 0)


@entries_with_gradient_zero_stay.counterfeit(
    instance={**TWO_BLOCKS, "method": "Adam", "model": AT_REST["model"], "w": np.ones(4), "root": np.array([2.0])}
)
def zero_over_zero_counts_as_one(steps, method, model, w, root, eta):
    """There the entry moves by η a step, as if 0/0 were 1."""
    return _last_entry_moves(steps, method, model, w, root, eta, -steps * eta)


for law in (*FROM_ANY_STATE, *WITH_ONE_SCALE):
    B4.law(law)


@B4.exhibit
def exponents_of_every_method(rng):
    """Show what scale types derive of every method of the library, and runs confirm."""
    return optimizer_map(optimizer_table(int(rng.integers(2**16))))
