"""A theorem in words and as data."""

from __future__ import annotations

import textwrap
from typing import Any

from psitheory.checking import Law, Theorem


def as_dict(theorem: Theorem) -> dict[str, Any]:
    """Return what a theorem claims as plain data."""
    return {
        "id": theorem.id,
        "title": theorem.title,
        "chapter": theorem.chapter,
        "statement": theorem.statement,
        "assumptions": list(theorem.assumptions),
        "source": theorem.source.key if theorem.source else "",
        "locator": theorem.locator,
        "laws": [
            {
                "name": law.name,
                "says": law.says,
                "quantifier": law.quantifier,
                "counterfeits": [{"name": c.name, "says": c.says} for c in law.counterfeits],
            }
            for law in theorem.laws
        ],
    }


def theorem_text(theorem: Theorem) -> str:
    """Return a theorem as a page of text, BibTeX last."""
    parts = [
        f"{theorem.id}  {theorem.title}",
        f"Chapter\n  {theorem.chapter}",
        f"Statement\n{_indented(theorem.statement)}",
    ]
    if theorem.assumptions:
        parts.append("Assumptions\n" + "\n".join(f"  - {line}" for line in theorem.assumptions))
    if theorem.doc.strip():
        parts.append(f"In words\n{_indented(theorem.doc)}")
    if theorem.laws:
        parts.append("Laws, each with its counterfeits\n" + "\n".join(map(_law, theorem.laws)))
    if theorem.source:
        where = f" ({theorem.locator})" if theorem.locator else ""
        parts += [f"Source\n  {theorem.source.text}{where}", f"BibTeX\n{_indented(theorem.source.bibtex)}"]
    return "\n\n".join(parts) + "\n"


def _law(law: Law) -> str:
    there_is = "there is: " if law.quantifier == "exists" else ""
    lines = [f"  {law.name}", f"      {there_is}{law.says}"]
    lines += [f"    not {c.name}: {c.says}" for c in law.counterfeits]
    return "\n".join(lines)


def _indented(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip(), "  ")
