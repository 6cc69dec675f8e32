r"""All diagonal scaling symmetries of a differentiable function, from samples of :math:`w\odot\nabla f(w)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, ArgumentTypeError, checked_seed, shown
from psitheory.frameworks import one_thread
from psitheory.symmetry.baseline import Baseline, agree, baseline, example_baselines, in_own_precision
from psitheory.symmetry.certificate import Rejected, failures
from psitheory.symmetry.derived import Derived, derived
from psitheory.symmetry.function import HALF, LossFunction, as_loss_function, probed
from psitheory.symmetry.generator import Generator
from psitheory.symmetry.gradients import left_out
from psitheory.symmetry.kinds import Generators
from psitheory.symmetry.null_space import NullSpace, null_space, sparse_basis
from psitheory.symmetry.sampling import Rows, rows_at, sampler, usable_points
from psitheory.symmetry.symmetries import Symmetries

MARGIN = 10
"""Rows beyond those that the null space needs."""
POINTS = 6
"""Fresh points at which a generator is certified."""
ROUNDS = 6
SAMPLED = 600
"""Functions of at most so many parameters are sampled besides: samples see cancellations that types do not."""
MOST_EVALUATIONS = 2_000_000
"""Differences that take more evaluations are refused: at 30 µs each these take a minute."""


@one_thread()
def discover_symmetries(
    f: Any,
    at: Any = None,
    *,
    gradient: Any = None,
    samples: int | Array | None = None,
    seed: int = 0,
) -> Symmetries:
    r"""Return all directions c for which :math:`f(\exp(sc)\,w) = f(w)` for every s and w.

    f is unchanged by :math:`\exp(sc)` iff :math:`\sum_k c_kw_k\partial_kf = 0` everywhere, so c lies in the null
    space of rows :math:`w\odot\nabla f(w)`.  For analytic f on a connected domain, as many rows at random points as
    the rank give exactly the algebra, almost surely.  A sparse basis of integers is made of the null space and
    certified at finite scales on fresh weights; what fails there (a neuron dead in all samples) brings its point
    in as a new sample.

    Parameters
    ----------
    f : Model, callable, or module of a supported framework
    at : Layout, array, mapping of str to array
        Says what f takes, see :func:`~psitheory.symmetry.as_loss_function`; not needed for a Model.
    gradient : callable, optional
        The gradient of f; by differences if left out, which costs 4n evaluations a sample, and is refused if it
        costs more than 2,000,000.
    samples : int or array (K, n), optional
        How many rows, n + 10 if left out; or the points themselves.
    seed : int

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If an argument does not fit, f is not finite where it is tried, or differences cost too much.

    Examples
    --------
    >>> discover_symmetries(lambda w: w[0] * w[1], np.array([1.0, 2.0])).generators[0].terms
    (('w[0]', 1.0), ('w[1]', -1.0))
    """
    function = as_loss_function(f, at, gradient=gradient)
    seed = checked_seed(seed)
    rng = np.random.default_rng(seed)
    if function.point is not None:
        first = probed(function, function.point)["loss"]
        again = probed(function, function.point)["loss"] if function.seen is None else first
        if not agree(function, function.point, {"loss": first}, {"loss": again}):
            raise ArgumentError(
                f"f is {float(first)!r} and then {float(again)!r} at the example point; "
                "a loss of the parameters alone is needed"
            )
    is_coarse = function.ulp > HALF  # gradients are rounded too much to tell ranks
    function = in_own_precision(function, rng) if is_coarse else function
    types = derived(function, rng)
    if types is not None and samples is None and (is_coarse or function.layout.n > SAMPLED):
        return _from_types(types, seed)
    if types is not None:
        function = types.clean
    function = in_own_precision(function, rng)
    if astray := left_out(function, seed):
        said = astray.said(() if types is None else types.types.detached)
        if types is not None and samples is None:
            return _from_types(types, seed, said)
        function = replace(function, gradients=None, notes=(*function.notes, said))
    points = _sample_points(function, samples, rng)
    fresh = [baseline(function, w, rng) for w in usable_points(function, rng, POINTS)]
    fresh += example_baselines(function, rng)
    rows = rows_at(function, points, rng)
    if not len(rows.values) and len(points) and not rows.vanishing:
        raise ArgumentError(f"the gradient is finite at none of {len(points)} points; a loss with a gradient is needed")
    return _with_types(_certified(function, rows, fresh, rng, seed), types)


def _from_types(types: Derived, seed: int, *said: str) -> Symmetries:
    """Return what types derive; as undecided what runs do not confirm."""
    function = types.function
    algebra = types.types.up_to_eps if types.up_to_eps else types.types.exact
    found = Generators(algebra, function.layout)
    sure = types.up_to_eps or types.exact
    doubt = () if types.confirmed else ("runs do not confirm all that scale types derive",)
    return Symmetries(
        function.name,
        function.layout,
        found if sure else (),
        (),
        () if sure else tuple(found),
        None,
        0,
        0.0,
        types.bit_for_bit,
        seed,
        (*function.notes, *types.notes, *said, *doubt),
        types.types.exact.dimension if types.exact else 0,
    )


def _with_types(found: Symmetries, types: Derived | None) -> Symmetries:
    """Return what samples found, with what types say of the same function."""
    if types is None:
        return found
    derived_count, exact = types.types.up_to_eps.dimension, types.types.exact.dimension
    if types.confirmed and found.undecided and found.dimension < derived_count:
        return _combined(found, types)
    missed = found.dimension - derived_count
    said = [f"scale types derive {derived_count} of them"] if missed > 0 else []
    return replace(
        found,
        notes=(*found.notes, *types.notes, *said),
        exact_dimension=found.dimension if types.clean is types.function else min(exact, found.dimension),
    )


def _combined(found: Symmetries, types: Derived) -> Symmetries:
    """Return the symmetries that types derive where null directions hold only together, as behind a branch."""
    note = f"{len(found.undecided)} null directions of the samples hold in none but the combinations that types derive"
    return replace(
        found,
        generators=Generators(types.types.up_to_eps, found.layout),
        undecided=(),
        exact=types.bit_for_bit,
        notes=(*types.function.notes, *types.notes, note),
        exact_dimension=types.types.exact.dimension,
    )


def _sample_points(function: LossFunction, samples: int | Array | None, rng: np.random.Generator) -> Array:
    n = function.layout.n
    if samples is None or isinstance(samples, int):
        if isinstance(samples, bool) or (samples is not None and samples < 1):
            raise ArgumentError(
                f"samples is {samples!r}; a positive number of samples, or an array of points, is needed"
            )
        _check_cost(function, samples or n + MARGIN)
        return sampler(function, rng)(function, rng, samples or n + MARGIN)
    points = np.asarray(samples, dtype=float)
    if points.ndim != 2 or points.shape[1] != n:
        raise ArgumentTypeError(f"samples is {shown(samples)}; a number, or an array (K, {n}) of points, is needed")
    _check_cost(function, len(points))
    return points


def _check_cost(function: LossFunction, samples: int) -> None:
    """Raise if differences at so many samples take too many evaluations."""
    n = function.layout.n
    evaluations = 4 * n * samples
    if function.gradients is None and evaluations > MOST_EVALUATIONS:
        raise ArgumentError(
            f"f has {n:,} parameters and no gradient, so that differences would take {evaluations:,} evaluations "
            f"({4 * n:,} at each of {samples:,} samples), more than {MOST_EVALUATIONS:,}; gradient=, or a PyTorch or "
            "JAX function, is needed"
        )


def _certified(
    function: LossFunction, rows: Rows, fresh: Sequence[Baseline], rng: np.random.Generator, seed: int
) -> Symmetries:
    """Alternate null space and certificates until every null direction is a symmetry."""
    rejected: list[Rejected] = []
    undecided: list[Generator] = []
    layout = function.layout
    for turn in range(ROUNDS):
        kept = rows.kept()
        noise = float(np.max(kept.noise, initial=0.0))
        space = null_space(kept.values, noise)
        generators = [Generator(layout, c) for c in sparse_basis(space.basis, _error(space))]
        failed, exact = failures(function, generators, fresh, rng)
        if not turn:
            rejected = failed
        undecided = [r.generator for r in failed]
        if not failed:
            break
        more = usable_points(function, rng, len(failed) + MARGIN)
        rows = rows + rows_at(function, np.concatenate([[b.w for b in fresh], more]), rng)
        fresh = [*fresh, *(baseline(function, w, rng) for w in more[:2])]
    lost = {id(g) for g in undecided}
    good = tuple(g for g in generators if id(g) not in lost)
    return Symmetries(
        function.name,
        layout,
        good,
        tuple(rejected),
        tuple(undecided),
        space,
        len(kept.values),
        noise,
        exact and bool(good),
        seed,
        (*function.notes, *_doubts(undecided, len(rows.values), len(kept.values))),
    )


def _doubts(undecided: Sequence[Generator], samples: int, kept: int) -> list[str]:
    """Return why directions are undecided."""
    if not undecided:
        return []
    return [f"{len(undecided)} directions are undecided: of {samples} samples {kept} were precise enough to be used"]


def _error(space: NullSpace) -> float:
    """Return how far the null space may be tilted: the noise over the gap to the next singular value."""
    if not space.rank:
        return 0.0
    return float(min(space.tolerance / 10 / space.singular_values[space.rank - 1], 1e-3))
