"""A theorem in words and as data."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from psitheory.checking import Law, Theorem

WIDTH = 78


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


def theorem_text(theorem: Theorem, standing: Mapping[str, str] | None = None) -> str:
    """Return a theorem as a page of text, BibTeX last; ``standing`` says of each law what is proved."""
    sections = _sections(theorem.doc)
    first, shown = sections.pop("", ""), {"Statement": theorem.statement}
    if theorem.assumptions:
        shown["Assumptions"] = "\n".join(f"- {line}" for line in theorem.assumptions)
    shown |= sections
    if theorem.laws:
        shown["Laws, each with its counterfeits"] = "\n".join(_law(law, standing) for law in theorem.laws)
    if theorem.source:
        shown["Reference"] = _filled(theorem.source.text)
        shown["BibTeX"] = theorem.source.bibtex
    parts = [f"{theorem.id}  {theorem.title}   chapter: {theorem.chapter}", first]
    parts += [f"{heading}\n{textwrap.indent(body, '  ')}" for heading, body in shown.items()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sections(doc: str) -> dict[str, str]:
    """Return the sections of a docstring by heading, what comes before the first under the empty one."""
    text = re.sub(r"^\.\. math::\s*", "    ", inspect.cleandoc(doc), flags=re.MULTILINE)
    text = re.sub(r":math:`([^`]*)`|\*\*([^*]+)\*\*", r"\1\2", text)
    first, *rest = re.split(r"^(\S.*)\n-{3,}\n", text, flags=re.MULTILINE)
    bodies = [first, *rest[1::2]]
    return {head: _filled(body) for head, body in zip(["", *rest[::2]], bodies, strict=True)}


def _filled(text: str) -> str:
    """Return the text with its plain paragraphs filled, lists and indented lines as they are."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(p if re.search(r"^(\s|[-*] )", p, re.MULTILINE) else _wrapped(p) for p in paragraphs)


def _law(law: Law, standing: Mapping[str, str] | None = None) -> str:
    lines = [law.name, _wrapped(law.says, "  ", "  ")]
    if standing is not None:
        lines.append(_wrapped(standing[law.name], "  ", "      "))
    lines += [_wrapped(f"counterfeit {c.name}: {c.says}", "  ", "      ") for c in law.counterfeits]
    return "\n".join(lines)


def _wrapped(text: str, first: str = "", later: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )
