"""The command line: ``psitheory verify | claims | show | replay | figures | explore | race | sweep | check | new …``.

Exit codes: 0 all hold, 1 something is refuted, 3 something is inconclusive, 2 bad use, 70 the program itself failed.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from psitheory import __version__
from psitheory.commands.certify import certify
from psitheory.commands.check import check
from psitheory.commands.claims import claims
from psitheory.commands.explore import explore
from psitheory.commands.figures import figures
from psitheory.commands.new import new
from psitheory.commands.optimizers import optimizers
from psitheory.commands.output import INTERRUPTED
from psitheory.commands.race import race
from psitheory.commands.replay import replay
from psitheory.commands.show import show
from psitheory.commands.sweep import sweep
from psitheory.commands.verify import verify
from psitheory.errors import PsitheoryError
from psitheory.limits import CASE_SECONDS, limit
from psitheory.workers import ONE_THREAD

BAD_USE, FAILED = 2, 70

app = typer.Typer(
    name="psitheory",
    help="Check the theory of scale-invariant optimisation on running code.",
    epilog="Exit codes: 0 all hold, 1 something is refuted, 3 something is inconclusive, 2 bad use.",
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


for command in (verify, claims, show, replay, figures, explore, race, sweep, check, optimizers, new, certify):
    app.command()(command)


def main() -> None:
    """Run the command line; an error that was raised on purpose is shown as its sentence."""
    os.environ.update(ONE_THREAD)
    _make_writable()
    _end_alike()
    try:
        with limit(CASE_SECONDS):
            app()
    except PsitheoryError as error:
        print(f"psitheory: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(BAD_USE)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            print("psitheory: interrupted", file=sys.stderr)
        raise
    except KeyboardInterrupt:
        print("psitheory: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception:
        traceback.print_exc()
        print("psitheory: the program itself failed, as the lines above tell; nothing was verified", file=sys.stderr)
        sys.exit(FAILED)


def _make_writable() -> None:
    """Let anything be printed: what a stream cannot encode is replaced, and what goes to a closed one is lost."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", errors="replace"))  # noqa: SIM115  # as long as the program
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if name == "stdout" else "backslashreplace")


def _end_alike() -> None:
    """Let a polite kill and a closed terminal end the program as a key does, unless they are ignored (as by nohup)."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _version(wanted: bool) -> None:
    if wanted:
        print(f"psitheory {__version__}")
        raise typer.Exit


@app.callback()
def _global_options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Take the options that stand before the command."""
