"""Verdicts on PyTorch's layers, in both precisions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from psitheory.checking import Verdict
from psitheory.conformance import check_model
from psitheory.interop.torch import exact_network

from .precisions import in_turn, shown
from .torch_layers import (
    BATCH,
    IMAGES,
    REST,
    SEQUENCES,
    TOKENS,
    VECTORS,
    Attention,
    Bilinear,
    Centred,
    CosineHead,
    Detached,
    DetachedBatchNorm,
    Embedded,
    Equalised,
    LearnedEps,
    NormalisedAttention,
    PartlyNormalised,
    PixelNorm,
    Recurrent,
    Residual,
    SelfAttention,
    Tied,
    checked,
    convolution,
    dense,
    dense_with,
    levels,
    mean_square,
    old_weight_norm,
)

torch.set_num_threads(1)

CONVOLUTION = {"1.weight": "none", "1.bias": "none", "3.weight": "none", "3.bias": "none"}
AFTER_2 = {"2.weight": "none", "2.bias": "none"}
LAYER = "only jointly: 0.weight +1, 0.bias +1 up to eps"
GROUPS = "only jointly: 0.weight 2 blocks of rows +1, 0.bias 2 blocks of entries +1 up to eps"
CHANNELS = "only jointly: 0.weight rows +1, 0.bias entries +1 up to eps"
AFFINE = "only by trading: 1.weight entries +1, 1.bias entries +1, 3.weight columns −1"
RELU = "only by trading: 0.weight rows +1, 0.bias entries +1, 2.weight columns −1"
QK, VO = (
    "only by trading: q.weight rows +1, k.weight rows −1",
    "only by trading: v.weight rows +1, out.weight columns −1",
)
TIED = "only by trading: table.weight +1, norm.weight −1, norm.bias −1 up to eps"
BRANCHES = "only jointly: a.weight rows +1, b.weight rows +1 up to eps"
GAINS = "only by trading: nq.weight entries +1, nq.bias entries +1, nk.weight entries −1"
FLATTENED = "only by trading: 1.weight entries +1, 1.bias entries +1, 4.weight 4 blocks of columns −1"
LEARNED = "only jointly: 0.weight rows +1, 1.eps rows +2"
GATED = "only by trading: 0.weight rows 0–2 +1, 0.bias entries 0–2 +1, 2.weight columns −1"
OUT = {"out.weight": "none", "out.bias": "none"}

CASES: dict[str, tuple[Callable[[], nn.Module], Tensor, dict[str, str]]] = {
    "batch norm": (lambda: dense(nn.BatchNorm1d(6)), VECTORS, BATCH | REST),
    "batch norm, no affine part": (
        lambda: dense(nn.BatchNorm1d(6, affine=False)),
        VECTORS,
        BATCH | {"3.weight": "none", "3.bias": "none"},
    ),
    "batch norm, no statistics": (
        lambda: dense(nn.BatchNorm1d(6, track_running_stats=False)).eval(),
        VECTORS,
        BATCH | REST,
    ),
    "batch norm, large eps": (lambda: dense(nn.BatchNorm1d(6, eps=1e-3)), VECTORS, BATCH | REST),
    "batch norm and relu": (
        lambda: dense(nn.BatchNorm1d(6), activation=nn.ReLU()),
        VECTORS,
        BATCH | {"1.weight": AFFINE, "1.bias": AFFINE, "3.weight": AFFINE, "3.bias": "none"},
    ),
    "batch norm of images": (lambda: convolution(nn.BatchNorm2d(6)), IMAGES, BATCH | CONVOLUTION),
    "batch norm after a grouped convolution": (
        lambda: convolution(nn.BatchNorm2d(6), layer=nn.Conv2d(3, 6, 3, groups=3)),
        IMAGES,
        BATCH | CONVOLUTION,
    ),
    "batch norm after a transposed convolution": (
        lambda: convolution(nn.BatchNorm2d(6), layer=nn.ConvTranspose2d(3, 6, 3)),
        IMAGES,
        BATCH | CONVOLUTION | {"0.weight": "slices along axis 1 up to eps"},
    ),
    "batch norm across processes": (lambda: dense(nn.SyncBatchNorm(6)), VECTORS, BATCH | REST),
    "instance norm": (
        lambda: convolution(nn.InstanceNorm2d(6)),
        IMAGES,
        BATCH | {"3.weight": "none", "3.bias": "none"},
    ),
    "layer norm": (lambda: dense(nn.LayerNorm(6)), VECTORS, {"0.weight": LAYER, "0.bias": LAYER} | REST),
    "layer norm without bias": (
        lambda: dense(nn.LayerNorm(6), bias=False),
        VECTORS,
        {"0.weight": "whole up to eps"} | REST,
    ),
    "group norm": (lambda: dense(nn.GroupNorm(2, 6)), VECTORS, {"0.weight": GROUPS, "0.bias": GROUPS} | REST),
    "group norm of pairs": (
        lambda: dense(nn.GroupNorm(3, 6)),
        VECTORS,
        {n: GROUPS.replace("2 blocks", "3 blocks") for n in ("0.weight", "0.bias")} | REST,
    ),
    "group norm of images": (
        lambda: convolution(nn.GroupNorm(2, 6), bias=False),
        IMAGES,
        {"0.weight": "2 blocks of rows up to eps"} | CONVOLUTION,
    ),
    "group norm of single channels": (
        lambda: convolution(nn.GroupNorm(6, 6)),
        IMAGES,
        BATCH | CONVOLUTION,
    ),
    "rms norm": (
        lambda: dense(nn.RMSNorm(6)),
        VECTORS,
        {"0.weight": LAYER, "0.bias": LAYER, "1.weight": "none", "3.weight": "none", "3.bias": "none"},
    ),
    "weight norm, old": (
        old_weight_norm,
        VECTORS,
        {"0.bias": "none", "0.weight_g": "none", "0.weight_v": "rows"} | AFTER_2,
    ),
    "weight norm": (
        lambda: dense_with(parametrizations.weight_norm(nn.Linear(4, 6))),
        VECTORS,
        {
            "0.bias": "none",
            "0.parametrizations.weight.original0": "none",
            "0.parametrizations.weight.original1": "rows",
        }
        | AFTER_2,
    ),
    "spectral norm, old": (
        lambda: dense_with(nn.utils.spectral_norm(nn.Linear(4, 6))),
        VECTORS,
        {"0.bias": "none", "0.weight_orig": "whole"} | AFTER_2,
    ),
    "spectral norm": (
        lambda: dense_with(parametrizations.spectral_norm(nn.Linear(4, 6))),
        VECTORS,
        {"0.bias": "none", "0.parametrizations.weight.original": "whole"} | AFTER_2,
    ),
    "spectral norm before batch norm": (
        lambda: convolution(
            nn.BatchNorm2d(6, affine=False), layer=parametrizations.spectral_norm(nn.Conv2d(3, 6, 3, bias=False))
        ),
        IMAGES,
        {"0.parametrizations.weight.original": "rows up to eps", "3.weight": "none", "3.bias": "none"},
    ),
    "weight standardisation": (
        lambda: convolution(layer=Centred(3, 6, 3)),
        IMAGES,
        {"0.weight": "rows up to eps", "0.bias": "none"} | AFTER_2,
    ),
    "pixel norm of equalised weights": (
        lambda: convolution(PixelNorm(), layer=Equalised(3, 6, 3, bias=False)),
        IMAGES,
        {"0.weight": "whole up to eps", "3.weight": "none", "3.bias": "none"},
    ),
    "equalised weights and relu": (
        lambda: nn.Sequential(Equalised(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 2, 1)),
        IMAGES,
        {
            n: RELU.replace("2.weight columns", "2.weight slices along axis 1")
            for n in ("0.weight", "0.bias", "2.weight")
        }
        | {"2.bias": "none"},
    ),
    "local response norm": (
        lambda: nn.Sequential(nn.Conv2d(3, 6, 3), nn.LocalResponseNorm(2), nn.Conv2d(6, 2, 1)),
        IMAGES,
        dict.fromkeys(("0.weight", "0.bias", "2.weight", "2.bias"), "none"),
    ),
    "cosine classifier": (
        CosineHead,
        VECTORS,
        dict.fromkeys(("features.weight", "features.bias"), "only jointly: features.weight +1, features.bias +1")
        | {"weight": "rows"},
    ),
    "normalised embeddings": (
        lambda: Embedded(True),
        TOKENS,
        {"table.weight": "rows", "head.weight": "none", "head.bias": "none"},
    ),
    "embeddings": (
        lambda: Embedded(False),
        TOKENS,
        dict.fromkeys(
            ("table.weight", "head.weight"), "only by trading: table.weight columns +1, head.weight columns −1"
        )
        | {"head.bias": "none"},
    ),
    "tied embeddings": (Tied, TOKENS, {"table.weight": TIED, "norm.weight": TIED, "norm.bias": TIED}),
    "attention": (
        lambda: Attention(False),
        SEQUENCES,
        {"q.weight": QK, "k.weight": QK, "v.weight": VO, "out.weight": VO, "out.bias": "none"},
    ),
    "attention, normalised": (
        lambda: Attention(True),
        SEQUENCES,
        {"q.weight": "whole", "k.weight": "whole", "v.weight": VO, "out.weight": VO, "out.bias": "none"},
    ),
    "attention, queries, keys and values in one": (
        lambda: SelfAttention(),
        SEQUENCES,
        {
            "a.in_proj_weight": "only by trading: a.in_proj_weight rows 0–7 +1, a.in_proj_weight rows 8–15 −1, "
            "a.in_proj_bias entries 0–7 +1",
            "a.in_proj_bias": "only by trading: a.in_proj_weight rows 0–7 +1, a.in_proj_weight rows 8–15 −1, "
            "a.in_proj_bias entries 0–7 +1",
            "a.out_proj.weight": "only by trading: a.in_proj_weight rows 16–23 +1, a.in_proj_bias entries 16–23 +1, "
            "a.out_proj.weight columns −1",
            "a.out_proj.bias": "none",
        },
    ),
    "attention with gains": (
        NormalisedAttention,
        SEQUENCES,
        {f"{x}.{y}": f"only jointly: {x}.weight +1, {x}.bias +1 up to eps" for x in "qk" for y in ("weight", "bias")}
        | {"nq.weight": GAINS, "nq.bias": GAINS, "nk.weight": GAINS, "nk.bias": "no effect"}
        | {"v.weight": "none", "v.bias": "none"},
    ),
    "half of the neurons under batch norm": (
        PartlyNormalised,
        VECTORS,
        {"a.weight": "rows 0–2 only up to eps", "n.weight": "none", "n.bias": "none"},
    ),
    "a convolution of sequences, flattened": (
        lambda: nn.Sequential(nn.Conv1d(6, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.Flatten(), nn.Linear(24, 2)),
        SEQUENCES,
        BATCH | {"1.weight": FLATTENED, "1.bias": FLATTENED, "4.weight": FLATTENED, "4.bias": "none"},
    ),
    "bilinear": (
        Bilinear,
        VECTORS,
        {"b.weight": "rows up to eps", "b.bias": "no effect", "n.weight": "none", "n.bias": "none"} | OUT,
    ),
    "residual": (
        Residual,
        VECTORS,
        {"a.weight": BRANCHES, "a.bias": "no effect", "b.weight": BRANCHES, "b.bias": "no effect"}
        | {"n.weight": "none", "n.bias": "none"}
        | OUT,
    ),
    "lstm": (
        lambda: Recurrent(nn.LSTM),
        SEQUENCES,
        {f"r.{kind}_{of}_l0": "none" for kind in ("weight", "bias") for of in ("ih", "hh")} | OUT,
    ),
    "relu": (
        lambda: nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)),
        VECTORS,
        {"0.weight": RELU, "0.bias": RELU, "2.weight": RELU, "2.bias": "none"},
    ),
    "a norm that is detached": (
        lambda: dense_with(Detached(4, 6)),
        VECTORS,
        {"0.weight": "rows", "0.bias": "no effect"} | AFTER_2,
    ),
    "batch norm that is detached": (
        lambda: dense(DetachedBatchNorm()),
        VECTORS,
        BATCH | {"3.weight": "none", "3.bias": "none"},
    ),
    "an eps that is learned": (
        lambda: convolution(LearnedEps(6), bias=False),
        IMAGES,
        {"0.weight": LEARNED, "1.eps": LEARNED, "3.weight": "none", "3.bias": "none"},
    ),
    "a gated linear unit": (
        lambda: nn.Sequential(nn.Linear(4, 6), nn.GLU(), nn.Linear(3, 2)),
        VECTORS,
        {"0.weight": GATED, "0.bias": GATED, "2.weight": GATED, "2.bias": "none"},
    ),
    "prelu": (
        lambda: nn.Sequential(nn.Linear(4, 6), nn.PReLU(6), nn.Linear(6, 2)),
        VECTORS,
        {"0.weight": RELU, "0.bias": RELU, "1.weight": "none", "2.weight": RELU, "2.bias": "none"},
    ),
    "gelu": (
        lambda: nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.Linear(6, 2)),
        VECTORS,
        {"0.weight": "none", "0.bias": "none"} | AFTER_2,
    ),
}


@pytest.mark.parametrize(("name", "single"), in_turn(CASES), ids=shown)
def test_layers_are_as_theory_says(name: str, single: bool) -> None:
    make, inputs, expected = CASES[name]
    report = checked(make, inputs, single)
    assert report.verdict is Verdict.HOLDS
    assert levels(report) == expected


def test_an_exact_network_has_rows_to_the_last_bit() -> None:
    torch.manual_seed(0)
    report = check_model(exact_network(affine=True), inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == report.properties["3.weight"] == "rows"
    assert report.finding("invariance[0.weight]").kind == "powers of two, bit for bit"


def test_an_eps_is_named_and_its_defect_is_a_function_of_the_scale() -> None:
    limit = checked(*CASES["batch norm"][:2]).properties["eps"]["0.weight"]
    assert limit["how"] == "gone when the eps is taken out"
    assert limit["exponent"] == pytest.approx(-2, abs=0.05)
    assert limit["defect"]["2**-4"] > 100 * limit["defect"]["2**0"] > 1e4 * limit["defect"]["2**4"] > 0


@pytest.mark.parametrize("decay", [1e-3, 1e-6, 1e-9])
def test_a_weak_decay_is_no_eps(decay: float) -> None:
    torch.manual_seed(1)
    module = dense(nn.BatchNorm1d(6)).double()

    def loss(m: nn.Module) -> Tensor:
        return mean_square(m(VECTORS.double())) + decay * (m[0].weight ** 2).sum()

    report = check_model(loss, module, claims={"0.weight": "rows up to eps"})
    assert report.properties["0.weight"] == "none"
    assert report.refuted() == ("invariance[0.weight]",)
