"""What claim D4 says of the penalty ½‖YᵀY - I‖² of a few columns."""

from psitheory.arithmetic import dot, namespace
from psitheory.checking import at_most, equal
from psitheory.geometry.lines import orthogonality


def pair(a, b):
    """Return a and b as rows."""
    xp = namespace(a, b)
    return xp.reshape(xp.concat([a, b]), (2, -1))


def along(a, b, c, d, parts):
    """Claim a part of the derivative of the penalty of a and b along c and d, by differences that are exact."""
    here, there = pair(a, b), pair(c, d)

    def p(s):
        return orthogonality(here + s * there)[0]

    size, difference = p(2) + p(-2), 8 * (p(1) - p(-1)) - (p(2) - p(-2))
    slope = namespace(a).sum(orthogonality(here)[1] * there, axis=(-2, -1))
    return equal(size + slope, size + parts * difference / 12)


def adds_up(a, b, cross):
    """Claim that ‖YᵀY - I‖² is (‖a‖² - 1)² + (‖b‖² - 1)² and a multiple of ⟨a, b⟩²."""
    long, wide, inner = dot(a, a) - 1, dot(b, b) - 1, dot(a, b)
    return equal(2 * orthogonality(pair(a, b))[0], long * long + wide * wide + cross * inner * inner)


def at_least(a, b, c, percent):
    """Claim that the penalty of three vectors of the plane is at least a share of ½."""
    xp = namespace(a, b, c)
    penalty = orthogonality(xp.reshape(xp.concat([a, b, c]), (3, 2)))[0]
    return at_most(percent + 0 * penalty, 200 * penalty)
