"""Verdicts on PyTorch's layers, in both precisions."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from psitheory.checking import Verdict
from psitheory.conformance import ConformanceReport, check_model
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError
from psitheory.interop.torch import exact_network
from psitheory.symmetry import discover_symmetries

from .precisions import in_turn, shown

torch.set_num_threads(1)

GENERATOR = torch.Generator().manual_seed(0)
VECTORS = torch.randn(16, 4, generator=GENERATOR)
IMAGES = torch.randn(6, 3, 5, 5, generator=GENERATOR)
SEQUENCES = torch.randn(4, 6, 8, generator=GENERATOR)
TOKENS = torch.randint(0, 7, (5, 6), generator=GENERATOR)


def mean_square(out: Tensor) -> Tensor:
    targets = torch.randn(out.shape, generator=torch.Generator().manual_seed(3)).to(out.dtype)
    return ((out - targets) ** 2).mean()


class Single(nn.Module):
    """A module that runs in float32 alone."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.m = module

    def forward(self, x: Tensor) -> Any:
        if next(self.m.parameters()).dtype is not torch.float32:
            raise RuntimeError("float32 is needed")
        return self.m(x)


def checked(make: Callable[[], nn.Module], inputs: Tensor, single: bool = False, **options: Any) -> ConformanceReport:
    torch.manual_seed(1)
    module = make()
    if single:
        return check_model(Single(module), inputs=inputs, loss=mean_square, **options)
    return check_model(module.double(), inputs=inputs, loss=mean_square, **options)


def levels(report: ConformanceReport) -> dict[str, str]:
    found = {k: v for k, v in report.properties.items() if isinstance(v, str)}
    return {k.removeprefix("m."): re.sub(r"\bm\.", "", v) for k, v in found.items()}


def dense(*norm: nn.Module, bias: bool = True, activation: nn.Module | None = None) -> nn.Module:
    return nn.Sequential(nn.Linear(4, 6, bias=bias), *norm, activation or nn.Tanh(), nn.Linear(6, 2))


def convolution(*norm: nn.Module, bias: bool = True, layer: nn.Module | None = None) -> nn.Module:
    first = layer or nn.Conv2d(3, 6, 3, bias=bias)
    return nn.Sequential(first, *norm, nn.Tanh(), nn.Conv2d(6, 2, 1))


class Centred(nn.Conv2d):
    """Weight standardisation."""

    def forward(self, x: Tensor) -> Tensor:
        w = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, w / (w.std((1, 2, 3), keepdim=True) + 1e-5), self.bias)


class Equalised(nn.Conv2d):
    """Weights times a constant."""

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * (2 / 27) ** 0.5, self.bias)


class PixelNorm(nn.Module):
    """Mean squares over channels, with an eps that nobody can take out."""

    def forward(self, x: Tensor) -> Tensor:
        return x / torch.sqrt((x**2).mean(1, keepdim=True) + 1e-8)


class Detached(nn.Linear):
    """Rows of length one by a norm that autograd does not see: its gradient is not that of the loss."""

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight / self.weight.norm(dim=1, keepdim=True).detach())


class DetachedBatchNorm(nn.Module):
    """Statistics that autograd does not see, with an eps that nobody can take out."""

    def forward(self, z: Tensor) -> Tensor:
        return (z - z.mean(0).detach()) / (z.std(0).detach() + 1e-5)


class LearnedEps(nn.Module):
    """Filter response norm, whose eps is a parameter."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.eps = nn.Parameter(torch.full((channels, 1, 1), 1e-2))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt((x**2).mean((2, 3), keepdim=True) + self.eps.abs())


class CosineHead(nn.Module):
    """A classifier by cosines, of features that are not normalised otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.weight = nn.Linear(4, 6), nn.Parameter(torch.randn(3, 6))

    def forward(self, x: Tensor) -> Tensor:
        return F.cosine_similarity(self.features(x)[:, None], self.weight[None], dim=-1)


class Embedded(nn.Module):
    """A linear layer on embeddings, normalised or not."""

    def __init__(self, normalised: bool) -> None:
        super().__init__()
        self.table, self.head, self.normalised = nn.Embedding(7, 4), nn.Linear(4, 2), normalised

    def forward(self, tokens: Tensor) -> Tensor:
        h = self.table(tokens)
        return self.head(F.normalize(h, dim=-1) if self.normalised else h)


class Tied(nn.Module):
    """Embeddings that are the last layer too."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.norm = nn.Embedding(7, 4), nn.LayerNorm(4)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.norm(self.table(tokens)) @ self.table.weight.T


class Attention(nn.Module):
    """One head, with or without normalised queries and keys."""

    def __init__(self, normalised: bool) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(8, 4, bias=False) for _ in range(3))
        self.out, self.normalised = nn.Linear(4, 2), normalised

    def forward(self, x: Tensor) -> Tensor:
        q, k = self.q(x), self.k(x)
        if self.normalised:
            q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        return self.out(torch.softmax(q @ k.mT, -1) @ self.v(x))


class SelfAttention(nn.Module):
    """PyTorch's own attention, two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.a(x, x, x, need_weights=False)[0]


class NormalisedAttention(nn.Module):
    """Queries and keys under layer norm, whose gains trade."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = nn.Linear(8, 4), nn.Linear(8, 4), nn.Linear(8, 2)
        self.nq, self.nk = nn.LayerNorm(4), nn.LayerNorm(4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.nq(self.q(x)) @ self.nk(self.k(x)).mT, -1) @ self.v(x)


class PartlyNormalised(nn.Module):
    """Batch norm on half of the neurons."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.n = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(3)

    def forward(self, x: Tensor) -> Tensor:
        z = self.a(x)
        return torch.tanh(torch.cat([self.n(z[:, :3]), z[:, 3:]], 1))


class Bilinear(nn.Module):
    """A bilinear layer before batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.b, self.n, self.out = nn.Bilinear(4, 4, 5), nn.BatchNorm1d(5), nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.tanh(self.n(self.b(x, x))))


class Recurrent(nn.Module):
    """A recurrent layer and a linear one."""

    def __init__(self, kind: type[nn.Module]) -> None:
        super().__init__()
        self.r, self.out = kind(8, 3, batch_first=True), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.r(x)[0])


class Residual(nn.Module):
    """Two branches that meet before batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(4, 6)
        self.n, self.out = nn.BatchNorm1d(6), nn.Linear(6, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.tanh(self.n(self.a(x) + self.b(x**2))))


def old_weight_norm() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return dense_with(nn.utils.weight_norm(nn.Linear(4, 6)))


def dense_with(layer: nn.Module) -> nn.Module:
    return nn.Sequential(layer, nn.Tanh(), nn.Linear(6, 2))


REST = {"1.weight": "none", "1.bias": "none", "3.weight": "none", "3.bias": "none"}
CONVOLUTION = {"1.weight": "none", "1.bias": "none", "3.weight": "none", "3.bias": "none"}
AFTER_2 = {"2.weight": "none", "2.bias": "none"}
BATCH = {"0.weight": "rows up to eps", "0.bias": "no effect"}
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


# -- modes and state ------------------------------------------------------------------------------------


def test_modes_are_told_apart_and_rewritten_statistics_are_noticed() -> None:
    torch.manual_seed(1)
    module = dense(nn.BatchNorm1d(6)).double()
    module(3 + 2 * VECTORS.double())
    before = {name: x.clone() for name, x in module.state_dict().items()}
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == "rows up to eps"
    assert report.properties["eval"]["0.weight"] == "none"
    assert any("train mode rewrites 1.running_mean, 1.running_var" in note for note in report.notes)
    module.eval()
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == "none"
    assert report.properties["train"]["0.weight"] == "rows up to eps"
    assert all(torch.equal(x, before[name]) for name, x in module.state_dict().items())
    assert not module.training


def test_random_masks_are_noticed_and_excuse_nothing() -> None:
    report = checked(lambda: dense(nn.BatchNorm1d(6), nn.Dropout(0.5)), VECTORS)
    assert report.verdict is Verdict.HOLDS
    assert report.properties["0.weight"] == "rows up to eps"
    assert any("train mode draws random numbers" in note for note in report.notes)
    assert not any("eval mode draws" in note for note in report.notes)


def test_a_mask_that_drops_a_neuron_for_all_samples_does_not_hide_it() -> None:
    one = torch.ones(1, 4)
    report = checked(lambda: nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Dropout(0.5), nn.Linear(3, 1)), one)
    assert levels(report) == {"0.weight": "none", "0.bias": "none", "3.weight": "none", "3.bias": "none"}


def test_random_numbers_from_elsewhere_are_refuted() -> None:
    rng = np.random.default_rng(0)

    class Noisy(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * (1 + 1e-3 * rng.normal())

    report = checked(lambda: nn.Sequential(Noisy(4, 3), nn.Tanh()), VECTORS)
    assert report.refuted() == ("loss_depends_on_the_weights_alone",)
    assert report.properties == {}


def test_a_forward_pass_that_rewrites_parameters_is_noticed() -> None:
    report = checked(lambda: nn.Sequential(nn.Embedding(7, 4, max_norm=1.0), nn.Linear(4, 2)), TOKENS)
    assert any("rewrites 0.weight" in note for note in report.notes)


def test_state_outside_buffers_starts_afresh() -> None:
    class Counting(nn.Linear):
        calls = 0

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            return F.layer_norm(super().forward(x), (3,)) + 0.1 * self.calls

    torch.manual_seed(0)
    module = Counting(4, 3, bias=False).double()
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["weight"] == "whole up to eps"
    assert any("fresh copy" in note for note in report.notes)
    assert module.calls == 0


# -- losses and outputs, other forms --------------------------------------------------------------------


def test_outputs_are_looked_at_beside_the_loss() -> None:
    torch.manual_seed(0)
    module = nn.Linear(4, 3, bias=False).double()
    report = check_model(
        module, inputs=VECTORS.double(), loss=lambda out: F.normalize(out, dim=-1).sum(0).square().sum()
    )
    assert report.properties["weight"] == "whole"
    assert report.properties["outputs"] == {"weight": "none"}


def test_without_a_loss_the_outputs_count() -> None:
    torch.manual_seed(0)
    report = check_model(dense(nn.BatchNorm1d(6)).double(), VECTORS.double())
    assert levels(report) == BATCH | REST


def test_losses_of_named_tensors() -> None:
    x = VECTORS.double()

    def loss(p: dict[str, Tensor]) -> Tensor:
        z = x @ p["W"].T
        return mean_square(torch.tanh((z - z.mean(0)) / z.std(0)) @ p["V"].T)

    report = check_model(loss, {"W": torch.eye(4, dtype=torch.float64) + 1, "V": torch.ones(2, 4, dtype=torch.float64)})
    assert levels(report) == {"W": "rows", "V": "none"}


def test_inputs_by_name_targets_and_a_loss_module() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.n = nn.Linear(4, 3, bias=False), nn.BatchNorm1d(3)

        def forward(self, x: Tensor, shift: Tensor) -> Tensor:
            return torch.tanh(self.n(self.a(x)) + shift)

    torch.manual_seed(0)
    labels = torch.arange(16) % 3
    report = check_model(
        Two(), inputs={"x": VECTORS, "shift": torch.ones(3)}, targets=labels, loss=nn.CrossEntropyLoss()
    )
    assert report.properties["a.weight"] == "rows up to eps"


def test_a_frozen_parameter_and_one_that_is_not_used() -> None:
    torch.manual_seed(0)
    module = dense(nn.BatchNorm1d(6)).double()
    module[0].weight.requires_grad_(False)
    module.register_parameter("spare", nn.Parameter(torch.ones(3, dtype=torch.float64)))
    report = check_model(module, inputs=VECTORS.double(), loss=mean_square)
    assert report.properties["0.weight"] == "rows up to eps"
    assert report.properties["spare"] == "no effect"
    assert not module[0].weight.requires_grad


def test_layers_that_wait_for_a_first_input() -> None:
    torch.manual_seed(0)
    report = check_model(nn.Sequential(nn.LazyLinear(6), nn.BatchNorm1d(6), nn.Tanh()), inputs=VECTORS)
    assert report.properties["0.weight"] == "rows up to eps"
    with pytest.raises(ArgumentError, match="Sequential has buffers that wait for a first input"):
        check_model(nn.Sequential(nn.LazyLinear(6), nn.LazyBatchNorm1d()), inputs=VECTORS)


def test_symmetries_of_a_module_are_discovered() -> None:
    torch.manual_seed(0)
    found = discover_symmetries(exact_network(hidden=(3,)), VECTORS.double())
    assert [str(g) for g in found.generators] == ["0.weight[0] +1", "0.weight[1] +1", "0.weight[2] +1"]


# -- bad input ------------------------------------------------------------------------------------------


class Raises(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        raise KeyError("mask")


@pytest.mark.parametrize(
    ("module", "options", "error", "says"),
    [
        (nn.Linear(4, 2), {}, ArgumentTypeError, "inputs is None"),
        (nn.Linear(4, 2), {"inputs": VECTORS, "loss": lambda out: out}, ArgumentTypeError, r"shape \(16, 2\); a loss"),
        (nn.Linear(4, 2), {"inputs": VECTORS, "loss": lambda out: 3}, ArgumentTypeError, "loss returned 3"),
        (nn.Linear(5, 2), {"inputs": VECTORS}, ArgumentError, "Linear raised RuntimeError on the inputs"),
        (Raises(4, 2), {"inputs": VECTORS}, ArgumentError, "Raises raised KeyError on the inputs: 'mask'"),
        (nn.ReLU(), {"inputs": VECTORS}, ArgumentError, "no parameters"),
        (nn.Linear(4, 2), {"inputs": VECTORS * torch.inf, "loss": mean_square}, ArgumentError, "finite loss"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    module: nn.Module, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        check_model(module, **options)
    assert isinstance(caught.value, PsitheoryError)
    assert "\n" not in str(caught.value)


def test_parameters_of_size_zero_are_named() -> None:
    module = nn.Linear(4, 2)
    module.register_parameter("empty", nn.Parameter(torch.zeros(0, 3)))
    with pytest.raises(ArgumentError, match=r"parameter 'empty' has the shape \(0, 3\)"):
        check_model(module, inputs=VECTORS)


def test_eval_mode_is_looked_at_off_the_start_of_its_running_means() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 2))
    report = check_model(net, VECTORS)
    assert report.properties["0.weight"] == "rows up to eps"
    assert report.properties["eval"]["0.weight"] == "none"  # (Wx + b - mean)/σ: the mean does not scale with W and b
    assert "eval mode is looked at after 3 forward passes in train mode" in report.notes
    assert not net[1].running_mean.any()
    with torch.no_grad():
        net(VECTORS)
    assert not any("after 3 forward passes" in note for note in check_model(net, VECTORS).notes)
