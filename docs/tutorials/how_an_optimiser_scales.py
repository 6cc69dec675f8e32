"""
How an optimiser scales
=======================

Multiply the incoming weights of a neuron by a: the loss does not notice, the gradient is multiplied by 1/a.  What must
the rate, and every other number of a method, be multiplied by for equivalent weights to stay equivalent?  The answer is
read off the code of the method itself.

Adam, written in a few lines
----------------------------
"""

import numpy as np

from psitheory import check_optimizer


def adam(w, g, state, lr=0.01, eps=1e-8):
    m, v, t = state or (0, 0, 0)
    m, v, t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2, t + 1
    return w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + eps), (m, v, t)


report = check_optimizer(adam)
print(report.sentence)

# %%
# Gradients scale as 1/a, their squares as 1/a², the root as 1/a again: the quotient does not scale at all, so that the
# rate must scale as the weights do.  The eps stands beside something that scales as 1/a.

types = report.properties["types"]
print(types["must scale by"])
assert types["must scale by"] == {"lr": "1", "eps": "-1"}

# %%
# The line that is in the way
# ---------------------------
#
# At a fixed eps the law holds up to a scale, where the eps is as large as what it stands beside.  The report names the
# line; it is called an eps since runs in which that number scales along agree again.

for b in types["breaks"]:
    print(b["kind"], b["constants"], b["source"])

# %%
# From Adam to a method of the quotient
# -------------------------------------
#
# A step at the length of each row needs no scaling of its rate: p = 0, for each neuron by itself.


def adam_by_rows(w, g, state, lr=0.01, eps=1e-8, *, layout):
    step, state = adam(0 * w, g, state, 1.0, eps)
    return w + lr * step * layout.expand(layout.norms(w)), state


report = check_optimizer(adam_by_rows)
print(report.sentence)
assert report.properties["full"] == "each neuron"

# %%
# A false neighbour
# -----------------
#
# A decay that is multiplied by the rate must scale with the inverse of it.  At a fixed value no exponent serves, and
# the line is a true break, not an eps.


def decayed(w, g, state, lr=0.01, decay=0.01):
    return w - lr * (np.sign(g) + decay * w)


report = check_optimizer(decayed)
print(report.sentence)
assert report.properties["exponent"] is None
assert check_optimizer(decayed, claims={"exponent": 1}).exit_code == 1
