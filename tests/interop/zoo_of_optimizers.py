"""Optimisers as their libraries ship them: p, level and by which power of a their hyper-parameters must scale.

Each row is theory: SGD steps scale as 1/a, Adam's as 1, their eps as a gradient, a decay as the inverse of the rate,
a trust ratio makes steps scale as a.  ``p`` is what is left once constants and comparisons are taken away; None where
no power of the rate serves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any


@dataclass(frozen=True)
class Row:
    """What is known of an optimiser.

    ``scales`` holds hyper-parameters by name, ``cause`` a word of the first line that breaks the law at fixed values.
    """

    make: Callable[..., Any]
    p: Fraction | float | None
    scales: Mapping[str, Any] = field(default_factory=dict)
    level: str = "none"
    cause: str = ""


def _torch(library: Any, name: str, **options: Any) -> Callable[..., Any]:
    return lambda params: getattr(library, name)(params, **options)


def torch_optim() -> dict[str, Row]:
    """Return all of torch.optim."""
    import torch

    of = partial(_torch, torch.optim)
    return {
        "SGD": Row(of("SGD"), 2),
        "ASGD": Row(of("ASGD"), 2, {"lambd": -2}, cause="lambd"),
        "Adadelta": Row(of("Adadelta"), 1, {"lr": 2, "eps": -2}, cause="eps"),
        "Adagrad": Row(of("Adagrad"), 1, {"eps": -1}, cause="eps"),
        "Adam": Row(of("Adam"), 1, {"eps": -1}, cause="eps"),
        "AdamW": Row(of("AdamW"), 1, {"eps": -1, "weight_decay": -1}, cause="weight_decay"),
        "Adamax": Row(of("Adamax"), 1, {"eps": -1}, cause="eps"),
        "NAdam": Row(of("NAdam"), 1, {"eps": -1}, cause="eps"),
        "RAdam": Row(of("RAdam"), None),
        "RMSprop": Row(of("RMSprop"), 1, {"eps": -1}, cause="eps"),
        "Rprop": Row(of("Rprop"), 1, {"step_sizes[0]": 1, "step_sizes[1]": 1}, cause="step_sizes[0]"),
        "LBFGS": Row(of("LBFGS", max_iter=3), None),
        "SparseAdam": Row(of("SparseAdam"), 1, {"eps": -1}, cause="eps"),
        "Adafactor": Row(of("Adafactor"), 0, {"lr": 0}, "each layer", "0.001"),
        "Muon": Row(of("Muon"), 1, {"eps": -1, "weight_decay": -1}, cause="eps"),
    }


def adamp() -> dict[str, Row]:
    """Return the two of adamp: a tangential step at a fixed rate is still no step of the quotient."""
    import adamp as library

    return {
        "AdamP": Row(_torch(library, "AdamP"), 1, cause="eps"),
        "SGDP": Row(_torch(library, "SGDP", lr=0.1), 2, cause="eps"),
    }


def geoopt() -> dict[str, Row]:
    """Return geoopt's on plain parameters."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import geoopt as library

    return {
        "RiemannianSGD": Row(_torch(library.optim, "RiemannianSGD", lr=0.1), 2),
        "RiemannianAdam": Row(_torch(library.optim, "RiemannianAdam"), 1, {"eps": -1}, cause="eps"),
    }


def torch_optimizer() -> dict[str, Row]:
    """Return some of torch_optimizer."""
    import torch_optimizer as library

    of = partial(_torch, library)
    return {
        "AccSGD": Row(of("AccSGD", lr=0.05), 2),
        "AdaBelief": Row(of("AdaBelief"), 1, cause="eps"),
        "AdaMod": Row(of("AdaMod"), 1, {"eps": -1}, cause="eps"),
        "Adahessian": Row(of("Adahessian"), 1, cause="eps"),  # the Hessian scales as 1/a², its gradient as 1/a
        "AggMo": Row(of("AggMo"), 2),
        "DiffGrad": Row(of("DiffGrad"), None, cause="exp"),
        "LARS": Row(of("LARS", lr=0.05), 2),  # of this library: the trust ratio comes with a decay alone
        "Lamb": Row(of("Lamb"), 0, {"eps": -1}, "each layer", "10"),
        "NovoGrad": Row(of("NovoGrad"), 1, {"eps": -1}, cause="eps"),
        "PID": Row(of("PID", lr=0.05), 2),
        "QHAdam": Row(of("QHAdam"), 1, {"eps": -1}, cause="eps"),
        "QHM": Row(of("QHM", lr=0.05, momentum=0.9), 2),
        "RAdam": Row(of("RAdam"), None),
        "SGDW": Row(of("SGDW", lr=0.05), 2),
        "SWATS": Row(of("SWATS", lr=0.05), 1, {"eps": -1}, cause="eps"),
        "Shampoo": Row(of("Shampoo"), 1, cause="epsilon"),  # two roots of fourth order of g gᵀ
    }


def pytorch_optimizer() -> dict[str, Row]:
    """Return some of pytorch_optimizer."""
    import pytorch_optimizer as library

    of = partial(_torch, library)
    return {
        "ADOPT": Row(of("ADOPT"), 1, {"eps": -1}, cause="eps"),
        "Adan": Row(of("Adan"), 1, {"eps": -1}, cause="eps"),
        "AdEMAMix": Row(of("AdEMAMix"), 1, {"eps": -1}, cause="eps"),
        "AdaFactor": Row(of("AdaFactor"), 0, {"eps1": -2, "eps2": 1}, "each layer", "eps2"),
        "CAME": Row(of("CAME"), 1, {"eps1": -2}, cause="eps1"),
        "Conda": Row(of("Conda"), 1, {"eps": -1}, cause="eps"),
        "Fromage": Row(of("Fromage"), 0, {}, "each layer"),
        "GrokFastAdamW": Row(of("GrokFastAdamW"), 1, {"eps": -1}, cause="eps"),
        "Kate": Row(of("Kate"), 0, {"eps": -2}, "each neuron", "eps"),  # g √(Σ g²/Σg²) / Σg²
        "LARS": Row(of("LARS"), 0, {}, "each layer"),
        "Lamb": Row(of("Lamb"), 0, {}, "each layer", "eps"),
        "LaProp": Row(of("LaProp"), 1, {"eps": -1}, cause="1e-15"),
        "Lion": Row(of("Lion"), 1),
        "MSVAG": Row(of("MSVAG"), 2),
        "PAdam": Row(of("PAdam"), Fraction(3, 2), {"eps": -1}, cause="eps"),  # a root of fourth order of the variance
        "SM3": Row(of("SM3"), 1, {"eps": -2}, cause="eps"),
        "SOAP": Row(of("SOAP"), 1, {"eps": -1, "weight_decay": -1}),
        "SRMM": Row(of("SRMM"), 2),
        "ScheduleFreeSGD": Row(of("ScheduleFreeSGD"), 2),
        "SignSGD": Row(of("SignSGD"), 1),
        "StableAdamW": Row(of("StableAdamW"), 1, {"eps": -1, "weight_decay": -1}, cause="eps"),
        "Tiger": Row(of("Tiger"), 1, {"weight_decay": -1}, cause="weight_decay"),
    }


def optax() -> dict[str, Row]:
    """Return optax's, contrib included, but for those that ask for more than gradients, parameters and the loss."""
    import optax as o

    c = o.contrib
    return {
        "adabelief": Row(o.adabelief, 1, {"eps": -1, "eps_root": -2}, cause="eps"),
        "adadelta": Row(lambda r: o.adadelta(r), 1, {"rate": 2, "eps": -2}, cause="eps"),
        "adafactor": Row(o.adafactor, 0, {"min_scale": 1, "epsilon": -2}, "each layer", "epsilon"),
        "adagrad": Row(o.adagrad, 1, {"initial_accumulator_value": -2, "eps": -2}, cause="initial_accumulator_value"),
        "adam": Row(o.adam, 1, {"eps": -1}, cause="eps"),
        "adamax": Row(o.adamax, 1, {"eps": -1}, cause="eps"),
        "adamaxw": Row(lambda r: o.adamaxw(r, weight_decay=1e-2), 1, {"eps": -1, "weight_decay": -1}),
        "adamw": Row(lambda r: o.adamw(r, weight_decay=1e-2), 1, {"eps": -1, "weight_decay": -1}),
        "adan": Row(o.adan, 1, {"eps": -1, "eps_root": -2}, cause="eps"),
        "amsgrad": Row(o.amsgrad, 1, {"eps": -1}, cause="eps"),
        "fromage": Row(o.fromage, 0, {}, "each layer"),
        "lamb": Row(o.lamb, 0, {"eps": -1}, "each layer", "eps"),
        "lars": Row(o.lars, 0, {}, "each layer"),
        "lbfgs": Row(lambda r: o.lbfgs(r), None),
        "lion": Row(o.lion, 1, {"weight_decay": -1}, cause="weight_decay"),
        "nadam": Row(o.nadam, 1, {"eps": -1}, cause="eps"),
        "nadamw": Row(o.nadamw, 1, {"eps": -1, "weight_decay": -1}),
        "noisy_sgd": Row(lambda r: o.noisy_sgd(r, key=0), 2, {"eta": -2}, cause="eta"),
        "novograd": Row(o.novograd, 1, {"eps": -1}, cause="eps"),
        "optimistic_adam_v2": Row(lambda r: o.optimistic_adam_v2(r), 1, {"eps": -1}, cause="eps"),
        "optimistic_gradient_descent": Row(o.optimistic_gradient_descent, 2),
        "polyak_sgd": Row(o.polyak_sgd(max_learning_rate=1e6), 0, {}, "all weights"),
        "radam": Row(o.radam, None),
        "rmsprop": Row(o.rmsprop, 1, {"eps": -2}, cause="eps"),
        "rprop": Row(o.rprop, 1, {"min_step_size": 1, "max_step_size": 1}, cause="min_step_size"),
        "sgd": Row(lambda r: o.sgd(r, momentum=0.9, nesterov=True), 2),
        "sign_sgd": Row(o.sign_sgd, 1),
        "signum": Row(lambda r: o.signum(r), 1),
        "sm3": Row(o.sm3, 1, {"eps": -2}, cause="eps"),
        "yogi": Row(o.yogi, None, {}, cause="initial_accumulator_value"),  # momentum of a fixed size to begin with
        "acprop": Row(c.acprop, 1, {"eps": -1, "eps_root": -2}),
        "ademamix": Row(c.ademamix, 1, {"eps": -1}, cause="eps"),
        "adopt": Row(c.adopt, 1, {"eps": -1}, cause="eps"),
        "cocob": Row(c.cocob, None),
        "dadapt_adamw": Row(
            lambda r: c.dadapt_adamw(100 * r), 0, {"estim_lr0": 1, "eps": -1}
        ),  # its distance has grown
        "dog": Row(c.dog, 0, {"eps": -2}, "all weights", "1"),
        "galore": Row(c.galore, 1, {"eps": -1}, cause="eps"),
        "madgrad": Row(c.madgrad, 2, {"eps": 2}, cause="eps"),
        "muon": Row(c.muon, 1, {"eps": -1}, cause="eps"),
        "schedule_free_adamw": Row(c.schedule_free_adamw, 1, {"eps": -1}, cause="eps"),
        "schedule_free_sgd": Row(c.schedule_free_sgd, 2),
        "simplified_ademamix": Row(c.simplified_ademamix, 1, {"eps": -1}, cause="eps"),
        **_chains(o),
    }


def _chains(o: Any) -> dict[str, Row]:
    def chain(*before: Any, last: Any = None) -> Callable[..., Any]:
        return lambda r: o.chain(*before, (last or o.sgd)(r))

    def in_two_groups(second: Any) -> Callable[..., Any]:
        return lambda r: o.partition({"a": o.adam(r), "b": second(r)}, {"W1": "a", "W2": "b"})

    def joined(r: Any) -> Any:
        return o.sgd(o.join_schedules([o.constant_schedule(r), o.linear_schedule(r, 0.0, 50)], [4]))

    decay, adam = o.add_decayed_weights(1e-2), o.scale_by_adam()
    w1_alone = o.masked(decay, lambda params: {name: name == "W1" for name in params})
    return {
        "trust ratio": Row(chain(o.scale_by_trust_ratio()), 0, {}, "each layer"),
        "adam, norm clipped from afar": Row(chain(o.clip_by_global_norm(1e4), last=o.adam), 1, {"max_norm": -1}),
        "entries clipped from afar": Row(chain(o.clip(1e3)), 2, {"max_delta": -1}, cause="max_delta"),
        "entries clipped always": Row(chain(o.clip(1e-7)), 1, {"max_delta": -1}),
        "unit norms clipped": Row(chain(o.adaptive_grad_clip(1e-4)), 0, {}, "each layer"),
        "centred": Row(chain(o.centralize()), 2),
        "normalised": Row(chain(o.normalize_by_update_norm()), 1, {"eps": -1}),
        "decay before adam": Row(chain(decay, last=o.adam), 1, {"weight_decay": -2, "eps": -1}, cause="weight_decay"),
        "decay after adam": Row(chain(adam, decay), 1, {"weight_decay": -1, "eps": -1}),
        "average": Row(chain(o.ema(0.9)), 2),
        "rms clipped from afar": Row(chain(o.clip_by_block_rms(1e4)), 2, {"threshold": -1}, cause="threshold"),
        "rms of weights": Row(chain(o.scale_by_param_block_rms()), 1, {"min_scale": 1}),
        "norm of weights": Row(chain(adam, o.scale_by_param_block_norm()), 0, {"min_scale": 1}, "each layer"),
        "standard deviation": Row(chain(o.scale_by_stddev()), 1, {"eps": -2}, cause="eps"),
        "root of sums": Row(chain(o.scale_by_rss(0.0)), 1, {"eps": -2}, cause="eps"),
        "decay of one layer": Row(chain(w1_alone), 2, {"weight_decay": -2}, cause="weight_decay"),
        "if finite": Row(lambda r: o.apply_if_finite(o.chain(o.zero_nans(), o.sgd(r)), 3), 2),
        "two groups alike": Row(in_two_groups(o.sign_sgd), 1, {"eps": -1}, cause="eps"),
        "two groups unlike": Row(in_two_groups(o.sgd), None),
        "every second step": Row(lambda r: o.MultiSteps(o.adam(r), 2), 1, {"eps": -1}, cause="eps"),
        "noise": Row(chain(o.add_noise(eta=0.01, gamma=0.55, key=0)), 2, {"eta": -2}, cause="eta"),
        "named": Row(lambda r: o.named_chain(("c", o.clip_by_global_norm(1e4)), ("s", o.sgd(r))), 2, {"max_norm": -1}),
        "joined schedules": Row(joined, 2),
        "injected": Row(lambda r: o.inject_hyperparams(o.adam)(learning_rate=r), 1, {"eps": -1}, cause="eps"),
        "distance over gradients": Row(
            lambda r: o.chain(o.scale_by_distance_over_gradients(), o.scale_by_learning_rate(r)), 0, {}, "each layer"
        ),
    }


LIBRARIES: dict[str, Callable[[], dict[str, Row]]] = {
    f.__name__: f for f in (torch_optim, adamp, geoopt, torch_optimizer, pytorch_optimizer, optax)
}
"""The rows of each library, which need it."""
