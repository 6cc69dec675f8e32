"""The command ``certify``: what formal vectors prove, as files that the Coq proof assistant checks by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.commands.completion import complete_claims
from psitheory.commands.output import show_pieces
from psitheory.commands.watching import CaseLimit, asking
from psitheory.errors import UnknownName
from psitheory.limits import CASE_SECONDS, checked_limit

if TYPE_CHECKING:
    from psitheory.certificates import Certificate
    from psitheory.registry import Entry


def certify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|ID:LAW|FILE.py",
            help="Claims, single laws, or files; all claims if left out.",
            autocompletion=complete_claims,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the Coq files go.")] = Path("certificates"),
    check: Annotated[bool, typer.Option("--check", help="Let coqc check each file.")] = False,
    case_limit: CaseLimit = CASE_SECONDS,
) -> None:
    """Write a Coq file for every law that is proved in every dimension, and let Coq check it.

    Exit code 1 if Coq refuses a file, 3 if a law that was named by itself has none.
    """
    from psitheory.certificates import compiled, write
    from psitheory.certificates.writing import coqc

    chosen = _chosen(targets, checked_limit(case_limit))
    if check and coqc() is None:
        show_pieces(["coqc is not installed (Debian's package coq brings it): files are written, and not checked."])
        check = False
    count = refused = missing = 0
    for entry, number, by_name, certificate in _certified(chosen, case_limit):
        theorem, law = entry.theorem, entry.theorem.laws[number]
        if not certificate.text:
            if by_name:
                missing += 1
                show_pieces([f"{theorem.id}  {law.name}  has none: {certificate.reason}"])
            continue
        path, count = write(certificate, out), count + 1
        against = compiled(certificate) if check else ""
        refused += bool(against)
        word = f"REFUSED   {against}" if against else ("checked" if check else "written")
        show_pieces([f"{theorem.id}  {law.name}  {path}  {word}"])
    checked = f", {count - refused} checked by Coq, {refused} refused" if check else ""
    show_pieces([f"{count} certificate{'' if count == 1 else 's'} in {out}{checked}."])
    raise typer.Exit(1 if refused else 3 if missing else 0)


def _certified(
    chosen: Sequence[tuple[Entry, int, bool]], case_limit: float
) -> Iterator[tuple[Entry, int, bool, Certificate]]:
    """Yield each law that is chosen with its certificate, or with the reason why it has none."""
    from psitheory.certificates import Certificate
    from psitheory.registry import is_file

    library = any(not is_file(str(entry.target)) for entry, _, _ in chosen)
    with asking(case_limit, library=library) as ask:
        for entry, number, by_name in chosen:
            answer = ask(certificate_at, entry.target, number)
            none = Certificate(entry.theorem.id, entry.theorem.laws[number].name, reason=answer.reason)
            yield entry, number, by_name, none if answer.reason else answer.value


def certificate_at(target: str, number: int) -> Certificate:
    """Return the certificate of law ``number`` of a target."""
    from psitheory.certificates import certificate_of
    from psitheory.registry import theorem_of

    theorem = theorem_of(target)
    return certificate_of(theorem, theorem.laws[number])


def _chosen(targets: Sequence[str] | None, case_limit: float) -> list[tuple[Entry, int, bool]]:
    """Return the laws that are asked for, each once, by its place, and whether it was named by itself."""
    from psitheory.registry import select
    from psitheory.verification import selected

    if not targets:
        return [(entry, j, False) for entry in select() for j in range(len(entry.theorem.laws))]
    chosen: dict[tuple[str, str], tuple[Entry, int, bool]] = {}
    for target in targets:
        name, _, single = (target, "", "") if ".py" in target else target.partition(":")
        for entry in selected(name, case_limit=case_limit):
            laws = {law.name: j for j, law in enumerate(entry.theorem.laws) if single in ("", law.name)}
            if not laws:
                known = ", ".join(law.name for law in entry.theorem.laws)
                raise UnknownName(f"law {single!r} is not one of {entry.theorem.id}; there are {known}")
            chosen |= {(entry.theorem.id, law): (entry, j, bool(single)) for law, j in laws.items()}
    return list(chosen.values())
