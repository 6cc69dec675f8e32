"""The command ``sweep``: run a grid from a file, on one core, on several or on a cluster; go on where it was."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.commands.output import show_pieces
from psitheory.errors import ArgumentError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from psitheory.sweeps import Outcome, Sweep
    from psitheory.sweeps.running import Progress

SHOWN = ("steps", "minimum", "exponent")
FAILED_CELLS, INTERRUPTED, TERMINATED = 1, 130, 143


def sweep(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A TOML file: models, optimizers, axes.")],
    store: Annotated[Path, typer.Option(metavar="DIR", help="Where the results go; the same command goes on.")],
    workers: Annotated[int | None, typer.Option(metavar="N", help="Processes, one BLAS thread each.")] = None,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler that runs it instead.")] = None,
    figure: Annotated[Path | None, typer.Option(metavar="FIG", help="Draw it; the ending says the format.")] = None,
    show: Annotated[str, typer.Option(metavar="WHAT", help="In the figure: steps, minimum, or exponent.")] = "steps",
    x: Annotated[str | None, typer.Option(metavar="AXIS", help="Across the figure; rate if left out.")] = None,
    y: Annotated[str | None, typer.Option(metavar="AXIS", help="Up the figure; scale if left out.")] = None,
    window: Annotated[str | None, typer.Option(metavar="LOW:HIGH", help="Where an exponent is fitted.")] = None,
    at: Annotated[list[str] | None, typer.Option(metavar="AXIS=VALUE", help="One value of another axis.")] = None,
) -> None:
    """Run a grid of models, optimizers, hyper-parameters, scales and seeds.

    Results stream into the store chunk by chunk; after a kill the same command goes on, and the results are equal bit
    for bit to those of an unbroken run, whatever ran them.  Exit code 1 if a chunk failed three times.
    """
    from psitheory.sweeps import Sweep
    from psitheory.sweeps import sweep as run

    if workers is not None and dask is not None:
        raise ArgumentError("--workers and --dask are both given; the processes are either ours or the cluster's")
    if workers is not None and workers < 1:
        raise ArgumentError(f"--workers is {workers}; a positive integer is needed")
    wanted, fixed, ends = Sweep.read(spec), _fixed(at or []), _ends(window)
    _check_figure(figure, show)
    with _ends_cleanly(store), _cluster(dask) as executor, _bar(wanted) as progress:
        outcome = run(wanted, store, workers=workers, executor=executor, progress=progress)
    show_pieces(_lines(outcome))
    if figure is not None:
        show_pieces(_draw(store, figure, show, (x, y), fixed, ends))
    raise typer.Exit(FAILED_CELLS if outcome.failed else 0)


def _fixed(pairs: list[str]) -> dict[str, str | float]:
    """Return the values that axes are given on the command line."""
    out: dict[str, str | float] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ArgumentError(f"--at is {pair!r}; AXIS=VALUE is needed")
        try:
            out[name] = float(value)
        except ValueError:
            out[name] = value
    return out


def _ends(window: str | None) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in window.split(":")) if window else (0.0, math.inf)
    except ValueError:
        raise ArgumentError(f"--window is {window!r}; LOW:HIGH is needed, such as 3:100") from None
    return low, high


def _check_figure(figure: Path | None, show: str) -> None:
    """Raise before anything is run if the figure cannot be written, or is of no known kind."""
    from psitheory import plotting
    from psitheory.report import files

    if show not in SHOWN:
        raise ArgumentError(f"--show is {show!r}; one of {', '.join(SHOWN)} is needed")
    if figure is not None:
        files.check_writable(figure, "--figure")
        plotting.check_format(figure, "--figure")


def _draw(
    store: Path,
    figure: Path,
    show: str,
    axes: tuple[str | None, str | None],
    at: dict[str, str | float],
    window: tuple[float, float],
) -> list[str]:
    """Write the figure, and return what it says in words."""
    from psitheory import plotting
    from psitheory.sweeps import phase_diagram, steps_against
    from psitheory.sweeps.figures import default_axes

    x, y = axes
    if show == "exponent":
        exhibit = steps_against(store, x or "scale", at=at, window=window)
    else:
        across, up = (x, y) if x and y else default_axes(store)
        exhibit = phase_diagram(store, x=x or across, y=y or up, show=show, at=at)  # type: ignore[arg-type]
    plotting.save(exhibit, figure)
    return [f"{figure}: {exhibit.caption}"]


def _lines(outcome: Outcome) -> list[str]:
    from psitheory.sweeps.table import STATUS, columns_of

    store = outcome.store
    counts = columns_of(store)["status"]
    told = ", ".join(f"{n:,} {word}" for k, word in enumerate(STATUS) if (n := int((counts == k).sum())))
    lines = [
        f"{store.sweep.cells:,} cells in {store.sweep.chunks:,} chunks, of which {outcome.ran:,} were run now: {told}.",
        f"The table is in {store.folder}: psitheory.sweeps.open_store({str(store.folder)!r}).",
    ]
    return lines + [f"chunk {chunk} failed: {reason}" for chunk, reason in outcome.failed.items()]


@contextmanager
def _cluster(address: str | None) -> Iterator[Executor | None]:
    """Yield the executor of a Dask scheduler, None without an address."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ArgumentError("--dask needs dask and distributed; pip install 'psitheory[sweep]' brings them") from error
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise ArgumentError(f"--dask is {address!r}, where no Dask scheduler answers: {error}") from error
    with client:
        if not client.ncores():
            raise ArgumentError(f"--dask is {address!r}, whose scheduler has no workers; at least one is needed")
        yield client.get_executor()


@contextmanager
def _ends_cleanly(store: Path) -> Iterator[None]:
    """End at an interrupt or a polite kill with a sentence: what is in the store is whole."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except (KeyboardInterrupt, _Terminated) as error:
        print(f"psitheory: stopped; what is in {store} is whole, and the same command goes on", file=sys.stderr)
        raise SystemExit(INTERRUPTED if isinstance(error, KeyboardInterrupt) else TERMINATED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


class _Terminated(BaseException):
    """SIGTERM came."""


@contextmanager
def _bar(wanted: Sweep) -> Iterator[Progress | None]:
    """Show a progress bar with the time left on stderr while the block runs, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (BarColumn(), TaskProgressColumn(), MofNCompleteColumn(), TextColumn("cells"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=wanted.cells)
        begun = False

        def done(cells: int, _: int) -> None:
            nonlocal begun
            if begun:
                bar.update(task, completed=cells)
            else:  # what was in the store before says nothing of the speed
                bar.reset(task, completed=cells)
                begun = True

        yield done
