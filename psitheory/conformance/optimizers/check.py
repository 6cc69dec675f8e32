"""Whether an optimiser treats equivalent weights alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.findings import ConformanceReport
from psitheory.conformance.optimizers.claims import check_claims, judged
from psitheory.conformance.optimizers.facts import Facts
from psitheory.conformance.optimizers.inquiry import LAWS, Inquiry, grouped
from psitheory.conformance.optimizers.runs.adapt import runs_of
from psitheory.conformance.optimizers.runs.bench import TIMES, Bench
from psitheory.conformance.optimizers.runs.network import Network, invariant_network
from psitheory.conformance.optimizers.runs.run import OfRun, Runs
from psitheory.conformance.optimizers.sentence import sentence
from psitheory.errors import ArgumentError, UnknownName, checked_seed, shown
from psitheory.frameworks import one_thread
from psitheory.models.interface import Model

__all__ = ["LAWS", "check_optimizer"]


@one_thread()
def check_optimizer(
    opt: Any,
    *,
    rate: float | None = None,
    only: str | Sequence[str] | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
    steps: int = TIMES[-1],
    dtype: Any = np.float64,
    model: Model | None = None,
    start: Array | None = None,
    parameter: Callable[..., Any] | None = None,
    name: str | None = None,
    claims: Mapping[str, Any] | None = None,
) -> ConformanceReport:
    r"""Find out how an optimiser treats equivalent weights, and say so in a sentence first.

    It is run from a start :math:`w_0` and from rescaled ones :math:`a\cdot w_0`, on a batch-norm network without an
    eps, whose loss notices the scale of no neuron.  Every run has a fresh state and the same seed.  The runs are
    compared after 1, 2, 3, 5, 10, 30 and 100 steps: *full* equivariance is :math:`w_t(a\cdot w_0) = a\cdot w_t(w_0)`;
    *class* equivariance asks only for the same classes.  Scales are powers of two first, where a method that is
    right agrees bit for bit or to rounding, then generic numbers; what rounding explains is measured by control runs.
    A method without equivariance may still have a scaling exponent p, such that the rate :math:`\eta a^p` from
    :math:`a\cdot w_0` follows η from :math:`w_0`: 2 for gradient descent, 1 for Adam.  Whatever holds is followed
    over all scales of the precision, to where an eps, a clamp or an overflow ends it, and is tried for ten steps on a
    network of other shapes.

    Parameters
    ----------
    opt : object
        An object with our ``init`` and ``step``; a pair ``(init, update)`` as in optax, or a function of the rate that
        makes one; a PyTorch optimiser, as a class, as an instance (its options are taken, not its parameters), or
        as a function ``params -> optimiser`` or ``(params, groups) -> optimiser``, where groups says ``"rows"``
        or ``"free"`` of each parameter, with a parameter ``lr`` if it likes; a function
        ``step(w, gradient, state) -> w`` or ``(w, state)``; a function ``run(start, steps, seed)`` that yields flat
        points, the start first.
    rate : float, optional
        The rate, for those that take one from outside.  Where none is taken, that of PyTorch optimisers is scaled
        while they step, so that schedules stay what they are.
    only : str or sequence of str, optional
        Names of laws, of :data:`LAWS`; all if left out.
    expected : mapping of str to str, optional
        Laws that are expected to be REFUTED, each with the reason.
    seed : int
        All randomness derives from it: network, start, rescalings, and the global generators during each run.
    steps : int
        The last step at which runs are compared.
    dtype : dtype
        float64 or float32.
    model : Model, optional
        A scale-invariant model in place of the network (for ``run``: anything with a ``layout``).
    start : array, (n,), optional
        The start on that model.
    parameter : callable, optional
        For PyTorch: makes the parameter ``parameter(tensor, group)`` of each tensor, such as a Geoopt one.
    name : str, optional
        What the report calls the optimiser.
    claims : mapping, optional
        What is claimed, which then alone decides verdict and exit code: ``{"full": "each layer"}``, ``{"class":
        "none"}``, ``{"exponent": 1}``, or by which power of a a hyper-parameter must scale, ``{"eps": -1}``.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownName
        If an argument does not fit.

    Examples
    --------
    >>> from psitheory.optimizers import GradientDescent, PSIGradientDescent
    >>> check_optimizer(PSIGradientDescent(0.1)).properties["full"]
    'each neuron'
    >>> check_optimizer(GradientDescent(0.1)).properties["exponent"]
    2.0
    """
    wanted = _wanted(only)
    seed = checked_seed(seed)
    if not isinstance(steps, (int, np.integer)) or isinstance(steps, bool) or steps < 1:
        raise ArgumentError(f"steps is {shown(steps)}; an integer of at least 1 is needed")
    method = runs_of(opt, rate=rate, name=name, parameter=parameter)
    network = _network(method, dtype, seed, model, start)
    facts, refused = Facts.of(Bench(method, network, seed, int(steps)))
    inquiry = Inquiry(facts, _call(method, rate, network, seed))
    if refused:
        inquiry.general.append(f"the free last layer is left out, since the method refuses it: {refused}")
    claimed = check_claims(claims)
    tried = [inquiry.finding(law) for law in LAWS if law in wanted]
    judgements = tuple(judged(what, value, facts) for what, value in claimed.items())
    properties = facts.properties()
    if properties.get("exponent") == 0 and properties.get("class") == "none":
        inquiry.general.append("p = 0 is that of blocks alone, with the free weights fixed: with them, classes part")
    denied = facts.denied_by_types
    if denied is not None:
        inquiry.general.append(f"types ask for more than the level that runs show, which may not come to it: {denied}")
    untaken = facts.bench.branches.untaken()
    if untaken:
        more = f", and {len(untaken) - 3} more" if len(untaken) > 3 else ""
        inquiry.general.append(
            f"no run was seen to take the branch at {'; '.join(map(str, untaken[:3]))}{more}: nothing is claimed of it"
        )
    derived, _ = facts.bench.derivation
    if derived is not None and "exponent" in properties:
        properties["types"] = derived.as_data()
    return ConformanceReport(
        method.name,
        "optimizer",
        (*judgements, *grouped([finding for finding in tried if finding is not None], facts)),
        properties,
        inquiry.notes,
        dict(inquiry.skipped),
        sentence=sentence(method.name, facts, properties) if facts.runs_repeat else "",
        claims=tuple(finding.law for finding in judgements),
    ).expecting(expected)


def _wanted(only: str | Sequence[str] | None) -> tuple[str, ...]:
    names = LAWS if only is None else (only,) if isinstance(only, str) else tuple(only)
    for name in names:
        if name not in LAWS:
            raise UnknownName(f"only names the law {shown(name)}; there are {', '.join(LAWS)}")
    if not names:
        raise ArgumentError("only is empty; the name of at least one law is needed")
    return names


def _network(method: Runs, dtype: Any, seed: int, model: Model | None, start: Array | None) -> Network:
    try:
        precision = np.dtype(dtype)
    except TypeError:
        precision = np.dtype(object)
    if precision not in (np.float64, np.float32):
        raise ArgumentError(f"dtype is {shown(dtype)}; float64 or float32 is needed")
    if model is None:
        if isinstance(method, OfRun):
            raise ArgumentError("model is None; a run of your own needs model=, whose layout says what its blocks are")
        return invariant_network(precision, seed)
    if not hasattr(model, "layout"):
        raise ArgumentError(f"model is {shown(model)}; something with a layout is needed")
    if model.layout.m == 0:
        raise ArgumentError(f"model has the layout {model.layout}; at least one scale-invariant block is needed")
    if start is None:
        rng = np.random.default_rng(seed)
        start = rng.normal(size=model.layout.n)
    return Network(model, model.layout.check(np.asarray(start), "start").astype(precision))


def _call(method: Runs, rate: float | None, network: Network, seed: int) -> str:
    """Return the call that tries a law again, up to where ``only`` is put."""
    name = method.name if method.name.isidentifier() else "opt"
    options = [name, f"rate={rate!r}"] if rate is not None else [name]
    options += ["dtype='float32'"] if network.dtype == np.float32 else []
    return f"check_optimizer({', '.join(options)}, seed={seed}"
