"""The command ``certify``: what formal vectors prove, as files that the Coq proof assistant checks by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from psitheory.commands.output import show_pieces


def certify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID|ID:LAW|FILE.py", help="Claims, single laws, or files; all claims if left out."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the Coq files go.")] = Path("certificates"),
    check: Annotated[bool, typer.Option("--check", help="Let coqc check each file.")] = False,
) -> None:
    """Write a Coq file for every law that is proved in every dimension, and let Coq check it.

    Exit code 1 if Coq refuses a file.
    """
    from psitheory.certificates import certificate_of, compiled, write
    from psitheory.certificates.writing import coqc
    from psitheory.registry import select

    wanted = [tuple(target.partition(":")[::2]) if ".py" not in target else (target, "") for target in targets or []]
    entries = select(list(dict.fromkeys(name for name, _ in wanted)) or None, chapter=None)
    single = {name: {law for own, law in wanted if own == name} for name, _ in wanted}
    count = refused = 0
    if check and coqc() is None:
        show_pieces(["coqc is not installed (Debian's package coq brings it): files are written, and not checked."])
        check = False
    for entry in entries:
        only = single.get(entry.theorem.id, {""})
        for law in (law for law in entry.theorem.laws if "" in only or law.name in only):
            certificate = certificate_of(entry.theorem, law)
            if not certificate.text:
                continue
            path, count = write(certificate, out), count + 1
            against = compiled(certificate) if check else ""
            refused += bool(against)
            word = f"REFUSED   {against}" if against else ("checked" if check else "written")
            show_pieces([f"{certificate.theorem}  {certificate.law}  {path}  {word}"])
    checked = f", {count - refused} checked by Coq, {refused} refused" if check else ""
    show_pieces([f"{count} certificate{'' if count == 1 else 's'} in {out}{checked}."])
    raise typer.Exit(1 if refused else 0)
