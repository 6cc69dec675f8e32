r"""The bounds of the theorems as data: what is bounded, by which formula of which constants, known from where.

The constants bear the same names everywhere: ``smoothness`` L, ``gap`` :math:`\Delta = f(w_0) - f^*`, ``rate``
:math:`\eta`, ``steps`` T, ``largest_square`` the largest :math:`r_{i,0}^2`, ``free`` the number p of free parameters,
``variance`` :math:`\sigma^2`, ``scale`` the c of :math:`\eta_t = c/\sqrt{t+1}`, ``dominance``
:math:`\mu` of a Polyak-Łojasiewicz inequality :math:`G \ge 2\mu(f - f^*)`, ``blocks`` the number m of blocks,
``lower`` the M of joint Hessians in [-M, L], ``width`` at least sup f - inf f, ``largest_gradient`` at least sup G,
``threshold`` the ν at which gradients are clipped, ``momentum`` :math:`\gamma`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, shown


@dataclass(frozen=True)
class Bound:
    r"""An upper bound; call it with its constants, in any arithmetic that has its operations.

    Attributes
    ----------
    name : str
    bounded : str
        What is bounded, in LaTeX.
    formula : str
        The bound, in LaTeX.
    holds : str
        For which method, under which conditions.
    source : str
        A key of the bibliography, or the words of reference.
    function : callable
    fewest : int
        The least number of steps that it speaks of.

    Examples
    --------
    >>> PSI_GD(smoothness=2.0, gap=3.0, steps=4)
    3.0
    """

    name: str
    bounded: str
    formula: str
    holds: str
    source: str
    function: Callable[..., Array]
    fewest: int = 1

    @property
    def constants(self) -> tuple[str, ...]:
        """Return the names of the constants."""
        return tuple(inspect.signature(self.function).parameters)

    def __call__(self, **constants: Any) -> Array:
        """Return the value of the bound.

        Raises
        ------
        ArgumentError
            If the constants are not those of this bound, or there are no steps, or the rate is beyond the bound's.
        """
        if set(constants) != set(self.constants):
            raise ArgumentError(
                f"the bound of {self.name} was given {', '.join(sorted(constants)) or 'nothing'}; "
                f"it needs {', '.join(self.constants)}"
            )
        steps = constants.get("steps")
        if isinstance(steps, Integral) and steps < self.fewest:
            raise ArgumentError(f"steps is {shown(steps)}; at least {self.fewest} is needed")
        return self.function(**constants)


def _root(x: Array) -> Array:
    return namespace(x).sqrt(x)


def _number(value: int, like: Array) -> Array:
    """Return an integer in the arithmetic of ``like``."""
    xp = namespace(like)
    return xp.element(value) if isinstance(xp, ObjectNamespace) else xp.asarray(float(value))[()]


def _sum(drop: Array, rate: Array, smoothness: Array) -> Array:
    if isinstance(rate * smoothness, float) and not (rate > 0 and rate * smoothness < 2):
        raise ArgumentError(
            f"rate is {shown(rate)} at smoothness {shown(smoothness)}; 0 < rate < 2/smoothness is needed"
        )
    return drop / (rate * (1 - rate * smoothness / 2))


def _psi_gd(smoothness: Array, gap: Array, steps: int) -> Array:
    return 2 * smoothness * gap / steps


def _gd(gap: Array, rate: Array, largest_square: Array, free: int, steps: int) -> Array:
    largest = largest_square + 2 * rate * gap
    if free:
        largest = namespace(largest).maximum(largest, _number(1, largest))
    return 2 * gap * largest / (rate * steps)


def _psi_sgd(smoothness: Array, gap: Array, rate: Array, variance: Array, steps: int) -> Array:
    return 2 * gap / (rate * steps) + smoothness * rate * variance


def _psi_sgd_tuned(smoothness: Array, gap: Array, variance: Array, steps: int) -> Array:
    part = 2 * smoothness * gap / steps
    return part + 2 * _root(part * variance)


def _psi_sgd_decreasing(smoothness: Array, gap: Array, scale: Array, variance: Array, steps: int) -> Array:
    log = 1 + namespace(gap).log(_number(steps, gap))
    length = scale * (_root(_number(steps + 1, gap)) - 1)
    return (gap + smoothness * variance * scale * scale * log / 2) / length


def _psi_sgd_window(smoothness: Array, width: Array, scale: Array, variance: Array, steps: int) -> Array:
    half = steps // 2
    log = namespace(width).log(_number(steps, width) / half)
    length = scale * (_root(_number(steps + 1, width)) - _root(_number(half + 1, width)))
    return (width + smoothness * variance * scale * scale * log / 2) / length


def _dominated(gap: Array, dominance: Array, smoothness: Array, steps: int) -> Array:
    return (1 - dominance / smoothness) ** steps * gap


def _clipped_turn(rate: Array, threshold: Array, momentum: Array, steps: int) -> Array:
    return rate * threshold * (1 - momentum**steps) / (1 - momentum)


def _smooth(smoothness: Array, gap: Array, steps: int) -> Array:
    return 4 * smoothness * gap / (3 * steps - 1)


def _rapidity(smoothness: Array, gap: Array, blocks: int, steps: int) -> Array:
    square = blocks * smoothness * smoothness
    return -square * namespace(gap).expm1(-2 * gap / (blocks * steps * smoothness))


def _psi_gd_sharp(smoothness: Array, gap: Array, blocks: int, steps: int) -> Array:
    share = (
        96 * gap / (25 * blocks * steps * smoothness)
    )  # (25m/24)L²(√(1+x) - 1), without a difference of near numbers
    return blocks * smoothness * smoothness * 25 * share / (24 * (1 + _root(1 + share)))


def _two_sided(smoothness: Array, lower: Array, gap: Array, steps: int) -> Array:
    return 2 * smoothness * gap / (1 + (steps - 1) * (2 * smoothness + lower) / (smoothness + lower))


def _any_rate(
    smoothness: Array, width: Array, largest_gradient: Array, rate: Array, largest_square: Array, steps: int
) -> Array:
    xp, start = namespace(smoothness), largest_square / rate
    crossing = xp.where(xp.less(start, smoothness), largest_gradient / start, 0 * start)
    sum_ = smoothness * smoothness / 2 + 2 * width * (xp.maximum(smoothness, start) + 2 * width + crossing)
    return sum_ / (steps - 1)


def _odometer(smoothness: Array, gap: Array) -> Array:
    return 2 * gap / smoothness


def _armijo(gap: Array, rate: Array, slope: Array, steps: int) -> Array:
    return gap / (slope * rate * steps)


_LEAST = r"\min_{t<T} G(w_t)"
_LEAST_MEAN = r"\min_{t<T} \mathbb{E}\,G(w_t)"

PSI_GD_SUM = Bound(
    "PSI-GD, sum",
    r"\sum_{t<T} G(w_t)",
    r"\frac{f(w_0) - f(w_T)}{\eta(1 - \eta L/2)}",
    "PSI-GD with 0 < η < 2/L",
    "Yi22",
    _sum,
)
PSI_GD = Bound(
    "PSI-GD",
    _LEAST,
    r"\frac{2L\Delta}{T}",
    "PSI-GD with η = 1/L",
    "Yi22",
    _psi_gd,
)
GD = Bound(
    "GD",
    _LEAST,
    r"\frac{2\Delta M}{\eta T},\ M = \max(\max_i r_{i,0}^2 + 2\eta\Delta,\ 1\text{ if } p > 0)",
    "Euclidean gradient descent with ηL ≤ min r², and ηL ≤ 1 if there are free parameters",
    "Aro18",
    _gd,
)
GD_ANY_RATE = Bound(
    "GD, any rate",
    _LEAST,
    r"\frac{\tfrac12L^2 + 2D\left(\max(L, b) + 2D + \mathbf 1_{b<L}\,G_{\max}/b\right)}{T-1},\ b = r_0^2/\eta",
    "Euclidean gradient descent with any η > 0 from any r_0 > 0, one block and no free parameters; width is D, at "
    "least sup f - inf f, largest_gradient G_max ≥ sup G, largest_square r_0²",
    "this library, claim H4",
    _any_rate,
    fewest=2,
)
ODOMETER = Bound(
    "Odometer",
    r"\sum_i\sum_t \theta_{i,t}^2",
    r"\frac{2\Delta}{L}",
    "PSI-GD with η = 1/L; θ is the turn of a block in a step",
    "this library, claim H3",
    _odometer,
)
PSI_ARMIJO = Bound(
    "PSI-GD with backtracking",
    _LEAST,
    r"\frac{\Delta}{c\,\eta_*T},\ \eta_* = \min(\bar\eta, 2\beta(1-c)/L)",
    "PSI-GD with backtracking from η̄ by factors of β and slope c in (0, 1); rate is η_*",
    "this library, claim H8",
    _armijo,
)
PSI_SGD = Bound(
    "PSI-SGD",
    _LEAST_MEAN,
    r"\frac{2\Delta}{\eta T} + L\eta\sigma^2",
    "PSI-SGD with η ≤ 1/L, unbiased gradients of PSI losses with variance at most σ² in the metric",
    "GL13",
    _psi_sgd,
)
PSI_SGD_TUNED = Bound(
    "PSI-SGD, tuned rate",
    _LEAST_MEAN,
    r"\frac{2L\Delta}{T} + 2\sigma\sqrt{\frac{2L\Delta}{T}}",
    "PSI-SGD with η = min(1/L, √(2Δ/(LTσ²)))",
    "GL13",
    _psi_sgd_tuned,
)
PSI_SGD_DECREASING = Bound(
    "PSI-SGD, decreasing rates",
    _LEAST_MEAN,
    r"\frac{\Delta + \frac12L\sigma^2c^2(1 + \ln T)}{c(\sqrt{T+1} - 1)}",
    "PSI-SGD with η_t = c/√(t+1), c ≤ 1/L",
    "GL13",
    _psi_sgd_decreasing,
)
PSI_SGD_WINDOW = Bound(
    "PSI-SGD, decreasing rates, second half",
    r"\min_{T/2\le t<T} \mathbb{E}\,G(w_t)",
    r"\frac{D + \frac12L\sigma^2c^2\ln 2}{c(\sqrt{T+1} - \sqrt{T/2+1})}",
    "PSI-SGD with η_t = c/√(t+1), c ≤ 1/L, T even; D is at least sup f - inf f, since f at T/2 may lie above f(w_0)",
    "GL13",
    _psi_sgd_window,
)
DOMINATED = Bound(
    "PSI-GD, gradient-dominated",
    r"f(w_T) - f^*",
    r"(1 - \mu/L)^T\Delta",
    "PSI-GD with η = 1/L where G ≥ 2μ(f - f*) on {f ≤ f(w_0)}",
    "B. T. Polyak, Gradient methods for the minimisation of functionals, 1963",
    _dominated,
    fewest=0,
)
RGD_SUM = Bound(
    "RGD, sum",
    r"\sum_{t<T} G(w_t)",
    r"\frac{f(w_0) - f(w_T)}{\eta(1 - \eta L_g/2)}",
    "Riemannian gradient descent by the exponential map with 0 < η < 2/L_g; smoothness is L_g, along geodesics",
    "AMS08",
    _sum,
)
RGD = Bound(
    "RGD",
    _LEAST,
    r"\frac{2L_g\Delta}{T}",
    "Riemannian gradient descent by the exponential map with η = 1/L_g; smoothness is L_g, along geodesics",
    "AMS08",
    _psi_gd,
)
RAPIDITY = Bound(
    "Rapidity descent",
    _LEAST,
    r"mL^2\left(1 - e^{-2\Delta/(mLT)}\right)",
    "rapidity descent with L, m blocks and no free parameters; below 2LΔ/T for every T",
    "this library, claim J3",
    _rapidity,
)
PSI_GD_SHARP = Bound(
    "PSI-GD, sharper",
    _LEAST,
    r"\frac{25m}{24}L^2\left(\sqrt{1 + \frac{96\Delta}{25mLT}} - 1\right)",
    "PSI-GD with η = 1/L, m blocks and no free parameters; below 2LΔ/T for every T",
    "this library, claim J8",
    _psi_gd_sharp,
)
PSI_GD_TWO_SIDED = Bound(
    "PSI-GD, two-sided curvature",
    _LEAST,
    r"\frac{2L\Delta}{1 + (T-1)\frac{2L+M}{L+M}}",
    "PSI-GD with η = 1/L, joint Hessians at unit blocks in [-M, L] everywhere; lower is M; 4LΔ/(3T-1) for M = L",
    "this library, claim J5",
    _two_sided,
)
CLIPPED_TURN = Bound(
    "Clipped turn",
    r"\angle(u_{T-1}, u_T)",
    r"\eta\nu\frac{1 - \gamma^T}{1 - \gamma}",
    "the T-th step of SGD-G at a constant rate, gradients clipped at ν, momentum γ from a zero buffer; each block",
    "this library, claim D4",
    _clipped_turn,
)
SMOOTH = Bound(
    "GD on smooth functions of a flat space, exact",
    r"\min_{t<T} \|\nabla f(x_t)\|^2",
    r"\frac{4L\Delta}{3T - 1}",
    "gradient descent with η = 1/L on functions of R^n with L-Lipschitz gradient, of which it is the worst case; "
    "beside PSI-GD and RGD for comparison only",
    "AKZ22",
    _smooth,
)

BOUNDS = {
    bound.name: bound
    for bound in (
        PSI_GD_SUM,
        PSI_GD,
        GD,
        GD_ANY_RATE,
        ODOMETER,
        PSI_ARMIJO,
        PSI_SGD,
        PSI_SGD_TUNED,
        PSI_SGD_DECREASING,
        PSI_SGD_WINDOW,
        DOMINATED,
        RGD_SUM,
        RGD,
        RAPIDITY,
        PSI_GD_SHARP,
        PSI_GD_TWO_SIDED,
        CLIPPED_TURN,
        SMOOTH,
    )
}
"""All of them by name."""
