r"""BNP works on batches of one, where batch norm of a dense layer divides by zero.

Statement
---------
With running statistics :math:`\sigma > 0`, BNP is defined and finite for every batch, of one sample too.  Batch norm of
a dense layer with eps = 0 divides by the variance of the batch, which is 0 for one sample; a convolution
with more than one position has a positive one in general.

Assumptions
-----------
Inputs are finite.

Source
------
Lan22 (batches of 1, online).

Idea of the proof
-----------------
The running variance is a mean of nonnegative numbers and of the 1 it starts from, so it is at least
:math:`\rho^t > 0`, and :math:`\tilde\sigma^2` is at least :math:`10^{-4}` besides.  One sample is its own mean.

What is checked, what is not
----------------------------
That the variance of one sample is 0, on rationals, in balls and on floats; that the divisor of BNP stays above
:math:`\rho^t + 10^{-4}` over runs of batches of one, in balls and on floats; ten online steps of a neuron on
handwritten
digits, which lower the loss on the sample at hand.

Tags
----
conditioning, batch norm, small batches
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, at_most, equal, theorem
from psitheory.models import dataset
from psitheory.optimizers.bnp import RunningStatistics, batch_statistics, precondition
from psitheory.strategies import counts

F5 = theorem(
    "F5",
    "BNP works on batches of one",
    chapter="conditioning",
    source=LAN22,
    locator="batches of one",
    statement=r"N = 1:\quad \sigma_B^2 = 0,\qquad \tilde\sigma^2 \ge 10^{-4}",
    assumptions=("inputs are finite",),
    doc=__doc__,
)


def batches(n):
    """Draw whole inputs (n, m)."""
    rows = st.integers(1, 4).flatmap(lambda m: st.lists(st.integers(-9, 9), min_size=n * m, max_size=n * m))
    return rows.map(lambda x: np.array(x, dtype=float).reshape(n, -1))


@F5.law(h=batches(1), on=(RATIONALS, BALLS, FLOATS))
def one_sample_has_no_variance(h):
    """The population variance of a batch of one is 0: batch norm of a dense layer divides by it."""
    variance = batch_statistics(h).variance
    return equal(variance, 0 * variance)


@one_sample_has_no_variance.counterfeit(h=batches(2))
def two_samples_have_no_variance(h):
    """That of a batch of two is 0, such as that of a convolution with two positions."""
    variance = batch_statistics(h).variance
    return equal(variance, 0 * variance)


def _divisor(h, steps):
    rule = RunningStatistics()
    running = rule.init(h)
    for k in range(steps):
        running = rule.update(running, h[k % len(h)][None])
    return rule.divisor(running).variance


@F5.law(h=batches(3), steps=counts(1, 30), on=(BALLS, FLOATS))
def running_variances_stay_positive(h, steps):
    """The divisor of BNP is at least 10⁻⁴ + 0.99^t after t batches of one."""
    variance = _divisor(h, steps)
    kept = namespace(variance).ones_like(variance) * RunningStatistics().momentum
    return at_most(kept**steps + RunningStatistics().absolute, variance)


@running_variances_stay_positive.counterfeit(h=batches(1), steps=counts(40, 60))
def running_variances_stay_above_a_half_and_more(h, steps):
    """The divisor of BNP is at least 0.7 after 40 batches of one."""
    variance = _divisor(h, steps)
    return at_most(7 + 0 * variance, 10 * variance)


def _digits(seed):
    rng = np.random.default_rng(seed)
    inputs, labels = dataset("digits", rows=10, rng=rng)
    return np.asarray(inputs, dtype=float), labels / 10 - 0.45


def _online(data, factor):
    """Claim that each online step of BNP lowers the squared loss on its own sample to ``factor`` of it at most."""
    inputs, targets = data
    rule, bias, weights = RunningStatistics(), np.zeros(1), np.zeros((1, inputs.shape[1]))
    running, before, after = rule.init(inputs), [], []
    for x, y in zip(inputs, targets, strict=True):
        running = rule.update(running, x[None])
        residual = bias + dot(weights, x) - y
        gb, gw = precondition(residual, residual[:, None] * x, rule.divisor(running), 2 * len(x))
        bias, weights = bias - gb, weights - gw
        before.append(residual**2)
        after.append((bias + dot(weights, x) - y) ** 2)
    return at_most(np.array(after), factor * np.array(before))


@F5.law(data=st.integers(0, 3).map(_digits), factor=1.0, on=(CONTROLS,), example=True)
def on_digits_each_online_step_lowers_the_loss_of_its_sample(data, factor):
    """Ten online steps of a neuron on handwritten digits, q² = 2m."""
    return _online(data, factor)


@on_digits_each_online_step_lowers_the_loss_of_its_sample.counterfeit(factor=0.8)
def on_digits_each_online_step_lowers_the_loss_by_a_fifth(data, factor):
    """Each step leaves at most .8 of the loss of its sample."""
    return _online(data, factor)
