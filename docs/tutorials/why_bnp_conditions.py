"""
Why BNP conditions
==================

Batch norm speeds training up, it is said, because it conditions the layers.  Batch-norm preconditioning (BNP) does the
same to a network *without* batch norm: it transforms the gradient as if the inputs of each layer were centred and
scaled.

The condition of a layer's inputs
---------------------------------

For a linear layer with squared loss the Hessian is [1, H]ᵀ[1, H]/N.  Inputs off their mean give it one huge eigenvalue.
"""

import numpy as np

from psitheory.models import dataset
from psitheory.models.conditioning import with_ones

inputs, labels = dataset("digits", rows=300, rng=np.random.default_rng(0))
h = np.asarray(inputs, float)
h = h[:, h.std(axis=0) > 0.1]  # pixels that are ever lit
centred = h - h.mean(axis=0)
conditions = [np.linalg.cond(with_ones(form)) for form in (h, centred, centred / centred.std(axis=0))]
print("as they are {:.0f}, centred {:.0f}, centred and scaled {:.0f}".format(*conditions))
assert conditions[1] <= conditions[0]

# %%
# Centring never harms; scaling may
# ---------------------------------
#
# That centring does not worsen the condition is a theorem (F4).  That scaling to unit variance helps is not: there are
# inputs whose condition it worsens, and the library proves it by one, in enclosures.

from psitheory.registry import find

F4 = find("F4")[0].theorem
print(F4.statement)
for law in F4.laws[:4]:
    print("-", law.says)

# %%
# Along training
# --------------

conditions_along_training = F4.exhibits[0](np.random.default_rng(0))

# %%
# Does it train faster?
# ---------------------
#
# Figure F3 compares BNP with batch norm and with plain gradient descent, on batches of one too, for which batch norm
# does not even exist.

training = find("F3")[0].theorem.exhibits[0](np.random.default_rng(0))
