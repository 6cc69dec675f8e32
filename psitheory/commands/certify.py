"""The command ``certify``: what formal vectors prove, as files that the Coq proof assistant checks by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.commands.completion import complete_claims
from psitheory.commands.output import show_pieces
from psitheory.errors import UnknownName

if TYPE_CHECKING:
    from psitheory.checking import Law, Theorem


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
) -> None:
    """Write a Coq file for every law that is proved in every dimension, and let Coq check it.

    Exit code 1 if Coq refuses a file, 3 if a law that was named by itself has none.
    """
    from psitheory.certificates import certificate_of, compiled, write
    from psitheory.certificates.writing import coqc

    chosen = _chosen(targets)
    if check and coqc() is None:
        show_pieces(["coqc is not installed (Debian's package coq brings it): files are written, and not checked."])
        check = False
    count = refused = missing = 0
    for theorem, law, by_name in chosen:
        certificate = certificate_of(theorem, law)
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


def _chosen(targets: Sequence[str] | None) -> list[tuple[Theorem, Law, bool]]:
    """Return the laws that are asked for, each once, and whether it was named by itself."""
    from psitheory.registry import find, select

    if not targets:
        return [(entry.theorem, law, False) for entry in select() for law in entry.theorem.laws]
    chosen: dict[tuple[str, str], tuple[Theorem, Law, bool]] = {}
    for target in targets:
        name, _, single = (target, "", "") if ".py" in target else target.partition(":")
        for theorem in (entry.theorem for entry in find(name)):
            laws = {law.name: law for law in theorem.laws if single in ("", law.name)}
            if not laws:
                known = ", ".join(law.name for law in theorem.laws)
                raise UnknownName(f"law {single!r} is not one of {theorem.id}; there are {known}")
            chosen |= {(theorem.id, law): (theorem, laws[law], bool(single)) for law in laws}
    return list(chosen.values())
