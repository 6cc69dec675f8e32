"""
Rates against bounds
====================

A bound in a paper is one line; whether a run keeps it, how close it comes, and at what rate it falls are three
different questions.

Does the run keep its bound?
----------------------------
"""

import numpy as np

from psitheory import PSIGradientDescent, descend
from psitheory.experiments import log_spaced, stored_tightness
from psitheory.models import named_model
from psitheory.rates import BOUNDS

model, starts = named_model("rayleigh", d=50)
rng = np.random.default_rng(0)
smoothness = model.smoothness.value
run = descend(model, PSIGradientDescent(1 / smoothness), starts(rng, (8,)), 1000, record=log_spaced(50))
bound = BOUNDS["PSI-GD"](smoothness=smoothness, gap=run.loss[0] - model.minimum, steps=run.times[1:, None])
assert (run.min_squared_gradient[1:] <= bound).all()
run

# %%
# Beside its bound
# ----------------

from psitheory.checking import Exhibit

beside = Exhibit(
    "rate",
    "Eight runs of PSI-GD on a Rayleigh quotient, and their bound",
    "The smallest squared gradient so far; the bound is that of the start with the largest gap.",
    {"steps": run.times[1:], "seen": run.min_squared_gradient[1:].T, "bound": bound.max(axis=1)},
    {"steps": "step T", "y": "min G", "seen": "eight runs", "bound": "2LΔ/T"},
)

# %%
# How fast does it fall?
# ----------------------
#
# On one fixed instance descent becomes linear sooner or later, and a slope says nothing of the bound's exponent.  The
# exponent is met by instances that *change with T*, which is what figure C1 shows, with the interval of the fit.

from psitheory.registry import find

(make,) = (make for make in find("C1")[0].theorem.exhibits if make.__name__ == "one_over_t_is_a_uniform_rate")
uniform = make(np.random.default_rng(0))

# %%
# How tight is it?
# ----------------
#
# A search over instances reports the largest share of the bound that it reached; the shares and what reached them are
# stored with the library.

for best in stored_tightness("PSI-GD"):
    print(f"T = {best.steps:<4} {best.family:<12} {best.ratio:.3f} of the bound")
    assert best.ratio <= 1 + 1e-12
