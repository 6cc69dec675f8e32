"""
Ten minutes
===========

A network with batch normalisation does not notice when the incoming weights of a neuron are multiplied by a positive
number.  Weights that differ only so are *equivalent*, and their classes form a manifold, the PSI quotient.  psitheory
checks statements about it on running code.

Verify a theorem
----------------

On the command line this is ``psitheory verify A4``.  Here it is a function that returns a report, which shows itself.
"""

import psitheory

report = psitheory.verify("A4", workers=1)
report

# %%
# A law is **proved** if it is true of everything in a scope that the report names, such as *in every dimension*; else
# it is **held**: so many cases were tried, and none refuted it.  Beside each law stands a false neighbour, its
# counterfeit, which must be refuted, for a check that was never seen to fail shows nothing.

report.claim("A4")

# %%
# A figure
# --------
#
# On the command line, ``psitheory figures A4 --out figures --format pdf --size slide``.

import numpy as np

from psitheory.registry import find

figure = find("A4")[0].theorem.exhibits[0](np.random.default_rng(0))
figure

# %%
# Check a function of your own
# ----------------------------
#
# Does this loss notice the length of a row of W?  Which of its parameters are scale-invariant, and at which level?


def loss(w):
    hidden = w["W"] / np.linalg.norm(w["W"], axis=1, keepdims=True)
    return np.sum(w["v"] * np.tanh(hidden @ np.array([1.0, -2.0, 0.5]))) ** 2


start = {"W": np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0]]), "v": np.array([1.0, -2.0])}
found = psitheory.check_model(loss, start)
found

# %%
# The rows of W are invariant, v is not.

assert found.properties["W"] == "rows"
assert found.properties["v"] == "none"

# %%
# Walk on the quotient
# --------------------
#
# The same start at two lengths, under gradient descent and under PSI-GD.

model, starts = psitheory.models.named_model("neuron")
w = starts(np.random.default_rng(1))
both = np.stack([w, 10 * w])
psi = psitheory.PSIQuotient(model.layout)
for method in (psitheory.GradientDescent(0.1), psitheory.PSIGradientDescent(0.1)):
    run = psitheory.descend(model, method, both, 100)
    apart = psi.dist(run.final[0], run.final[1])
    print(f"{type(method).__name__:<20} ends {apart:.1g} apart")

# %%
# PSI-GD ends at one class.  How its rate, its bound and its basins compare is what the next tutorials are about.

assert apart < 1e-12
