"""Networks of real sizes, written as their papers have them: ResNet-18 and a transformer of six layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


class BasicBlock(nn.Module):
    """Two 3 × 3 convolutions beside a short cut (He16, Fig. 2), which is projected where shapes differ (option B)."""

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or before != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Any) -> Any:
        """Return the activations after the sum."""
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class ResNet(nn.Module):
    """A residual network of basic blocks for images of three colours (He16, Table 1).

    Two blocks in each of four stages of 64, 128, 256 and 512 channels and 1,000 classes are ResNet-18.
    """

    def __init__(self, *, width: int = 64, blocks: Sequence[int] = (2, 2, 2, 2), classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before, stages = width, []
        for k, count in enumerate(blocks):
            channels = width * 2**k
            strides = [1 if k == 0 else 2] + [1] * (count - 1)
            stages.append(
                nn.Sequential(*(BasicBlock(before if j == 0 else channels, channels, s) for j, s in enumerate(strides)))
            )
            before = channels
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(before, classes)

    def forward(self, images: Any) -> Any:
        """Return the logits."""
        x = self.stages(self.maxpool(torch.relu(self.bn1(self.conv1(images)))))
        return self.fc(x.mean((2, 3)))


class Attention(nn.Module):
    """Causal self-attention of several heads."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(d, 3 * d)
        self.out = nn.Linear(d, d)

    def forward(self, x: Any) -> Any:
        """Return what each token collects."""
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class Layer(nn.Module):
    """Attention and a perceptron, each on normalised tokens beside a short cut."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(d), Attention(d, heads)
        self.norm2 = nn.LayerNorm(d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x: Any) -> Any:
        """Return the tokens after both."""
        x = x + self.attention(self.norm1(x))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    """A decoder with pre-norm layers, learnt positions and a head that is tied to the embedding."""

    def __init__(self, *, d: int = 384, layers: int = 6, heads: int = 6, words: int = 8192, length: int = 128) -> None:
        super().__init__()
        self.embedding, self.positions = nn.Embedding(words, d), nn.Embedding(length, d)
        self.layers = nn.Sequential(*(Layer(d, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, words, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: Any) -> Any:
        """Return the logits of the next token at each place."""
        places = torch.arange(tokens.shape[1])
        x = self.embedding(tokens) + self.positions(places)
        return self.head(self.norm(self.layers(x)))


def images(rng: torch.Generator, count: int = 2, size: int = 224, classes: int = 1000) -> tuple[Any, Any]:
    """Return random images and classes."""
    return torch.randn(count, 3, size, size, generator=rng), torch.randint(classes, (count,), generator=rng)


def tokens(rng: torch.Generator, count: int = 2, length: int = 128, words: int = 8192) -> tuple[Any, Any]:
    """Return random tokens, and those that follow them."""
    text = torch.randint(words, (count, length + 1), generator=rng)
    return text[:, :-1], text[:, 1:]


def of_tokens(logits: Any, targets: Any) -> Any:
    """Return the mean cross-entropy over all places."""
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
