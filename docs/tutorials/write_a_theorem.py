"""
Write a theorem
===============

A theorem is data plus one function for each sentence that can be tried.  In a file of its own,
``psitheory new my_theorem.py`` gives one to begin with; in a notebook it is an object.

A statement
-----------
"""

from psitheory import equal, theorem, verify
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import points, psi_models, rescalings, step_sizes

T1 = theorem(
    "T1",
    "A step does not depend on the representative",
    statement=r"w_i^+ = w_i - \eta\|w_i\|^2\nabla_i f(w) \implies (a\cdot w)^+ = a\cdot w^+",
    assumptions=("f is positively scale-invariant", "no block is zero"),
)
T1

# %%
# A law, and the false neighbour that it is easily mistaken for
# -------------------------------------------------------------


def step(method, model, w):
    new, _ = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    return new


@T1.law(model=psi_models(), w=points("model"), a=rescalings("model"), eta=step_sizes())
def a_step_commutes_with_rescaling(model, w, a, eta):
    """A step from a·w leads to a times where a step from w leads."""
    method, scale = PSIGradientDescent(eta), model.layout.scale
    return equal(step(method, model, scale(a, w)), scale(a, step(method, model, w)))


@a_step_commutes_with_rescaling.counterfeit
def a_euclidean_step_commutes_with_rescaling(model, w, a, eta):
    """The same, without the norms."""
    method, scale = GradientDescent(eta), model.layout.scale
    return equal(step(method, model, scale(a, w)), scale(a, step(method, model, w)))


report = verify(T1, workers=1)
report

# %%
# It is proved in every dimension, since the code ran on formal vectors too.

report.claim("T1")

# %%
# What a refutation looks like
# ----------------------------
#
# Let us claim the counterfeit.

FALSE = theorem("F", "A Euclidean step does not depend on the representative", statement=r"(a\cdot w)^+ = a\cdot w^+")


@FALSE.law(model=psi_models(), w=points("model"), a=rescalings("model"), eta=step_sizes())
def a_euclidean_step_is_equivariant(model, w, a, eta):
    """A Euclidean step from a·w leads to a times where a step from w leads."""
    method, scale = GradientDescent(eta), model.layout.scale
    return equal(step(method, model, scale(a, w)), scale(a, step(method, model, w)))


refuted = verify(FALSE, workers=1)
refuted

# %%
# Take it along
# -------------
#
# ``report.save("report")`` writes a page; tables go into papers and issues.

print(report.to_markdown())
assert (report.exit_code, refuted.exit_code) == (0, 1)
