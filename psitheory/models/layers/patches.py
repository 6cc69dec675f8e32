"""What the taps of a convolution see: images as columns of patches, and back."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError


def sizes_left(images: Array, k: int, count: int) -> list[tuple[int, int]]:
    """Return height and width of images (N, C, H, W), and of what each of ``count`` convolutions of width k leaves.

    Raises
    ------
    ArgumentError
        If nothing is left.
    """
    height, width = images.shape[2:]
    sizes = [(height - i * (k - 1), width - i * (k - 1)) for i in range(count + 1)]
    if min(sizes[-1]) < 1:
        raise ArgumentError(
            f"images are of {height} × {width} pixels, which are too few for {count} convolutions of width {k}"
        )
    return sizes


def by_image(h: Array, count: int) -> Array:
    """Return (..., c, M) as (..., c, B, positions)."""
    return h.reshape(*h.shape[:-1], count, -1)


def patches(x: Array, k: int) -> Array:
    """Return the patches of images (..., B, C, H, W) as columns, (..., C·k·k, M)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(-2, -1))  # (..., B, C, H', W', k, k)
    lead, (b, c, h, w) = windows.shape[:-6], windows.shape[-6:-2]
    ahead = np.moveaxis(windows, (-5, -2, -1), (-6, -5, -4))  # (..., C, k, k, B, H', W')
    return ahead.reshape(*lead, c * k * k, b * h * w)


def folded(columns: Array, size: tuple[int, int], inner: tuple[int, int], k: int) -> Array:
    """Return the adjoint of :func:`patches`, as (..., C, M): each pixel gets the sum over the patches it is in."""
    lead, (height, width) = columns.shape[:-2], inner
    windows = columns.reshape(*lead, -1, k, k, columns.shape[-1] // (height * width), height, width)
    out = np.zeros((*lead, windows.shape[-6], windows.shape[-3], *size), dtype=columns.dtype)
    for row in range(k):
        for column in range(k):
            out[..., row : row + height, column : column + width] += windows[..., row, column, :, :, :]
    return out.reshape(*out.shape[:-3], -1)
