"""Laws to Coq files, and Coq's word on them."""

from __future__ import annotations

import math
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from psitheory.certificates.preamble import preamble
from psitheory.certificates.proof import Module
from psitheory.checking import Law, Theorem
from psitheory.errors import ArgumentError, PsitheoryError
from psitheory.report.files import write_whole
from psitheory.runner.proving.in_formal import FormalCase, NotProved, proof, whole_proof

SECONDS = 300
"""Coq is given so many seconds of a processor for one file, which a busy machine does not change."""

WAITING = 100
"""It may wait for one so many times as long, which no load reaches, and no longer if it waits for something else."""

ALONE = 10
"""Where the time of a processor cannot be limited, the clock's is alone, with room for so many at work."""


@dataclass(frozen=True)
class Certificate:
    """A law with its Coq file, or why there is none.

    Attributes
    ----------
    theorem, law : str
    text : str
        Of the file; empty if there is none.
    reason : str
        Why there is none.
    """

    theorem: str
    law: str
    text: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Return the name of the file without its ending."""
        return re.sub(r"\W", "_", f"{self.theorem}_{self.law}")


def certificates(theorem: Theorem) -> Iterator[Certificate]:
    """Yield the certificate of every law of a theorem; see :func:`certificate_of`."""
    return (certificate_of(theorem, law) for law in theorem.laws)


def certificate_of(theorem: Theorem, law: Law) -> Certificate:
    """Return the certificate of a law that formal vectors prove, of any other the reason why there is none.

    It is proved for blocks of several entries; the cases written are one block, and two with free parameters, where
    each block is one vector of a space of any dimension.  Blocks of several entries are vectors of a sum of spaces.
    """
    try:
        proof(law)
        return Certificate(theorem.id, law.name, written(theorem, law, _told_apart(whole_proof(law))))
    except (NotProved, PsitheoryError) as reason:
        return Certificate(theorem.id, law.name, reason=str(reason))


def _told_apart(cases: Sequence[FormalCase]) -> list[FormalCase]:
    """Return the case of the fewest generators, and the one of the most among those of the same size of blocks."""
    if len(cases) < 2:
        return list(cases)
    entries = [max((sort.entry for sort in case.space.generators.values()), default=0) for case in cases]
    small = [case for case, entry in zip(cases, entries, strict=True) if entry == min(entries)]
    return list(dict.fromkeys([small[0], small[-1]]))


def written(theorem: Theorem, law: Law, cases: Sequence[FormalCase]) -> str:
    """Return the Coq file of a law: what it says in words, the spaces, and a module for each case.

    Raises
    ------
    NotInArithmetic
        If it rests on what certificates do not speak of.
    """
    modules = [Module(case, f"case_{k}") for k, case in enumerate(cases, 1)]
    lines = [line for module in modules for line in module.lines()]
    head = [f"{theorem.id}: {theorem.title}", law.says, *_conditions(cases), *_surplus(modules)]
    comment = "\n   ".join(line.replace("(*", "( *").replace("*)", "* )") for line in head)
    return "\n".join([f"(* {comment} *)", "", preamble(), *lines])


def _conditions(cases: Sequence[FormalCase]) -> list[str]:
    texts = dict.fromkeys(text for case in cases for text in case.space.field.conditions.texts())
    return [f"where {', '.join(texts)}"] if texts else []


def _surplus(modules: Sequence[Module]) -> list[str]:
    """Return what is claimed of an inequality, which may be less than the law says."""
    if not any(module.computation.surpluses for module in modules):
        return []
    is_open = any(module.steps.leaves_a_sign_open() for module in modules)
    more = "; not that this is not negative, which formal vectors alone say" if is_open else ", and 0 <= surplus"
    return [f"Claimed of the inequality: right - left = surplus{more}."]


def write(certificate: Certificate, folder: Path) -> Path:
    """Write the file of a certificate, whole or not at all.

    Raises
    ------
    ArgumentError
        If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"--out is '{folder}', which cannot be made: {error.strerror}") from error
    path = folder / f"{certificate.name}.v"
    write_whole(path, certificate.text, "--out")
    return path


def coqc() -> str | None:
    """Return where Coq's compiler is, None if it is not installed."""
    return shutil.which("coqc")


def compiled(certificate: Certificate, *, seconds: float = SECONDS) -> str:
    """Let Coq check a certificate; return an empty string, or the first line of what it says against it.

    Raises
    ------
    ArgumentError
        If Coq is not installed.
    """
    compiler = coqc()
    if compiler is None:
        raise ArgumentError("coqc is not installed; Debian's package coq brings it")
    with TemporaryDirectory() as folder:
        path = write(certificate, Path(folder))
        command, patience = _limited([compiler, path.name], seconds)
        try:
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=patience)
        except subprocess.TimeoutExpired:
            return f"not decided within {patience:g} s"
    if run.returncode in OUT_OF_TIME:
        return f"not decided within {seconds:g} s of a processor"
    if run.returncode == 0:
        return ""
    return " ".join(run.stderr.split())[:200] or f"coqc ended with {run.returncode}"


OUT_OF_TIME = {-number for name in ("SIGXCPU", "SIGKILL") if (number := getattr(signal, name, None))}
"""What a command ends with whose seconds of a processor are over."""


def _limited(command: list[str], seconds: float) -> tuple[list[str], float]:
    """Return a command that is ended after so many seconds of a processor, if a shell can do so, and those to wait."""
    shell = shutil.which("sh")
    if not OUT_OF_TIME or shell is None:
        return command, ALONE * seconds
    return [shell, "-c", f'ulimit -t {max(1, math.ceil(seconds))}; exec "$@"', "sh", *command], WAITING * seconds
