"""Orders of retractions and exponentials: velocity and acceleration at 0, by derivatives and not by a distance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psitheory.checking import Observation
from psitheory.conformance.manifolds.floats.jets import Jet, jet
from psitheory.conformance.manifolds.floats.judging import Bounded
from psitheory.conformance.manifolds.laws.measuring import VELOCITY, bounded, size, spread
from psitheory.conformance.manifolds.subjects.nature import Known
from psitheory.conformance.slopes import Slope, slope

STEPS = 2.0 ** -np.arange(2.0, 22.0)
Point = np.ndarray


def retraction_is_of_first_order(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    r"""The retraction leaves with the given velocity: :math:`\tfrac{d}{dt}R_w(tx)|_0 = x`."""
    return _starts_with(subject, subject.retract, w, x)


def exponential_starts_with_the_given_velocity(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    r"""The geodesic leaves with the given velocity: :math:`\tfrac{d}{dt}\exp_w(tx)|_0 = x`."""
    return _starts_with(subject, subject.exp, w, x)


def retraction_is_of_second_order(subject: Known, w: Point, x: Point) -> Bounded | Observation:
    r"""The retraction has no acceleration within the manifold: :math:`P_w\tfrac{d^2}{dt^2}R_w(tx)|_0 = 0`."""
    curve = curve_of(subject, subject.retract, w, x)
    found = jet(curve, order=2, eps=subject.eps)
    inside = subject.tangential(w, found.second)
    if inside is None:
        return _as_second_derivative_of_exp(subject, w, x, found)
    start, velocity = curve(0.0), subject.velocity(w, x)
    errors = [subject.tangential(w, curve(h) - start - h * velocity) for h in STEPS]
    fit = _slope_of(subject, np.array([np.linalg.norm(e) if e is not None else np.nan for e in errors]), start)
    by_value = bounded(inside, 0 * inside, spread(found.second_noise), float(velocity @ velocity), str(fit))
    return _or_by_slope(by_value, fit, due=3)


def _as_second_derivative_of_exp(subject: Known, w: Point, x: Point, found: Jet) -> Bounded | Observation:
    """Compare with the exponential, whose own laws are checked elsewhere."""
    other = jet(curve_of(subject, subject.exp, w, x), order=2, eps=subject.eps)
    noise = found.second_noise + other.second_noise
    return bounded(found.second, other.second, noise, float(np.max(np.abs(found.first))) ** 2)


def _starts_with(subject: Known, move: Callable[..., Point], w: Point, x: Point) -> Bounded | Observation:
    curve, velocity = curve_of(subject, move, w, x), subject.velocity(w, x)
    found = jet(curve, eps=subject.eps)
    start = curve(0.0)
    errors = np.array([np.linalg.norm(curve(h) - start - h * velocity) for h in STEPS])
    fit = _slope_of(subject, errors, start)
    slack = VELOCITY * subject.slack * size(velocity)
    by_value = bounded(found.first, velocity, found.first_noise, size(velocity), str(fit), slack=slack)
    return _or_by_slope(by_value, fit, due=2)


def _or_by_slope(by_value: Bounded | Observation, fit: Slope, *, due: int) -> Bounded | Observation:
    """Return the comparison of values; where its noise floor decides nothing (at a kink), that of slopes."""
    if isinstance(by_value, Bounded):
        return by_value
    if not fit.exact and not fit.decided:
        return by_value
    if fit.exact or fit.low > due - 0.5:
        return Bounded(due, due, 0.5, str(fit))
    if fit.high < due - 0.5:
        return Bounded(fit.exponent, due, 0.5, f"{fit} where {due} is due")
    return by_value


def curve_of(subject: Known, move: Callable[..., Point], w: Point, x: Point) -> Callable[[float], Point]:
    """Return the curve t ↦ move(w, t x), in the space of invariants."""
    return lambda t: subject.canonical(move(w, t * x))


def _slope_of(subject: Known, errors: np.ndarray, start: Point) -> Slope:
    floor = 4 * subject.eps * np.sqrt(len(start)) * max(size(start), 1e-300)
    return slope(STEPS, errors, floor)
