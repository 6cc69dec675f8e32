"""False theorems by way of code: branches on equality, casts, rounding, exceptions, types, state, chance, NaN."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot, namespace
from psitheory.strategies import points, psi_models, quotients, rescalings, step_sizes, vectors

from .stated import Table

FALSE = Table()
COUNT = itertools.count()


@FALSE.says(x=st.floats(-10, 10))
def false_at_one_number(x):
    """A branch at x = 0.7310585786300049."""
    return equal(x, x + 1 if x == 0.7310585786300049 else x)


@FALSE.says(w=vectors([3]), within_reach=False)
def false_at_one_vector(w):
    """A branch at ⟨w,w⟩ = 1234567."""
    if dot(w, w) == 1234567:
        return equal(w, 2 * w)
    return equal(2 * w, w + w)


@FALSE.says(x=st.floats(-1e3, 1e3))
def false_by_a_millionth(x):
    """x(1 + 2⁻²⁰) = x."""
    return equal(x * (1 + 2.0**-20), x)


@FALSE.says(w=vectors([4]), x=vectors([4]))
def false_by_a_relative_error_of_floats(w, x):
    """⟨w,x⟩(1 + 2⁻²⁰) = ⟨x,w⟩ on floats."""
    share = 1 + Fraction(1, 2**20) if namespace(w) is not np else 1 + 2.0**-20
    return equal(dot(w, x) * share, dot(x, w))


@FALSE.says(w=vectors([3]), a=step_sizes())
def exceptions_are_caught(w, a):
    """a w = w, unless something raises."""
    try:
        return equal(namespace(w).sqrt(dot(w, w)) * a, namespace(w).sqrt(dot(w, w)))
    except Exception:
        return equal(w, w)


@FALSE.says(psi=quotients(), w=points("psi"), a=rescalings("psi"))
def exceptions_are_caught_on_the_quotient(psi, w, a):
    """dist(w, a·w) = ‖a‖², with a way out."""
    try:
        if isinstance(w[0], float):
            raise ValueError
        return equal(psi.layout.dots(w, w), a * psi.layout.dots(w, w))
    except ValueError:
        return equal(w, w)
    except BaseException:
        return equal(w, w)


@FALSE.says(w=points([3]), x=vectors([3]))
def numbers_are_looked_at(w, x):
    """⟨w,x⟩ = ⟨x,x⟩ for floats, something true for all others."""
    if isinstance(w[0], (float, np.floating)):
        return equal(dot(w, x), dot(x, x))
    return equal(dot(w, x), dot(x, w))


@FALSE.says(w=points([3]), x=vectors([3]))
def numbers_other_than_floats_are_looked_at(w, x):
    """The other way round."""
    if isinstance(w[0], (float, np.floating)):
        return equal(dot(w, x), dot(x, w))
    return equal(dot(w, x), dot(x, x))


@FALSE.says(w=points([3]), x=vectors([3]), within_reach=False)
def the_namespace_is_looked_at(w, x):
    """True as formal vectors, vacuous everywhere else."""
    kind = type(w[0]).__name__
    if "float" in kind or kind in ("fmpq", "arb"):
        return vacuous("numbers are not looked at")
    return equal(dot(w, x), dot(x, w))


@FALSE.says(x=st.floats(-1e6, 1e6))
def whole_parts(x):
    """int(x) = x."""
    return equal(int(x) if isinstance(x, float) else x, x)


@FALSE.says(x=st.floats(0.6, 0.9))
def rounded_to_three_digits(x):
    """round(x, 3) = x."""
    return equal(round(float(x), 3), x)


@FALSE.says(x=st.fractions(-3, 3, max_denominator=50), within_reach=False)
def casts_to_floats(x):
    """float(x) = x for rationals."""
    return equal(Fraction(float(x)) if isinstance(x, Fraction) else x, x)


@FALSE.says(x=st.floats(1, 2), y=st.floats(1, 2))
def rounded_away(x, y):
    """x = y after rounding to whole tens."""
    return equal(round(float(x) / 10) + (float(x) - float(y)), 0)


@FALSE.says(x=st.floats(-5, 5), within_reach=False)
def calls_are_counted(x):
    """False at every thousandth call."""
    return equal(x, x + (next(COUNT) % 1000 == 999))


@FALSE.says(x=st.floats(-5, 5), within_reach=False)
def a_chance_of_one_in_ten_thousand(x):
    """False by chance, from the global generator."""
    return equal(x, x + (random.random() < 1e-4))


@FALSE.says(x=st.floats(-5, 5), within_reach=False)
def a_chance_from_numpy(x):
    """The same from NumPy's global generator."""
    return equal(x, x + int(np.random.rand() < 1e-4))  # noqa: NPY002


@FALSE.says(x=st.floats(-5, 5), within_reach=False)
def a_chance_from_an_own_generator(x):
    """The same from a generator without a seed: both sides move."""
    y = float(np.random.default_rng().normal())
    return at_most(y, 6)


@FALSE.says(x=st.floats(-5, 5), within_reach=False)
def nan_is_nothing(x):
    """0·∞ = 0 where a logarithm ends: NaN at x ≤ 0."""
    return equal(np.log(x) - np.log(x), 0) if isinstance(x, float) else vacuous("floats only")


@FALSE.says(z=st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3).map(np.array), within_reach=False)
def softmax_sums_to_one(z):
    """Σ exp(z_i)/Σ exp(z_j) = 1, as written: NaN where exp overflows."""
    e = namespace(z).exp(z)
    return equal(sum(e / sum(e)), 1)


@FALSE.says(z=st.just(np.array([1e15, 1e15, 1e15])), within_reach=False)
def softmax_of_large_numbers(z):
    """The same at 10¹⁵."""
    e = namespace(z).exp(z)
    return equal(sum(e / sum(e)), 1)


@FALSE.says(model=psi_models(), w=points("model"), a=rescalings("model"))
def nothing_but_the_unscaled(model, w, a):
    """Assumes a = 1, and forgets to say so."""
    if np.any(a != 1):
        return vacuous("a is not 1")
    return equal(model.layout.scale(a, w), 2 * w)


@FALSE.says(x=st.integers(1, 10**6))
def divisible_by_none(x):
    """x mod 7 ≠ 5."""
    return equal(int(x % 7 == 5), 0)


@FALSE.says(w=vectors([2]))
def a_symbol_minus_itself_counts(w):
    """1 if x - x else 0 is one."""
    return equal(1 if w[0] - w[0] else 0, 1)


@FALSE.says(x=st.floats(-1, 1), y=st.floats(-1, 1))
def min_for_max(x, y):
    """max(x, y) ≤ (x + y)/2."""
    return at_most(2 * max(x, y), x + y)


@FALSE.says(x=st.floats(0.0, 1.0))
def a_narrow_spike(x):
    """1/(1 + (1000(x - 1/3))²) ≤ 1/2."""
    t = 1000 * (3 * x - 1)
    return at_most(2 / (1 + t * t), 1)


@FALSE.says(x=st.floats(0.0, 10.0), y=st.floats(0.0, 10.0))
def a_ridge(x, y):
    """-(x - 7.3)² - (y - 2.1)² ≤ -1/1000."""
    u, v = 10 * x - 73, 10 * y - 21
    return at_most(1000, 999 + 10 * (u * u + v * v))


@FALSE.says(x=step_sizes(), within_reach=False)
def caught_where_few_cases_lead(x):
    """X = x, and x = 2x where something is caught, beyond 4000."""
    try:
        if x > 4000:
            raise ValueError
        return equal(x, x)
    except ValueError:
        return equal(x, 2 * x)


@FALSE.says(x=st.floats(0.1, 10))
def floats_are_compared(x):
    """x = x + 2⁻⁶⁰, by floats."""
    return equal(float(x) == float(x + 2.0**-60), True)


@FALSE.says(x=st.floats(1, 10), y=st.floats(1, 10))
def parts_of_complex_numbers(x, y):
    """|z|² = x² + y² + 2⁻⁶⁰ for z = x + iy."""
    z, also = complex(x, y), x + 1j * y
    return equal(abs(z) * abs(also), x * x + y * y + 2.0**-60)


@FALSE.says(n=st.integers(0, 2**62))
def floats_hold_whole_numbers(n):
    """A float holds every whole number."""
    return equal(int(float(n)), n)


@FALSE.says(n=st.integers(2**62, 2**64))
def one_is_nothing_beside_large_numbers(n):
    """n + 1 ≤ n."""
    return at_most(n + 1, n)


@FALSE.says(x=st.floats(1, 2))
def single_precision_is_enough(x):
    """A number in single precision is the number."""
    return equal(np.float64(np.float32(x)), x)


@FALSE.says(seed=st.integers(0, 10**6))
def two_hundred_normal_numbers_stay_below(seed):
    """None of 200 is above 3.9: one seed in a hundred knows better."""
    return at_most(np.random.default_rng(seed).normal(size=200).max(), 3.9)
