"""Run one case again, from the inputs that a report or its JSON carries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from psitheory.checking import FLOATS, KINDS, Counterfeit, Law, Theorem
from psitheory.commands.completion import complete_claims, complete_laws
from psitheory.commands.output import show_pieces
from psitheory.commands.watching import CaseLimit, asking
from psitheory.errors import ArgumentError, PsitheoryError, TimeUp, UnknownName, said
from psitheory.limits import CASE_SECONDS, LOADING
from psitheory.registry import find, is_file

if TYPE_CHECKING:
    from rich.text import Text

    from psitheory.runner.judging.judge import Outcome


def replay(
    target: Annotated[str, typer.Argument(metavar="ID|FILE.py", autocompletion=complete_claims)],
    law: Annotated[
        str,
        typer.Argument(metavar="LAW", help="The name of a law, or of a counterfeit.", autocompletion=complete_laws),
    ],
    witness: Annotated[
        str,
        typer.Option(metavar="JSON|@FILE", help="The inputs, or a file with them, or a report written by --json."),
    ],
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="The arithmetic, such as floats or 'powers of two'.")
    ] = None,
    case_limit: CaseLimit = CASE_SECONDS,
) -> None:
    """Run one case again.

    The inputs are those that a report prints, or carries as JSON.
    """
    with asking(case_limit, library=not is_file(target)) as ask:
        answer = ask(told, target, law, witness, kind)
    if answer.at == LOADING:
        raise ArgumentError(f"target '{target}' cannot be loaded: {answer.reason}")
    text, code = answer.value or (_undecided(law, answer.reason), 3)
    show_pieces([text])
    raise typer.Exit(code)


def told(target: str, law: str, witness: str, kind: str | None) -> tuple[Text, int]:
    """Return what is to be printed of a case that is run again, and the exit code."""
    from psitheory.report import terminal

    outcome, arithmetic = replayed(target, law, witness, kind)
    return terminal.outcome_text(law, outcome, arithmetic), {"passed": 0, "failed": 1}.get(outcome.status, 3)


def _undecided(law: str, reason: str) -> Text:
    from psitheory.report import terminal
    from psitheory.runner.judging.judge import Outcome

    kind = next((kind for kind in KINDS if f"a case in {kind} " in reason), "a process of its own")
    return terminal.outcome_text(law, Outcome("undecided", note=reason), kind)


def replay_case(target: str, name: str, witness: str, kind: str | None = None) -> Outcome:
    """Return what becomes of one case; see :func:`replayed`."""
    return replayed(target, name, witness, kind)[0]


def replayed(target: str, name: str, witness: str, kind: str | None = None) -> tuple[Outcome, str]:
    """Return what becomes of one case, and the arithmetic in which it was run.

    Parameters
    ----------
    target : str
        An id or a file.
    name : str
        The name of one of its laws, or of a counterfeit.
    witness : str
        The inputs as JSON; or ``@FILE``, where the file holds them, or a whole report of ``verify``.
    kind : str, optional
        The arithmetic: that of the report, else floats.

    Raises
    ------
    UnknownName
        If there is no such claim, law, file, or no such witness in the report.
    ArgumentError
        If the witness is not JSON, or does not give the inputs of the law.
    """
    from psitheory.runner import CannotRun
    from psitheory.runner import replay as run_again
    from psitheory.runner.judging.judge import Outcome

    theorem, law = _law(target, name)
    data, stored = _stored(_loaded(witness), theorem, name, kind)
    kind = kind or stored or FLOATS
    if kind not in KINDS:
        raise ArgumentError(f"kind is {kind!r}; one of {', '.join(KINDS)} is needed")
    if not isinstance(data, dict) or set(data) != set(law.domains):
        came = ", ".join(data) if isinstance(data, dict) else type(data).__name__
        raise ArgumentError(f"witness gives {came or 'nothing'}; {name} needs {', '.join(law.domains)}")
    try:
        return run_again(law, data, kind), kind
    except PsitheoryError:
        raise
    except TimeUp as late:
        return Outcome("undecided", note=said(late)), kind
    except CannotRun as reason:
        raise ArgumentError(f"kind is {kind!r}, in which {name} cannot be run: {reason}") from reason
    except Exception as error:
        raise ArgumentError(f"witness cannot be run through {name}: {type(error).__name__}: {said(error)}") from error


def _law(target: str, name: str) -> tuple[Theorem, Law | Counterfeit]:
    from psitheory.runner import made_counterfeits

    known: dict[str, tuple[Theorem, Law | Counterfeit]] = {}
    for entry in find(target):
        for law in entry.theorem.laws:
            known |= {c.name: (entry.theorem, c) for c in (*law.counterfeits, *made_counterfeits(law))}
            known[law.name] = (entry.theorem, law)
    if name not in known:
        raise UnknownName(f"law {name!r} is not one of {target}; there are {', '.join(known) or 'none'}")
    return known[name]


def _loaded(witness: str) -> Any:
    text = witness
    if witness.startswith("@"):
        try:
            text = Path(witness[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnknownName(f"witness {witness!r} names a file that cannot be read: {error}") from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArgumentError(f"witness is not JSON ({error}); the inputs that the report prints are needed") from error


def _stored(data: Any, theorem: Theorem, name: str, kind: str | None) -> tuple[Any, str | None]:
    """Return the inputs and their kind: out of a report if ``data`` is one, else ``data`` itself."""
    if not (isinstance(data, dict) and isinstance(data.get("claims"), list)):
        return data, None
    try:
        return _of_report(data, theorem, name, kind)
    except (KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(
            f"witness is a report with a missing or mistyped key ({error}); verify --json writes one"
        ) from error


def _of_report(data: Any, theorem: Theorem, name: str, kind: str | None) -> tuple[Any, str | None]:
    laws = [law for claim in data["claims"] if claim["id"] == theorem.id for law in claim["laws"]]
    evidence = [e for law in laws if law["name"] == name for e in law["evidence"]]
    found = [e["witness"] for e in sorted(evidence, key=lambda e: e["verdict"] != "REFUTED")]
    found += [c["witness"] for law in laws for c in law["counterfeits"] if c["name"] == name]
    found = [witness for witness in found if witness]
    for witness in sorted(found, key=lambda witness: bool(witness["kind"] != kind)):
        return witness["inputs"], witness["kind"]
    raise UnknownName(f"witness: the report holds none for {name} of {theorem.id}")
