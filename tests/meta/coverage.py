"""Which law has which kinds of evidence: the table that is pinned in ``coverage.txt``.

After a theorem or a law was added, pin it by ``python -m tests.meta.coverage``, and look at the difference: a line that
gets shorter or goes away is a check that was lost.
"""

from __future__ import annotations

from pathlib import Path

from psitheory.checking import Report

PINNED = Path(__file__).with_name("coverage.txt")


def table(report: Report) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the kinds of evidence that hold, by theorem and law."""
    return {
        (claim.id, law.name): tuple(e.kind for e in law.evidence if e.verdict == "HOLDS")
        for claim in report.claims
        for law in claim.laws
    }


def written(rows: dict[tuple[str, str], tuple[str, ...]]) -> str:
    """Return the table as text, a line a law."""
    return "".join(f"{id} {law}: {', '.join(kinds)}\n" for (id, law), kinds in rows.items())


def pinned() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the table that was pinned."""
    out = {}
    for line in PINNED.read_text(encoding="utf-8").splitlines():
        name, kinds = line.split(": ")
        id, law = name.split(" ")
        out[id, law] = tuple(kinds.split(", "))
    return out


if __name__ == "__main__":
    from psitheory import verify

    report = verify()
    if report.exit_code:
        raise SystemExit("not every claim holds; nothing was pinned")
    PINNED.write_text(written(table(report)), encoding="utf-8")
