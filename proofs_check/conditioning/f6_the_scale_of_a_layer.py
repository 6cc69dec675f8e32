r"""The scale q² of a layer bounds the largest eigenvalue of its normalised inputs from below, and keeps BNP stable.

Statement
---------
With :math:`q^2 = \max(m/N, 1)` and :math:`\hat H = [e, (H-\mu)/\sigma]` of batch statistics,
:math:`q^2 \le \lambda_{\max}(\hat H^\top\hat H/N) \le \max(m, 1)`.  For independent entries with fourth moments the
left is right up to a factor of about 4; for correlated ones the right is attained.  Without q², one sample, the squared
loss and the rate 1 have the eigenvalue :math:`1+\|\hat h\|^2 > 2`, and diverge.

A convolution has one :math:`\mu` and :math:`\sigma` a channel, though each tap of its kernel sees another part of the
image.  With a kernel of :math:`k \times k`, k odd, and an image h of :math:`r \times s`, zeros around it, the mean of
what a tap sees is within :math:`(k-1)(\tfrac1{2r}+\tfrac1{2s}-\tfrac{k-1}{4rs})\max|h|` of that of the channel.

Assumptions
-----------
No input is constant on the batch.

Source
------
Lan22 (q²); the bound from above is ours.

Idea of the proof
-----------------
e is an eigenvector, with eigenvalue 1.  The other columns have square N: the trace beside e is m, spread over at most
:math:`\min(m, N-1)` eigenvalues; so the largest is between :math:`\max(1, m/(N-1))` and m.  A tap misses at most
:math:`n = (k-1)/2` rows and columns, :math:`rs - (r-n)(s-n)` entries of rs.

What is checked, what is not
----------------------------
Both bounds in balls, on batches of 2 to 5 samples of up to 5 inputs, with the equality for m = 1 against 1.01 of it and
equal columns against 0.99 of m.  That "4q² is enough" fails for correlated inputs.  One step at one sample, on
rationals and in balls.  The means of taps exactly, for k = 3 and 5, where images of one colour attain the bound; that
one mean for all taps may worsen the condition of what they see, by an image.  The factor of about 4 is an asymptotic
statement about random matrices, shown in a figure.

Tags
----
conditioning, batch norm, preconditioning
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, Exhibit, at_most, theorem
from psitheory.models.conditioning import gram, spectrum, with_ones
from psitheory.models.layers.patches import patches
from psitheory.optimizers.bnp import Statistics, batch_statistics, layer_scale, precondition

F6 = theorem(
    "F6",
    "The scale of a layer",
    chapter="conditioning",
    source=LAN22,
    locator="q²; the bound from above is ours",
    statement=r"\max(m/N, 1) \le \lambda_{\max}(\hat H^\top\hat H/N) \le \max(m, 1)",
    assumptions=("no input is constant on the batch", "convolutions: k odd, as many zeros around as keep the size"),
    doc=__doc__,
)


@st.composite
def batches(draw):
    """Draw whole inputs (N, m), none of them constant."""
    n, m = draw(st.integers(2, 5)), draw(st.integers(1, 5))
    h = np.array(draw(st.lists(st.integers(-9, 9), min_size=n * m, max_size=n * m)), dtype=float).reshape(n, m)
    h[0] += 1 - np.any(h != h[0], axis=0)
    return h


def _largest(h):
    """Return λ_max(ĤᵀĤ/N); of ĤĤᵀ where that is smaller."""
    xp = namespace(h)
    mean, variance = batch_statistics(h)
    columns = with_ones((h - mean) / xp.sqrt(variance))
    small = columns if columns.shape[0] > columns.shape[1] else xp.matrix_transpose(columns)
    return xp.max(spectrum(gram(small))) / len(h)


ALIKE = np.arange(5.0)[:, None] * np.ones(5)


@F6.law(h=batches(), on=(BALLS,))
def the_scale_is_at_most_the_largest_eigenvalue(h):
    """The scale q² is at most λ_max."""
    return at_most(layer_scale(h), _largest(h))


@the_scale_is_at_most_the_largest_eigenvalue.counterfeit(instance={"h": ALIKE[:, :1]})
def a_hundredth_more_is_at_most_the_largest_eigenvalue(h):
    """1.01 q² is at most λ_max."""
    return at_most(101 * layer_scale(h), 100 * _largest(h))


@F6.law(h=batches(), on=(BALLS,))
def the_largest_eigenvalue_is_at_most_the_width(h):
    """λ_max ≤ max(m, 1)."""
    return at_most(_largest(h), max(h.shape[1], 1))


@the_largest_eigenvalue_is_at_most_the_width.counterfeit(instance={"h": ALIKE})
def the_largest_eigenvalue_is_at_most_a_hundredth_less(h):
    """λ_max ≤ 0.99 max(m, 1)."""
    return at_most(100 * _largest(h), 99 * max(h.shape[1], 1))


@the_largest_eigenvalue_is_at_most_the_width.counterfeit(instance={"h": ALIKE})
def the_largest_eigenvalue_is_at_most_four_times_the_scale(h):
    """λ_max ≤ 4q², as for independent entries, whatever the inputs."""
    return at_most(_largest(h), 4 * layer_scale(h))


# -- convolutions -----------------------------------------------------------------------------------


@st.composite
def images(draw):
    """Draw the width of a kernel, 3 or 5, and an image of whole numbers that is no smaller."""
    k = draw(st.sampled_from([3, 5]))
    rows, columns = draw(st.integers(k, k + 2)), draw(st.integers(k, k + 2))
    entries = draw(st.lists(st.integers(-9, 9), min_size=rows * columns, max_size=rows * columns))
    return k, np.array(entries, dtype=float).reshape(rows, columns)


def _means_of_taps(image, lost):
    """Claim that no tap's mean over the padded image is farther than lost(k, r, s)·max|h| from that of the channel."""
    k, h = image
    xp, (rows, columns), reach = namespace(h), h.shape, k // 2

    def seen(shift, size):
        return slice(max(shift, 0), size + min(shift, 0))

    shifts = range(-reach, reach + 1)
    sums = xp.stack([xp.sum(h[seen(t, rows), seen(a, columns)]) for t in shifts for a in shifts])
    apart = xp.max(xp.abs(sums - xp.sum(h))) / (rows * columns)
    return at_most(apart, lost(xp.ones_like(apart), k - 1, rows, columns) * xp.max(xp.abs(h)))


def _border(one, n, r, s):
    return n * (one / (2 * r) + one / (2 * s) - n * one / (4 * r * s))


@F6.law(image=images(), on=(RATIONALS, BALLS, FLOATS))
def the_taps_of_a_convolution_have_nearly_one_mean(image):
    """|μ(t, a) - μ| ≤ (k-1)(1/2r + 1/2s - (k-1)/4rs)·max|h| for each tap (t, a), zeros around an r × s image."""
    return _means_of_taps(image, _border)


EVEN = {"image": (3, np.ones((3, 3)))}


@the_taps_of_a_convolution_have_nearly_one_mean.counterfeit(instance=EVEN)
def the_means_of_taps_are_a_hundredth_nearer(image):
    """The same with .99 of the bound, which images of one colour attain at the corners of the kernel."""
    return _means_of_taps(image, lambda *sizes: 99 * _border(*sizes) / 100)


@the_taps_of_a_convolution_have_nearly_one_mean.counterfeit(instance=EVEN)
def the_means_of_taps_are_one_border_apart(image):
    """The same with (k-1)/(2 max(r, s)), as if one side alone were lost."""
    return _means_of_taps(image, lambda one, n, r, s: n * one / (2 * max(r, s)))


def _condition(image, k, shift):
    """Return κ² of [e, H], H the patches that filters of k × k see of an image less a number."""
    columns = with_ones(patches((image - shift)[None, None], k).T)
    values = spectrum(gram(columns))
    return values[-1] / values[0]


def _shared_mean_worsens(image, k, hundredths):
    """Claim that taking the mean of the image from it worsens κ by that factor at least."""
    xp = namespace(image)
    before, after = (_condition(image, k, shift) for shift in (0 * image.ravel()[0], xp.mean(image.ravel())))
    return at_most(hundredths**2 * before, 100**2 * after)


STRIPES = {"image": np.array([[-1.0, 0, 0, 0], [-2, 2, 2, -2], [-2, -2, -2, -1]]), "k": 2}


@F6.law(**STRIPES, quantifier="exists", on=(BALLS,))
def one_mean_for_all_taps_may_worsen_the_condition(image, k):
    """There are images for which taking their mean from them worsens κ([e, H]) of what the taps see, by 1.56."""
    return _shared_mean_worsens(image, k, 156)


@one_mean_for_all_taps_may_worsen_the_condition.counterfeit
def it_worsens_it_a_hundredth_more(image, k):
    """It worsens κ of that image by 1.58."""
    return _shared_mean_worsens(image, k, 158)


# -- one sample -----------------------------------------------------------------------------------

ENTRIES = st.integers(1, 4).flatmap(lambda m: st.lists(st.integers(-8, 8), min_size=m, max_size=m))
SAMPLE = {"x": ENTRIES.map(lambda k: np.array(k) / 8), "y": st.integers(1, 9).map(float)}


def _step(x, y, q2):
    """Claim that BNP at rate 1 does not raise the squared loss on its sample; x is in units of σ from μ = 0."""
    xp = namespace(x)
    one = xp.ones_like(x[:1])
    residual = -y * one
    bias, weights = precondition(residual, residual[:, None] * x, Statistics(0 * x, 1 + 0 * x), q2)
    after = -bias - dot(weights, x) - y
    return at_most(after * after, residual * residual)


@F6.law(**SAMPLE, on=(RATIONALS, BALLS))
def one_sample_is_stable_at_the_rate_one(x, y):
    """With q² = m and |ĥ_j| ≤ 1 a step at one sample does not raise its squared loss."""
    return _step(x, y, x.shape[0])


@one_sample_is_stable_at_the_rate_one.counterfeit(instance={"x": np.ones(3), "y": 1.0})
def one_sample_is_stable_without_the_scale(x, y):
    """The same with q² = 1."""
    return _step(x, y, 1)


@F6.exhibit
def how_large_the_largest_eigenvalue_is(rng):
    """Show λ_max/q² against m/N for normal, equal and Cauchy entries."""
    ratios, n, curves = np.array([0.125, 0.25, 0.5, 1, 2, 4, 8]), 48, {}
    for name in ("normal", "Cauchy", "strongly correlated"):
        values = []
        for ratio in ratios:
            shape = (n, int(n * ratio))
            h = rng.normal(size=shape) if name == "normal" else rng.standard_cauchy(shape)
            if name == "strongly correlated":
                h = rng.normal(size=shape) + 3 * rng.normal(size=(n, 1))
            values.append(float(_largest(h)) / float(layer_scale(h)))
        curves[name] = np.array(values)
    return Exhibit(
        "curves",
        "λ_max is about q² to 4q² for independent entries, not for correlated ones",
        f"N = {n} samples, m inputs.",
        {"x": ratios, **curves, "4": np.full(len(ratios), 4.0)},
        {"x": "m/N", "y": "λ_max / q²", "xscale": "log", "yscale": "log", "guides": "4"},
    )
