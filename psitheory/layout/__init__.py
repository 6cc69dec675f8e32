r"""Layout: which parts of a flat vector are scale-invariant blocks, and which are free.

All weights of a model live on the last axis of one array, ``(..., n)``; leading axes are an ensemble.
A layout names the parts of that axis, says into how many equal blocks each is cut (0: free), and does
blockwise arithmetic on whole ensembles::

    >>> import numpy as np
    >>> layout = Layout(blocks("W1", 32, 64), free("W2", 10, 32))
    >>> layout.m, layout.n, layout.p
    (32, 2368, 320)
    >>> layout.view("W2", np.zeros((5, 2368))).shape
    (5, 10, 32)
"""

from psitheory.layout.layout import Layout
from psitheory.layout.parts import Part, blocks, free
from psitheory.layout.reals import as_real

__all__ = ["Layout", "Part", "as_real", "blocks", "free"]
