"""Small files of theorems, for the tests of the command line: one that holds, one refuted, one undecided."""

from __future__ import annotations

HEAD = """
from hypothesis import strategies as st
from psitheory import at_most, equal, theorem, vacuous
"""

HOLDS = (
    HEAD
    + """
T1 = theorem("T1", "The square of a sum", statement="(x+1)^2 = x^2 + 2x + 1", assumptions=("x is whole",))

@T1.law(x=st.integers(-50, 50))
def binomial(x):
    "A square is expanded."
    return equal((x + 1) * (x + 1), x * x + 2 * x + 1)

@binomial.counterfeit
def forgets_the_middle(x):
    "The middle term is left out."
    return equal((x + 1) * (x + 1), x * x + 1)
"""
)

REFUTED = (
    HEAD
    + """
T2 = theorem("T2", "Small numbers", statement="x <= 20")

@T2.law(x=st.integers(0, 50))
def small(x):
    "A number is at most 20."
    return at_most(x, 20)

@small.counterfeit
def tiny(x):
    "A number is at most 1."
    return at_most(x, 1)
"""
)

INCONCLUSIVE = (
    HEAD
    + """
T3 = theorem("T3", "Nothing moves", statement="x = x")

@T3.law(x=st.integers(0, 50))
def still(x):
    "Nothing is tested."
    return vacuous("it did not move")

@still.counterfeit
def wrong(x):
    "x is its successor."
    return equal(x, x + 1)
"""
)
