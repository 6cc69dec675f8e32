"""Models of images as people write them, with the dimension of their symmetries (up to an eps, exactly)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from tests.interop.torch_zoo import IMAGES, TINY, L, M, P, Penalised, S, bn2, case, ln


class Next(nn.Module):
    def __init__(s, d=4):
        super().__init__()
        s.dw = nn.Conv2d(d, d, 3, padding=1, groups=d)
        s.n = ln(d)
        s.a = L(d, 2 * d)
        s.b = L(2 * d, d)
        s.g = P(d)

    def forward(s, x):
        h = s.dw(x).permute(0, 2, 3, 1)
        h = s.b(F.gelu(s.a(s.n(h))))
        return x + (s.g * h).permute(0, 3, 1, 2)


case("convnext", IMAGES, 13, 12, lambda: S(nn.Conv2d(3, 4, 1), Next(), nn.Flatten(), L(100, 2)))


case(
    "mobilenet",
    IMAGES,
    22,
    9,
    lambda: S(
        nn.Conv2d(3, 4, 3, bias=False, padding=1),
        bn2(4),
        nn.ReLU(),
        nn.Conv2d(4, 4, 3, groups=4, bias=False, padding=1),
        bn2(4),
        nn.ReLU6(),
        nn.Conv2d(4, 5, 1, bias=False),
        bn2(5),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        L(5, 2),
    ),
)


case(
    "unet cat",
    IMAGES,
    11,
    7,
    lambda: M(
        lambda s, x: s.c(torch.cat([h := F.relu(s.n(s.a(x))), F.relu(s.b(h))], 1)).flatten(1),
        a=nn.Conv2d(3, 4, 3, padding=1, bias=False),
        n=bn2(4),
        b=nn.Conv2d(4, 3, 3, padding=1),
        c=nn.Conv2d(7, 2, 1),
    ),
)


case(
    "unet transposed",
    IMAGES[:, :, :4, :4],
    11,
    7,
    lambda: M(
        lambda s, x: s.o(torch.cat([h := F.relu(s.n(s.a(x))), s.up(F.max_pool2d(h, 2))], 1)).flatten(1),
        a=nn.Conv2d(3, 4, 3, padding=1, bias=False),
        n=bn2(4),
        up=nn.ConvTranspose2d(4, 3, 2, 2),
        o=nn.Conv2d(7, 2, 1),
    ),
)


case(
    "convT grouped",
    IMAGES,
    10,
    10,
    lambda: M(
        lambda s, x: s.o(F.relu(s.b(F.relu(s.a(x))))).flatten(1),
        a=nn.Conv2d(3, 4, 1),
        b=nn.ConvTranspose2d(4, 6, 3, groups=2),
        o=nn.Conv2d(6, 2, 1),
    ),
)


case(
    "se",
    IMAGES,
    11,
    7,
    lambda: M(
        lambda s, x: s.o(
            (h := F.relu(s.n(s.a(x)))) * torch.sigmoid(s.f2(F.relu(s.f1(h.mean((2, 3))))))[:, :, None, None]
        ).flatten(1),
        a=nn.Conv2d(3, 4, 3, bias=False),
        n=bn2(4),
        f1=L(4, 3),
        f2=L(3, 4),
        o=nn.Conv2d(4, 2, 1),
    ),
)


class WS(nn.Conv2d):
    def forward(s, x):
        w = s.weight
        w = (w - w.mean((1, 2, 3), keepdim=True)) / (w.std((1, 2, 3), keepdim=True) + TINY)
        return F.conv2d(x, w, s.bias)


class NF(nn.Conv2d):
    def __init__(s, *a):
        super().__init__(*a)
        s.gain = P(a[1], 1, 1, 1)

    def forward(s, x):
        v, m = torch.var_mean(s.weight, dim=(1, 2, 3), keepdim=True)
        return F.conv2d(x, (s.weight - m) * torch.rsqrt(torch.clamp(v * 27, min=1e-20)) * s.gain, s.bias)


case("ws gn", IMAGES, 8, 4, lambda: S(WS(3, 4, 3), nn.GroupNorm(2, 4, eps=TINY), nn.ReLU(), nn.Flatten(), L(36, 2)))


case("nf", IMAGES, 8, 8, lambda: S(NF(3, 4, 3), nn.ReLU(), nn.Flatten(), L(36, 2)))


case(
    "instance",
    IMAGES,
    12,
    8,
    lambda: S(
        nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4, eps=TINY, affine=True), nn.ReLU(), nn.Conv2d(4, 2, 1), nn.Flatten()
    ),
)


case(
    "group3",
    IMAGES,
    9,
    6,
    lambda: S(nn.Conv2d(3, 6, 3), nn.GroupNorm(3, 6, eps=TINY), nn.ReLU(), nn.Conv2d(6, 2, 1), nn.Flatten()),
)


case(
    "spectral bn",  # one number divides all rows, and batch norm forgets it
    IMAGES,
    4,
    1,
    lambda: S(
        parametrizations.spectral_norm(nn.Conv2d(3, 4, 3, bias=False)), bn2(4), nn.Tanh(), nn.Flatten(), L(36, 2)
    ),
)


case(
    "upsample",
    IMAGES,
    4,
    4,
    lambda: S(
        nn.Conv2d(3, 4, 3),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(4, 2, 1),
        nn.Flatten(),
    ),
)


case(
    "pixelshuffle",
    IMAGES,
    2,
    2,
    lambda: S(nn.Conv2d(3, 8, 3), nn.PixelShuffle(2), nn.ReLU(), nn.Conv2d(2, 2, 1), nn.Flatten()),
)


case(
    "cosine conv",
    IMAGES,
    4,
    4,
    lambda: M(
        lambda s, x: F.conv2d(x, s.w / s.w.flatten(1).norm(dim=1)[:, None, None, None]).flatten(1), w=P(4, 3, 3, 3)
    ),
)


case(
    "unfold conv",
    IMAGES,
    4,
    4,
    lambda: M(lambda s, x: (s.v @ F.relu(s.w @ F.unfold(x, 3))).flatten(1), w=P(4, 27), v=P(2, 4)),
)


case(
    "conv->linear flatten",
    IMAGES,
    7,
    7,
    lambda: S(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(3), nn.Flatten(), L(4, 3), nn.ReLU(), L(3, 2)),
)


case("cnn lrn", IMAGES, 0, 0, lambda: S(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.LocalResponseNorm(2), nn.Flatten(), L(36, 2)))


case(
    "gradient penalty gn",
    IMAGES,
    6,
    4,
    lambda: Penalised(
        S(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4, eps=TINY), nn.ReLU(), nn.MaxPool2d(3), nn.Flatten(), L(4, 2))
    ),
)


case(
    "gradient penalty convs",
    IMAGES,
    7,
    7,
    lambda: Penalised(
        S(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 3, 3), nn.ReLU(), nn.AvgPool2d(3), nn.Flatten(), L(3, 2))
    ),
)


case(
    "grouped transposed conv in",
    IMAGES[:, :2],
    6,
    0,
    lambda: S(nn.ConvTranspose2d(2, 6, 3, groups=2, bias=False), nn.InstanceNorm2d(6, eps=TINY), nn.Tanh()),
)


case(
    "relu grouped transposed conv",
    IMAGES,
    4,
    4,
    lambda: S(nn.Conv2d(3, 4, 2), nn.ReLU(), nn.ConvTranspose2d(4, 4, 2, groups=2), nn.Tanh()),
)
