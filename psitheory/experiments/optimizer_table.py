r"""How every method of the library depends on the scale and on the axes of the weights: derived, and run besides.

A method has the exponent p if rate :math:`\eta a^p` from :math:`a\cdot w_0` follows, class for class, rate
:math:`\eta` from :math:`w_0`, each other constant being multiplied by a power of a of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import NotInArithmetic, PsitheoryError
from psitheory.experiments.iterate import iterate
from psitheory.geometry import PSIQuotient
from psitheory.models import BatchNormMLP
from psitheory.models.frozen import Frozen
from psitheory.models.interface import Model
from psitheory.models.reflected import Reflected
from psitheory.optimizers import ExactLineSearch, Optimizer
from psitheory.optimizers.library import METHODS
from psitheory.scaletypes.optimizers.types import OptimizerTypes
from psitheory.scaletypes.pairs import PairRuns, scaled

STEPS = 5
EXPONENTS = (Fraction(0), Fraction(1), Fraction(3, 2), Fraction(2))
CONSTANTS = ("coupled_decay", "decay", "eps", "eps_inside", "threshold")
_AGREE = 1e-6
"""Runs agree if they are closer than this share of the way that they went: steps round to 1e-16 of it, and what a
wrong exponent changes at a = 2^8 is a share of about one."""


@dataclass(frozen=True)
class OptimizerRow:
    """What is known of one method, on scale-invariant blocks alone.

    Attributes
    ----------
    title : str
    exponent : Fraction or None
        p, derived by scale types; None where they cannot be had.
    observed : Fraction or None
        p by runs from w_0 and a·w_0: which of 0, 1, 3/2 and 2 follows, its constants scaled as derived.
    equivariance : {"full", "class", "none"}
        Whether runs from rescaled starts are the same up to scale, visit the same classes, or neither.
    level : {"each neuron", "all weights", "none"}
        Which rescalings are not noticed.
    tangent_moments : bool or None
        Whether the first moment is tangent at the new point; None without one.
    rotations : bool
        Whether a run in reflected coordinates is the reflected run.
    units : mapping of str to (Fraction or None)
        By which power of a each constant must be multiplied; None if no power will do.
    reason : str
        Why nothing was derived; empty if something was.
    """

    title: str
    exponent: Fraction | None
    observed: Fraction | None
    equivariance: str
    level: str
    tangent_moments: bool | None
    rotations: bool
    units: Mapping[str, Fraction | None]
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Tell whether what was derived is what runs show."""
        return self.exponent is None or self.exponent == self.observed


def optimizer_table(seed: int = 0) -> tuple[OptimizerRow, ...]:
    """Return a row for every method of the library, by scale types and by runs on a small batch-norm network.

    Parameters
    ----------
    seed : int
        The network, its start, the scales and the reflections derive from it.

    Examples
    --------
    >>> rows = {row.title: row for row in optimizer_table()}
    >>> str(rows["Padam"].exponent), rows["PSI-GD"].level, rows["Adam"].rotations, str(rows["AdamW"].units["decay"])
    ('3/2', 'each neuron', False, '-1')
    """
    bench = _Bench.of(np.random.default_rng(seed))
    return tuple(_row(title, make, bench) for title, make in METHODS.items())


@dataclass(frozen=True)
class _Bench:
    """Where methods are run: a model of blocks alone, a start, scales for each block, and planes to reflect in."""

    model: Model
    start: Array
    apart: Array
    planes: Array

    @classmethod
    def of(cls, rng: np.random.Generator) -> _Bench:
        """Draw starts until every method moves: from some there is no minimum ahead for an exact line search."""
        network = BatchNormMLP(rng.normal(size=(8, 3)), rng.normal(size=8), hidden=(2,), loss="squared")
        while True:
            w = rng.normal(size=network.layout.n)
            model = Frozen(network, w[6:])
            bench = cls(model, w[:6], np.array([2.0**8, 2.0**-8]), rng.normal(size=6))
            if np.any(bench.run(ExactLineSearch(model), bench.start)[0] != bench.start):
                return bench

    @property
    def layout(self) -> Any:
        return self.model.layout

    def run(self, method: Optimizer, start: Array, model: Model | None = None) -> tuple[Array, Any]:
        """Return the weights and the state after some steps."""
        for t, w, _, state in iterate(model or self.model, method, start):
            if t == STEPS:
                return w, state
        raise AssertionError("iterate never ends")

    def gap(self, w: Array, z: Array) -> float:
        """Return the distance of two classes, relative to the way from the start."""
        psi = PSIQuotient(self.layout)
        return float(psi.dist(w, z)) / float(psi.dist(self.start, w))


def _row(title: str, make: Callable[[Model], Optimizer], bench: _Bench) -> OptimizerRow:
    method = make(bench.model)
    types, reason = _types(method, bench)
    units = {} if types is None else _units(method, types)
    bare = _without(method, *(name for name in CONSTANTS if units.get(name) is None))
    equivariance, level = _equivariance(bare, bench)
    return OptimizerRow(
        title,
        None if types is None else _exponent(types),
        _observed(bare, units, bench),
        equivariance,
        level,
        _tangent(_without(method, "coupled_decay", "decay"), bench),
        _rotations(make, bench),
        units,
        reason,
    )


def _types(method: Optimizer, bench: _Bench) -> tuple[OptimizerTypes | None, str]:
    try:
        types = OptimizerTypes(PairRuns(optimizer=method, model=bench.model, start=bench.start).run())
    except NotInArithmetic as error:
        return None, str(error)
    except (PsitheoryError, TypeError) as error:  # something was computed outside the arithmetic
        return None, f"leaves the arithmetic: {' '.join(str(error).split())}"
    return (None, types.missing[0]) if types.missing else (types, "")


def _exponent(types: OptimizerTypes) -> Fraction | None:
    """Return p of the law by which every constant scales; where there is none, of that without constants."""
    law = types.complete
    if law is None or not law.exact or types.rate is None:
        return types.exponent
    return law.scaling.get(types.rate, Fraction(0))


def _units(method: Any, types: OptimizerTypes) -> dict[str, Fraction | None]:
    """Return the power of a of each constant that the method has."""
    has = [name for name in CONSTANTS if isinstance(getattr(method, name, 0), float) and getattr(method, name)]
    law = types.complete
    if law is not None and law.exact:
        return {name: types.must_scale.get(name, Fraction(0)) for name in has}
    return dict.fromkeys(has)


def _without(method: Any, *names: str) -> Any:
    """Return the method without some decays and eps."""
    off = {name: 0 for name in names if getattr(method, name, 0) and name != "threshold"}
    return dataclasses.replace(method, **off) if off else method


# -- by runs ----------------------------------------------------------------------------------------


def _observed(method: Optimizer, units: Mapping[str, Fraction | None], bench: _Bench) -> Fraction | None:
    """Return the first exponent whose run from a·w_0, one common a, visits the classes of the run from w_0."""
    a, (here, _) = 2.0**8, bench.run(method, bench.start)
    for p in EXPONENTS:
        powers = {"rate": p, **{name: e for name, e in units.items() if e is not None}}
        there, _ = bench.run(scaled(method, {name: a ** float(e) for name, e in powers.items()}), a * bench.start)
        if bench.gap(here, there) <= _AGREE:
            return p
    return None


def _equivariance(method: Optimizer, bench: _Bench) -> tuple[str, str]:
    """Return how runs from rescaled starts are related, all constants being what they are, and at which level."""
    here, _ = bench.run(method, bench.start)
    common = np.full_like(bench.apart, 2.0**8)
    for level, a in (("each neuron", bench.apart), ("all weights", common)):
        there, _ = bench.run(method, bench.layout.scale(a, bench.start))
        if bench.gap(here, there) <= _AGREE:
            back = bench.layout.scale(1 / a, there)
            return ("full" if np.allclose(back, here, rtol=_AGREE) else "class"), level
    return "none", "none"


def _tangent(method: Optimizer, bench: _Bench) -> bool | None:
    """Tell whether the first moment is orthogonal to the weights after the run; None without one."""
    w, state = bench.run(method, bench.start)
    moment = getattr(state, "buffer", getattr(state, "first", None))
    if moment is None:
        return None
    norms = bench.layout.norms
    return bool(np.all(np.abs(bench.layout.dots(moment, w)) <= _AGREE * norms(moment) * norms(w)))


def _rotations(make: Callable[[Model], Optimizer], bench: _Bench) -> bool:
    """Tell whether the run in reflected coordinates is the reflected run."""
    there = Reflected(bench.model, bench.planes)
    here, _ = bench.run(make(bench.model), bench.start)
    seen, _ = bench.run(make(there), there.turned(bench.start), there)
    return bench.gap(here, there.turned(seen)) <= _AGREE
