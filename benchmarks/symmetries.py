"""Time and memory of discover_symmetries as networks grow: ``python -m benchmarks.symmetries [--out FILE]``.

Each size is a process of its own, of which the processor's seconds and the largest memory are read; what importing
the libraries takes is measured by a process that does only that, and taken off.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

WIDTHS = {"resnet": (8, 16, 32, 64), "transformer": (48, 96, 192, 384)}
"""Channels of the first stage of ResNet-18; entries of a token in six layers."""
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def measured(kind: str, width: int) -> tuple[int, int, float, float]:
    """Return parameters, symmetries, seconds of a processor, and MiB; width 0 imports and no more."""
    command = [sys.executable, "-m", "benchmarks.symmetries", "--one", kind, str(width)]
    found = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | THREADS).stdout
    n, dimension, seconds, mebibytes = found.split()[-4:]
    return int(n), int(dimension), float(seconds), float(mebibytes)


def one(kind: str, width: int) -> None:
    """Print what one size takes."""
    import torch

    from benchmarks import networks
    from psitheory.symmetry import discover_symmetries

    torch.manual_seed(0)
    rng = torch.Generator().manual_seed(0)
    n = dimension = 0
    start = time.process_time()
    if width:
        if kind == "resnet":
            module, (x, y) = networks.ResNet(width=width), networks.images(rng)
            loss = torch.nn.functional.cross_entropy
        else:
            module, (x, y) = networks.Transformer(d=width), networks.tokens(rng)
            loss = networks.of_tokens
        dimension = discover_symmetries(lambda m: loss(m(x), y), module).dimension
        n = sum(p.numel() for p in module.parameters())
    print(n, dimension, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def expected(kind: str, width: int) -> int:
    """Return how many symmetries theory counts.

    ResNet-18, c channels at first: the rows of 20 convolutions are 4,800 · c/64; trades through each block's inner
    ReLU are 2 · (1 + 2 + 4 + 8) c, and through the stream of each stage (1 + 2 + 4 + 8) c.  The transformer, in each of
    six layers d: the gain of each norm against the columns that read it, twice; queries against keys; values against
    the columns of the output; the bias of keys, which softmax does not notice; and the whole stream before the last
    norm, up to its eps.
    """
    return 75 * width + 30 * width + 15 * width if kind == "resnet" else 6 * 5 * width + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--out", type=Path, default=Path("benchmark-results/symmetries.png"))
    asked = parser.parse_args()
    if asked.one:
        one(asked.one[0], int(asked.one[1]))
        return
    base = measured("resnet", 0)[3]
    found = {}
    for kind, widths in WIDTHS.items():
        found[kind] = [measured(kind, width) for width in widths]
        for width, (n, dimension, seconds, mebibytes) in zip(widths, found[kind], strict=True):
            assert dimension == expected(kind, width), (kind, width, dimension)
            print(f"{kind} {width}: {n:,} parameters, {dimension:,} symmetries, {seconds:.1f} s, {mebibytes:.0f} MiB")
    draw(found, base, asked.out)


def draw(found: dict[str, list[tuple[int, int, float, float]]], base: float, out: Path) -> None:
    """Draw seconds and memory over parameters, each with a line of slope one."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for (kind, rows), marker in zip(found.items(), "os", strict=True):
        n = [row[0] for row in rows]
        for axis, values in zip(axes, ([r[2] for r in rows], [r[3] - base for r in rows]), strict=True):
            axis.loglog(n, values, marker + "-", label={"resnet": "ResNet-18", "transformer": "transformer"}[kind])
    for axis, name in zip(axes, ("seconds of one core", "MiB beyond what imports take"), strict=True):
        n, last = found["resnet"][-1][0], axis.lines[0].get_ydata()[-1]
        axis.loglog([n / 60, n], [last / 60, last], ":", color="grey", label="proportional to parameters")
        axis.set(xlabel="parameters", ylabel=name)
        axis.legend(frameon=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=160)
    print(f"written: {out}")


if __name__ == "__main__":
    main()
