"""
Is the rate as fast as its bound, and as slow?
==============================================

Theorem C1 bounds the smallest squared gradient by 2LΔ/T.  On one fixed instance descent soon becomes faster; on
instances that change with T it falls like 1/T throughout.  Points are the worst that a search has found.
"""

import numpy as np

from psitheory.registry import find

(make,) = (make for make in find("C1")[0].theorem.exhibits if make.__name__ == "one_over_t_is_a_uniform_rate")
figure = make(np.random.default_rng(0))

# %%
# No instance lies above the bound; the search reaches a large share of it.

bound = figure.arrays["bound"]
share = np.nanmax(figure.arrays["tight"] / bound)
assert (figure.arrays["upper"] <= bound).all()
assert 0.9 < share <= 1
