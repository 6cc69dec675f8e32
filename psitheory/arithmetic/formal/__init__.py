"""Formal vectors: statements about every inner product space, proved on the code that computes in R^d.

An entry of a block stands for a vector of a space of any dimension, a block for the orthogonal sum of these spaces.
Such vectors are linear combinations of generators with rational functions as coefficients; ``dot`` gives Gram symbols
⟨x, y⟩.  What the same code then finds equal is equal for all vectors of every dimension, where
the conditions that it met on the way hold.
"""

from psitheory.arithmetic.formal.degree import BlockDegrees
from psitheory.arithmetic.formal.field import PoolExhausted
from psitheory.arithmetic.formal.graph import Graph
from psitheory.arithmetic.formal.namespace import FORMAL, FormalVectors
from psitheory.arithmetic.formal.realise import realises
from psitheory.arithmetic.formal.scalar import Scalar
from psitheory.arithmetic.formal.space import Space
from psitheory.arithmetic.formal.vector import Operator, Sort, Vector, is_formal

__all__ = [
    "FORMAL",
    "BlockDegrees",
    "FormalVectors",
    "Graph",
    "Operator",
    "PoolExhausted",
    "Scalar",
    "Sort",
    "Space",
    "Vector",
    "is_formal",
    "realises",
]
