r"""One line: what the theorem says.

Statement
---------
The claim in formulas.  Here: the quotient's gradient is never longer at one representative than at another,
:math:`\|\mathrm{grad} f(a\cdot w)\|_{a\cdot w} = \|\mathrm{grad} f(w)\|_w`.

Assumptions
-----------
What must be true of f, w and the rest.  Here: f is positively scale-invariant; no block of w is zero.

Source
------
Where it comes from, or "own".

Idea of the proof
-----------------
A few sentences.  Here: the gradient is equivariant, and the metric is constant on orbits.

What is checked, what is not
----------------------------
Which laws cover which sentence of the statement, in which arithmetics, and what is left to the proof.

Tags
----
template
"""

from psitheory import equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.strategies import points, psi_models, rescalings

T1 = theorem(
    "T1",
    "The length of the gradient is a class function",
    statement=r"\|\mathrm{grad} f(a\cdot w)\|^2_{a\cdot w} = \|\mathrm{grad} f(w)\|^2_w",
    assumptions=("f is positively scale-invariant", "no block of w is zero"),
    doc=__doc__,
)


def squared_length(model, w):
    """What the law compares: plain code of the library, which every arithmetic can run."""
    psi = PSIQuotient(model.layout)
    gradient = psi.gradient(w, model.evaluate(w).gradient)
    return psi.inner(w, gradient, gradient)


# The keywords say where the inputs come from, left to right: a model, a point of that model, scales for its blocks.
@T1.law(model=psi_models(), w=points("model"), a=rescalings("model"))
def the_length_of_the_gradient_is_constant_on_orbits(model, w, a):
    """The sentence that the report shows."""
    return equal(squared_length(model, model.layout.scale(a, w)), squared_length(model, w))


# The false neighbour: what is easily mistaken for the law.  It must be refuted, or the law does not hold.
@the_length_of_the_gradient_is_constant_on_orbits.counterfeit
def the_length_of_the_euclidean_gradient_is_constant_on_orbits(model, w, a):
    """The same with the Euclidean gradient and its Euclidean length."""

    def squared_euclidean_length(w):
        gradient = model.evaluate(w).gradient
        return (gradient * gradient).sum()

    return equal(squared_euclidean_length(model.layout.scale(a, w)), squared_euclidean_length(w))
